//! `metrics.toml`.

use super::*;

const PLAYERS: &str = "[sources.players]\nkind = \"facts\"\nlocation = \"p\"\ncolumns = { unit = \"id\" }\n\n[sources.events]";

/// C01
#[test]
fn c01_unknown_keys() {
    refused(
        &[(METRICS_FILE, "window =", "windwo =")],
        r"
metrics.toml:4:1: unknown key `windwo`
  hint: did you mean `window`?
",
    );
    refused(
        &[(METRICS_FILE, "kind = \"conversion\"\n", "")],
        r"
metrics.toml:1:1: `activation` needs `kind`
",
    );
}

/// C02
#[test]
fn c02_kinds_and_windows() {
    refused(
        &[(METRICS_FILE, "\"conversion\"", "\"convertion\"")],
        r"
metrics.toml:2:8: `kind` must be one of `conversion`, `count`, `sum`, `max`, `distinct`, `ratio`, `retention`, `quantile`, `funnel`, found `convertion`
  hint: did you mean `conversion`?
",
    );
    refused(
        &[(METRICS_FILE, "\"7d\"", "\"7 dayz\"")],
        r"
metrics.toml:4:10: `window` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `7 dayz`
  hint: `7d` is the first 7 days, `7d..14d` the 7 days after them
",
    );
    refused(
        &[(METRICS_FILE, "\"7d\"", "7")],
        r"
metrics.toml:4:10: `window` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `7`
",
    );
    refused(
        &[(METRICS_FILE, "\"7d\"", "\"7d..3d\"")],
        r"
metrics.toml:4:10: `window` must end after it begins, found `7d..3d`
  hint: `7d` is the first 7 days, `7d..14d` the 7 days after them
",
    );
    refused(
        &[(METRICS_FILE, "\"lower\"", "\"down\"")],
        r"
metrics.toml:24:10: `better` must be one of `higher`, `lower`, found `down`
",
    );
    accepted(&[(METRICS_FILE, "\"7d\"", "\"0h..36h\"")]);
}

#[test]
fn keys_that_do_not_fit_the_kind() {
    refused(
        &[
            (METRICS_FILE, "kind = \"conversion\"", "kind = \"conversion\"\nvalue = \"amount\""),
            (
                METRICS_FILE,
                "kind = \"ratio\"",
                "kind = \"ratio\"\nwindow = \"7d\"\nwhere = \"true\"",
            ),
            (METRICS_FILE, "kind = \"count\"", "kind = \"count\"\nnumerator = \"orders\""),
        ],
        r"
metrics.toml:3:9: a conversion has no `value`
  hint: these have one: `sum`, `max`, `distinct`, `quantile`
metrics.toml:15:13: a count has no `numerator`
  hint: only a `ratio` has one
metrics.toml:20:10: a ratio has no `window`
  hint: its numerator and denominator have their own
metrics.toml:21:9: a ratio has no `where`
  hint: its numerator and denominator have their own
",
    );
    refused(
        &[
            (METRICS_FILE, "value = \"amount\"\n", ""),
            (METRICS_FILE, "denominator = \"orders\"\n", ""),
        ],
        r"
metrics.toml:6:10: sum `revenue` needs `value`
metrics.toml:15:10: ratio `order_value` needs `denominator`
",
    );
    refused(
        &[(METRICS_FILE, "\"currency = 'EUR'\"", "\"\"")],
        r"
metrics.toml:10:9: `where` is empty
",
    );
}

#[test]
fn the_source_of_a_metric() {
    refused(
        &[(PROJECT_FILE, "[sources.events]", PLAYERS)],
        r"
metrics.toml:1:10: metric `activation` needs `source`
  hint: fact sources are `events`, `players`
metrics.toml:6:10: metric `revenue` needs `source`
  hint: fact sources are `events`, `players`
metrics.toml:12:10: metric `orders` needs `source`
  hint: fact sources are `events`, `players`
metrics.toml:21:10: metric `errors` needs `source`
  hint: fact sources are `events`, `players`
",
    );
    let in_source = |name: &str| format!("kind = \"conversion\"\nsource = \"{name}\"");
    refused(
        &[(METRICS_FILE, "kind = \"conversion\"", &in_source("event"))],
        r"
metrics.toml:3:10: there is no source `event`
  hint: did you mean `events`?
",
    );
    refused(
        &[(METRICS_FILE, "kind = \"conversion\"", &in_source("exposures"))],
        r"
metrics.toml:3:10: source `exposures` has no facts
  hint: fact sources are `events`
",
    );
}

#[test]
fn the_parts_of_a_ratio() {
    refused(
        &[(METRICS_FILE, "numerator = \"revenue\"", "numerator = \"revenu\"")],
        r"
metrics.toml:18:13: there is no metric `revenu`
  hint: did you mean `revenue`?
",
    );
    refused(
        &[(METRICS_FILE, "numerator = \"revenue\"", "numerator = \"order_value\"")],
        r"
metrics.toml:18:13: `order_value` is a ratio, which cannot be part of a ratio
  hint: these can: `conversion`, `count`, `sum`, `max`, `distinct`
",
    );
}

/// C04 and C15
#[test]
fn c04_c15_keys() {
    let add = |key: &str, expected: &str| {
        let added = format!("[metrics.{key}]\nkind = \"count\"\n\n[metrics.errors]");
        refused(&[(METRICS_FILE, "[metrics.errors]", &added)], expected);
    };
    add(
        "Orders",
        r"
metrics.toml:21:10: metric `Orders` has the key of metric `orders` at metrics.toml:12:10, but for case
",
    );
    add(
        r#""errors per\nunit""#,
        r"
metrics.toml:21:10: `errors per\u{a}unit` cannot be the key of a metric
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
",
    );
    add(
        &"x".repeat(200),
        r"
metrics.toml:21:10: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be the key of a metric
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
",
    );
}

/// A broken metric, source or ratio is one problem, however often it is used.
#[test]
fn one_cause_one_line() {
    refused(
        &[(METRICS_FILE, "kind = \"count\"", "kind = 1")],
        r"
metrics.toml:13:8: `kind` must be one of `conversion`, `count`, `sum`, `max`, `distinct`, `ratio`, `retention`, `quantile`, `funnel`, found `1`
",
    );
    refused(
        &[(PROJECT_FILE, "\"data/events\"", "1")],
        r"
assize.toml:16:12: `location` must be a string or a table with `env`, found `1`
",
    );
    refused(
        &[(PROJECT_FILE, "[sources.events]", "[sources.events")],
        r"
assize.toml:14:16: not TOML: unclosed table, expected `]`
",
    );
    refused(
        &[(METRICS_FILE, "[metrics.errors]", "[metrics.errors")],
        r"
metrics.toml:21:16: not TOML: unclosed table, expected `]`
",
    );
}
