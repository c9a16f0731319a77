//! Sufficient statistics of one metric in one variant.

/// What one variant's units say about one metric, in a form that merges.
///
/// A unit contributes four numbers: its numerator `y`, denominator `d`, and their
/// pre-period twins `x` and `e`. A mean has `d = 1`; without a covariate `x = e = 1`.
/// A constant column has no variance, so it drops out of every formula by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Randomization units in the variant, converted or not.
    pub units: u64,
    /// Mean of `[y, d, x, e]` over units, in the metric's own unit.
    pub mean: [f64; 4],
    /// Sum over units of `(a - mean a)(b - mean b)`, 4 x 4, symmetric.
    pub comoment: [[f64; 4]; 4],
}

impl Summary {
    /// The summary of no units.
    pub const EMPTY: Summary = Summary { units: 0, mean: [0.0; 4], comoment: [[0.0; 4]; 4] };

    /// The summary of units that are all at hand: `[y, d, x, e]` each. Two passes.
    pub fn from_values(values: &[[f64; 4]]) -> Summary {
        let units = values.len() as f64;
        if values.is_empty() {
            return Summary::EMPTY;
        }
        let mean = [0, 1, 2, 3].map(|i| {
            // The second sum takes back the rounding of the first.
            let first = values.iter().map(|v| v[i]).sum::<f64>() / units;
            first + values.iter().map(|v| v[i] - first).sum::<f64>() / units
        });
        let product = |i: usize, j: usize| {
            values.iter().map(|v| (v[i] - mean[i]) * (v[j] - mean[j])).sum::<f64>()
        };
        let comoment = [0, 1, 2, 3].map(|i| [0, 1, 2, 3].map(|j| product(i, j)));
        Summary { units: values.len() as u64, mean, comoment }
    }

    /// The summary of a mean from its unbiased variance (divisor `units - 1`).
    pub fn from_mean(units: u64, mean: f64, variance: f64) -> Summary {
        Summary::from_ratio(units, [mean, 1.0], [variance, 0.0], 0.0)
    }

    /// The summary of a share: `converted` of `units` have value 1, the others 0.
    pub fn from_conversions(units: u64, converted: u64) -> Summary {
        if units == 0 {
            return Summary::EMPTY;
        }
        let share = converted as f64 / units as f64;
        let mut summary = Summary::from_mean(units, share, 0.0);
        summary.comoment[0][0] = converted as f64 * (1.0 - share);
        summary
    }

    /// The summary of a ratio from the means, unbiased variances and covariance of its
    /// numerator and denominator.
    pub fn from_ratio(units: u64, mean: [f64; 2], variance: [f64; 2], covariance: f64) -> Summary {
        let freedom = units.saturating_sub(1) as f64;
        let mut comoment = [[0.0; 4]; 4];
        comoment[0][0] = variance[0] * freedom;
        comoment[1][1] = variance[1] * freedom;
        comoment[0][1] = covariance * freedom;
        comoment[1][0] = covariance * freedom;
        Summary { units, mean: [mean[0], mean[1], 1.0, 1.0], comoment }
    }

    /// The summary of units from sums of their four numbers and of their products.
    pub fn from_sums(
        units: u64,
        sums: [f64; 4],
        products: [[f64; 4]; 4],
    ) -> Result<Summary, super::Missing> {
        let n = units as f64;
        Ok(Summary {
            units,
            mean: sums.map(|s| s / n),
            comoment: [0, 1, 2, 3]
                .map(|i| [0, 1, 2, 3].map(|j| products[i][j] - sums[i] * sums[j] / n)),
        })
    }

    /// The summary of both sets of units together.
    ///
    /// Chan, Golub and LeVeque (1983), equation 2.1. The sets must be disjoint: partitions,
    /// variants or enrollment cohorts, never calendar days.
    pub fn merge(&self, other: &Summary) -> Summary {
        if self.units == 0 {
            return *other;
        }
        if other.units == 0 {
            return *self;
        }
        let (a, b) = (self.units as f64, other.units as f64);
        let weight = b / (a + b);
        let step = [0, 1, 2, 3].map(|i| other.mean[i] - self.mean[i]);
        Summary {
            units: self.units.saturating_add(other.units),
            mean: [0, 1, 2, 3].map(|i| self.mean[i] + step[i] * weight),
            comoment: [0, 1, 2, 3].map(|i| {
                [0, 1, 2, 3].map(|j| {
                    let between = step[i] * step[j] * a * weight;
                    self.comoment[i][j] + other.comoment[i][j] + between
                })
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// NIST NumAcc4: mean 10000000.2, standard deviation exactly 0.1. From raw sums the
    /// variance is -2.0.
    #[test]
    fn small_variation_on_a_large_mean_survives() {
        let mut values = vec![[10000000.2, 1.0, 1.0, 1.0]];
        for _ in 0..500 {
            values.push([10000000.1, 1.0, 1.0, 1.0]);
            values.push([10000000.3, 1.0, 1.0, 1.0]);
        }
        let summary = Summary::from_values(&values);
        let variance = summary.comoment[0][0] / 1000.0;
        assert!((variance - 0.01).abs() < 2e-10, "{variance}");
    }

    #[test]
    fn nothing_merges_into_nothing() {
        assert_eq!(Summary::EMPTY.merge(&Summary::EMPTY), Summary::EMPTY);
        let some = Summary::from_conversions(10, 3);
        assert_eq!(Summary::EMPTY.merge(&some), some);
        assert_eq!(some.merge(&Summary::EMPTY), some);
    }

    proptest! {
        /// However the night's partitions fall, the summary is the same.
        #[test]
        fn merging_is_the_same_as_seeing_all_units_at_once(
            values in prop::collection::vec(prop::array::uniform4(-1e6..1e6f64), 2..100),
            cut in 0usize..100,
        ) {
            let (head, tail) = values.split_at(cut.min(values.len()));
            let merged = Summary::from_values(head).merge(&Summary::from_values(tail));
            let whole = Summary::from_values(&values);
            prop_assert_eq!(merged.units, whole.units);
            for i in 0..4 {
                prop_assert!((merged.mean[i] - whole.mean[i]).abs() <= 1e-9 * 1e6);
                for j in 0..4 {
                    let scale = (whole.comoment[i][i] * whole.comoment[j][j]).sqrt();
                    prop_assert!((merged.comoment[i][j] - whole.comoment[i][j]).abs() <= 1e-9 * scale + 1e-3);
                }
            }
        }
    }
}
