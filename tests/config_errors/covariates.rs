//! What is known of units from before.

use super::kinds::{accepted_extra, refused_extra};
use super::*;
use assize::config::Covariate;

const DAY: i64 = 86_400_000_000;
const PLAYERS: &str = "[sources.players]\nkind = \"facts\"\nlocation = \"p\"\ncolumns = { unit = \"id\" }\n\n[sources.events]";
const COUNT: &str = "kind = \"count\"\n";

#[test]
fn a_covariate_is_a_past_a_metric_or_an_attribute() {
    let covariate = |said: &str| accepted_extra(&format!("{COUNT}covariate = {said}")).covariate;
    assert_eq!(covariate("\"14d\""), Some(Covariate::Before(14 * DAY)));
    assert_eq!(covariate("\"none\""), None);
    assert_eq!(
        covariate("{ metric = \"revenue\", window = \"7d\" }"),
        Some(Covariate::Metric { metric: "revenue".to_owned(), before: 7 * DAY })
    );
    assert_eq!(
        covariate("{ attribute = \"platform\" }"),
        Some(Covariate::Attribute("platform".to_owned()))
    );
    let ratio = "kind = \"ratio\"\nnumerator = \"revenue\"\ndenominator = \"orders\"\n";
    let metric = accepted_extra(&format!("{ratio}covariate = \"36h\""));
    assert_eq!(metric.covariate, Some(Covariate::Before(DAY * 3 / 2)));
}

/// T19
#[test]
fn t19_it_ends_where_the_unit_meets_the_experiment() {
    for (said, expected) in [
        (
            "\"14d..7d\"",
            r"
metrics.toml:28:13: `covariate` must be a duration such as `7d`, `36h`, `30m` or `45s`, or `none`, found `14d..7d`
  hint: a covariate ends where the unit meets the experiment: `14d` is the 14 days before
",
        ),
        (
            "\"-14d..1d\"",
            r"
metrics.toml:28:13: `covariate` must be a duration such as `7d`, `36h`, `30m` or `45s`, or `none`, found `-14d..1d`
  hint: a covariate ends where the unit meets the experiment: `14d` is the 14 days before
",
        ),
        (
            "\"0d\"",
            r"
metrics.toml:28:13: `covariate` must be longer than nothing, found `0d`
  hint: a covariate ends where the unit meets the experiment: `14d` is the 14 days before
",
        ),
        (
            "\"nome\"",
            r"
metrics.toml:28:13: `covariate` must be a duration such as `7d`, `36h`, `30m` or `45s`, or `none`, found `nome`
  hint: did you mean `none`?
",
        ),
        (
            "{ metric = \"revenue\", window = \"14d..0d\" }",
            r"
metrics.toml:28:44: `window` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `14d..0d`
  hint: a covariate ends where the unit meets the experiment: `14d` is the 14 days before
",
        ),
        (
            "14",
            r"
metrics.toml:28:13: `covariate` must be a string or a table with `metric`, `window`, `attribute`, found `14`
",
        ),
    ] {
        refused_extra(&format!("{COUNT}covariate = {said}"), expected);
    }
}

#[test]
fn one_of_metric_and_attribute() {
    for (said, expected) in [
        (
            "{}",
            r"
metrics.toml:28:13: `covariate` needs `metric` or `attribute`
",
        ),
        (
            "{ metric = \"revenue\" }",
            r"
metrics.toml:28:13: `covariate` needs `window`, such as `14d`
",
        ),
        (
            "{ metric = \"revenue\", attribute = \"country\", window = \"7d\" }",
            r"
metrics.toml:28:47: `covariate` has a `metric` and an `attribute`, and needs one
",
        ),
        (
            "{ attribute = \"country\", window = \"7d\" }",
            r"
metrics.toml:28:47: a covariate that is an attribute has no `window`
",
        ),
        (
            "{ attribute = \"contry\" }",
            r"
metrics.toml:28:27: `contry` is not an attribute of source `assignments`
  hint: did you mean `country`?
",
        ),
        (
            "{ atribute = \"country\" }",
            r"
metrics.toml:28:15: unknown key `atribute`
  hint: did you mean `attribute`?
",
        ),
    ] {
        refused_extra(&format!("{COUNT}covariate = {said}"), expected);
    }
}

#[test]
fn the_metric_is_another_one_of_facts() {
    for (said, expected) in [
        (
            "revenu",
            r"
metrics.toml:28:24: there is no metric `revenu`
  hint: did you mean `revenue`?
",
        ),
        (
            "extra",
            r#"
metrics.toml:28:24: `extra` is the metric itself
  hint: `covariate = "14d"` is the metric itself in the 14 days before
"#,
        ),
        (
            "order_value",
            r"
metrics.toml:28:24: `order_value` is a ratio, which cannot be a covariate
  hint: these can: `conversion`, `count`, `sum`, `max`, `distinct`
",
        ),
    ] {
        let covariate = format!("covariate = {{ metric = \"{said}\", window = \"7d\" }}");
        refused_extra(&format!("{COUNT}{covariate}"), expected);
    }
}

/// Nothing is before anything in a table of units.
#[test]
fn the_past_needs_a_time() {
    let in_events = |metrics: &str| {
        metrics.replace("kind = \"count\"", "kind = \"count\"\nsource = \"events\"")
    };
    let metrics = METRICS
        .replace("kind = \"conversion\"", "kind = \"conversion\"\nsource = \"events\"")
        .replace("kind = \"sum\"", "kind = \"sum\"\nsource = \"events\"");
    let metrics = in_events(&metrics);
    let of_players = "[metrics.level]\nkind = \"sum\"\nsource = \"players\"\nvalue = \"level\"\n";
    let with = |covariates: &str| {
        let folder = changed(&[(PROJECT_FILE, "[sources.events]", PLAYERS)]);
        write(folder.path(), METRICS_FILE, format!("{of_players}{covariates}\n{metrics}"));
        folder
    };
    refuses(
        with("covariate = \"14d\"").path(),
        r"
metrics.toml:5:13: `covariate` needs a column `time`, which source `players` does not have
",
    );
    refuses(
        with("\n[metrics.x]\nkind = \"count\"\nsource = \"events\"\ncovariate = { metric = \"level\", window = \"7d\" }").path(),
        r"
metrics.toml:9:13: `covariate` needs a column `time`, which source `players` does not have
",
    );
    refuses(
        with("\n[metrics.x]\nkind = \"ratio\"\nnumerator = \"level\"\ndenominator = \"orders\"\ncovariate = \"7d\"").path(),
        r"
metrics.toml:10:13: `covariate` needs a column `time`, which source `players` does not have
",
    );
    // What is known of a unit in a table of units may be compared with an attribute of it.
    load(with("covariate = { attribute = \"country\" }").path()).unwrap();
    load(with("covariate = { metric = \"orders\", window = \"7d\" }").path()).unwrap();
}

/// A metric that only sharpens another one is used, and two may sharpen each other.
#[test]
fn a_covariate_is_a_use() {
    let views = "\n[metrics.views]\nkind = \"count\"\ncovariate = { metric = \"errors\", window = \"7d\" }\n\n[metrics.activation]";
    let errors = "better = \"lower\"\ncovariate = { metric = \"views\", window = \"7d\" }";
    let changes = [
        (METRICS_FILE, "[metrics.activation]", views),
        (METRICS_FILE, "better = \"lower\"", errors),
    ];
    warned(&changes, "");
}
