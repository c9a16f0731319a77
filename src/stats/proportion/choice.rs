//! Which test of two proportions fits their counts.

use super::{Conversions, ProportionTest, ScoreVariance, score, unpooled_z};
use crate::stats::{Alternative, Missing};

/// Conversions, and units without, that each arm needs for the normal distribution.
pub const ENOUGH: f64 = 10.0;

/// The unpooled z-test, or Miettinen and Nurminen's score test where an arm has fewer than ten
/// conversions or fewer than ten units without, observed or expected from both arms together;
/// `method` says which.
///
/// The observed counts alone would choose by luck: with 1 % of the units in an arm that expects
/// five conversions, the score test when there happen to be few of them and the z-test when
/// there happen to be many reject 1.5 % of true hypotheses at a level of 5 %, the score test
/// 4.2 %.
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
    if fewest(control, treatment) < ENOUGH {
        return score(control, treatment, 0.0, ScoreVariance::default(), alternative, alpha);
    }
    unpooled_z(control, treatment, 0.0, alternative, alpha)
}

/// The smallest of both arms' conversions and units without, observed and expected.
pub fn fewest(control: &Conversions, treatment: &Conversions) -> f64 {
    let observed = |arm: &Conversions| arm.conversions.min(arm.failures()) as f64;
    observed(control).min(observed(treatment)).min(expected(control, treatment))
}

/// The same, only expected: what chance is left of it does not depend on how they differ.
pub fn expected(control: &Conversions, treatment: &Conversions) -> f64 {
    let arms = [control, treatment];
    let all = |of: fn(&Conversions) -> u64| arms.iter().map(|arm| of(arm) as f64).sum::<f64>();
    let least = all(|arm| arm.conversions).min(all(Conversions::failures));
    let smaller = control.units.min(treatment.units) as f64;
    if smaller > 0.0 { least * smaller / all(|arm| arm.units) } else { 0.0 }
}
