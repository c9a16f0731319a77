//! What is a variant's summary when no unit counts for more than a limit?

use crate::stats::{Missing, Summary};

/// Upper limits of a unit's `[y, d, x, e]`; infinity is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit([f64; 4]);

/// A variant after capping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capped {
    pub summary: Summary,
    /// Units that had more than the limit, by column.
    pub units_above: [u64; 4],
}

impl Limit {
    pub const NONE: Limit = Limit([f64::INFINITY; 4]);

    /// One limit for `y` and for its pre-period twin `x`.
    ///
    /// `Err(OutOfRange)` for NaN and minus infinity.
    pub fn of_mean(limit: f64) -> Result<Limit, Missing> {
        Limit::of_columns([limit, f64::INFINITY, limit, f64::INFINITY])
    }

    /// Numerator and denominator of a ratio have their own limits, which are also those of
    /// their pre-period twins.
    pub fn of_ratio(numerator: f64, denominator: f64) -> Result<Limit, Missing> {
        Limit::of_columns([numerator, denominator, numerator, denominator])
    }

    /// A limit for each of `[y, d, x, e]`.
    pub fn of_columns(limits: [f64; 4]) -> Result<Limit, Missing> {
        let known = limits.iter().all(|v| !v.is_nan() && *v > f64::NEG_INFINITY);
        known.then_some(Limit(limits)).ok_or(Missing::OutOfRange)
    }

    /// As GrowthBook reads a fixed cap of a mean: 0 means that there is none.
    pub fn growthbook_absolute(cap: f64) -> Result<Limit, Missing> {
        if cap == 0.0 { Ok(Limit::NONE) } else { Limit::of_mean(cap) }
    }

    /// Summary of units `[y, d, x, e]`, each value at most its limit.
    ///
    /// A NaN stays one, so that the summary is refused as corrupt and not silently capped.
    pub fn summarize(&self, values: &[[f64; 4]]) -> Capped {
        let mut units_above = [0; 4];
        let mut capped = values.to_vec();
        for unit in &mut capped {
            for ((value, limit), above) in unit.iter_mut().zip(self.0).zip(&mut units_above) {
                if *value > limit {
                    *value = limit;
                    *above += 1;
                }
            }
        }
        Capped { summary: Summary::from_values(&capped), units_above }
    }

    /// The same for a mean without a covariate.
    pub fn summarize_mean(&self, values: &[f64]) -> Capped {
        let rows: Vec<_> = values.iter().map(|y| [*y, 1.0, 1.0, 1.0]).collect();
        Limit([self.0[0], f64::INFINITY, f64::INFINITY, f64::INFINITY]).summarize(&rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::cap::{Zeros, pooled_percentile};
    use crate::stats::quantile::Definition;
    use proptest::prelude::*;

    #[test]
    fn units_above_the_limit_are_counted_not_dropped() {
        let capped = Limit::of_mean(3.0).unwrap().summarize_mean(&[1.0, 3.0, 5.0, 100.0]);
        assert_eq!((capped.summary.units, capped.units_above), (4, [2, 0, 0, 0]));
        assert_eq!((capped.summary.mean[0], capped.summary.comoment[0][0]), (2.5, 3.0));
        let ratio = Limit::of_ratio(2.0, 1.0).unwrap();
        let ratio = ratio.summarize(&[[5.0, 3.0, 2.5, 0.0], [1.0, 1.0, 0.0, 2.0]]);
        assert_eq!(ratio.units_above, [1, 1, 1, 1]);
        assert_eq!(ratio.summary.mean, [1.5, 1.0, 1.0, 0.5]);
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        assert_eq!(Limit::of_mean(f64::NAN), Err(Missing::OutOfRange));
        assert_eq!(Limit::of_mean(f64::NEG_INFINITY), Err(Missing::OutOfRange));
        assert_eq!(Limit::growthbook_absolute(0.0), Ok(Limit::NONE));
        let unknown = Limit::of_mean(1.0).unwrap().summarize_mean(&[f64::NAN, 2.0]);
        assert_eq!(unknown.summary.point(), Err(Missing::Corrupt));
    }

    proptest! {
        /// Capping at 100 % is not capping.
        #[test]
        fn the_hundredth_percentile_changes_nothing(
            a in prop::collection::vec(-1e6..1e6f64, 1..50), b in prop::collection::vec(-1e6..1e6f64, 1..50),
        ) {
            for definition in [Definition::Linear, Definition::InvertedCdf] {
                let cap = pooled_percentile([a.as_slice(), &b], 1.0, definition, Zeros::Counted);
                let limit = Limit::of_mean(cap.unwrap()).unwrap();
                for arm in [&a, &b] {
                    let capped = limit.summarize_mean(arm);
                    prop_assert_eq!(capped.units_above, [0; 4]);
                    prop_assert_eq!(capped.summary, Limit::NONE.summarize_mean(arm).summary);
                }
            }
        }

        /// A lower limit never has a higher mean, nor more variation.
        #[test]
        fn capping_lowers_mean_and_variance(
            values in prop::collection::vec(0i32..1000, 2..50), one in 0i32..1000, other in 0i32..1000,
        ) {
            let values: Vec<_> = values.into_iter().map(f64::from).collect();
            let of = |cap: i32| Limit::of_mean(f64::from(cap)).unwrap().summarize_mean(&values).summary;
            let (low, high) = (of(one.min(other)), of(one.max(other)));
            prop_assert!(low.mean[0] <= high.mean[0]);
            prop_assert!(low.comoment[0][0] <= high.comoment[0][0] * (1.0 + 1e-12));
        }
    }
}
