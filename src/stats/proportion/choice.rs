//! Which test of two proportions fits their counts.

use super::{Conversions, ProportionTest, ScoreVariance, score, unpooled_z};
use crate::stats::{Alternative, Missing};

/// Conversions, and units without, that each arm needs for the normal distribution.
const ENOUGH: u64 = 10;

/// The unpooled z-test, or Miettinen and Nurminen's score test where an arm has fewer than ten
/// conversions or fewer than ten units without; `method` says which.
///
/// So there is an answer whenever both arms have a unit: where none or all converted in both, p
/// is 1 (1/2 one-sided) and the interval is finite. `Err` without units, for more conversions
/// than units and for a level outside (0, 1).
pub fn two_proportions(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    let is_few = |arm: &Conversions| arm.conversions.min(arm.failures()) < ENOUGH;
    if is_few(control) || is_few(treatment) {
        return score(control, treatment, 0.0, ScoreVariance::default(), alternative, alpha);
    }
    unpooled_z(control, treatment, 0.0, alternative, alpha)
}
