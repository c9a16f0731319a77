//! What separates two variants.

use super::lift::lift;
use super::{Estimate, Interval, Missing, Point, Rho, Sequence, Summary, Test, student};

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
    let difference = Difference::of(&control, &treatment, 1.0)?;
    let estimate = Estimate {
        control: control.value,
        treatment: treatment.value,
        effect: difference.value,
        std_error: difference.std_error,
        dof: difference.dof,
        statistic: difference.statistic,
        fixed: level.fixed(&difference),
        sequential: level.sequential(&difference),
        lift: lift(&control, &treatment, &difference, &level),
    };
    let ends = [estimate.fixed.interval, estimate.sequential.interval];
    let logs = [estimate.fixed.log_p_value, estimate.sequential.log_p_value];
    let finite = ends.iter().all(Interval::is_finite) && logs.iter().all(|log| log.is_finite());
    if finite { Ok(estimate) } else { Err(Missing::Overflow) }
}

/// `treatment - ratio * control` with its standard error.
pub(super) struct Difference {
    pub value: f64,
    pub std_error: f64,
    pub dof: f64,
    pub statistic: f64,
}

impl Difference {
    pub fn of(control: &Point, treatment: &Point, ratio: f64) -> Result<Difference, Missing> {
        let from_control = ratio * ratio * control.variance;
        let variance = from_control + treatment.variance;
        if variance == 0.0 {
            return Err(Missing::NoVariation);
        }
        let value = treatment.value - ratio * control.value;
        let std_error = variance.sqrt();
        let statistic = value / std_error;
        let dof = satterthwaite(from_control / variance, control.units, treatment.units);
        if !(value.is_finite() && std_error.is_finite() && statistic.is_finite()) {
            return Err(Missing::Overflow);
        }
        Ok(Difference { value, std_error, dof, statistic })
    }
}

/// Degrees of freedom of a sum of two variances, of which control has `share`.
///
/// Satterthwaite (1946), in shares, so that neither tiny nor huge variances leave a double.
pub(super) fn satterthwaite(share: f64, control: u64, treatment: u64) -> f64 {
    let part = |share: f64, units: u64| share * share / (units - 1) as f64;
    1.0 / (part(share, control) + part(1.0 - share, treatment))
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

    fn fixed(&self, difference: &Difference) -> Test {
        let log_p_value = student::log_two_sided(difference.statistic, difference.dof);
        let half_width = self.fixed_width(difference.dof) * difference.std_error;
        test(log_p_value, Interval::around(difference.value, half_width))
    }

    fn sequential(&self, difference: &Difference) -> Test {
        let log_p_value = self.sequence.log_p_value(difference.statistic, self.units);
        let half_width = self.sequential_width() * difference.std_error;
        test(log_p_value, Interval::around(difference.value, half_width))
    }
}

fn test(log_p_value: f64, interval: Interval) -> Test {
    Test { p_value: log_p_value.exp(), log_p_value, interval }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
