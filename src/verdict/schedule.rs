//! Where a look stands in the plan, and what that lets its tests say.

use jiff::civil::Date;

use super::look::days;
use super::{EstimateRow, Evidence, Memory, PlannedTest, SpentLook, SpentTest, Standing};
use crate::config::{Experiment, Method, Spending};
use crate::stats::group::{self, Design, End, Shape};
use crate::stats::{Alternative, Effect, Estimate, Interval};

/// One look among the planned ones, on the information that it really has.
///
/// Information is the share of the target sample size, or of the planned days where there is
/// no target. It never falls: a look with less than the one before counts as having the same.
pub(super) struct Schedule<'a> {
    experiment: &'a Experiment,
    /// `None` on a day that was passed over: a look in hindsight has no place in the plan.
    information: Option<f64>,
    is_at_end: bool,
    /// Looks before this day.
    earlier: Vec<&'a SpentLook>,
    units: u64,
}

impl<'a> Schedule<'a> {
    /// A day that was looked at before has the place that it had then.
    pub fn new(
        experiment: &'a Experiment,
        evidence: &Evidence,
        as_of: Date,
        memory: &Memory<'a>,
    ) -> Schedule<'a> {
        let earlier: Vec<&SpentLook> =
            memory.past.looks.iter().filter(|look| look.as_of < as_of).collect();
        let frozen = memory.past.looks.iter().find(|look| look.as_of == as_of);
        let frozen = frozen.and_then(|look| look.tests.first());
        let before = earlier.last().and_then(|look| look.tests.first());
        let (units, days) = (evidence.units(), days(experiment, as_of));
        let now = information(experiment, units, days);
        let now = before.map_or(now, |before| now.max(before.information));
        let information = match (memory.standing, frozen) {
            (_, Some(frozen)) => Some(frozen.information),
            (Standing::Late, None) => None,
            (_, None) => Some(now).filter(|now| *now > 0.0),
        };
        let is_at_end = is_at_planned_end(experiment, days, units);
        Schedule { experiment, information, is_at_end, earlier, units }
    }

    /// What a group-sequential test says about one comparison; `None` where another method is in
    /// force, or where this look has no say.
    ///
    /// Boundaries by the spending function on actual information (Lan and DeMets 1983); the
    /// p-value and the interval are the repeated ones of Jennison and Turnbull (2000, chapter 9).
    pub fn planned(
        &self,
        metric: &str,
        treatment: &str,
        alpha: f64,
        estimate: &Estimate,
    ) -> Option<PlannedTest> {
        if self.experiment.test.method != Method::GroupSequential {
            return None;
        }
        let tests = self.earlier.iter().flat_map(|look| &look.tests);
        let mine: Vec<&SpentTest> =
            tests.filter(|test| test.metric == metric && test.treatment == treatment).collect();
        let statistics: Vec<Option<f64>> = mine.iter().map(|test| test.statistic).collect();
        let effect = Effect {
            value: estimate.effect,
            std_error: estimate.std_error,
            dof: estimate.dof,
            units: self.units as f64,
        };
        let design = self.design(alpha)?;
        let fractions = self.fractions(mine.iter().map(|test| test.information))?;
        let found = design.test(&fractions, &statistics, self.end(), &effect, 0.0).ok()?;
        Some(PlannedTest {
            information: found.look.information,
            spent: found.look.spent,
            boundary: found.look.boundary,
            statistic: found.statistic,
            repeated: found.repeated,
            stopped: found.stopped.map(|stopped| (stopped.estimate, stopped.adjusted)),
        })
    }

    /// p-value of a one-sided question that is asked at every look, from this look's statistic
    /// alone: earlier ones count as not crossed, which errs towards doubt.
    pub fn one_sided_p_value(&self, alpha: f64, statistic: f64, dof: f64) -> Option<f64> {
        let spending = Shape::Spending(spending(self.experiment.test.spending));
        let design = Design::new(2.0 * alpha, Alternative::Greater, spending, None, &[1.0]);
        let fractions = self.fractions(
            self.earlier.iter().filter_map(|look| look.tests.first().map(|test| test.information)),
        )?;
        let effect = Effect { value: statistic, std_error: 1.0, dof, units: self.units as f64 };
        let found = design.ok()?.test(&fractions, &[], self.end(), &effect, 0.0).ok()?;
        Some(found.repeated.p_value)
    }

    fn design(&self, alpha: f64) -> Option<Design> {
        let shape = Shape::Spending(spending(self.experiment.test.spending));
        Design::new(alpha, Alternative::TwoSided, shape, None, &[1.0]).ok()
    }

    fn fractions(&self, earlier: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
        Some(earlier.chain([self.information?]).collect())
    }

    fn end(&self) -> End {
        if self.is_at_end { End::AtThisLook } else { End::AtFullInformation }
    }

    /// What this look spends on one comparison, to be written down once.
    pub fn spent(&self, row: &EstimateRow) -> SpentTest {
        let method = self.experiment.test.method;
        let estimate = row.estimate.as_ref().ok();
        let by = |interval: &Interval, estimate: &Estimate| {
            Some((interval.upper - interval.lower) / 2.0 / estimate.std_error)
                .filter(|boundary| boundary.is_finite())
        };
        let (spent, boundary) = match method {
            Method::Sequential => (None, estimate.and_then(|e| by(&e.sequential.interval, e))),
            Method::TTest if !self.is_at_end => (Some(0.0), None),
            Method::TTest => (Some(row.alpha), estimate.and_then(|e| by(&e.fixed.interval, e))),
            Method::GroupSequential => row.planned.as_ref().map_or((None, None), |planned| {
                (Some(planned.spent), Some(planned.boundary).filter(|b| b.is_finite()))
            }),
        };
        let statistic = row.planned.as_ref().map(|planned| planned.statistic);
        SpentTest {
            metric: row.metric.clone(),
            treatment: row.treatment.clone(),
            method: method.code().to_owned(),
            information: self.information.unwrap_or(0.0),
            alpha: row.alpha,
            spent,
            boundary,
            statistic: statistic.or(estimate.map(|estimate| estimate.statistic)),
        }
    }
}

/// Share of the planned information.
fn information(experiment: &Experiment, units: u64, days: u32) -> f64 {
    match experiment.test.target_sample_size {
        Some(target) if target > 0 => units as f64 / target as f64,
        _ => f64::from(days) / f64::from(planned_days(experiment).max(1)),
    }
}

/// The date or the sample size that was planned is reached.
pub(super) fn is_at_planned_end(experiment: &Experiment, days: u32, units: u64) -> bool {
    let full = experiment.test.target_sample_size;
    days >= planned_days(experiment) || full.is_some_and(|full| units >= full)
}

pub(super) fn planned_days(experiment: &Experiment) -> u32 {
    super::look::days_between(experiment.start, experiment.end)
}

fn spending(spending: Spending) -> group::Spending {
    match spending {
        Spending::OBrienFleming => group::Spending::OBrienFleming,
        Spending::Pocock => group::Spending::Pocock,
        Spending::HwangShihDeCani(gamma) => group::Spending::HwangShihDeCani { gamma },
        Spending::KimDeMets(rho) => group::Spending::KimDeMets { rho },
    }
}
