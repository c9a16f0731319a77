//! From evidence to a report.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::look::{Look, confidence, days, leading};
use super::memory::{Remembered, confirmed, holds, remember};
use super::otherwise::otherwise;
use super::rules::{self, Conclusion};
use super::schedule::Schedule;
use super::{
    Decision, EstimateRow, Evidence, HealthRow, Memory, Outcome, Report, RuleTried, Standing,
    Verdict, best, checks, days_left, judge, sentence,
};
use crate::config::{Experiment, Metric, MetricKind, Role, Status, Step};

/// The verdict on one experiment at one look, with everything it rests on.
///
/// `metrics` are the project's, by key. Whatever the evidence holds, there is a report: a
/// metric that failed is a row that says so, and nothing ships on it.
pub fn decide(
    experiment: &Experiment,
    as_of: Date,
    metrics: &BTreeMap<String, Metric>,
    evidence: Evidence,
    memory: &Memory,
) -> Report {
    let estimates = judge(experiment, metrics, &evidence, as_of, memory);
    let mut health = checks(experiment, metrics, &evidence, of_all_units(&estimates), as_of);
    accept(&mut health, &memory.past.accepted);
    conclude(experiment, as_of, metrics, Judged { evidence, estimates, health }, memory)
}

/// The verdict once more, from what was written down: `health` holds the checks as they came
/// out then, and the evidence needs no counts that only they look at.
pub fn decide_again(
    experiment: &Experiment,
    as_of: Date,
    metrics: &BTreeMap<String, Metric>,
    (evidence, health): (Evidence, Vec<HealthRow>),
    memory: &Memory,
) -> Report {
    let estimates = judge(experiment, metrics, &evidence, as_of, memory);
    conclude(experiment, as_of, metrics, Judged { evidence, estimates, health }, memory)
}

/// Everything that a conclusion rests on.
struct Judged {
    evidence: Evidence,
    estimates: Vec<EstimateRow>,
    health: Vec<HealthRow>,
}

/// Segments come last, and never decide.
fn of_all_units(estimates: &[EstimateRow]) -> &[EstimateRow] {
    estimates.split_at(estimates.partition_point(|row| row.segment.is_none())).0
}

fn conclude(
    experiment: &Experiment,
    as_of: Date,
    metrics: &BTreeMap<String, Metric>,
    judged: Judged,
    memory: &Memory,
) -> Report {
    let Judged { evidence, estimates, health } = judged;
    let whole = of_all_units(&estimates);
    let look = Look {
        experiment,
        metrics,
        evidence: &evidence,
        estimates: whole,
        health: &health,
        days: days(experiment, as_of),
    };
    let (conclusion, trace) = rules::decide(&look);
    let verdict = verdict(&look, conclusion, trace, memory, as_of);
    let schedule = Schedule::new(experiment, &evidence, as_of, memory);
    let is_new = memory.standing == Standing::New;
    let looks = whole.iter().filter(|_| is_new).map(|row| schedule.spent(row)).collect();
    Report {
        experiment: experiment.key.clone(),
        as_of,
        verdict,
        estimates,
        summaries: evidence.summaries,
        health,
        steps: steps(experiment, metrics),
        waterfall: evidence.waterfall,
        looks,
    }
}

/// The report on an experiment of which nothing is known but why.
pub fn not_analysed(
    experiment: &Experiment,
    as_of: Date,
    metrics: &BTreeMap<String, Metric>,
    why: &str,
    memory: &Memory,
) -> Report {
    let used = experiment.metrics.iter();
    let failed = used.map(|used| (used.metric.clone(), why.to_owned())).collect();
    let evidence = Evidence { failed, ..Evidence::default() };
    let mut report = decide(experiment, as_of, metrics, evidence, memory);
    // The other checks looked at nothing.
    report.health.retain(|row| row.check == "metric_failed");
    report
        .verdict
        .hold_reasons
        .retain(|reason| reason == "metric_failed" || reason.starts_with("status_"));
    report
}

/// A step is called by its event, or else by what it asks of a fact.
fn steps(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
) -> BTreeMap<String, Vec<String>> {
    let name = |step: &Step| match (&step.event, &step.predicate) {
        (Some((text, _)), _) | (None, Some((text, _))) => text.clone(),
        (None, None) => "any fact".to_owned(),
    };
    let funnel = |metric: &Metric| match &metric.kind {
        MetricKind::Funnel { steps, .. } => Some(steps.iter().map(name).collect()),
        _ => None,
    };
    let used = experiment.metrics.iter().filter_map(|used| metrics.get(&used.metric));
    used.filter_map(|metric| Some((metric.key.clone(), funnel(metric)?))).collect()
}

/// A failed check that a person has looked into no longer stops a verdict, and says so.
fn accept(health: &mut [HealthRow], accepted: &[String]) {
    for row in health.iter_mut().filter(|row| row.outcome == Outcome::Fail) {
        if accepted.contains(&row.check) {
            row.outcome = Outcome::Warn;
            row.detail = format!("{} (accepted by a person)", row.detail);
        }
    }
}

fn verdict(
    look: &Look,
    found: Conclusion,
    mut trace: Vec<RuleTried>,
    memory: &Memory,
    as_of: Date,
) -> Verdict {
    let Remembered { conclusion, settled } = remember(look, found, memory, as_of);
    let settled_on = settled.as_ref().map(|(day, _)| *day);
    trace.extend(settled.map(|(_, rule)| rule));
    let decision = conclusion.decision;
    let row = conclusion.row.or_else(|| leading(look));
    let lift = row.and_then(|row| row.estimate.as_ref().ok()?.lift.as_ref().ok());
    let interval = row.and_then(|row| row.lift_interval(look.experiment.test.method));
    let treatment = row.map(|row| row.treatment.clone());
    let left = days_left::days_left(look).filter(|_| decision == Decision::KeepRunning);
    let hold_reasons = hold_reasons(look);
    let sets_in_motion = matches!(decision, Decision::Ship | Decision::RollBack);
    let winner = treatment.clone().filter(|_| decision == Decision::Ship);
    let mut verdict = Verdict {
        decision,
        metric: row.map_or_else(|| first_metric(look.experiment), |row| row.metric.clone()),
        treatment,
        confidence: row.and_then(confidence),
        lift: lift.and_then(|lift| finite(lift.value)),
        lift_lower: interval.and_then(|interval| finite(interval.lower)),
        lift_upper: interval.and_then(|interval| finite(interval.upper)),
        probability_best: row.and_then(|row| best::probability(look, &row.treatment)),
        units: look.evidence.units(),
        units_by_variant: units_by_variant(look),
        days: look.days,
        days_left: left,
        actionable: sets_in_motion && hold_reasons.is_empty(),
        hold_reasons,
        lock_phase: memory.past.lock.phase,
        confirmed: winner.as_deref().map_or(0, |winner| confirmed(memory, as_of, winner)),
        settled_on,
        winner,
        trace,
        recommendation: sentence::recommendation(look, &conclusion, left),
        otherwise: otherwise(look, &conclusion, settled_on),
    };
    for (reason, words) in holds(look, memory, &verdict) {
        verdict.hold(reason);
        verdict.recommendation = format!("{} {words}", verdict.recommendation);
    }
    verdict
}

fn units_by_variant(look: &Look) -> Vec<(String, u64)> {
    let variants = look.experiment.variants.iter();
    variants.map(|v| (v.key.clone(), look.evidence.units_of(&v.key))).collect()
}

impl Verdict {
    /// Keeps this verdict from setting anything in motion, and says why.
    pub fn hold(&mut self, reason: impl Into<String>) {
        self.actionable = false;
        self.hold_reasons.push(reason.into());
    }
}

fn first_metric(experiment: &Experiment) -> String {
    let primary = experiment.metrics.iter().find(|used| used.role == Role::Primary);
    primary.or(experiment.metrics.first()).map_or_else(String::new, |used| used.metric.clone())
}

/// An end that is not a number in a table is no end.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Failed checks, tails too heavy to act on, and a status in which nobody expects an action.
fn hold_reasons(look: &Look) -> Vec<String> {
    let checks = look.failed_checks().into_iter().chain(look.held_by_tails());
    let mut reasons: Vec<String> = checks.map(|row| row.check.clone()).collect();
    let status = match look.experiment.status {
        Status::Running | Status::Stopped => None,
        Status::Draft => Some("status_draft"),
        Status::Paused => Some("status_paused"),
        Status::Concluded => Some("status_concluded"),
        Status::Archived => Some("status_archived"),
    };
    reasons.extend(status.map(str::to_owned));
    reasons
}
