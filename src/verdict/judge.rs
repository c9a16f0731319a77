//! What each metric says about each treatment.

use std::collections::BTreeMap;

use super::{EstimateRow, Evidence, NoEstimate, State, level};
use crate::config::{Direction, Experiment, Method, Metric, MetricUse, Role, Variant};
use crate::stats::{self, DEFAULT_TUNING, Estimate, Missing, Summary, Test};

/// Below this many units in a variant the normal approximation is not trusted, unless the
/// experiment itself sets a lower minimum (Amplitude's 100).
pub(super) const UNITS_TO_TRUST: u64 = 100;

/// One row for every (metric, treatment) of the experiment, whatever happened to it.
///
/// A guardrail that is both significantly worse and within its margin is `worse`: the
/// risk-aware rule ships nothing that has deteriorated.
pub fn judge(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
) -> Vec<EstimateRow> {
    let Some(control) = experiment.variants.iter().find(|variant| variant.is_control) else {
        return Vec::new();
    };
    let treatments = || experiment.variants.iter().filter(|variant| !variant.is_control);
    let better = |key: &str| metrics.get(key).map_or(Direction::Higher, |metric| metric.better);
    let mut rows = Vec::new();
    for used in &experiment.metrics {
        for treatment in treatments() {
            let better = better(&used.metric);
            rows.push(Comparison { experiment, evidence, used, control, treatment, better }.row());
        }
    }
    rows
}

struct Comparison<'a> {
    experiment: &'a Experiment,
    evidence: &'a Evidence,
    used: &'a MetricUse,
    control: &'a Variant,
    treatment: &'a Variant,
    better: Direction,
}

impl Comparison<'_> {
    fn row(&self) -> EstimateRow {
        let level = level(self.experiment, self.used.role);
        let estimate = self.estimate(level.alpha);
        let p_value = estimate.as_ref().ok().map(|e| self.in_force(e).p_value);
        let margin = self.margin();
        let margin_p_value = margin.and_then(|margin| self.margin_p_value(margin));
        EstimateRow {
            metric: self.used.metric.clone(),
            role: role_name(self.used.role),
            treatment: self.treatment.key.clone(),
            state: self.state(&estimate, level.alpha, margin_p_value),
            alpha: level.alpha,
            adjusted_p_value: p_value.map(|p| (p * f64::from(level.sharing)).min(1.0)),
            margin,
            margin_p_value,
            estimate,
        }
    }

    fn estimate(&self, alpha: f64) -> Result<Estimate, NoEstimate> {
        let (control, treatment) = (self.summary(self.control)?, self.summary(self.treatment)?);
        stats::compare(&control, &treatment, alpha, self.tuning()).map_err(NoEstimate::Undefined)
    }

    /// A variant without units has no row, and that is not a failure of the metric.
    fn summary(&self, variant: &Variant) -> Result<Summary, NoEstimate> {
        let metric = &self.used.metric;
        if let Some(why) = self.evidence.failed.get(metric) {
            return Err(NoEstimate::Failed(why.clone()));
        }
        let is_it = |row: &&super::SummaryRow| row.metric == *metric && row.variant == variant.key;
        match self.evidence.summaries.iter().find(is_it) {
            Some(row) => Ok(row.summary),
            None if self.evidence.units_of(&variant.key) == 0 => {
                Err(NoEstimate::Undefined(Missing::TooFewUnits { units: 0 }))
            }
            None => Err(NoEstimate::Failed(format!(
                "`{metric}` was not computed for `{}`",
                variant.key
            ))),
        }
    }

    fn margin(&self) -> Option<f64> {
        match self.used.role {
            Role::Guardrail(guardrail) => guardrail.margin,
            Role::Primary | Role::Secondary => None,
        }
    }

    fn margin_p_value(&self, margin: f64) -> Option<f64> {
        let (control, treatment) =
            (self.summary(self.control).ok()?, self.summary(self.treatment).ok()?);
        let alpha = self.experiment.test.alpha;
        let tuning = self.tuning();
        let test = stats::non_inferiority(&control, &treatment, margin, self.better, alpha, tuning)
            .ok()?;
        Some(match self.experiment.test.method {
            Method::Sequential => test.sequential_p_value,
            Method::TTest => test.p_value,
        })
    }

    /// Units of this pair at which the confidence sequence is tightest.
    fn tuning(&self) -> f64 {
        tuning(self.experiment, self.treatment.share + self.control.share)
    }

    fn in_force<'e>(&self, estimate: &'e Estimate) -> &'e Test {
        in_force(self.experiment.test.method, estimate)
    }

    fn state(
        &self,
        estimate: &Result<Estimate, NoEstimate>,
        alpha: f64,
        margin_p_value: Option<f64>,
    ) -> State {
        let estimate = match estimate {
            Ok(estimate) => estimate,
            Err(NoEstimate::Failed(_))
            | Err(NoEstimate::Undefined(
                Missing::Corrupt | Missing::Overflow | Missing::OutOfRange,
            )) => return State::Error,
            Err(NoEstimate::Undefined(_)) => return State::Insufficient,
        };
        if !self.has_enough_units() {
            return State::Insufficient;
        }
        let good = match self.better {
            Direction::Higher => estimate.effect > 0.0,
            Direction::Lower => estimate.effect < 0.0,
        };
        let safe = margin_p_value.is_some_and(|p| p < self.experiment.test.alpha);
        match (self.in_force(estimate).p_value < alpha, good) {
            (true, true) => State::Better,
            (true, false) => State::Worse,
            (false, _) if safe => State::Safe,
            (false, _) => State::Flat,
        }
    }

    fn has_enough_units(&self) -> bool {
        let floor = UNITS_TO_TRUST.min(self.experiment.decision.minimum_units);
        let units = |variant| self.summary(variant).map_or(0, |summary| summary.units);
        units(self.control).min(units(self.treatment)) >= floor
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
