//! Everything the rules read, and the words they read it in.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::schedule::{is_at_planned_end, planned_days};
use super::{EstimateRow, Evidence, HealthRow, Outcome, State};
use crate::config::{Direction, Experiment, Method, Metric};

/// One experiment at one look.
pub(super) struct Look<'a> {
    pub experiment: &'a Experiment,
    pub metrics: &'a BTreeMap<String, Metric>,
    pub evidence: &'a Evidence,
    /// Of all units; segments never decide.
    pub estimates: &'a [EstimateRow],
    pub health: &'a [HealthRow],
    /// Whole days of data.
    pub days: u32,
}

impl<'a> Look<'a> {
    pub fn failed_checks(&self) -> Vec<&'a HealthRow> {
        self.health.iter().filter(|row| row.outcome == Outcome::Fail).collect()
    }

    /// Checks of the tails of metrics that a verdict may rest on: too skewed to act by itself.
    pub fn held_by_tails(&self) -> Vec<&'a HealthRow> {
        let is_told = |row: &&EstimateRow| {
            row.role != "secondary"
                && matches!(row.state, State::Better | State::Worse | State::Safe)
        };
        let of_told = |check: &str| {
            let mut told = self.estimates.iter().filter(is_told);
            told.any(|row| check.strip_prefix("tails:") == Some(&row.metric))
        };
        self.health
            .iter()
            .filter(|row| row.outcome == Outcome::Warn && of_told(&row.check))
            .collect()
    }

    pub fn treatments(&self) -> impl Iterator<Item = &'a str> {
        let variants = self.experiment.variants.iter();
        variants.filter(|variant| !variant.is_control).map(|variant| variant.key.as_str())
    }

    /// Rows of one treatment that may decide: primaries, then guardrails.
    pub fn deciding(&self, treatment: &str) -> impl Iterator<Item = &'a EstimateRow> {
        let of_treatment = move |row: &&EstimateRow| row.treatment == treatment;
        self.estimates.iter().filter(of_treatment).filter(|row| row.role != "secondary")
    }

    pub fn primaries(&self, treatment: &str) -> impl Iterator<Item = &'a EstimateRow> {
        self.deciding(treatment).filter(|row| row.role == "primary")
    }

    pub fn guardrails(&self, treatment: &str) -> impl Iterator<Item = &'a EstimateRow> {
        self.deciding(treatment).filter(|row| row.role == "guardrail")
    }

    pub fn better(&self, metric: &str) -> Direction {
        self.metrics.get(metric).map_or(Direction::Higher, |metric| metric.better)
    }

    /// The date or the sample size that was planned is reached.
    pub fn is_at_planned_end(&self) -> bool {
        is_at_planned_end(self.experiment, self.days, self.evidence.units())
    }

    /// Days from this look to the planned end.
    pub fn planned_days_left(&self) -> u32 {
        self.planned_days().saturating_sub(self.days)
    }

    pub fn planned_days(&self) -> u32 {
        planned_days(self.experiment)
    }

    /// A t-test may be looked at once; the others at any time.
    pub fn may_decide(&self) -> bool {
        self.experiment.test.method != Method::TTest || self.is_at_planned_end()
    }

    /// The smallest variant, with its units.
    pub fn smallest_variant(&self) -> (&'a str, u64) {
        let variants = self.experiment.variants.iter();
        let units = variants.map(|v| (v.key.as_str(), self.evidence.units_of(&v.key)));
        units.min_by_key(|(_, units)| *units).unwrap_or(("", 0))
    }

    pub fn is_below_minimum(&self) -> bool {
        let decision = &self.experiment.decision;
        self.days < decision.minimum_days || self.smallest_variant().1 < decision.minimum_units
    }

    /// Analysed units of the smaller of control and the row's treatment.
    pub fn units_of_pair(&self, row: &EstimateRow) -> u64 {
        let control = self.experiment.variants.iter().find(|variant| variant.is_control);
        let control = control.map_or("", |variant| variant.key.as_str());
        self.evidence.units_of(control).min(self.evidence.units_of(&row.treatment))
    }

    /// Effect of a treatment on the first primary, positive where it is good.
    pub fn gain(&self, treatment: &str) -> f64 {
        let first = self.primaries(treatment).next();
        let effect = first.and_then(|row| Some((row, row.estimate.as_ref().ok()?.effect)));
        match effect.map(|(row, effect)| (self.better(&row.metric), effect)) {
            Some((Direction::Higher, effect)) => effect,
            Some((Direction::Lower, effect)) => -effect,
            None => f64::NEG_INFINITY,
        }
    }
}

/// The first primary of the treatment with the largest gain in it; of equal ones the first in
/// the experiment.
pub(super) fn leading<'a>(look: &Look<'a>) -> Option<&'a EstimateRow> {
    let mut treatments = look.treatments();
    let first = treatments.next()?;
    let better = |best, next| if look.gain(next) > look.gain(best) { next } else { best };
    look.primaries(treatments.fold(first, better)).next()
}

/// 1 minus the adjusted p-value of the test in force.
pub(super) fn confidence(row: &EstimateRow) -> Option<f64> {
    row.adjusted_p_value.map(|p| (1.0 - p).clamp(0.0, 1.0))
}

/// Whole days of data from the start through `as_of`; 0 before the start.
pub(super) fn days(experiment: &Experiment, as_of: Date) -> u32 {
    if as_of < experiment.start {
        return 0;
    }
    days_between(experiment.start, as_of).saturating_add(1)
}

pub(super) fn days_between(from: Date, to: Date) -> u32 {
    from.until(to).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}
