//! Whether two shares differ, by Student's t.

use super::conversions::{check, difference};
use super::{Conversions, ProportionMethod, ProportionTest};
use crate::stats::effect::satterthwaite;
use crate::stats::{Alternative, Effect, Missing};

/// Welch's t-test with variances `p (1 - p)/n`, as gbstats has it for a proportion.
///
/// A 0/1 mean has divisor `n - 1` instead; see `compare`. `Err(TooFewUnits)` below two units in
/// an arm, `Err(NoVariation)` if each arm converted wholly or not at all.
pub fn absolute_t(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    let effect = effect(control, treatment, alpha)?;
    Ok(student(ProportionMethod::WelchT, &effect, alternative, alpha))
}

/// The difference with its standard error and Welch's degrees of freedom.
pub(super) fn effect(
    control: &Conversions,
    treatment: &Conversions,
    alpha: f64,
) -> Result<Effect, Missing> {
    check([control, treatment], alpha)?;
    let fewest = control.units.min(treatment.units);
    if fewest < 2 {
        return Err(Missing::TooFewUnits { units: fewest });
    }
    let (from_control, from_treatment) = (control.variance(), treatment.variance());
    let variance = from_control + from_treatment;
    if variance == 0.0 {
        return Err(Missing::NoVariation);
    }
    Ok(Effect {
        value: difference(control, treatment),
        std_error: variance.sqrt(),
        dof: satterthwaite(
            from_control / variance,
            control.units as f64 - 1.0,
            treatment.units as f64 - 1.0,
        ),
        units: control.units as f64 + treatment.units as f64,
    })
}

pub(super) fn student(
    method: ProportionMethod,
    effect: &Effect,
    alternative: Alternative,
    alpha: f64,
) -> ProportionTest {
    ProportionTest {
        method,
        effect: effect.value,
        std_error: effect.std_error,
        statistic: effect.statistic(0.0),
        dof: effect.dof,
        test: effect.t_test(0.0, alternative, alpha),
    }
}
