//! What an experiment compares, on which metrics, and how it decides.

use super::experiments::refused_here;
use super::*;

#[test]
fn c05_weights() {
    refused_here(
        "\"short\", weight = 50",
        "\"short\", weight = 40",
        r"
experiments/checkout.toml:7:12: the weights sum to 90, not 100
",
    );
    refused_here(
        "\"short\", weight = 50",
        "\"short\", weight = -50",
        r"
experiments/checkout.toml:9:31: `weight` must be more than 0 and at most 100, found `-50`
",
    );
    refused_here(
        "\"short\", weight = 50",
        "\"short\", weight = 101",
        r"
experiments/checkout.toml:9:31: `weight` must be more than 0 and at most 100, found `101`
",
    );
    refused_here(
        "\"short\", weight = 50",
        "\"short\", weight = 49.9",
        r"
experiments/checkout.toml:7:12: the weights sum to 99.9, not 100
",
    );
    let thirds = "\"short\", weight = 16.7 }, { key = \"long\", weight = 33.3";
    let loaded = accepted(&[(CHECKOUT_FILE, "\"short\", weight = 50", thirds)]);
    let shares: f64 = loaded.project.experiments[0].variants.iter().map(|v| v.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);
}

#[test]
fn c06_one_control() {
    refused_here(
        ", control = true",
        "",
        r"
experiments/checkout.toml:7:12: no variant is the control
  hint: one variant needs `control = true`
",
    );
    refused_here(
        "\"short\", weight = 50",
        "\"short\", weight = 50, control = true",
        r"
experiments/checkout.toml:9:45: a second control, after experiments/checkout.toml:8:47
  hint: exactly one variant has `control = true`
",
    );
}

#[test]
fn c07_two_variants() {
    refused_here(
        "    { key = \"short\", weight = 50 },\n",
        "",
        r"
experiments/checkout.toml:7:12: an experiment needs at least two variants, found one
",
    );
    refused_here(
        "\"short\"",
        "\"Control\"",
        r"
experiments/checkout.toml:9:13: variant `Control` has the key of variant `control` at experiments/checkout.toml:8:13, but for case
",
    );
    refused_here(
        "\"short\"",
        "\"very short\"",
        r"
experiments/checkout.toml:9:13: `very short` cannot be the key of a variant
  hint: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128
",
    );
}

#[test]
fn c08_primary_metrics() {
    refused_here(
        "[\"activation\"]",
        "[]",
        r"
experiments/checkout.toml:13:11: no primary metric
  hint: without one, nothing can decide
",
    );
    warned(
        &[(CHECKOUT_FILE, "[\"activation\"]", "[\"activation\", \"revenue\"]")],
        r"
experiments/checkout.toml:13:11: `alpha` is divided among 2 primary metrics
  hint: each is tested more strictly; `secondary` metrics cost nothing
",
    );
    refused_here(
        "[\"order_value\"]",
        "[\"activation\"]",
        r"
experiments/checkout.toml:14:14: metric `activation` is used twice, first at experiments/checkout.toml:13:12
",
    );
}

#[test]
fn c09_metrics_that_are_not_there() {
    refused_here(
        "\"errors\"",
        "\"error\"",
        r"
experiments/checkout.toml:15:25: there is no metric `error`
  hint: did you mean `errors`?
",
    );
    refused_here(
        "\"errors\"",
        "\"latency\"",
        r"
experiments/checkout.toml:15:25: there is no metric `latency`
  hint: there are: `activation`, `errors`, `order_value`, `orders`, `revenue`
",
    );
    warned(
        &[(CHECKOUT_FILE, "\"activation\"", "\"revenue\"")],
        r"
metrics.toml:1:10: metric `activation` is not used by any experiment
",
    );
}

#[test]
fn c12_ranges() {
    refused(
        &[
            (CHECKOUT_FILE, "traffic = 0.5", "traffic = 50"),
            (CHECKOUT_FILE, "alpha = 0.05", "alpha = 5"),
            (CHECKOUT_FILE, "power = 0.8", "power = 0"),
            (CHECKOUT_FILE, "20000", "-1"),
            (CHECKOUT_FILE, "minimum_effect = 0.05", "minimum_effect = 1.0"),
            (CHECKOUT_FILE, "confidence = 0.95", "confidence = 95"),
            (CHECKOUT_FILE, "minimum_days = 7", "minimum_days = 5000000000"),
        ],
        r"
experiments/checkout.toml:6:11: `traffic` must be more than 0 and at most 1, found `50`
experiments/checkout.toml:19:9: `alpha` must be more than 0 and less than 1, found `5`
  hint: it is a fraction: 5 % is `0.05`
experiments/checkout.toml:20:9: `power` must be more than 0 and less than 1, found `0`
experiments/checkout.toml:21:22: `target_sample_size` must not be negative, found `-1`
experiments/checkout.toml:22:18: `minimum_effect` must be more than 0 and less than 1, found `1`
  hint: it is a fraction: 1 % is `0.01`
experiments/checkout.toml:26:14: `confidence` must be more than 0 and less than 1, found `95`
  hint: it is a fraction: 95 % is `0.95`
experiments/checkout.toml:27:16: `minimum_days` is too large, found `5000000000`
",
    );
    refused_here(
        "power = 0.8",
        "power = 0.05",
        r"
experiments/checkout.toml:20:9: `power` must be more than `alpha`, found `0.05` and `0.05`
",
    );
    refused_here(
        "minimum_units = 100",
        "minimum_units = 99999999999999999999",
        r"
experiments/checkout.toml:28:17: `minimum_units` is too large, found `99999999999999999999`
",
    );
}

#[test]
fn c13_margins() {
    refused_here(
        "margin = 0.02",
        "margin = -0.02",
        r"
experiments/checkout.toml:15:44: `margin` must be more than 0 and less than 1, found `-0.02`
",
    );
    refused_here(
        "margin = 0.02",
        "margin = 2",
        r"
experiments/checkout.toml:15:44: `margin` must be more than 0 and less than 1, found `2`
  hint: it is a fraction: 2 % is `0.02`
",
    );
    refused_here(
        "[\"order_value\"]",
        "[{ metric = \"order_value\", margin = 0.02 }]",
        r"
experiments/checkout.toml:14:49: only a guardrail has a `margin`
",
    );
}

#[test]
fn c14_guardrails_have_a_direction() {
    refused(
        &[(METRICS_FILE, "better = \"lower\"\n", "")],
        r"
experiments/checkout.toml:15:25: guardrail `errors` does not say which direction is good
  hint: add `better` to the metric at metrics.toml:21:10
",
    );
}
