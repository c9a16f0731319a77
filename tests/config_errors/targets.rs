//! `[targets]`: where something may be set in motion.

use super::*;
use assize::config::{SecretRef, TargetConfig, TargetKind};

#[track_caller]
fn refused_target(rest: &str, expected: &str) {
    let target = format!("[targets.t]\n{rest}\n[sources.events]");
    refused(&[(PROJECT_FILE, "[sources.events]", &target)], expected);
}

#[track_caller]
fn target(rest: &str) -> TargetConfig {
    let target = format!("[targets.t]\n{rest}\n[sources.events]");
    let project = accepted(&[(PROJECT_FILE, "[sources.events]", &target)]).project;
    project.targets["t"].clone()
}

const UNLEASH: &str = r#"kind = "unleash"
url = "https://unleash.example.org/"
token = { env = "UNLEASH_TOKEN" }
environment = "production"
allow = ["checkout-*"]
"#;

#[test]
fn each_kind_in_its_shortest_form() {
    for rest in [
        "kind = \"file\"\npath = \"outbox.ndjson\"",
        "kind = \"webhook\"\nurl = \"https://hooks.example.org/x?team=growth\"\nsecret = { file = \"secret\" }",
        "kind = \"exec\"\ncommand = [\"./announce.sh\", \"--loud\"]",
        UNLEASH,
        "kind = \"headlessly\"\nurl = \"https://headless.ly/~acme\"\ntoken = { command = [\"pass\", \"show\", \"x\"] }\nallow = []",
        "kind = \"flagd\"\npath = \"/etc/flagd/flags.json\"\nallow = [\"*\"]",
    ] {
        assert_eq!(target(rest).name, "t");
    }
    let TargetKind::Unleash { url, token, project, environment } = target(UNLEASH).kind else {
        panic!("another kind")
    };
    assert_eq!(url, "https://unleash.example.org");
    assert_eq!(token, SecretRef::Env("UNLEASH_TOKEN".to_owned()));
    assert_eq!((project.as_str(), environment.as_str()), ("default", "production"));
}

#[test]
fn what_a_kind_needs_and_what_it_has_no_use_for() {
    refused_target(
        "kind = \"unleash\"\npath = \"x\"",
        r#"
assize.toml:14:10: target `t` needs `allow`
  hint: the flags that it may touch, such as `allow = ["checkout-*"]`
assize.toml:14:10: target `t` needs `environment`
assize.toml:14:10: target `t` needs `token`
assize.toml:14:10: target `t` needs `url`
assize.toml:16:8: a target of kind `unleash` has no `path`
"#,
    );
    refused_target(
        "kind = \"exec\"\ncommand = []\nenvironment = \"production\"\ntimeout = \"0s\"",
        r"
assize.toml:16:11: `command` needs a program
assize.toml:17:15: a target of kind `exec` has no `environment`
assize.toml:18:11: `timeout` must be longer than nothing, found `0s`
",
    );
    refused_target(
        "kind = \"unlesh\"",
        r"
assize.toml:15:8: `kind` must be one of `file`, `webhook`, `exec`, `unleash`, `headlessly`, `flagd`, found `unlesh`
  hint: did you mean `unleash`?
",
    );
    refused_target(
        &UNLEASH.replace("\"production\"", "\"../production\""),
        r"
assize.toml:18:15: `environment` must be one part of a path, found `../production`
",
    );
}

/// Whatever is said about the literal, it is not repeated.
#[test]
fn a_secret_is_a_reference() {
    refused_target(
        &UNLEASH.replace("{ env = \"UNLEASH_TOKEN\" }", "\"*:*.abcdef\""),
        r"
assize.toml:17:1: this looks like a secret, and secrets do not belong in files
  hint: remove it here and revoke it where it was made
",
    );
    refused_target(
        &UNLEASH.replace("env = \"UNLEASH_TOKEN\"", "env = \"A\", file = \"b\""),
        r"
assize.toml:17:9: a secret is in one place: `env` or `file` or `command`
",
    );
    refused_target(
        &UNLEASH.replace("env = \"UNLEASH_TOKEN\"", ""),
        r"
assize.toml:17:9: `token` needs `env` or `file` or `command`
",
    );
}

#[test]
fn plain_http_is_for_hosts_that_are_listed() {
    let url = |url: &str, hosts: &str| {
        UNLEASH.replace("https://unleash.example.org/", url) + &format!("hosts = [{hosts}]")
    };
    target(&url("http://unleash.internal:4242", "\"unleash.internal:4242\""));
    target(&url("http://Unleash.internal:4242", "\"unleash.INTERNAL\""));
    refused_target(
        &url("http://unleash.internal:4242", "\"unleash.internal:4243\""),
        r#"
assize.toml:16:7: `url` must begin with `https://`, found `http://unleash.internal:4242`
  hint: `hosts = ["unleash.internal:4242"]` allows plain HTTP for this host
"#,
    );
    refused_target(
        &url("ftp://x", "\"*.internal\", \"http://x\", \"\""),
        r"
assize.toml:20:10: `*.internal` is no host
  hint: a host, or a host and a port, such as `unleash.internal:4242`
assize.toml:20:24: `http://x` is no host
  hint: a host, or a host and a port, such as `unleash.internal:4242`
assize.toml:20:36: `hosts` is empty
",
    );
    refused_target(
        &url("https://metadata@example.org", ""),
        r"
assize.toml:16:7: `url` must not contain a user or a password
",
    );
    refused_target(
        &url("https://", ""),
        r"
assize.toml:16:7: `url` has no host, found `https://`
",
    );
}

/// Where something is set in motion is not what was promised.
#[test]
fn targets_change_no_hash() {
    let hash = |loaded: Loaded| {
        assize::config::config_hash(&loaded.project, &loaded.project.experiments[0])
    };
    let target = format!("[actions]\nmode = \"apply\"\n[targets.t]\n{UNLEASH}\n[sources.events]");
    let rollout = "[rollout]\nflag = \"checkout-x\"\nsteps = [50]\nevery = \"1d\"\n[decision]";
    let with = accepted(&[
        (PROJECT_FILE, "[sources.events]", &target),
        (CHECKOUT_FILE, "[decision]", rollout),
    ]);
    assert_eq!(hash(with), hash(accepted(&[])));
}
