//! How wide an interval must be when several are read.

use crate::stats::{Interval, Missing, normal};

/// GrowthBook calls a larger adjusted p-value 1.
const AS_GOOD_AS_ONE: f64 = 0.999_999;

fn inside(level: f64) -> bool {
    level > 0.0 && level < 1.0
}

/// Level of the intervals of `selected` effects out of `tests`, of which an expected share of at
/// most `alpha` misses its effect: `alpha * selected / tests`.
///
/// Benjamini and Yekutieli (2005), for effects selected by Benjamini-Hochberg at `alpha`; an
/// interval at this level then excludes zero. It says nothing of effects not selected.
/// `Err(OutOfRange)` where none is, or more than there are.
pub fn false_coverage_alpha(alpha: f64, selected: u64, tests: u64) -> Result<f64, Missing> {
    let some = selected > 0 && selected <= tests;
    let level = alpha * (selected as f64 / tests as f64);
    (inside(alpha) && some).then_some(level).ok_or(Missing::OutOfRange)
}

/// The interval whose normal test would have this adjusted p-value, as GrowthBook backs it out:
/// a standard error of `|lift / z|`, with `z` the deviate of the p-value.
///
/// It has no coverage guarantee. `[0, 0]` for a lift of zero, the whole line for a p-value above
/// 0.999999. `Err(OutOfRange)` for a level or p-value outside its range.
pub fn growthbook_ad_hoc(adjusted_p: f64, lift: f64, alpha: f64) -> Result<Interval, Missing> {
    if !(inside(alpha) && (0.0..=1.0).contains(&adjusted_p)) {
        return Err(Missing::OutOfRange);
    }
    if !lift.is_finite() {
        return Err(Missing::Overflow);
    }
    if adjusted_p > AS_GOOD_AS_ONE {
        return Ok(Interval::UNBOUNDED);
    }
    if lift == 0.0 {
        return Ok(Interval::around(0.0, 0.0));
    }
    let std_error = (lift / normal::upper_quantile(0.5 * adjusted_p)).abs();
    Ok(Interval::around(lift, normal::upper_quantile(0.5 * alpha) * std_error))
}

/// GrowthBook's adjusted interval: [`growthbook_ad_hoc`] where that is wider at both ends, else
/// the one given.
pub fn growthbook_interval(
    adjusted_p: f64,
    lift: f64,
    unadjusted: Interval,
    alpha: f64,
) -> Result<Interval, Missing> {
    let ad_hoc = growthbook_ad_hoc(adjusted_p, lift, alpha)?;
    let wider = ad_hoc.lower < unadjusted.lower && ad_hoc.upper > unadjusted.upper;
    Ok(if wider { ad_hoc } else { unadjusted })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::many::{Correction, adjust_logs};
    use crate::stats::{Alternative, Effect};
    use proptest::prelude::*;

    const GIVEN: Interval = Interval { lower: 0.001, upper: 0.099 };

    /// GrowthBook's formula evaluated with scipy 1.17: p = 0.2, lift 0.05.
    #[test]
    fn ad_hoc_interval_is_growthbooks() {
        let interval = growthbook_interval(0.2, 0.05, GIVEN, 0.05).unwrap();
        assert!((interval.lower + 0.026_468_401_164_457_242).abs() < 1e-15);
        assert!((interval.upper - 0.126_468_401_164_457_23).abs() < 1e-15);
        let down = growthbook_ad_hoc(0.2, -0.05, 0.05).unwrap();
        assert_eq!((down.lower, down.upper), (-interval.upper, -interval.lower));
    }

    #[test]
    fn ad_hoc_interval_only_widens() {
        assert_eq!(growthbook_interval(1e-9, 0.05, GIVEN, 0.05), Ok(GIVEN));
        assert_eq!(growthbook_interval(0.0, 0.05, GIVEN, 0.05), Ok(GIVEN));
        assert_eq!(growthbook_interval(0.03, 0.0, GIVEN, 0.05), Ok(GIVEN));
        assert_eq!(growthbook_interval(1.0, 0.05, GIVEN, 0.05), Ok(Interval::UNBOUNDED));
        assert_eq!(growthbook_interval(f64::NAN, 0.05, GIVEN, 0.05), Err(Missing::OutOfRange));
        assert_eq!(growthbook_interval(0.1, f64::NAN, GIVEN, 0.05), Err(Missing::Overflow));
    }

    #[test]
    fn levels_of_no_tests_are_refused() {
        assert_eq!(false_coverage_alpha(0.05, 0, 5), Err(Missing::OutOfRange));
        assert_eq!(false_coverage_alpha(0.05, 6, 5), Err(Missing::OutOfRange));
    }

    proptest! {
        /// Benjamini and Yekutieli (2005), section 3: what Benjamini-Hochberg selects has a
        /// false coverage interval without zero.
        #[test]
        fn intervals_of_the_selected_exclude_zero(
            statistics in prop::collection::vec(-8.0..8.0f64, 1..40), alpha in 0.001..0.2f64,
        ) {
            let effects: Vec<_> = statistics.iter().map(|z| Effect {
                value: *z, std_error: 1.0, dof: f64::INFINITY, units: 100.0,
            }).collect();
            let log = |e: &Effect| e.z_test(0.0, Alternative::TwoSided, alpha).log_p_value;
            let logs: Vec<_> = effects.iter().map(log).collect();
            let adjusted = adjust_logs(&logs, Correction::BenjaminiHochberg, alpha).unwrap();
            let selected = adjusted.iter().filter(|a| a.rejected).count() as u64;
            for (effect, _) in effects.iter().zip(&adjusted).filter(|(_, a)| a.rejected) {
                let level = false_coverage_alpha(alpha, selected, effects.len() as u64).unwrap();
                let test = effect.z_test(0.0, Alternative::TwoSided, level);
                prop_assert!(!test.interval.contains(0.0));
            }
        }
    }
}
