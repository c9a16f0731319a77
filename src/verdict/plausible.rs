//! Whether the numbers can be believed.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::state::UNITS_TO_TRUST;
use super::words::{percent, quoted, readable};
use super::{EstimateRow, Evidence, HealthRow, Outcome, RowStatus, State, SummaryRow};
use crate::config::{Experiment, Metric, MetricKind, MetricUse, Role};
use crate::stats::Missing;

/// Twyman's law: what looks interesting is usually wrong.
const MAX_LIFT: f64 = 0.30;
const MAX_STATISTIC: f64 = 12.0;
const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// A metric that could not be computed. A secondary one only warns: it never decides.
pub(super) fn metric_failed(estimates: &[EstimateRow]) -> HealthRow {
    let is_failed = |row: &&EstimateRow| row.state == State::Error;
    let decides = |row: &&EstimateRow| row.role != "secondary";
    let failed = || estimates.iter().filter(is_failed);
    let first = failed().find(decides).or_else(|| failed().next());
    let row = HealthRow::new("metric_failed");
    let Some(first) = first else {
        return row.say(Outcome::Pass, "every metric was computed".to_owned());
    };
    let outcome = if decides(&first) { Outcome::Fail } else { Outcome::Warn };
    let detail = format!("{} could not be computed: {}", readable(&first.metric), why(first));
    HealthRow { observed: Some(failed().count() as f64), ..row.say(outcome, detail) }
}

/// Why there is nothing to decide on.
pub(super) fn why(row: &EstimateRow) -> String {
    match (&row.reason, row.status) {
        (Some(reason), status) if status != RowStatus::Ok => reason.words.clone(),
        _ => "its margin is undefined".to_owned(),
    }
}

/// A metric that is 0 for every unit of every variant: probably a broken join.
///
/// Fails for a primary or guardrail once every variant has enough units, and warns before and
/// for a secondary. A metric whose window has not opened for anybody is not looked at.
pub(super) fn metric_all_zero(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
    as_of: Date,
) -> HealthRow {
    let days = i64::from(super::look::days(experiment, as_of));
    let is_open =
        |used: &&MetricUse| opens_after(metrics, &used.metric) < days * MICROSECONDS_PER_DAY;
    let zero: Vec<&MetricUse> = experiment
        .metrics
        .iter()
        .filter(is_open)
        .filter(|used| is_all_zero(&used.metric, evidence))
        .collect();
    let row = HealthRow::new("metric_all_zero");
    let first = zero.iter().find(|used| used.role != Role::Secondary).or(zero.first());
    let Some(first) = first else {
        return row.say(Outcome::Pass, "every metric has values other than 0".to_owned());
    };
    let enough = UNITS_TO_TRUST.max(experiment.decision.minimum_units);
    let many = experiment.variants.iter().all(|v| evidence.units_of(&v.key) >= enough);
    let fails = many && first.role != Role::Secondary;
    let detail = format!(
        "{} is 0 for every unit; look at its event name and its unit column",
        readable(&first.metric)
    );
    let outcome = if fails { Outcome::Fail } else { Outcome::Warn };
    HealthRow { observed: Some(0.0), ..row.say(outcome, detail) }
}

fn is_all_zero(metric: &str, evidence: &Evidence) -> bool {
    let counts = |row: &&SummaryRow| row.metric == metric && row.summary.units > 0;
    let mut rows = evidence.summaries.iter().filter(counts).peekable();
    let is_zero = |row: &SummaryRow| match (&row.quantile, row.tails) {
        (Some(_), tails) => tails.is_some_and(|t| t.smallest == 0.0 && t.largest == 0.0),
        (None, _) => row.summary.mean[0] == 0.0 && row.summary.comoment[0][0] == 0.0,
    };
    rows.peek().is_some() && rows.all(is_zero)
}

/// Microseconds after enrollment before a fact can count.
fn opens_after(metrics: &BTreeMap<String, Metric>, key: &str) -> i64 {
    let of = |key: &str| metrics.get(key).map(|metric| &metric.kind);
    let filter = |kind: &MetricKind| kind.filter().map(|filter| filter.window.from);
    match of(key) {
        Some(MetricKind::Ratio { numerator, .. }) => of(numerator).and_then(filter).unwrap_or(0),
        Some(kind) => filter(kind).unwrap_or(0),
        None => 0,
    }
}

/// A primary that differs significantly, and by more than experiments do.
pub(super) fn implausible_lift(estimates: &[EstimateRow]) -> HealthRow {
    let is_significant = |row: &&EstimateRow| matches!(row.state, State::Better | State::Worse);
    let primaries = estimates.iter().filter(|row| row.role == "primary");
    let found = primaries.filter(is_significant).find_map(too_large);
    let row = HealthRow { expected: Some(MAX_LIFT), ..HealthRow::new("implausible_lift") };
    let Some((EstimateRow { metric, treatment, .. }, lift)) = found else {
        return row.say(Outcome::Pass, "no primary differs by more than experiments do".to_owned());
    };
    let by = match &lift {
        Ok(lift) => format!("by {}", percent(*lift)),
        Err(Missing::ControlNearZero) => "from almost nothing".to_owned(),
        Err(_) => "by far".to_owned(),
    };
    let detail = format!(
        "{} of {} differs {by}, too good or too bad to be true; look for a change in logging",
        readable(metric),
        quoted(treatment)
    );
    HealthRow { observed: lift.ok(), ..row.say(Outcome::Fail, detail) }
}

/// The row and its absolute lift, if that or its statistic is out of proportion.
fn too_large(row: &EstimateRow) -> Option<(&EstimateRow, Result<f64, Missing>)> {
    let estimate = row.estimate.as_ref().ok()?;
    let lift = estimate.lift.clone().map(|lift| lift.value.abs());
    let is_large = lift.as_ref().is_ok_and(|lift| *lift > MAX_LIFT);
    let is_clear = estimate.statistic.abs() > MAX_STATISTIC;
    (is_large || is_clear).then_some((row, lift))
}
