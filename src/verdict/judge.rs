//! What each metric says about each treatment.

use std::collections::BTreeMap;

use super::arms::{Index, Part};
use super::compared::{Question, compared};
use super::segments;
use super::state::{state, status};
use super::{EstimateRow, Evidence, Segment, level};
use crate::config::{Direction, Experiment, Method, Metric, MetricUse, Role, Variant};
use crate::stats::{DEFAULT_TUNING, Estimate, NonInferiority, Test};

/// One row for every (metric, treatment) of the experiment, whatever happened to it; then one
/// for every (metric, treatment, segment).
///
/// A guardrail that is both significantly worse and within its margin is `worse`: the
/// risk-aware rule ships nothing that has deteriorated.
pub fn judge(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
) -> Vec<EstimateRow> {
    let index = Index::new(evidence);
    let comparisons = comparisons(experiment, metrics, evidence, &index);
    let segments = segments::segments(experiment, evidence);
    let mut rows: Vec<EstimateRow> = comparisons.iter().map(Comparison::of_all).collect();
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

    fn of_all(&self) -> EstimateRow {
        let level = level(self.experiment, self.used.role);
        let mut row = self.row(level.alpha);
        let method = self.experiment.test.method;
        let p_value = row.estimate.as_ref().ok().map(|e| in_force(method, e).p_value);
        let is_significant = p_value.is_some_and(|p| p < level.alpha);
        row.adjusted_p_value = p_value.map(|p| (p * f64::from(level.sharing)).min(1.0));
        row.state = state(&row, self.better, is_significant, self.experiment.test.alpha);
        row
    }

    /// The row with intervals at a level; its p-value is not corrected, so it has no state yet.
    pub fn row(&self, alpha: f64) -> EstimateRow {
        let margin = self.margin();
        let question = Question {
            alpha,
            tuning: tuning(self.experiment, self.treatment.share + self.control.share),
            margin: margin.map(|margin| (margin, self.experiment.test.alpha)),
            better: self.better,
        };
        let compared = compared(self.part, self.control, self.treatment, &question);
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
            margin_p_value: compared.margin.as_ref().map(|test| self.of_margin(test)),
            estimate: compared.estimate,
            covariate: compared.covariate,
            left_out: compared.left_out,
            added_late: false,
            planned: None,
        }
    }

    fn margin(&self) -> Option<f64> {
        match self.used.role {
            Role::Guardrail(guardrail) => guardrail.margin,
            Role::Primary | Role::Secondary => None,
        }
    }

    fn of_margin(&self, test: &NonInferiority) -> f64 {
        match self.experiment.test.method {
            Method::Sequential => test.sequential_p_value,
            Method::TTest => test.p_value,
        }
    }
}

pub(super) fn in_force(method: Method, estimate: &Estimate) -> &Test {
    match method {
        Method::Sequential => &estimate.sequential,
        Method::TTest => &estimate.fixed,
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
