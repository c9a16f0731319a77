//! `[rollout]`: steps, and what targets and variants are called.

use super::*;
use assize::config::Rollout;

const TARGETS: &str = r#"
[targets.flags]
kind = "unleash"
url = "https://unleash.example.org"
token = { env = "UNLEASH_TOKEN" }
environment = "production"
allow = ["checkout-*"]
protected = ["checkout-legal"]

[targets.outbox]
kind = "file"
path = "outbox.ndjson"
"#;

fn with(rest: &str) -> [(&'static str, String); 2] {
    let rollout = format!("[rollout]\n{rest}\n\n[decision]");
    [(PROJECT_FILE, format!("{TARGETS}\n[sources.events]")), (CHECKOUT_FILE, rollout)]
}

#[track_caller]
fn refused_with(rest: &str, expected: &str) {
    let [(project, targets), (experiment, rollout)] = with(rest);
    let changes = [(project, "[sources.events]", &*targets), (experiment, "[decision]", &*rollout)];
    refused(&changes, expected);
}

#[track_caller]
fn rollout(rest: &str) -> Rollout {
    let [(project, targets), (experiment, rollout)] = with(rest);
    let changes = [(project, "[sources.events]", &*targets), (experiment, "[decision]", &*rollout)];
    accepted(&changes).project.experiments[0].rollout.clone().unwrap()
}

const STEPS: &str = "steps = [10, 50]\nevery = \"7d\"";

#[test]
fn steps_and_times() {
    refused_with(
        "flag = \"checkout-x\"\nsteps = [10, 50, 50]\nevery = \"7d\"",
        r"
experiments/checkout.toml:26:18: `steps` must increase, found `50` after `50`
",
    );
    refused_with(
        "flag = \"checkout-x\"\nsteps = [0, 50]\nevery = \"soon\"",
        r"
experiments/checkout.toml:26:10: a step must be from 1 to 100, found `0`
experiments/checkout.toml:27:9: `every` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `soon`
",
    );
    refused_with(
        "flag = \"\"\nsteps = []\nevery = \"0d\"",
        r"
experiments/checkout.toml:25:8: `flag` is empty
experiments/checkout.toml:26:9: `steps` is empty
experiments/checkout.toml:27:9: `every` must be longer than nothing, found `0d`
",
    );
}

#[test]
fn by_default_every_target_that_may_touch_the_flag_gets_it() {
    let both = rollout(&format!("flag = \"checkout-x\"\n{STEPS}"));
    assert_eq!(both.targets, ["flags", "outbox"]);
    assert_eq!((both.steps, both.every), (vec![10, 50], 7 * 86_400_000_000));
    for flag in ["cart", "checkout-legal"] {
        assert_eq!(rollout(&format!("flag = \"{flag}\"\n{STEPS}")).targets, ["outbox"]);
    }
    let none = [(
        CHECKOUT_FILE,
        "[decision]",
        "[rollout]\nflag = \"x\"\nsteps = [9]\nevery = \"7d\"\n[decision]",
    )];
    let alone = accepted(&none).project.experiments[0].rollout.clone().unwrap();
    assert_eq!(alone.targets, [""; 0]);
}

#[test]
fn a_target_must_exist_and_be_allowed_to() {
    refused_with(
        &format!("flag = \"cart\"\ntargets = [\"flags\", \"flgas\", \"mail\"]\n{STEPS}"),
        r"
experiments/checkout.toml:26:12: target `flags` may not touch the flag `cart`
  hint: its `allow` and `protected` say which it may
experiments/checkout.toml:26:21: there is no target `flgas`
  hint: did you mean `flags`?
experiments/checkout.toml:26:30: there is no target `mail`
  hint: there are: `flags`, `outbox`
",
    );
    refused_with(
        &format!("flag = \"checkout-x\"\ntargets = []\n{STEPS}"),
        r"
experiments/checkout.toml:26:11: `targets` is empty
",
    );
    let only = TARGETS.split("[targets.outbox]").next().unwrap();
    let rollout = format!("[rollout]\nflag = \"cart\"\n{STEPS}\n[decision]");
    refused(
        &[
            (PROJECT_FILE, "[sources.events]", &format!("{only}\n[sources.events]")),
            (CHECKOUT_FILE, "[decision]", &rollout),
        ],
        r"
experiments/checkout.toml:25:8: no target may touch the flag `cart`
  hint: the `allow` and `protected` of `[targets]` say which flags they may
",
    );
}

#[test]
fn variants_have_our_names_unless_said() {
    let flag = "flag = \"checkout-x\"";
    let said = rollout(&format!("{flag}\nvariants = {{ short = \"treatment\" }}\n{STEPS}"));
    let names: Vec<_> = said.variants.iter().map(|(key, name)| (&**key, &**name)).collect();
    assert_eq!(names, [("control", "control"), ("short", "treatment")]);
    refused_with(
        &format!("{flag}\nvariants = {{ shrot = \"treatment\" }}\n{STEPS}"),
        r"
experiments/checkout.toml:26:14: there is no variant `shrot`
  hint: did you mean `short`?
",
    );
    refused_with(
        &format!("{flag}\nvariants = {{ short = \"control\" }}\n{STEPS}"),
        r"
experiments/checkout.toml:26:12: variants `control` and `short` are both `control` in the flag
",
    );
}
