//! What the rates mean, in a sentence or two for people.

use super::super::words::{counted, list, percent, quoted, short};
use super::rate::{Keeping, Rate};
use super::{AaMetric, AaReport};
use crate::config::{Experiment, Method};

/// More skewed than this, a metric may need a cap; an exponential distribution has 2.
const SKEWED: f64 = 3.0;
/// Fewer units than this may be too few for any metric.
const FEW_UNITS: u64 = 1_000;
/// With fewer false decisions to be expected, only gross faults show.
const EXPECTED: f64 = 10.0;

/// What an analyst reads first.
pub(super) fn told(experiment: &Experiment, report: &AaReport, could_decide: bool) -> String {
    if experiment.metrics.is_empty() {
        return "None of its metrics could be shuffled.".to_owned();
    }
    if !could_decide && report.keeping == Keeping::Kept {
        return format!("Nothing could be decided on any of these nights: {}.", why(experiment));
    }
    match report.keeping {
        Keeping::Kept => kept(report),
        Keeping::Unclear => format!(
            "More often than promised on this data, as chance may still have it: {}. Shuffle more \
             often (--shuffles {}) to know.",
            list(&deeds(report, Keeping::Unclear)),
            4 * report.shuffles
        ),
        Keeping::Broken => broken(report),
    }
}

/// Why nothing was decided.
fn why(experiment: &Experiment) -> String {
    let decision = &experiment.decision;
    match experiment.test.method {
        Method::TTest => {
            format!("a t-test decides at the planned end, on {}", experiment.end)
        }
        _ => format!(
            "at least {} and {} in every variant come before",
            counted(u64::from(decision.minimum_days), "day"),
            counted(decision.minimum_units, "unit")
        ),
    }
}

fn kept(report: &AaReport) -> String {
    let deeds = format!(
        "of {} {} and {}",
        counted(report.shuffles, "shuffle"),
        deed("shipped", &report.ship),
        deed("were rolled back", &report.roll_back)
    );
    match enough(report) {
        None => format!("The chain keeps its promise on this data: {deeds}."),
        Some(enough) => format!(
            "So far the chain keeps its promise on this data: {deeds}. So few shuffles show gross \
             faults only; --shuffles {enough} shows more."
        ),
    }
}

/// Shuffles that it takes, where these are too few.
fn enough(report: &AaReport) -> Option<u64> {
    let promised = [&report.ship, &report.roll_back].into_iter().filter_map(|rate| rate.promised);
    let least = promised.reduce(f64::min).filter(|least| *least > 0.0)?;
    let enough = (EXPECTED / least).ceil() as u64;
    (report.shuffles < enough).then_some(enough)
}

/// "1.2 % shipped (at most 2.5 % promised)".
fn deed(what: &str, rate: &Rate) -> String {
    let share = rate.share().map_or_else(|| "none".to_owned(), percent);
    match rate.promised {
        Some(promised) => format!("{share} {what} (at most {} promised)", percent(promised)),
        None => format!("{share} {what} (its rules promise nothing)"),
    }
}

fn broken(report: &AaReport) -> String {
    let text = format!(
        "The chain breaks its promise on this data: {}.",
        list(&deeds(report, Keeping::Broken))
    );
    let worst = report.metrics.iter().filter(|m| m.either.keeping() == Some(Keeping::Broken));
    let excess = |m: &&AaMetric| m.either.share().unwrap_or(0.0) / m.alpha;
    match worst.max_by(|a, b| excess(a).total_cmp(&excess(b))) {
        Some(metric) => format!("{text} {}", advice(report, metric)),
        None => text,
    }
}

/// All that happened more often than promised, at least this clearly.
fn deeds(report: &AaReport, at_least: Keeping) -> Vec<String> {
    let is_so = |rate: &Rate| rate.keeping().is_some_and(|keeping| keeping >= at_least);
    let decisions = [
        ("of the shuffles shipped", &report.ship),
        ("were rolled back", &report.roll_back),
        ("failed a health check", &report.alarm),
    ];
    let decisions = decisions.into_iter().filter(|(_, rate)| is_so(rate));
    let mut deeds: Vec<String> = decisions.map(|(what, rate)| deed(what, rate)).collect();
    let metrics = report.metrics.iter().filter(|metric| is_so(&metric.either));
    deeds.extend(metrics.map(|metric| {
        let what = format!("showed a difference in {}", quoted(&metric.metric));
        deed(&what, &metric.either)
    }));
    deeds
}

/// What to look at, of the metric that is most wrong.
fn advice(report: &AaReport, metric: &AaMetric) -> String {
    let name = quoted(&metric.metric);
    match metric.skewness {
        Some(skewness) if skewness > SKEWED => format!(
            "{name} has heavy tails (skewness {}): set a cap, or wait for more units before it \
             decides (`minimum_units`).",
            short(skewness)
        ),
        _ if report.units < FEW_UNITS => format!(
            "{} are few for {name}: wait for more before it decides (`minimum_units`).",
            counted(report.units, "unit")
        ),
        _ => format!(
            "Look at the values of {name}: a few very large ones (set a cap; of a ratio, on its \
             parts), or variants of very different size."
        ),
    }
}
