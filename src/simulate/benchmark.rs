//! What a large project asks for.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::spec::{
    AmountSpec, BetterSpec, DefectSpec, EventSpec, ExperimentSpec, GuardrailSpec, MetricKindSpec,
    MetricSpec, Spec, VariantSpec,
};

const START: Date = Date::constant(2026, 9, 1);
const DAYS: u32 = 28;
const PRE_PERIOD_DAYS: u32 = 7;

/// Share of all events by kind; sessions make up the rest.
const SHARES: [(&str, f64); 4] =
    [("search.performed", 0.15), ("purchase", 0.1), ("error", 0.08), ("refund", 0.01)];

/// Events per unit and day that convert; the chance within 7 days is `1 - exp(-7 rate)`.
const CONVERSIONS: [(&str, f64); 2] = [("onboarding.completed", 0.07), ("search.clicked", 0.04)];

impl Spec {
    /// About `events` events of `units` units over four weeks, in `experiments` experiments
    /// of eight metrics each. Every fifth experiment has three variants.
    ///
    /// The number of events is exact to a few per cent: it is a draw, and effects change it.
    pub fn benchmark(units: u64, events: u64, experiments: u32, seed: u64) -> Spec {
        Spec {
            name: "benchmark".to_owned(),
            seed,
            start: START,
            days: DAYS,
            units,
            pre_period_days: PRE_PERIOD_DAYS,
            activity_sigma: 0.6,
            activity_correlation: 0.8,
            defects: DefectSpec { late: 0.002, duplicate: 0.001 },
            events: kinds(events as f64 / (units as f64 * f64::from(DAYS)).max(1.0)),
            metrics: metrics(),
            experiments: (0..experiments).map(experiment).collect(),
        }
    }
}

/// Kinds of events that add up to `per_day` events per unit and day.
fn kinds(per_day: f64) -> Vec<EventSpec> {
    // Conversions take at most 30 % of a small budget, so that the kinds never exceed it.
    let scale = (0.3 * per_day / CONVERSIONS.iter().map(|(_, rate)| rate).sum::<f64>()).min(1.0);
    let converting = CONVERSIONS.map(|(name, rate)| (name, rate * scale));
    let rest = per_day - converting.iter().map(|(_, rate)| rate).sum::<f64>();
    let sessions = 1.0 - SHARES.iter().map(|(_, share)| share).sum::<f64>();
    let rates = SHARES.iter().copied().chain([("session.started", sessions)]);
    let conversions = converting.into_iter().map(|(name, rate)| EventSpec {
        name: name.to_owned(),
        per_day: None,
        probability: Some(-(-7.0 * rate).exp_m1()),
        within_days: Some(7),
        amount: None,
    });
    conversions
        .chain(rates.map(|(name, share)| EventSpec {
            name: name.to_owned(),
            per_day: Some(share * rest),
            probability: None,
            within_days: None,
            amount: amount(name),
        }))
        .collect()
}

fn amount(event: &str) -> Option<AmountSpec> {
    match event {
        "purchase" => Some(AmountSpec { mean: 45.0, sigma: 0.9, foreign: 0.05 }),
        "refund" => Some(AmountSpec { mean: 30.0, sigma: 0.7, foreign: 0.05 }),
        _ => None,
    }
}

/// The catalogue: eight metrics that experiments use, and two more.
fn metrics() -> BTreeMap<String, MetricSpec> {
    use MetricKindSpec::{Count, Sum};
    let catalogue = [
        ("activation_rate", converts("onboarding.completed")),
        ("search_conversion_rate", converts("search.clicked")),
        ("sessions_per_user", over(Count, "session.started")),
        ("searches_per_user", over(Count, "search.performed")),
        ("orders_per_user", over(Count, "purchase")),
        ("revenue_per_user", in_euro(over(Sum, "purchase"))),
        ("average_order_value", ratio("revenue_per_user", "orders_per_user")),
        ("error_rate", lower(over(Count, "error"))),
        ("refunds_per_user", lower(over(Count, "refund"))),
        ("refunded_per_user", lower(in_euro(over(Sum, "refund")))),
    ];
    catalogue.into_iter().map(|(key, metric)| (key.to_owned(), metric)).collect()
}

fn over(kind: MetricKindSpec, event: &str) -> MetricSpec {
    MetricSpec {
        kind,
        description: None,
        event: Some(event.to_owned()),
        window_days: None,
        currency: None,
        numerator: None,
        denominator: None,
        better: None,
    }
}

fn converts(event: &str) -> MetricSpec {
    MetricSpec { window_days: Some(7), ..over(MetricKindSpec::Conversion, event) }
}

fn in_euro(metric: MetricSpec) -> MetricSpec {
    MetricSpec { currency: Some(super::rows::HOME.to_owned()), ..metric }
}

fn lower(metric: MetricSpec) -> MetricSpec {
    MetricSpec { better: Some(BetterSpec::Lower), ..metric }
}

fn ratio(numerator: &str, denominator: &str) -> MetricSpec {
    MetricSpec {
        event: None,
        numerator: Some(numerator.to_owned()),
        denominator: Some(denominator.to_owned()),
        ..over(MetricKindSpec::Ratio, "")
    }
}

fn experiment(index: u32) -> ExperimentSpec {
    // Five sizes of effect, so that every verdict occurs.
    let lift = [0.0, 0.03, 0.08, -0.05, 0.01].get(index as usize % 5).copied().unwrap_or(0.0);
    let start = START.saturating_add(i64::from(PRE_PERIOD_DAYS + index % 7).days());
    let keys = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
    let guardrail = |metric: &str, margin| GuardrailSpec { metric: metric.to_owned(), margin };
    ExperimentSpec {
        key: format!("experiment-{:02}", index + 1),
        name: format!("Experiment {}", index + 1),
        hypothesis: format!("Changes activation by {:+.0} %", lift * 100.0),
        owner: None,
        status: "running".to_owned(),
        start,
        end: start.saturating_add(28.days()),
        traffic: 0.5,
        exposed: 0.9,
        repeat: 0.05,
        crossover: 0.002,
        sample_ratio: None,
        primary: keys(&["activation_rate"]),
        secondary: keys(&[
            "orders_per_user",
            "revenue_per_user",
            "average_order_value",
            "sessions_per_user",
            "search_conversion_rate",
        ]),
        guardrail: vec![guardrail("error_rate", Some(0.1)), guardrail("refunds_per_user", None)],
        target_sample_size: None,
        minimum_effect: Some(0.02),
        minimum_days: Some(7),
        variants: variants(lift, if index % 5 == 4 { 3 } else { 2 }),
    }
}

/// Percents as equal as whole numbers can be; the control has what is left.
fn weight(arm: u32, count: u32) -> f64 {
    let each = 100 / count;
    f64::from(if arm == 0 { 100 - each * (count - 1) } else { each })
}

/// Control and treatments; the second treatment has twice the effect of the first.
fn variants(lift: f64, count: u32) -> Vec<VariantSpec> {
    (0..count)
        .map(|arm| {
            let factor = f64::from(arm);
            let lifts = [
                ("activation_rate", lift),
                ("orders_per_user", lift / 2.0),
                // A little more per order, so that the average order value moves as well.
                ("revenue_per_user", lift * 0.7),
            ];
            let lifts = lifts.into_iter().filter(|(_, lift)| arm > 0 && *lift != 0.0);
            VariantSpec {
                key: if arm == 0 { "control".to_owned() } else { format!("treatment-{arm}") },
                weight: weight(arm, count),
                control: arm == 0,
                lift: lifts.map(|(key, lift)| (key.to_owned(), lift * factor)).collect(),
            }
        })
        .collect()
}
