//! What one variant's metric is, beside what it was before the experiment.

use super::point::quadratic;
use super::{Missing, Point, Summary};

/// A metric's value in one variant and its pre-period twin, with their uncertainty.
///
/// Mean, share, ratio and their covariates are one expression: `value` is `y/d`, `before` is
/// `x/e`, and every variance is `g' S g / units`, where `g` is a gradient of those and `S` the
/// covariance matrix (delta method; Deng, Knoblich and Lu 2018). For a mean `d` is the
/// constant 1, so `g` is `(1, -y)` and `S` has only its first entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twin {
    pub units: u64,
    /// Degrees of freedom of the variances.
    pub dof: f64,
    /// In the metric's unit.
    pub value: f64,
    /// Square of the standard error of `value`.
    pub variance: f64,
    /// The pre-period value, in its own unit.
    pub before: f64,
    /// Square of the standard error of `before`; 0 without a covariate.
    pub before_variance: f64,
    /// Covariance of `value` and `before`, as estimates.
    pub covariance: f64,
}

impl Summary {
    /// Value, pre-period value and their uncertainty in this variant.
    ///
    /// `Err` for fewer than two units, a denominator that sums to zero, and a summary that holds
    /// NaN, infinities or moments that no data has.
    pub fn twin(&self) -> Result<Twin, Missing> {
        if self.units < 2 {
            return Err(Missing::TooFewUnits { units: self.units });
        }
        let matrix = self.covariance()?;
        let [y, d, x, e] = self.mean;
        if d == 0.0 || e == 0.0 {
            return Err(Missing::ZeroDenominator);
        }
        let (value, before) = (y / d, x / e);
        let now = [1.0 / d, -value / d, 0.0, 0.0];
        let then = [0.0, 0.0, 1.0 / e, -before / e];
        let units = self.units as f64;
        let twin = Twin {
            units: self.units,
            dof: units - 1.0,
            value,
            variance: quadratic(&matrix, &now) / units,
            before,
            before_variance: quadratic(&matrix, &then) / units,
            covariance: bilinear(&matrix, &now, &then) / units,
        };
        twin.checked()
    }
}

impl Twin {
    /// The metric without its covariate.
    pub fn unadjusted(&self) -> Point {
        Point { units: self.units, dof: self.dof, value: self.value, variance: self.variance }
    }

    /// The metric as if the pre-period value had been `center`, by the slope `theta`.
    ///
    /// CUPED; Deng, Xu, Kohavi and Walker (2013), equation 4.
    pub fn adjusted(&self, theta: f64, center: f64) -> Point {
        Point {
            units: self.units,
            dof: self.dof,
            value: self.value - theta * (self.before - center),
            variance: self.adjusted_variance(theta, 1.0),
        }
    }

    /// Variance of `scale * value - theta * before`; 0 where nothing but rounding is left.
    pub(super) fn adjusted_variance(&self, theta: f64, scale: f64) -> f64 {
        if theta == 0.0 {
            return scale * scale * self.variance;
        }
        let now = scale.abs() * self.variance.sqrt();
        let then = theta.abs() * self.before_variance.sqrt();
        let shared = scale * theta * self.covariance;
        let size = now * now + then * then;
        // As a square, or a covariate that explains nearly everything loses its last digits.
        let left = (now - then) * (now - then) + 2.0 * (now * then - shared);
        let left = if shared > 0.0 { left } else { size - 2.0 * shared };
        if left <= 8.0 * f64::EPSILON * size { 0.0 } else { left }
    }

    /// One variant over phases with other shares: each phase's value by the phase's `weight`.
    ///
    /// Post-stratification (Cochran 1977, 5A.42): phases are never pooled, because the mix of
    /// phases differs between variants. `weights` are the phases' shares of all units, and sum
    /// to 1. Degrees of freedom are Satterthwaite's. `Err` without phases.
    pub fn stratified(phases: &[(f64, Twin)]) -> Result<Twin, Missing> {
        let sum = |of: fn(&Twin) -> f64| phases.iter().map(|(w, t)| w * of(t)).sum::<f64>();
        let squares = |of: fn(&Twin) -> f64| phases.iter().map(|(w, t)| w * w * of(t)).sum::<f64>();
        let variance = squares(|t| t.variance);
        let share = |(w, t): &(f64, Twin)| w * w * t.variance / variance;
        let lost: f64 = phases.iter().map(|p| share(p) * share(p) / p.1.dof).sum();
        let dof = if lost > 0.0 { 1.0 / lost } else { phases.iter().map(|p| p.1.dof).sum() };
        if phases.is_empty() {
            return Err(Missing::TooFewUnits { units: 0 });
        }
        let twin = Twin {
            units: phases.iter().map(|(_, t)| t.units).sum(),
            dof,
            value: sum(|t| t.value),
            variance,
            before: sum(|t| t.before),
            before_variance: squares(|t| t.before_variance),
            covariance: squares(|t| t.covariance),
        };
        twin.checked()
    }

    fn checked(self) -> Result<Twin, Missing> {
        let numbers = [
            self.value,
            self.variance,
            self.before,
            self.before_variance,
            self.covariance,
            self.dof,
        ];
        if numbers.iter().all(|n| n.is_finite()) { Ok(self) } else { Err(Missing::Overflow) }
    }
}

fn bilinear(matrix: &[[f64; 4]; 4], left: &[f64; 4], right: &[f64; 4]) -> f64 {
    let row = |i: usize| (0..4).map(|j| matrix[i][j] * right[j]).sum::<f64>();
    (0..4).map(|i| left[i] * row(i)).sum()
}
