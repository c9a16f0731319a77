//! What the values of units are when none counts for more than a limit.

/// Holds units' `[y, d, x, e]` to one upper limit of `y`, in its unit, and says how many units
/// had more.
///
/// The pre-period twin `x` is the same metric, so it has the same limit; ones in its place are
/// no metric, and stay. A NaN stays one, so that a summary is refused as corrupt and not silently
/// capped; a limit that is NaN or infinite holds nothing back.
pub fn cap(values: &mut [[f64; 4]], limit: f64) -> u64 {
    let has_twin = values.iter().any(|unit| unit[2] != 1.0);
    let mut units_above = 0;
    for [y, _, x, _] in values {
        units_above += u64::from(*y > limit);
        hold(y, limit);
        if has_twin {
            hold(x, limit);
        }
    }
    units_above
}

fn hold(value: &mut f64, limit: f64) {
    if *value > limit {
        *value = limit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::cap::{Zeros, pooled_percentile};
    use crate::stats::quantile::Definition;
    use crate::stats::{Missing, Summary};
    use proptest::prelude::*;

    fn capped(values: &[f64], limit: f64) -> (Summary, u64) {
        let mut units: Vec<_> = values.iter().map(|y| [*y, 1.0, 1.0, 1.0]).collect();
        let above = cap(&mut units, limit);
        (Summary::from_values(&units), above)
    }

    #[test]
    fn units_above_the_limit_are_counted_not_dropped() {
        let (summary, above) = capped(&[1.0, 3.0, 5.0, 100.0], 3.0);
        assert_eq!((summary.units, above), (4, 2));
        assert_eq!((summary.mean[0], summary.comoment[0][0]), (2.5, 3.0));
        let mut with_twin = [[1.0, 9.0, 8.0, 9.0]];
        assert_eq!((cap(&mut with_twin, 4.0), with_twin), (0, [[1.0, 9.0, 4.0, 9.0]]));
    }

    #[test]
    fn where_there_is_no_covariate_the_ones_stay() {
        let (summary, above) = capped(&[-3.0, -1.0], -2.0);
        assert_eq!((summary.mean[2], above), (1.0, 1));
    }

    #[test]
    fn what_is_no_number_stays_none() {
        assert_eq!(capped(&[f64::NAN, 2.0], 1.0).0.point(), Err(Missing::Corrupt));
        assert_eq!(capped(&[1.0, 2.0], f64::NAN).1, 0);
    }

    proptest! {
        /// Capping at 100 % is not capping.
        #[test]
        fn the_hundredth_percentile_changes_nothing(
            a in prop::collection::vec(-1e6..1e6f64, 1..50), b in prop::collection::vec(-1e6..1e6f64, 1..50),
        ) {
            for definition in [Definition::Linear, Definition::InvertedCdf] {
                let limit = pooled_percentile([a.as_slice(), &b], 1.0, definition, Zeros::Counted);
                let limit = limit.unwrap();
                for arm in [&a, &b] {
                    prop_assert_eq!(capped(arm, limit), capped(arm, f64::INFINITY));
                }
            }
        }

        /// A lower limit never has a higher mean, nor more variation.
        #[test]
        fn capping_lowers_mean_and_variance(
            values in prop::collection::vec(0i32..1000, 2..50), one in 0i32..1000, other in 0i32..1000,
        ) {
            let values: Vec<_> = values.into_iter().map(f64::from).collect();
            let of = |limit: i32| capped(&values, f64::from(limit)).0;
            let (low, high) = (of(one.min(other)), of(one.max(other)));
            prop_assert!(low.mean[0] <= high.mean[0]);
            prop_assert!(low.comoment[0][0] <= high.comoment[0][0] * (1.0 + 1e-12));
        }
    }
}
