//! All shuffles of an experiment counted together.

use super::super::{Outcome, Report, level};
use super::promised;
use super::rate::{Keeping, Rate};
use super::shuffled::{Ever, Seen, Shuffled};
use super::told::told;
use super::{AaLeftOut, AaMetric, AaReport};
use crate::config::{Experiment, MetricUse, Role, Variant};

/// What became of all shuffles of an experiment.
///
/// `real` is the report on its real variants as of the last night; `left_out` are metrics that
/// the experiment promises beside those that were shuffled.
pub fn aa_report(
    experiment: &Experiment,
    (shuffled, seed): (&[Shuffled], u64),
    real: &Report,
    left_out: Vec<AaLeftOut>,
) -> AaReport {
    let seen: Vec<&Seen> = shuffled.iter().map(|shuffled| &shuffled.seen).collect();
    let nights = real.verdict.days;
    let rate = |happened: &dyn Fn(&Seen) -> bool, promised| rate(&seen, happened, promised);
    let checks = checks(experiment, &seen, nights);
    let fails = real.health.iter().filter(|row| row.outcome == Outcome::Fail);
    let mut report = AaReport {
        experiment: experiment.key.clone(),
        as_of: real.as_of,
        nights,
        units: real.verdict.units,
        shuffles: seen.len() as u64,
        seed,
        ship: rate(&|seen| seen.shipped, promised::ship(experiment)),
        roll_back: rate(&|seen| seen.rolled_back, promised::roll_back(experiment)),
        alarm: rate(&|seen| !seen.failed.is_empty(), alarm(experiment, &seen, nights)),
        checks,
        metrics: metrics(experiment, &seen, real),
        left_out,
        fails: fails.cloned().collect(),
        keeping: Keeping::Kept,
        sentence: String::new(),
    };
    report.keeping = report.rates().filter_map(Rate::keeping).max().unwrap_or(Keeping::Kept);
    let could_decide = seen.iter().any(|seen| seen.could_decide);
    report.sentence = told(experiment, &report, could_decide);
    report
}

impl AaReport {
    /// Every rate beside which something was promised.
    pub(super) fn rates(&self) -> impl Iterator<Item = &Rate> {
        let metrics = self.metrics.iter().map(|metric| &metric.either);
        [&self.ship, &self.roll_back, &self.alarm].into_iter().chain(metrics)
    }
}

fn rate(seen: &[&Seen], happened: &dyn Fn(&Seen) -> bool, promised: Option<f64>) -> Rate {
    let count = seen.iter().filter(|seen| happened(seen)).count();
    Rate::of(count as u64, seen.len() as u64, promised)
}

/// Every check that failed somewhere.
fn checks(experiment: &Experiment, seen: &[&Seen], nights: u32) -> Vec<(String, Rate)> {
    let mut names: Vec<&String> = seen.iter().flat_map(|seen| &seen.failed).collect();
    names.sort_unstable();
    names.dedup();
    let of = |name: &String| {
        let promised = promised::check(experiment, name, nights);
        (name.clone(), rate(seen, &|seen| seen.failed.contains(name), promised))
    };
    names.into_iter().map(of).collect()
}

/// What all checks that were made promise together, at most.
fn alarm(experiment: &Experiment, seen: &[&Seen], nights: u32) -> Option<f64> {
    let mut names: Vec<&String> = seen.iter().flat_map(|seen| &seen.made).collect();
    names.sort_unstable();
    names.dedup();
    let each = names.iter().filter_map(|name| promised::check(experiment, name, nights));
    Some(each.fold(0.0, |sum: f64, promised| sum + promised).min(1.0))
}

/// In the order of the estimates.
fn metrics(experiment: &Experiment, seen: &[&Seen], real: &Report) -> Vec<AaMetric> {
    let treatments = || experiment.variants.iter().filter(|variant| !variant.is_control);
    let pairs = experiment.metrics.iter().flat_map(|used| treatments().map(move |t| (used, t)));
    let of = |(place, (used, treatment)): (usize, (&MetricUse, &Variant))| {
        let ever = || seen.iter().filter_map(|seen| seen.metrics.get(place));
        let count = |is: fn(&Ever) -> bool| ever().filter(|ever| is(ever)).count() as u64;
        let alpha = level(experiment, used.role).alpha;
        let either = count(|ever| ever.better || ever.worse);
        AaMetric {
            metric: used.metric.clone(),
            role: role(used.role),
            treatment: treatment.key.clone(),
            alpha,
            tested: count(|ever| ever.tested),
            better: count(|ever| ever.better),
            worse: count(|ever| ever.worse),
            either: Rate::of(either, seen.len() as u64, Some(alpha)),
            skewness: skewness(real, &used.metric),
        }
    };
    pairs.enumerate().map(of).collect()
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Secondary => "secondary",
        Role::Guardrail(_) => "guardrail",
    }
}

fn skewness(real: &Report, metric: &str) -> Option<f64> {
    let rows = real.summaries.iter().filter(|row| row.metric == metric && row.segment.is_none());
    rows.filter_map(|row| Some(row.tails?.skewness?.abs())).max_by(f64::total_cmp)
}
