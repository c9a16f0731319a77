//! What may be said at every look about an effect in one direction.

use super::Rho;
use super::mixture::{checked_test, log_e_value, test};
use super::normal_mixture::Ratio;
use super::sequence::usable;
use crate::stats::{Alternative, Effect, Missing, Test};

/// A one-sided confidence sequence at one level, in its closed form, which is about a
/// percent wider than the exact one (Waudby-Smith et al., arXiv:2103.06476, equation 134;
/// `rho` is that of level `2 alpha`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneSidedSequence {
    alpha: f64,
    rho_squared: f64,
}

impl OneSidedSequence {
    /// `alpha` in (0, 1/2); tightest at `tuning` units, both arms together.
    pub fn new(alpha: f64, tuning: f64, rho: Rho) -> OneSidedSequence {
        OneSidedSequence { alpha, rho_squared: rho.squared(2.0 * alpha, usable(tuning)) }
    }

    /// The same at another level, its `rho` kept.
    pub fn at_level(self, alpha: f64) -> OneSidedSequence {
        OneSidedSequence { alpha, ..self }
    }

    /// The tuning parameter in force.
    pub fn rho(&self) -> f64 {
        self.rho_squared.sqrt()
    }

    /// Distance from the effect to its bound in standard errors.
    pub fn width(&self, units: f64) -> f64 {
        let scaled = units * self.rho_squared;
        let log = ((scaled + 1.0).sqrt() / (2.0 * self.alpha)).ln_1p();
        (2.0 * (scaled + 1.0) / scaled * log).sqrt()
    }

    /// Natural logarithm of the p-value that the statistic is not above 0: the bound, solved
    /// for alpha with `rho` held.
    pub fn log_p_value(&self, statistic: f64, units: f64) -> f64 {
        if statistic <= 0.0 {
            return 0.0;
        }
        let scaled = units * self.rho_squared;
        let log = 0.5 * statistic * statistic * scaled / (scaled + 1.0);
        let log_expm1 = if log > 1.0 { log + (-(-log).exp()).ln_1p() } else { log.exp_m1().ln() };
        (0.5 * scaled.ln_1p() - std::f64::consts::LN_2 - log_expm1).min(0.0)
    }
}

impl OneSidedSequence {
    /// The test that the effect is not beyond `null` on the side of `alternative`, and its bound.
    /// `Err` as for [`super::Sequence::test`], and for a two-sided alternative.
    pub fn test(
        &self,
        effect: &Effect,
        null: f64,
        alternative: Alternative,
    ) -> Result<Test, Missing> {
        let toward = toward(alternative)?;
        let log_p_value = self.log_p_value(toward * effect.statistic(null), effect.units);
        let width = self.width(effect.units);
        checked_test(effect, null, alternative, self.alpha, log_p_value, width)
    }
}

/// A one-sided confidence sequence at one level: the root of the normal mixture over one side
/// (Howard et al. 2021, proposition 6; confseq `normal_mixture_bound(is_one_sided=True)`).
/// Tighter than [`OneSidedSequence`] by 0.5 % at its tuning, 1.2 % at a tenth of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExactOneSidedSequence {
    alpha: f64,
    rho_squared: f64,
}

impl ExactOneSidedSequence {
    /// `alpha` in (0, 1/2); tightest at `tuning` units, both arms together.
    pub fn new(alpha: f64, tuning: f64, rho: Rho) -> ExactOneSidedSequence {
        ExactOneSidedSequence { alpha, rho_squared: rho.squared(2.0 * alpha, usable(tuning)) }
    }

    /// The same at another level, its `rho` kept.
    pub fn at_level(self, alpha: f64) -> ExactOneSidedSequence {
        ExactOneSidedSequence { alpha, ..self }
    }

    /// The tuning parameter in force.
    pub fn rho(&self) -> f64 {
        self.rho_squared.sqrt()
    }

    /// Distance from the effect to its bound in standard errors.
    pub fn width(&self, units: f64) -> f64 {
        Ratio::new(units * self.rho_squared).width_above(-self.alpha.ln())
    }

    /// Natural logarithm of the p-value that the statistic is not above 0.
    pub fn log_p_value(&self, statistic: f64, units: f64) -> f64 {
        let ratio = Ratio::new(units * self.rho_squared);
        (-log_e_value(&ratio, statistic, Alternative::Greater)).min(0.0)
    }

    /// The test that the effect is not beyond `null` on the side of `alternative`, and its bound.
    /// `Err` as for [`super::Sequence::test`], and for a two-sided alternative.
    pub fn test(
        &self,
        effect: &Effect,
        null: f64,
        alternative: Alternative,
    ) -> Result<Test, Missing> {
        toward(alternative)?;
        let ratio = Ratio::new(effect.units * self.rho_squared);
        test(&ratio, effect, null, alternative, self.alpha)
    }
}

/// 1 for an effect above, -1 for one below.
fn toward(alternative: Alternative) -> Result<f64, Missing> {
    match alternative {
        Alternative::TwoSided => Err(Missing::OutOfRange),
        Alternative::Greater => Ok(1.0),
        Alternative::Less => Ok(-1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gbstats 0.8, N* = N = 5000 at 0.05: half-width 0.0393023 for one-unit
    /// variance, hence `width = 0.0393023 sqrt(5000)`.
    #[test]
    fn one_sided_width_is_that_of_gbstats() {
        let sequence = OneSidedSequence::new(0.05, 5000.0, Rho::GrowthBook);
        assert!((sequence.width(5000.0) / 5000f64.sqrt() - 0.039_302_3).abs() < 5e-8);
    }

    /// confseq 0.0.11, N* = N = 5000 at 0.05: half-width 0.0391181 for one-unit variance.
    #[test]
    fn exact_width_is_that_of_confseq() {
        let sequence = ExactOneSidedSequence::new(0.05, 5000.0, Rho::GrowthBook);
        assert!((sequence.width(5000.0) / 5000f64.sqrt() - 0.039_118_1).abs() < 5e-8);
        let log_p_value = sequence.log_p_value(sequence.width(777.0), 777.0);
        assert!((log_p_value - 0.05f64.ln()).abs() < 1e-12);
    }
}
