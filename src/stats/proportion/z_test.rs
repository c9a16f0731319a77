//! Whether two shares differ, by the normal distribution.

use super::conversions::{check, difference};
use super::{Conversions, ProportionMethod, ProportionTest, pooled_share};
use crate::stats::{Alternative, Effect, Missing, Test, normal};

/// The z-test whose variance is that of both arms pooled, as it is if they do not differ.
///
/// Its interval uses the same standard error, so it agrees with the p-value but is not the one
/// to report: see [`unpooled_z`]. `Err(NoVariation)` if none or all converted in both arms.
pub fn pooled_z(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    pooled(control, treatment, alternative, alpha, 0.0, ProportionMethod::PooledZ)
}

/// The pooled z-test with the difference brought `(1/n_a + 1/n_b)/2` nearer to 0, not beyond.
///
/// Yates (1934); R `prop.test`, tea-tasting `Proportion(correction=True)`. The interval is as
/// much wider. `Err` as for [`pooled_z`].
pub fn pooled_z_continuity(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    let correction = 0.5 / control.units as f64 + 0.5 / treatment.units as f64;
    let method = ProportionMethod::PooledZContinuity;
    pooled(control, treatment, alternative, alpha, correction, method)
}

fn pooled(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
    correction: f64,
    method: ProportionMethod,
) -> Result<ProportionTest, Missing> {
    check([control, treatment], alpha)?;
    let share = pooled_share(control, treatment)?;
    let (a, b) = (control.units as f64, treatment.units as f64);
    let missed = (control.failures() as f64 + treatment.failures() as f64) / (a + b);
    let std_error = (share * missed * (1.0 / a + 1.0 / b)).sqrt();
    if std_error == 0.0 {
        return Err(Missing::NoVariation);
    }
    let effect = difference(control, treatment);
    let statistic = ((effect.abs() - correction).max(0.0) / std_error).copysign(effect);
    let width = normal::upper_quantile(alternative.tail(alpha)) * std_error + correction;
    let log_p_value = alternative.log_p_value(statistic, normal::log_sf);
    let test = Test::new(log_p_value, alternative.interval(effect, width));
    Ok(ProportionTest { method, effect, std_error, statistic, dof: f64::INFINITY, test })
}

/// The z-test whose variance is the sum of both arms' own (Wald), against a `null` difference.
///
/// With `null` at minus a margin and [`Alternative::Greater`] it is the test of non-inferiority.
/// `Err(NoVariation)` if each arm converted wholly or not at all, `Err(OutOfRange)` for a null
/// value outside (-1, 1).
pub fn unpooled_z(
    control: &Conversions,
    treatment: &Conversions,
    null: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    check([control, treatment], alpha)?;
    if !(null > -1.0 && null < 1.0) {
        return Err(Missing::OutOfRange);
    }
    let variance = control.variance() + treatment.variance();
    if variance == 0.0 {
        return Err(Missing::NoVariation);
    }
    let effect = Effect {
        value: difference(control, treatment),
        std_error: variance.sqrt(),
        dof: f64::INFINITY,
        units: control.units as f64 + treatment.units as f64,
    };
    Ok(ProportionTest {
        method: ProportionMethod::UnpooledZ,
        effect: effect.value,
        std_error: effect.std_error,
        statistic: effect.statistic(null),
        dof: effect.dof,
        test: effect.z_test(null, alternative, alpha),
    })
}
