//! `experiments/*.toml`.

use super::*;

#[track_caller]
pub fn refused_here(from: &str, to: &str, expected: &str) {
    refused(&[(CHECKOUT_FILE, from, to)], expected);
}

/// C01
#[test]
fn c01_unknown_keys() {
    refused_here(
        "alpha =",
        "aplha =",
        r"
experiments/checkout.toml:19:1: unknown key `aplha`
  hint: did you mean `alpha`?
",
    );
    refused_here(
        "traffic = 0.5",
        "colour = \"red\"",
        r"
experiments/checkout.toml:6:1: unknown key `colour`
  hint: allowed here: `key`, `name`, `hypothesis`, `owner`, `status`, `start`, `end`, `enroll_until`, `traffic`, `variants`, `phases`, `basis`, `crossovers`, `entry`, `audience`, `holdout`, `segments`, `metrics`, `test`, `decision`, `rollout`
",
    );
}

/// C02
#[test]
fn c02_wrong_types() {
    refused_here(
        "alpha = 0.05",
        "alpha = \"0.05\"",
        r"
experiments/checkout.toml:19:9: `alpha` must be a number, found the string `0.05`
",
    );
    refused_here(
        "[\"activation\"]",
        "\"activation\"",
        r"
experiments/checkout.toml:13:11: `primary` must be a list, found the string `activation`
",
    );
    refused_here(
        "[\"activation\"]",
        "[1]",
        r"
experiments/checkout.toml:13:12: an item of `primary` must be a string or a table with `metric`, `margin`, found `1`
",
    );
    refused_here(
        "control = true",
        "control = 1",
        r"
experiments/checkout.toml:8:47: `control` must be `true` or `false`, found `1`
",
    );
    refused_here(
        "minimum_days = 7",
        "minimum_days = 7.5",
        r"
experiments/checkout.toml:27:16: `minimum_days` must be a whole number, found `7.5`
",
    );
    refused_here(
        "minimum_effect = 0.05",
        "minimum_effect = nan",
        r"
experiments/checkout.toml:22:18: `minimum_effect` must be a number, found `nan`
",
    );
    refused_here(
        "\"sequential\"",
        "\"seqential\"",
        r"
experiments/checkout.toml:18:10: `method` must be one of `sequential`, `group-sequential`, `t-test`, found `seqential`
  hint: did you mean `sequential`?
",
    );
}

#[test]
fn how_alpha_is_spent() {
    refused_here(
        "\"sequential\"",
        "\"sequential\"\nspending = \"pocock\"",
        r#"
experiments/checkout.toml:19:12: only `method = "group-sequential"` spends alpha look by look
"#,
    );
    refused_here(
        "\"sequential\"",
        "\"group-sequential\"\nspending = \"pocok\"",
        r"
experiments/checkout.toml:19:12: `spending` must be one of `hwang-shih-decani`, `kim-demets`, `obrien-fleming`, `pocock`, found `pocok`
  hint: did you mean `pocock`?
",
    );
    refused_here(
        "\"sequential\"",
        "\"group-sequential\"\nspending_parameter = 2",
        r"
experiments/checkout.toml:19:22: `spending_parameter` is only for `hwang-shih-decani` and `kim-demets`
",
    );
    refused_here(
        "\"sequential\"",
        "\"group-sequential\"\nspending = \"kim-demets\"\nspending_parameter = 0.0",
        r"
experiments/checkout.toml:20:22: `spending_parameter` must be more than 0 and at most 100, found `0`
",
    );
    refused_here(
        "minimum_days = 7",
        "minimum_days = 7\nconfirmations = 0",
        r"
experiments/checkout.toml:28:17: `confirmations` must be at least 1, found `0`
",
    );
}

#[test]
fn missing_keys() {
    refused_here(
        "start = 2026-10-01\n",
        "",
        r"
experiments/checkout.toml:1:1: this file needs `start`
",
    );
    refused_here(
        "key = \"short\", ",
        "",
        r"
experiments/checkout.toml:9:5: an item of `variants` needs `key`
",
    );
    refused_here(
        "primary = [\"activation\"]\n",
        "",
        r"
experiments/checkout.toml:12:1: `metrics` needs `primary`
",
    );
    let folder = changed(&[]);
    write(folder.path(), CHECKOUT_FILE, "");
    refuses(
        folder.path(),
        r"
experiments/checkout.toml:1:1: this file needs `metrics`
experiments/checkout.toml:1:1: this file needs `start`
experiments/checkout.toml:1:1: this file needs `variants`
",
    );
}

#[test]
fn not_in_this_version() {
    refused_here(
        "\"sequential\"",
        "\"bayesian\"",
        r"
experiments/checkout.toml:18:10: `method` `bayesian` is not supported in this version
  hint: supported: `sequential`, `group-sequential`, `t-test`
",
    );
}

/// C04
#[test]
fn c04_two_experiments_with_one_key() {
    let other = format!("key = \"Checkout\"\n{CHECKOUT}");
    refused(
        &[("experiments/payment.toml", "", &other)],
        r"
experiments/payment.toml:1:7: experiment `Checkout` has the key of experiment `checkout` at experiments/checkout.toml:1:1, but for case
",
    );
}

/// C05
/// C06
/// C07
/// C08
/// C09
/// C10
#[test]
fn c10_dates() {
    refused_here(
        "end = 2026-10-29",
        "end = 2026-10-01",
        r"
experiments/checkout.toml:5:7: `end` must be after `start`, found `2026-10-01`, and `start` is `2026-10-01`
  hint: `end` is the first day that no longer belongs to the experiment
",
    );
    refused_here(
        "end = 2026-10-29",
        "end = 2026-10-05",
        r"
experiments/checkout.toml:13:12: metric `activation` has the window `7d`, longer than the experiment's 4 days
",
    );
    refused_here(
        "start = 2026-10-01",
        "start = 2026-10-01T08:00:00Z",
        r"
experiments/checkout.toml:4:9: `start` must be a date such as `2026-10-01`, found `2026-10-01T08:00:00Z`
",
    );
    refused_here(
        "start = 2026-10-01",
        "start = \"1 October\"",
        r"
experiments/checkout.toml:4:9: `start` must be a date such as `2026-10-01`, found `1 October`
",
    );
    refused_here(
        "start = 2026-10-01",
        "start = \"2026-02-30\"",
        r"
experiments/checkout.toml:4:9: `start` must be a date such as `2026-10-01`, found `2026-02-30`
",
    );
    let loaded = accepted(&[(
        CHECKOUT_FILE,
        "start = 2026-10-01\nend = 2026-10-29",
        "start = \"2026-10-01\"",
    )]);
    assert_eq!(loaded.project.experiments[0].end.to_string(), "2026-10-15");
}

/// C12
/// C13
/// C14
/// C15
#[test]
fn c15_texts_that_would_deceive() {
    refused_here(
        "\"Checkout\"",
        r#""Check\u202Eout""#,
        r"
experiments/checkout.toml:2:8: `name` contains the control character `\u{202e}`
",
    );
    refused_here(
        "\"Fewer steps, more orders\"",
        r#""two\nlines""#,
        r"
experiments/checkout.toml:3:14: `hypothesis` contains the control character `\u{a}`
",
    );
    let named = format!("key = \"a/b\"\n{CHECKOUT}");
    refused(
        &[("experiments/b.toml", "", &named)],
        r"
experiments/b.toml:1:7: `a/b` cannot be the key of an experiment
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
",
    );
    refused(
        &[("experiments/two words.toml", "", CHECKOUT)],
        r"
experiments/two words.toml:1:1: `two words` cannot be the key of an experiment
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
",
    );
}

#[test]
fn basis_and_its_source() {
    let no_assignments = "[sources.assignments]\nlocation = \"data/assignments\"\ncolumns = { experiment = \"experiment_key\", unit = \"user_id\", variant = \"variation\", time = \"at\" }\nattributes = [\"country\", \"platform\"]\n";
    refused(
        &[
            (PROJECT_FILE, no_assignments, ""),
            (PROJECT_FILE, "time = \"exposed_at\"", "time = \"exposed_at\", variant = \"v\""),
            (CHECKOUT_FILE, "traffic = 0.5", "basis = \"assignment\"\nsegments = [\"country\"]"),
        ],
        r#"
experiments/checkout.toml:6:9: `basis = "assignment"` needs the source `assignments`, which is not there
experiments/checkout.toml:7:12: `segments` need the source `assignments` and its `attributes`
"#,
    );
}
