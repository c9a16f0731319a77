//! Each kind of metric, and what belongs to it alone.

use super::*;
use assize::config::{Cap, Maturity, Metric, MetricKind, QuantileOf, Window};

const UNTIMED: &str = "kind = \"facts\"\nlocation = \"data/events\"\ncolumns = { unit = \"user_id\", event = \"e\" }\n";
const EVENTS: &str = r#"kind = "facts"
location = "data/events"
partition = "day"
columns = { unit = "user_id", time = "occurred_at", event = "event_name", id = "event_id" }
"#;

/// The project with one more metric, `extra`, which begins in line 26.
fn extra(table: &str) -> String {
    format!("better = \"lower\"\n\n[metrics.extra]\n{table}")
}

#[track_caller]
pub fn refused_extra(table: &str, expected: &str) {
    refused(&[(METRICS_FILE, "better = \"lower\"", &extra(table))], expected);
}

#[track_caller]
pub fn accepted_extra(table: &str) -> Metric {
    let loaded = accepted(&[(METRICS_FILE, "better = \"lower\"", &extra(table))]);
    loaded.project.metrics["extra"].clone()
}

#[test]
fn every_kind_can_be_said() {
    let day = 86_400_000_000;
    let metric = accepted_extra("kind = \"conversion\"\nat_least = 3");
    assert!(matches!(metric.kind, MetricKind::Conversion { at_least: 3, .. }));
    let metric = accepted_extra("kind = \"conversion\"");
    assert!(matches!(metric.kind, MetricKind::Conversion { at_least: 1, .. }));
    assert_eq!((metric.cap, metric.covariate, metric.maturity), (None, None, Maturity::All));
    let metric = accepted_extra("kind = \"max\"\nvalue = \"amount\"\ncap = { at = 500 }");
    assert!(matches!(metric.kind, MetricKind::Max { .. }));
    assert_eq!(metric.cap, Some(Cap::At(500.0)));
    let metric =
        accepted_extra("kind = \"distinct\"\nvalue = \"product\"\ncap = { quantile = 1.0 }");
    assert!(matches!(metric.kind, MetricKind::Distinct { .. }));
    assert_eq!(metric.cap, Some(Cap::Quantile(1.0)));
    let metric = accepted_extra("kind = \"retention\"\nwindow = \"7d..14d\"");
    let MetricKind::Retention(filter) = metric.kind else { panic!("a retention") };
    assert_eq!(filter.window, Window { from: 7 * day, to: Some(14 * day) });
    assert_eq!(metric.maturity, Maturity::Matured);
    let metric = accepted_extra("kind = \"quantile\"\nvalue = \"amount\"\nlevel = 0.9");
    let MetricKind::Quantile { level, of, .. } = metric.kind else { panic!("a quantile") };
    assert_eq!((level, of), (0.9, QuantileOf::Units));
    let metric =
        accepted_extra("kind = \"quantile\"\nvalue = \"amount\"\nlevel = 0.5\nof = \"facts\"");
    assert!(matches!(metric.kind, MetricKind::Quantile { of: QuantileOf::Facts, .. }));
    let metric = accepted_extra(
        "kind = \"ratio\"\nnumerator = \"revenue\"\ndenominator = \"activation\"\nbetter = \"lower\"",
    );
    assert!(matches!(metric.kind, MetricKind::Ratio { .. }));
}

#[test]
fn the_steps_of_a_funnel() {
    let metric = accepted_extra(
        "kind = \"funnel\"\nwhere = \"amount > 0\"\nwindow = \"1d\"\nsteps = [{ event = \"view\" }, { where = \"x\" }, \"purchase\"]",
    );
    let MetricKind::Funnel { filter, steps } = metric.kind else { panic!("a funnel") };
    assert_eq!(filter.event, None);
    assert_eq!(filter.predicate.unwrap().0, "amount > 0");
    let said: Vec<_> = steps
        .iter()
        .map(|step| {
            let (text, place) = step.event.as_ref().or(step.predicate.as_ref()).unwrap();
            format!("{place} {text}")
        })
        .collect();
    assert_eq!(
        said,
        ["metrics.toml:30:20 view", "metrics.toml:30:40 x", "metrics.toml:30:47 purchase"]
    );
    refused_extra(
        "kind = \"funnel\"\nevent = \"a\"\nsteps = [\"a\"]",
        r"
metrics.toml:28:9: a funnel has no `event`
  hint: its steps have their own; `where` is for all of them
metrics.toml:29:9: `steps` must be from 2 to 16, found 1
",
    );
    refused_extra(
        "kind = \"funnel\"\nsteps = [\"\", {}, { evnt = \"a\" }, 1, { where = \" \" }]",
        r"
metrics.toml:28:10: `event` is empty
metrics.toml:28:14: an item of `steps` needs `event` or `where`
metrics.toml:28:20: unknown key `evnt`
  hint: did you mean `event`?
metrics.toml:28:34: an item of `steps` must be a string or a table with `event`, `where`, found `1`
metrics.toml:28:47: `where` is empty
",
    );
    let many = format!("kind = \"funnel\"\nsteps = [{}]", ["\"a\""; 17].join(", "));
    refused_extra(
        &many,
        r"
metrics.toml:28:9: `steps` must be from 2 to 16, found 17
",
    );
    refused_extra(
        "kind = \"funnel\"",
        r"
metrics.toml:26:10: funnel `extra` needs `steps`
",
    );
    refused_extra(
        "kind = \"count\"\nsteps = [\"a\", \"b\"]",
        r"
metrics.toml:28:9: a count has no `steps`
  hint: only a `funnel` has them
",
    );
}

/// A step comes after another, and an event has a name, only where the source says so.
#[test]
fn a_funnel_needs_columns() {
    let funnel = extra("kind = \"funnel\"\nsteps = [\"a\", { event = \"b\" }]");
    let to_errors = (METRICS_FILE, "better = \"lower\"", funnel.as_str());
    refused(
        &[to_errors, (METRICS_FILE, "window = \"7d\"\n", ""), (PROJECT_FILE, EVENTS, UNTIMED)],
        r"
metrics.toml:25:10: funnel `extra` needs a column `time`, which source `events` does not have
",
    );
    refused(
        &[
            to_errors,
            (METRICS_FILE, "event = \"onboarding.completed\"", "where = \"x\""),
            (METRICS_FILE, "event = \"purchase\"\n", ""),
            (METRICS_FILE, "event = \"purchase\"\n", ""),
            (METRICS_FILE, "event = \"error\"\n", ""),
            (PROJECT_FILE, "event = \"event_name\", ", ""),
        ],
        r"
metrics.toml:25:10: `event` needs a column `event`, which source `events` does not have
metrics.toml:25:25: `event` needs a column `event`, which source `events` does not have
",
    );
}

#[test]
fn what_a_kind_needs() {
    for (kind, expected) in [
        (
            "max",
            r"
metrics.toml:26:10: max `extra` needs `value`
",
        ),
        (
            "distinct",
            r"
metrics.toml:26:10: distinct `extra` needs `value`
",
        ),
        (
            "retention",
            r"
metrics.toml:26:10: retention `extra` needs `window`
",
        ),
        (
            "quantile",
            r"
metrics.toml:26:10: quantile `extra` needs `level`
metrics.toml:26:10: quantile `extra` needs `value`
",
        ),
    ] {
        refused_extra(&format!("kind = \"{kind}\""), expected);
    }
}

/// A ratio is of two numbers per unit.
#[test]
fn the_parts_of_a_ratio_can_be_divided() {
    let ratio = "kind = \"ratio\"\nnumerator = \"kept\"\ndenominator = \"orders\"\n";
    refused_extra(
        &format!("{ratio}[metrics.kept]\nkind = \"retention\"\nwindow = \"7d\""),
        r"
metrics.toml:28:13: `kept` is a retention, which cannot be part of a ratio
  hint: these can: `conversion`, `count`, `sum`, `max`, `distinct`
",
    );
    accepted_extra(&format!("{ratio}[metrics.kept]\nkind = \"max\"\nvalue = \"amount\""));
}

/// C10
#[test]
fn c10_windows_of_every_kind() {
    let long = extra("kind = \"retention\"\nwindow = \"7d..30d\"");
    refused(
        &[
            (METRICS_FILE, "better = \"lower\"", &long),
            (CHECKOUT_FILE, "[\"order_value\"]", "[\"extra\"]"),
        ],
        r"
experiments/checkout.toml:14:14: metric `extra` has the window `7d..30d`, longer than the experiment's 28 days
",
    );
}
