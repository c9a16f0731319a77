//! What separates two variants.

use super::lift::{by_delta, lift};
use super::{Adjustment, Effect, Estimate, Lift, Test};
use crate::stats::{Alternative, Interval, Missing, Point, Rho, Sequence, Summary, Twin, student};

/// Difference of a metric between treatment and control, for one look and for every look.
///
/// Variances are not assumed equal; degrees of freedom are Welch-Satterthwaite (1947). The
/// intervals are two-sided at level `alpha`; the confidence sequence is tightest at `tuning`
/// units, both arms together.
///
/// `Err` if a variant has fewer than two units, both are constant (even at different values),
/// a denominator is not positive, or the summaries hold no numbers.
pub fn compare(
    control: &Summary,
    treatment: &Summary,
    alpha: f64,
    tuning: f64,
) -> Result<Estimate, Missing> {
    check_level(alpha)?;
    compare_points(&control.point()?, &treatment.point()?, alpha, tuning)
}

/// The same of any two values with their uncertainty: quantiles, or means over phases.
///
/// `Err` if both are constant, or a number leaves a double.
pub fn compare_points(
    control: &Point,
    treatment: &Point,
    alpha: f64,
    tuning: f64,
) -> Result<Estimate, Missing> {
    let level = Level::new(alpha, tuning, control, treatment)?;
    let effect = Effect::contrast(control, treatment, 1.0)?;
    let lift = lift(control, treatment, &effect, &level);
    estimate([control, treatment], &effect, lift, &level)
}

impl Adjustment {
    /// The same with what the pre-period explains taken out of both variants.
    ///
    /// The values are the adjusted ones; the lift is over the size of the *unadjusted* control
    /// ([`Adjustment::lift`]), or Fieller's of the adjusted values where the adjusted control is
    /// within four standard errors of zero. `Err` as for [`compare_points`].
    pub fn compare(
        &self,
        control: &Twin,
        treatment: &Twin,
        alpha: f64,
        tuning: f64,
    ) -> Result<Estimate, Missing> {
        let (from, to) = (self.point(control), self.point(treatment));
        let level = Level::new(alpha, tuning, &from, &to)?;
        let effect = Effect::contrast(&from, &to, 1.0)?;
        let lift = match from.is_clearly_not_zero() {
            true => self.lift(control, treatment).map(|lift| by_delta(&lift, &level)),
            false => lift(&from, &to, &effect, &level),
        };
        estimate([&from, &to], &effect, lift, &level)
    }
}

fn estimate(
    [control, treatment]: [&Point; 2],
    effect: &Effect,
    lift: Result<Lift, Missing>,
    level: &Level,
) -> Result<Estimate, Missing> {
    let estimate = Estimate {
        control: control.value,
        treatment: treatment.value,
        effect: effect.value,
        std_error: effect.std_error,
        dof: effect.dof,
        statistic: effect.statistic(0.0),
        fixed: effect.t_test(0.0, Alternative::TwoSided, level.alpha),
        sequential: level.sequential(effect),
        lift,
    };
    let ends = [estimate.fixed.interval, estimate.sequential.interval];
    let logs = [estimate.fixed.log_p_value, estimate.sequential.log_p_value];
    let finite = ends.iter().all(Interval::is_finite) && logs.iter().all(|log| log.is_finite());
    if finite { Ok(estimate) } else { Err(Missing::Overflow) }
}

fn check_level(alpha: f64) -> Result<(), Missing> {
    if alpha > 0.0 && alpha < 1.0 { Ok(()) } else { Err(Missing::OutOfRange) }
}

/// A two-sided level with everything needed to turn a statistic into a test.
pub(super) struct Level {
    pub alpha: f64,
    pub units: f64,
    pub sequence: Sequence,
}

impl Level {
    fn new(alpha: f64, tuning: f64, a: &Point, b: &Point) -> Result<Level, Missing> {
        check_level(alpha)?;
        let units = a.units as f64 + b.units as f64;
        Ok(Level { alpha, units, sequence: Sequence::new(alpha, tuning, Rho::Exact) })
    }

    /// Half-width of the fixed interval, in standard errors.
    pub fn fixed_width(&self, dof: f64) -> f64 {
        student::upper_quantile(0.5 * self.alpha, dof)
    }

    /// Half-width of the sequential interval, in standard errors.
    pub fn sequential_width(&self) -> f64 {
        self.sequence.width(self.units)
    }

    fn sequential(&self, effect: &Effect) -> Test {
        let log_p_value = self.sequence.log_p_value(effect.statistic(0.0), self.units);
        let half_width = self.sequential_width() * effect.std_error;
        Test::new(log_p_value, Interval::around(effect.value, half_width))
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
