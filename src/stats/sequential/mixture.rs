//! What the mixture sequential probability ratio test says at every look.
//!
//! Johari, Koomen, Pekelis and Walsh (2017), with the variance of the estimate in place of a
//! known one. It is the asymptotic confidence sequence of [`super::Sequence`] with another knob:
//! a variance `tau²` of the effects one expects, where that has a number of units.

use super::Rho;
use super::normal_mixture::Ratio;
use crate::stats::{Alternative, Effect, Interval, Missing, Test};

/// A mixture `N(null, tau²)` over the effects one expects, fixed before the first look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    tau: f64,
}

impl Mixture {
    /// From `tau²`, in the squared unit of the effect. `Err(OutOfRange)` if it is not positive.
    pub fn new(tau_squared: f64) -> Result<Mixture, Missing> {
        let tau = tau_squared.sqrt();
        if tau > 0.0 && tau.is_finite() { Ok(Mixture { tau }) } else { Err(Missing::OutOfRange) }
    }

    /// The default where a smallest effect worth finding is stated: that is `tau`, so that
    /// effects of its size are found soonest (Johari et al. 2017, section 5).
    pub fn of_effect(smallest: f64) -> Result<Mixture, Missing> {
        if !(smallest.is_finite() && smallest != 0.0) {
            return Err(Missing::OutOfRange);
        }
        Ok(Mixture { tau: smallest.abs() })
    }

    /// The default where none is stated: the mixture whose interval is tightest at `tuning`
    /// units, both arms together.
    ///
    /// The variance of the estimate after `N` units is `s²/N`, and a confidence sequence with
    /// parameter `rho` mixes with `r = N rho²`; the same `r` is `tau² N / s²` here, hence
    /// `tau² = rho² s²`, with `s² = std_error² N` of the effect at hand. So this test is
    /// `Sequence::new(alpha, tuning, Rho::Exact)`, as long as `s²` stays what it was: take it
    /// from before the start or from the first look and keep it. `Err(OutOfRange)` for a level
    /// that [`Mixture::test`] refuses.
    pub fn tightest_at(
        tuning: f64,
        alpha: f64,
        alternative: Alternative,
        effect: &Effect,
    ) -> Result<Mixture, Missing> {
        check_level(alternative, alpha)?;
        if !(tuning > 0.0 && tuning.is_finite()) {
            return Err(Missing::OutOfRange);
        }
        let level = alpha * if alternative == Alternative::TwoSided { 1.0 } else { 2.0 };
        let rho_squared = Rho::Exact.squared(level, tuning);
        Mixture::of_effect((rho_squared * effect.units).sqrt() * effect.std_error)
    }

    /// Variance of the mixture, in the squared unit of the effect.
    pub fn tau_squared(&self) -> f64 {
        self.tau * self.tau
    }

    /// Natural logarithm of the mixed likelihood ratio against `null` (an e-value); one-sided,
    /// it is mixed over the effects on that side only.
    pub fn log_lambda(&self, effect: &Effect, null: f64, alternative: Alternative) -> f64 {
        let (ratio, z) = (self.ratio(effect), effect.statistic(null));
        log_e_value(&ratio, z, alternative)
    }

    /// Always-valid p-value, `min(1, 1/Lambda)`, and confidence interval at this look.
    ///
    /// `Err(OutOfRange)` for a level outside (0, 1), or one-sided outside (0, 1/2); `Err(NoVariation)` for an effect
    /// without standard error; `Err(Overflow)` where the ends or the logarithm leave a double.
    pub fn test(
        &self,
        effect: &Effect,
        null: f64,
        alternative: Alternative,
        alpha: f64,
    ) -> Result<Test, Missing> {
        test(&self.ratio(effect), effect, null, alternative, alpha)
    }

    fn ratio(&self, effect: &Effect) -> Ratio {
        Ratio::from_root(self.tau / effect.std_error)
    }
}

pub(super) fn log_e_value(ratio: &Ratio, z: f64, alternative: Alternative) -> f64 {
    match alternative {
        Alternative::TwoSided => ratio.log_e_value(z),
        Alternative::Greater => ratio.log_e_value_above(z),
        Alternative::Less => ratio.log_e_value_above(-z),
    }
}

/// The test of an effect by a mixture of this ratio.
pub(super) fn test(
    ratio: &Ratio,
    effect: &Effect,
    null: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<Test, Missing> {
    let width = match alternative {
        Alternative::TwoSided => ratio.width(-alpha.ln()),
        Alternative::Greater | Alternative::Less => ratio.width_above(-alpha.ln()),
    };
    let log_e_value = log_e_value(ratio, effect.statistic(null), alternative);
    checked_test(effect, null, alternative, alpha, -log_e_value, width)
}

/// The test from the logarithm of its p-value and its half-width in standard errors.
pub(super) fn checked_test(
    effect: &Effect,
    null: f64,
    alternative: Alternative,
    alpha: f64,
    log_p_value: f64,
    width: f64,
) -> Result<Test, Missing> {
    check_level(alternative, alpha)?;
    if effect.std_error <= 0.0 {
        return Err(Missing::NoVariation);
    }
    let half_width = width * effect.std_error;
    let defined = effect.value.is_finite() && null.is_finite() && log_p_value.is_finite();
    let ends = Interval::around(effect.value, half_width);
    if !(defined && ends.is_finite()) {
        return Err(Missing::Overflow);
    }
    let log_p_value = if log_p_value < 0.0 { log_p_value } else { 0.0 };
    Ok(Test::new(log_p_value, alternative.interval(effect.value, half_width)))
}

/// A one-sided bound spends twice the level on one side, so it must be below one half.
pub(super) fn check_level(alternative: Alternative, alpha: f64) -> Result<(), Missing> {
    let most = if alternative == Alternative::TwoSided { 1.0 } else { 0.5 };
    if alpha > 0.0 && alpha < most { Ok(()) } else { Err(Missing::OutOfRange) }
}

#[cfg(test)]
#[path = "mixture_tests.rs"]
mod tests;
