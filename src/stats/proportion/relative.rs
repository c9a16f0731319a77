//! By what part of control two shares differ.

use super::conversions::{check, relative_difference};
use super::{Conversions, ProportionMethod, ProportionTest};
use crate::stats::{Alternative, Interval, Missing, Test, normal};

/// Relative difference by the logarithm of the ratio of shares (Katz, Baptista, Azen and Pike
/// 1978), normal.
///
/// The interval never passes -1, and is not symmetric. `Err(ControlNearZero)` if none converted
/// in control, `Err(ZeroDenominator)` if none did in treatment (its logarithm has no end), and
/// `Err(NoVariation)` if all did in both.
pub fn log_ratio(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<ProportionTest, Missing> {
    check([control, treatment], alpha)?;
    if control.conversions == 0 {
        return Err(Missing::ControlNearZero);
    }
    if treatment.conversions == 0 {
        return Err(Missing::ZeroDenominator);
    }
    let part =
        |arm: &Conversions| arm.failures() as f64 / arm.units as f64 / arm.conversions as f64;
    let std_error = (part(control) + part(treatment)).sqrt();
    if std_error == 0.0 {
        return Err(Missing::NoVariation);
    }
    let effect = relative_difference(control, treatment);
    let (log, statistic) = (effect.ln_1p(), effect.ln_1p() / std_error);
    let width = normal::upper_quantile(alternative.tail(alpha)) * std_error;
    let ends = alternative.interval(log, width);
    let interval = Interval { lower: ends.lower.exp_m1(), upper: ends.upper.exp_m1() };
    let test = Test::new(alternative.log_p_value(statistic, normal::log_sf), interval);
    let (method, dof) = (ProportionMethod::LogRatio, f64::INFINITY);
    Ok(ProportionTest { method, effect, std_error, statistic, dof, test })
}
