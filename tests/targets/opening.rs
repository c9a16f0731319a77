//! What is refused before anything is called.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn refused(targets: &str) -> String {
    let folder = folder(targets);
    let clock = || jiff::Timestamp::UNIX_EPOCH;
    open(&project(folder.path()), clock).map(|_| ()).unwrap_err().to_string()
}

const HOOK: &str = "[targets.hook]\nkind = \"webhook\"\nsecret = { env = \"NO_SUCH_SECRET\" }\n";

/// A project may be read where its secrets are not.
#[test]
fn opening_looks_no_secret_up() {
    let folder = folder(&format!("{HOOK}url = \"https://hooks.example.org/x\"\n"));
    assert_eq!(targets(&folder).keys().collect::<Vec<_>>(), ["hook"]);
}

#[test]
fn addresses_that_may_not_be_called() {
    for (url, why) in [
        ("https://127.0.0.1/", "the host is at the private address 127.0.0.1, and not in `hosts`"),
        ("https://169.254.169.254/", "the host is at 169.254.169.254, where no target can be"),
        ("https://0x7f.1/", "the address spells an IP address in an unusual way"),
        ("https://example.org:22/", "the address has the port 22, and its host is not listed"),
    ] {
        let text = refused(&format!("{HOOK}url = \"{url}\"\n"));
        assert!(text.starts_with(&format!("assize.toml:10:10: {why}")), "{text}");
    }
}

/// Whoever may write the file may set in motion what he likes.
#[test]
fn a_project_that_everybody_may_write_acts_on_nothing() {
    let folder = folder(&format!("{HOOK}url = \"https://hooks.example.org/x\"\n"));
    let file = folder.path().join("assize.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let clock = || jiff::Timestamp::UNIX_EPOCH;
    let error = open(&project(folder.path()), clock).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("everybody may write this file"), "{error}");
}

/// A canary in every place of a secret: nothing that a target says shows it.
#[tokio::test]
async fn no_secret_is_shown() {
    let folder = folder(&format!(
        r#"
[targets.hook]
kind = "webhook"
url = "https://127.0.0.1:9/{CANARY}?{CANARY}"
secret = {{ command = ["echo", "{CANARY}"] }}
hosts = ["127.0.0.1:9"]
[targets.flags]
kind = "unleash"
url = "http://127.0.0.1:9"
token = {{ file = "token" }}
environment = "production"
allow = ["*"]
hosts = ["127.0.0.1:9"]
[targets.helly]
kind = "headlessly"
url = "http://127.0.0.1:9/~acme"
token = {{ file = "broken" }}
allow = ["*"]
hosts = ["127.0.0.1:9"]
"#
    ));
    std::fs::write(folder.path().join("token"), CANARY).unwrap();
    std::fs::write(folder.path().join("broken"), format!("{CANARY}\u{7f}é")).unwrap();
    for (name, target) in targets(&folder) {
        let told = target.write(&rollout("checkout", 10), None).await.unwrap_err();
        let json = serde_json::to_string(&told).unwrap();
        let said = format!("{name} {told:?} {told} {json}");
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[tokio::test]
async fn a_target_touches_only_its_flags() {
    let folder = folder(
        "[targets.out]\nkind = \"file\"\npath = \"out.ndjson\"\nallow = [\"checkout-*\"]\n\
         protected = [\"*-legal\"]\n",
    );
    let target = &targets(&folder)["out"];
    for flag in ["cart", "checkout-legal"] {
        let fault = target.write(&rollout(flag, 10), None).await.unwrap_err();
        assert_eq!(fault.to_string(), format!("target `out` may not touch the flag `{flag}`"));
        assert!(target.observe(&rollout(flag, 10)).await.is_err());
    }
    assert!(!folder.path().join("out.ndjson").exists());
    target.write(&rollout("checkout-x", 10), None).await.unwrap();
}
