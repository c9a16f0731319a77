//! What one variant's metric is, and how sure that is.

use super::{Missing, Summary};

/// A metric's value in one variant with the variance of that value.
///
/// Whatever the metric: a mean, share, ratio or quantile, adjusted or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub units: u64,
    /// Degrees of freedom of `variance`.
    pub dof: f64,
    /// In the metric's unit.
    pub value: f64,
    /// Square of the standard error of `value`.
    pub variance: f64,
}

impl Summary {
    /// Value and variance of the metric in this variant, without its covariate.
    ///
    /// `Err` as for [`Summary::twin`].
    pub fn point(&self) -> Result<Point, Missing> {
        self.without_covariate().twin().map(|twin| twin.unadjusted())
    }

    /// The same metric as if nothing were known of the time before.
    pub fn without_covariate(&self) -> Summary {
        let keep = |i: usize, j: usize| if i < 2 && j < 2 { self.comoment[i][j] } else { 0.0 };
        Summary {
            units: self.units,
            mean: [self.mean[0], self.mean[1], 1.0, 1.0],
            comoment: [0, 1, 2, 3].map(|i| [0, 1, 2, 3].map(|j| keep(i, j))),
        }
    }

    fn check_numbers(&self) -> Result<(), Missing> {
        let numbers = || self.mean.iter().chain(self.comoment.iter().flatten());
        if numbers().any(|v| v.is_nan()) {
            return Err(Missing::Corrupt);
        }
        if numbers().any(|v| v.is_infinite()) {
            return Err(Missing::Overflow);
        }
        Ok(())
    }

    /// Unbiased covariance matrix, without the rounding noise of constant columns.
    pub(super) fn covariance(&self) -> Result<[[f64; 4]; 4], Missing> {
        self.check_numbers()?;
        let freedom = (self.units - 1) as f64;
        let noise = self.mean.map(noise_of_a_constant);
        let variance = |i: usize| self.comoment[i][i] / freedom;
        if (0..4).any(|i| variance(i) < -noise[i]) {
            return Err(Missing::Corrupt);
        }
        let varies = [0, 1, 2, 3].map(|i| variance(i) > noise[i]);
        let entry = |i: usize, j: usize| {
            if varies[i] && varies[j] { self.comoment[i][j] / freedom } else { 0.0 }
        };
        let matrix = [0, 1, 2, 3].map(|i| [0, 1, 2, 3].map(|j| entry(i, j)));
        obeys_cauchy_schwarz(&matrix).then_some(matrix).ok_or(Missing::Corrupt)
    }
}

/// Largest variance that rounding alone gives a column whose units all have this value.
///
/// Each deviation is then a few units in the last place of the mean, so the bound is the
/// square of those. `eps * mean²` would be too coarse: it calls NIST NumAcc4 (mean 1e7,
/// deviation 0.1) and instants in milliseconds constant.
fn noise_of_a_constant(mean: f64) -> f64 {
    let ulps = 64.0 * f64::EPSILON * mean.abs();
    ulps * ulps
}

fn obeys_cauchy_schwarz(matrix: &[[f64; 4]; 4]) -> bool {
    (0..4).all(|i| {
        (0..i).all(|j| {
            let bound = matrix[i][i].sqrt() * matrix[j][j].sqrt();
            matrix[i][j].abs() <= bound * (1.0 + 1e-6)
        })
    })
}

/// `g' S g`, or 0 where its terms cancel to rounding noise: a numerator that is exactly
/// proportional to its denominator has a constant ratio.
pub(super) fn quadratic(matrix: &[[f64; 4]; 4], gradient: &[f64; 4]) -> f64 {
    let mut sum = 0.0;
    let mut diagonal = 0.0;
    for i in 0..4 {
        diagonal += gradient[i] * gradient[i] * matrix[i][i];
        for j in 0..4 {
            sum += gradient[i] * gradient[j] * matrix[i][j];
        }
    }
    if sum.is_finite() && sum <= 8.0 * f64::EPSILON * diagonal { 0.0 } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gbstats 0.8, `variance_of_ratios`: R = 0.45, V = 0.13380568068068066.
    #[test]
    fn ratio_variance_is_gbstats() {
        let n = 1000.0;
        let (sm, smm, sd, sdd, smd) = (1800.0, 6200.0, 4000.0, 19500.0, 8900.0);
        let cov = |p: f64, a: f64, b: f64| (p - a * b / n) / (n - 1.0);
        let variance = [cov(smm, sm, sm), cov(sdd, sd, sd)];
        let summary = Summary::from_ratio(1000, [sm / n, sd / n], variance, cov(smd, sm, sd));
        let point = summary.point().unwrap();
        assert!((point.value - 0.45).abs() < 1e-15);
        assert!((point.variance * n - 0.133_805_680_680_680_66).abs() < 1e-13);
    }

    /// A constant column has no variance, however its mean was rounded.
    #[test]
    fn a_constant_column_has_no_variance() {
        for constant in [0.1, 123_456_789.123, 1.7e12, 1e-9, 0.0] {
            let summary = Summary::from_values(&vec![[constant, 1.0, 1.0, 1.0]; 1000]);
            assert_eq!(summary.point().unwrap().variance, 0.0, "{constant}");
        }
    }

    #[test]
    fn a_numerator_proportional_to_its_denominator_has_no_variance() {
        let values: Vec<_> = (1..100).map(|i| [0.3 * i as f64, i as f64, 1.0, 1.0]).collect();
        assert_eq!(Summary::from_values(&values).point().unwrap().variance, 0.0);
    }

    #[test]
    fn impossible_moments_are_corrupt() {
        assert_eq!(Summary::from_mean(10, 1.0, -1.0).point(), Err(Missing::Corrupt));
        assert_eq!(Summary::from_mean(10, f64::NAN, 1.0).point(), Err(Missing::Corrupt));
        assert_eq!(Summary::from_mean(10, f64::INFINITY, 1.0).point(), Err(Missing::Overflow));
        let impossible = Summary::from_ratio(10, [1.0, 1.0], [1.0, 1.0], 2.0);
        assert_eq!(impossible.point(), Err(Missing::Corrupt));
        let nothing_below = Summary::from_ratio(10, [1.0, 0.0], [1.0, 1.0], 0.0);
        assert_eq!(nothing_below.point(), Err(Missing::ZeroDenominator));
    }
}
