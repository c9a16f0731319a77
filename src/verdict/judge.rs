//! What each metric says about each treatment.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::arms::{Index, Part};
use super::compared::{Compared, Question, compared};
use super::schedule::Schedule;
use super::segments;
use super::state::{state, status};
use super::{EstimateRow, Evidence, Memory, Segment, level};
use crate::config::{Direction, Experiment, Method, Metric, MetricUse, Role, Variant};
use crate::stats::{DEFAULT_TUNING, Interval, NonInferiority, Test};

/// One row for every (metric, treatment) of the experiment, whatever happened to it; then one
/// for every (metric, treatment, segment).
///
/// A guardrail that is both significantly worse and within its margin is `worse`: the
/// risk-aware rule ships nothing that has deteriorated.
pub fn judge(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
    as_of: Date,
    memory: &Memory,
) -> Vec<EstimateRow> {
    let index = Index::new(evidence);
    let schedule = Schedule::new(experiment, evidence, as_of, memory);
    let comparisons = comparisons(experiment, metrics, evidence, &index);
    let segments = segments::segments(experiment, evidence);
    let of_all = |comparison: &Comparison| EstimateRow {
        added_late: memory.added.contains(&comparison.used.metric),
        ..comparison.of_all(&schedule)
    };
    let mut rows: Vec<EstimateRow> = comparisons.iter().map(of_all).collect();
    rows.extend(comparisons.iter().flat_map(|whole| segments::rows(whole, &segments)));
    rows
}

/// Every metric with every treatment, in the order of the experiment.
pub(super) fn comparisons<'a>(
    experiment: &'a Experiment,
    metrics: &'a BTreeMap<String, Metric>,
    evidence: &'a Evidence,
    index: &'a Index<'a>,
) -> Vec<Comparison<'a>> {
    let Some(control) = experiment.variants.iter().find(|variant| variant.is_control) else {
        return Vec::new();
    };
    let mut comparisons = Vec::new();
    for used in &experiment.metrics {
        let metric = metrics.get(&used.metric);
        let better = metric.map_or(Direction::Higher, |metric| metric.better);
        let part = Part { experiment, evidence, index, metric, key: &used.metric, segment: None };
        for treatment in experiment.variants.iter().filter(|variant| !variant.is_control) {
            comparisons.push(Comparison { experiment, part, used, control, treatment, better });
        }
    }
    comparisons
}

/// A metric and a treatment beside control.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'a> {
    pub experiment: &'a Experiment,
    pub part: Part<'a>,
    pub used: &'a MetricUse,
    pub control: &'a Variant,
    pub treatment: &'a Variant,
    pub better: Direction,
}

impl Comparison<'_> {
    /// Only the units of one segment.
    pub fn of_segment<'s>(&'s self, segment: &'s Segment) -> Comparison<'s> {
        Comparison { part: Part { segment: Some(segment), ..self.part }, ..*self }
    }

    fn of_all(&self, schedule: &Schedule) -> EstimateRow {
        let level = level(self.experiment, self.used.role);
        let mut row = self.row(level.alpha, Some(schedule));
        let method = self.experiment.test.method;
        let p_value = row.in_force(method).map(|test| test.p_value);
        let is_significant = p_value.is_some_and(|p| p < level.alpha);
        row.adjusted_p_value = p_value.map(|p| (p * f64::from(level.sharing)).min(1.0));
        row.state = state(&row, self.better, is_significant, self.experiment.test.alpha);
        row
    }

    pub fn compared(&self, alpha: f64) -> Compared {
        let question = Question {
            alpha,
            tuning: tuning(self.experiment, self.treatment.share + self.control.share),
            margin: self.margin().map(|margin| (margin, self.experiment.test.alpha)),
            better: self.better,
        };
        compared(self.part, self.control, self.treatment, &question)
    }

    /// The row with intervals at a level; its p-value is not corrected, so it has no state yet.
    /// `schedule` is there for all units: parts of them have no look of their own.
    pub fn row(&self, alpha: f64, schedule: Option<&Schedule>) -> EstimateRow {
        let margin = self.margin();
        let compared = self.compared(alpha);
        let (status, reason) = status(self.part, [self.control, self.treatment], &compared);
        EstimateRow {
            metric: self.used.metric.clone(),
            role: role_name(self.used.role),
            treatment: self.treatment.key.clone(),
            segment: self.part.segment.cloned(),
            exploratory: false,
            state: super::State::Insufficient,
            status,
            reason,
            alpha,
            adjusted_p_value: None,
            margin,
            margin_p_value: compared.margin.as_ref().and_then(|t| self.of_margin(t, schedule)),
            planned: schedule.zip(compared.estimate.as_ref().ok()).and_then(|(schedule, found)| {
                schedule.planned(&self.used.metric, &self.treatment.key, alpha, found)
            }),
            estimate: compared.estimate,
            covariate: compared.covariate,
            left_out: compared.left_out,
            added_late: false,
        }
    }

    fn margin(&self) -> Option<f64> {
        match self.used.role {
            Role::Guardrail(guardrail) => guardrail.margin,
            Role::Primary | Role::Secondary => None,
        }
    }

    fn of_margin(&self, test: &NonInferiority, schedule: Option<&Schedule>) -> Option<f64> {
        match (self.experiment.test.method, schedule) {
            (Method::TTest, _) => Some(test.p_value),
            (Method::GroupSequential, Some(schedule)) => {
                schedule.one_sided_p_value(self.experiment.test.alpha, test.statistic, test.dof)
            }
            (Method::Sequential | Method::GroupSequential, _) => Some(test.sequential_p_value),
        }
    }
}

impl EstimateRow {
    /// The test in force, if it has a say here: a group-sequential one has none at a look in
    /// hindsight, nor in a segment, where the confidence sequence stands in.
    pub(super) fn in_force(&self, method: Method) -> Option<&Test> {
        let estimate = self.estimate.as_ref().ok()?;
        match method {
            Method::TTest => Some(&estimate.fixed),
            Method::GroupSequential if self.segment.is_none() => {
                self.planned.as_ref().map(|planned| &planned.repeated)
            }
            Method::Sequential | Method::GroupSequential => Some(&estimate.sequential),
        }
    }

    /// Interval of the lift by the test in force.
    pub(super) fn lift_interval(&self, method: Method) -> Option<Interval> {
        let estimate = self.estimate.as_ref().ok()?;
        let lift = estimate.lift.as_ref().ok()?;
        match (method, &self.planned) {
            (Method::TTest, _) => Some(lift.fixed),
            (Method::GroupSequential, Some(planned)) => {
                let ends = planned.repeated.interval;
                let half = (ends.upper - ends.lower) / 2.0 / estimate.std_error * lift.std_error;
                Some(Interval { lower: lift.value - half, upper: lift.value + half })
            }
            (Method::GroupSequential | Method::Sequential, _) => Some(lift.sequential),
        }
    }
}

/// The target sample size is of all variants together, and a comparison sees two of them.
pub(super) fn tuning(experiment: &Experiment, share_of_the_pair: f64) -> f64 {
    let target = experiment.test.target_sample_size.map(|units| units as f64 * share_of_the_pair);
    target.unwrap_or(DEFAULT_TUNING)
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Secondary => "secondary",
        Role::Guardrail(_) => "guardrail",
    }
}
