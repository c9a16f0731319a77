//! What separates two variants.

use super::lift::lift;
use super::{Effect, Estimate, Test};
use crate::stats::{Alternative, Interval, Missing, Rho, Sequence, Summary, student};

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
    let level = Level::new(alpha, tuning, control, treatment)?;
    let (control, treatment) = (control.point()?, treatment.point()?);
    let effect = Effect::contrast(&control, &treatment, 1.0)?;
    let estimate = Estimate {
        control: control.value,
        treatment: treatment.value,
        effect: effect.value,
        std_error: effect.std_error,
        dof: effect.dof,
        statistic: effect.statistic(0.0),
        fixed: effect.t_test(0.0, Alternative::TwoSided, alpha),
        sequential: level.sequential(&effect),
        lift: lift(&control, &treatment, &effect, &level),
    };
    let ends = [estimate.fixed.interval, estimate.sequential.interval];
    let logs = [estimate.fixed.log_p_value, estimate.sequential.log_p_value];
    let finite = ends.iter().all(Interval::is_finite) && logs.iter().all(|log| log.is_finite());
    if finite { Ok(estimate) } else { Err(Missing::Overflow) }
}

/// A two-sided level with everything needed to turn a statistic into a test.
pub(super) struct Level {
    pub alpha: f64,
    pub units: f64,
    pub sequence: Sequence,
}

impl Level {
    fn new(alpha: f64, tuning: f64, a: &Summary, b: &Summary) -> Result<Level, Missing> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(Missing::OutOfRange);
        }
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
