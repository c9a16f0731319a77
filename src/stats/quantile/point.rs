//! How sure a sample quantile is.

use super::{Definition, Ordered};
use crate::stats::{Missing, Point};

/// Normal deviate of the 95 % interval that the standard error is read from. It has nothing to
/// do with the level of a later test.
const DEVIATE: f64 = 1.959_963_984_540_054;

/// A sample quantile between the two order statistics that tell its standard error.
///
/// Deng, Knoblich and Lu (2018), section 4.2: the number of values below the quantile is
/// binomial, so `level -/+ z sqrt(level (1 - level) / n_star)` are the levels of a 95 %
/// interval, and its width is `2 z` standard errors of `n_star` values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantilePoint {
    /// Values that the quantile is of.
    pub values: u64,
    /// In (0, 1).
    pub level: f64,
    /// The quantile, in the metric's unit.
    pub value: f64,
    pub lower: f64,
    pub upper: f64,
    /// Values that `lower` and `upper` were read off for: `values`, unless they come from a
    /// grid made before the count was known.
    pub n_star: u64,
}

impl QuantilePoint {
    /// The quantile of these values with its interval at their own number.
    ///
    /// `Err(TooFewValues)` where the interval would leave the sample, `Err(OutOfRange)` for a
    /// level outside (0, 1).
    pub fn from_values(
        values: &Ordered,
        level: f64,
        definition: Definition,
    ) -> Result<QuantilePoint, Missing> {
        let units = values.values().len() as u64;
        enough(units, level)?;
        QuantilePoint::read(values, level, definition, units)
    }

    /// The quantile with the interval of `n_star` values.
    pub(super) fn read(
        values: &Ordered,
        level: f64,
        definition: Definition,
        n_star: u64,
    ) -> Result<QuantilePoint, Missing> {
        let (low, high) = levels(level, n_star);
        Ok(QuantilePoint {
            values: values.values().len() as u64,
            level,
            value: values.quantile(level, definition)?,
            lower: values.quantile(low, definition)?,
            upper: values.quantile(high, definition)?,
            n_star,
        })
    }

    /// Value and variance, with one unit per value.
    ///
    /// Variance of the quantile: `n_star (values - 1) / values² * (width / 2z)²`, as GrowthBook
    /// has it. `Err(TooFewValues)` below the number that puts the interval inside the sample,
    /// `Err(TiedQuantile)` where its ends are equal, `Err(Corrupt)` where they are crossed or no
    /// numbers.
    pub fn point(&self) -> Result<Point, Missing> {
        self.point_of(self.variance_of_one()?)
    }

    /// `values` times the variance of the quantile: what gbstats calls the variance.
    pub(super) fn variance_of_one(&self) -> Result<f64, Missing> {
        enough(self.values, self.level)?;
        let numbers = [self.value, self.lower, self.upper];
        if numbers.iter().any(|v| v.is_nan()) || self.lower > self.upper || self.n_star == 0 {
            return Err(Missing::Corrupt);
        }
        if self.lower == self.upper {
            return Err(Missing::TiedQuantile);
        }
        let n = self.values as f64;
        let std_error = (self.upper - self.lower) / (2.0 * DEVIATE);
        Ok(self.n_star as f64 / n * (n - 1.0) * std_error * std_error)
    }

    pub(super) fn point_of(&self, variance_of_one: f64) -> Result<Point, Missing> {
        let variance = variance_of_one / self.values as f64;
        let finite = self.value.is_finite() && variance.is_finite();
        let dof = self.values as f64 - 1.0;
        let point = Point { units: self.values, dof, value: self.value, variance };
        finite.then_some(point).ok_or(Missing::Overflow)
    }
}

/// Levels of the 95 % interval, kept inside (0, 1).
pub(super) fn levels(level: f64, n_star: u64) -> (f64, f64) {
    let half_width = DEVIATE * (level * (1.0 - level) / n_star as f64).sqrt();
    ((level - half_width).max(1e-8), (level + half_width).min(1.0 - 1e-8))
}

/// Both ends of the interval must be levels: `n > z² max(level / (1 - level), its inverse)`.
pub(super) fn enough(values: u64, level: f64) -> Result<(), Missing> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Missing::OutOfRange);
    }
    let odds = level / (1.0 - level);
    let bound = DEVIATE * DEVIATE * odds.max(1.0 / odds);
    if values >= 2 && values as f64 > bound {
        return Ok(());
    }
    Err(Missing::TooFewValues { values, needed: (bound as u64).saturating_add(1).max(2) })
}

#[cfg(test)]
#[path = "point_tests.rs"]
mod tests;
