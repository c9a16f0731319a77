//! Many mistakes in many files are one report.

use super::*;

/// C03
#[test]
fn c03_all_at_once_and_in_order() {
    refused(
        &[
            (PROJECT_FILE, "Europe/Berlin", "CET"),
            (PROJECT_FILE, "partition", "partiton"),
            (METRICS_FILE, "\"7d\"", "\"1 week\""),
            (METRICS_FILE, "value = \"amount\"\n", ""),
            (METRICS_FILE, "better = \"lower\"", "cap = { at = 500.0 }"),
            (METRICS_FILE, "\"orders\"", "\"orders\"\ncap = { at = 500.0 }"),
            (CHECKOUT_FILE, "end = 2026-10-29", "end = 2026-09-29"),
            (CHECKOUT_FILE, "\"short\", weight = 50", "\"short\", weight = 60"),
            (CHECKOUT_FILE, "\"order_value\"", "\"order_valeu\""),
            (CHECKOUT_FILE, "alpha = 0.05", "alpha = 5"),
        ],
        r"
assize.toml:3:12: unknown time zone `CET`
  hint: abbreviations are ambiguous; did you mean `Europe/Berlin`?
assize.toml:17:1: unknown key `partiton`
  hint: did you mean `partition`?
experiments/checkout.toml:5:7: `end` must be after `start`, found `2026-09-29`, and `start` is `2026-10-01`
  hint: `end` is the first day that no longer belongs to the experiment
experiments/checkout.toml:7:12: the weights sum to 110, not 100
experiments/checkout.toml:14:14: there is no metric `order_valeu`
  hint: did you mean `order_value`?
experiments/checkout.toml:15:25: guardrail `errors` does not say which direction is good
  hint: add `better` to the metric at metrics.toml:21:10
experiments/checkout.toml:19:9: `alpha` must be more than 0 and less than 1, found `5`
  hint: it is a fraction: 5 % is `0.05`
metrics.toml:4:10: `window` must be a duration such as `7d`, `36h`, `30m` or `45s`, found `1 week`
  hint: `7d` is the first 7 days, `7d..14d` the 7 days after them
metrics.toml:6:10: sum `revenue` needs `value`
metrics.toml:19:7: a ratio has no `cap`
  hint: its numerator and denominator have their own
",
    );
}

#[test]
fn a_valid_project_has_nothing_to_say() {
    let loaded = accepted(&[]);
    assert_eq!(loaded.warnings, []);
    let experiment = &loaded.project.experiments[0];
    assert_eq!(experiment.key, "checkout");
    assert_eq!(experiment.variants[0].key, "control");
    assert_eq!(experiment.metrics.len(), 3);
    assert!(loaded.project.output.is_absolute());
}
