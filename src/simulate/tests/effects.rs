//! Whether the effects are in the data, and are the ones the truth gives.

use super::super::Spec;
use super::read::{Event, Rows, mean, read};
use super::{made, spec};

const DAY: i64 = 86_400_000_000;

/// A metric by hand: what one fact contributes, given its time since enrollment.
type ByHand = fn(&Event, i64) -> f64;

fn one_if(counts: bool) -> f64 {
    f64::from(u8::from(counts))
}

fn activated(fact: &Event, since: i64) -> f64 {
    one_if(fact.name == "activated" && (0..5 * DAY).contains(&since))
}

fn ordered(fact: &Event, since: i64) -> f64 {
    one_if(fact.name == "purchase" && since >= 0)
}

fn failed(fact: &Event, since: i64) -> f64 {
    one_if(fact.name == "error" && (0..6 * DAY).contains(&since))
}

fn paid(fact: &Event, since: i64) -> f64 {
    let euro = fact.currency.as_deref() == Some("EUR");
    if ordered(fact, since) > 0.0 && euro { fact.amount.unwrap() } else { 0.0 }
}

const METRICS: [(&str, ByHand); 4] = [
    ("activation_rate", activated),
    ("orders_per_user", ordered),
    ("revenue_per_user", paid),
    ("error_rate", failed),
];

/// Mean and standard error per variant.
fn by_variant(
    rows: &Rows,
    experiment: &str,
    metric: &str,
    by_hand: ByHand,
) -> Vec<(String, f64, f64)> {
    let values = rows.per_unit(experiment, by_hand);
    let at_most = if metric == "activation_rate" { 1.0 } else { f64::INFINITY };
    let capped = values.into_iter().map(|(variant, values)| {
        let values: Vec<f64> = values.into_iter().map(|value| value.min(at_most)).collect();
        let (mean, std_error) = mean(&values);
        (variant, mean, std_error)
    });
    capped.collect()
}

#[test]
fn values_and_lifts_are_within_four_standard_errors_of_the_truth() {
    let made = made(&spec(), 2);
    let rows = read(&made.path());
    for (experiment, truth) in &made.truth.experiments {
        for (metric, by_hand) in METRICS {
            let Some(truth) = truth.metrics.get(metric) else { continue };
            let seen = by_variant(&rows, experiment, metric, by_hand);
            let (_, base, base_error) = seen[0].clone();
            for (variant, value, std_error) in seen {
                let what = format!("{experiment} {metric} {variant}");
                let off = (value - truth.value[&variant]) / std_error;
                assert!(off.abs() < 4.0, "{what}: {value} is {off} standard errors off");
                let Some(lift) = truth.lift.get(&variant) else { continue };
                let ratio = value / base;
                let error = (std_error.powi(2) + (ratio * base_error).powi(2)).sqrt() / base;
                for lift in [lift, &truth.expected_lift[&variant]] {
                    let off = (ratio - 1.0 - lift) / error;
                    assert!(off.abs() < 4.0, "{what}: lift {ratio} is {off} standard errors off");
                }
            }
        }
    }
}

/// Of units that came earlier a variant may have more by chance, here up to 3 %; three
/// standard errors of that are allowed. `second` is still open, and overlaps with `first`.
#[test]
fn expected_lifts_scatter_around_the_ones_by_construction() {
    let made = made(&spec(), 2);
    for (experiment, truth) in &made.truth.experiments {
        for (metric, truth) in &truth.metrics {
            for (variant, lift) in &truth.lift {
                let off = (truth.expected_lift[variant] - lift) / (1.0 + lift);
                assert!(off.abs() < 0.08, "{experiment} {metric} {variant}: {off}");
            }
        }
    }
}

/// What is set on orders shows in revenue, and what is set on revenue does not in orders.
#[test]
fn lifts_that_are_not_set_follow() {
    let truth = made(&Spec { units: 100, ..spec() }, 1).truth;
    let second = &truth.experiments["second"].metrics;
    let lift = |metric: &str, variant: &str| second[metric].lift[variant];
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
    close(lift("orders_per_user", "b"), 0.5);
    close(lift("revenue_per_user", "b"), 0.5);
    close(lift("orders_per_user", "c"), 0.0);
    close(lift("revenue_per_user", "c"), -0.4);
    close(lift("activation_rate", "b"), 0.0);
    close(truth.experiments["first"].metrics["average_order_value"].lift["treatment"], 0.25);
}

/// One experiment alone, all windows closed: the truth is known by hand.
#[test]
fn truth_of_one_mature_experiment_is_the_spec() {
    let mut spec = spec();
    spec.experiments.truncate(1);
    let truth = made(&spec, 1).truth;
    let metrics = &truth.experiments["first"].metrics;
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
    close(metrics["activation_rate"].value["control"], 0.3);
    close(metrics["activation_rate"].value["treatment"], 0.3 * 1.25);
    close(metrics["error_rate"].value["control"], 0.05 * 6.0);
    close(metrics["error_rate"].value["treatment"], 0.05 * 6.0 * 0.7);
    close(metrics["average_order_value"].value["control"], 0.9 * 20.0);
    close(metrics["average_order_value"].expected_lift["treatment"], 1.5 / 1.2 - 1.0);
}

/// Before enrollment nobody is treated.
#[test]
fn variants_do_not_differ_before_enrollment() {
    let made = made(&spec(), 2);
    let rows = read(&made.path());
    let before = |fact: &Event, since: i64| one_if(fact.name == "purchase" && since < 0);
    let values = rows.per_unit("second", before);
    let (control, control_error) = mean(&values["a"]);
    for variant in ["b", "c"] {
        let (value, error) = mean(&values[variant]);
        assert!((value - control).abs() < 4.0 * error.hypot(control_error));
    }
}

/// A unit that is active before is active after; without persistence it is not.
#[test]
fn activity_persists_as_far_as_asked() {
    let correlation = |stays: f64| {
        let spec = Spec { activity_sigma: 1.0, activity_correlation: stays, ..spec() };
        let made = made(&spec, 2);
        let rows = read(&made.path());
        let week = |weeks: std::ops::Range<i64>| {
            let start = 20_727 * DAY; // 2026-10-01
            rows.per_unit("second", move |fact, since| {
                let enrolled = fact.at - since;
                let within = weeks.contains(&((fact.at - start) / (7 * DAY)));
                one_if(enrolled > 0 && fact.name == "purchase" && within)
            })
        };
        pearson(&week(0..1)["a"], &week(2..3)["a"])
    };
    assert!(correlation(1.0) > 0.25);
    assert!(correlation(0.0).abs() < 0.1);
}

fn pearson(xs: &[f64], ys: &[f64]) -> f64 {
    let ((x, _), (y, _)) = (mean(xs), mean(ys));
    let products = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum()
    };
    products(xs, x, ys, y) / (products(xs, x, xs, x) * products(ys, y, ys, y)).sqrt()
}
