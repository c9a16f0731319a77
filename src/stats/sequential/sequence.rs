//! What may be said at every look.
//!
//! The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
//! (arXiv:2103.06476). Valid however often one looks, once there are many units: it promises
//! nothing at the first hundred.

use super::Rho;
use super::mixture::{check_level, checked_test, log_e_value, test};
use super::normal_mixture::Ratio;
use crate::stats::{Alternative, DEFAULT_TUNING, Effect, Missing, Test};

/// A two-sided confidence sequence at one level (their equation 9).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence {
    alpha: f64,
    rho_squared: f64,
    tuning: f64,
    rho: Rho,
}

impl Sequence {
    /// `alpha` in (0, 1); tightest at `tuning` units, both arms together. A tuning that is
    /// not a positive number is the default.
    pub fn new(alpha: f64, tuning: f64, rho: Rho) -> Sequence {
        let tuning = usable(tuning);
        Sequence { alpha, rho_squared: rho.squared(alpha, tuning), tuning, rho }
    }

    /// The tuning parameter in force.
    pub fn rho(&self) -> f64 {
        self.rho_squared.sqrt()
    }

    /// Half-width of the interval in standard errors, after `units` in both arms together.
    pub fn width(&self, units: f64) -> f64 {
        Ratio::new(units * self.rho_squared).width(-self.alpha.ln())
    }

    /// Natural logarithm of the evidence against "no effect" (an e-value); may be negative.
    pub fn log_e_value(&self, statistic: f64, units: f64) -> f64 {
        Ratio::new(units * self.rho_squared).log_e_value(statistic)
    }

    /// Natural logarithm of the p-value at this look; below `ln alpha` exactly where the
    /// interval leaves out 0.
    pub fn log_p_value(&self, statistic: f64, units: f64) -> f64 {
        (-self.log_e_value(statistic, units)).min(0.0)
    }

    /// The test that the effect is `null` and the interval that agrees with it, at this look.
    ///
    /// One-sided, with `rho` that of level `2 alpha`: by the exact mixture over that side
    /// ([`ExactOneSidedSequence`]) for [`Rho::Exact`], and by the closed form that gbstats has
    /// ([`OneSidedSequence`]) for [`Rho::GrowthBook`]. `Err(OutOfRange)` for a level outside
    /// (0, 1), or one-sided outside (0, 1/2); `Err(NoVariation)` for an effect without standard
    /// error; `Err(Overflow)` where the ends or the logarithm leave a double.
    pub fn test(
        &self,
        effect: &Effect,
        null: f64,
        alternative: Alternative,
    ) -> Result<Test, Missing> {
        check_level(alternative, self.alpha)?;
        if alternative == Alternative::TwoSided {
            let ratio = Ratio::new(effect.units * self.rho_squared);
            return test(&ratio, effect, null, alternative, self.alpha);
        }
        match self.rho {
            Rho::Exact => ExactOneSidedSequence::new(self.alpha, self.tuning, self.rho).test(
                effect,
                null,
                alternative,
            ),
            Rho::GrowthBook => OneSidedSequence::new(self.alpha, self.tuning, self.rho).test(
                effect,
                null,
                alternative,
            ),
        }
    }
}

/// A one-sided confidence sequence at one level, in its closed form, which is at most a
/// percent wider than the exact one (their equation 134; `rho` is that of level `2 alpha`).
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
    /// `Err` as for [`Sequence::test`], and for a two-sided alternative.
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
    /// `Err` as for [`Sequence::test`], and for a two-sided alternative.
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

fn usable(tuning: f64) -> f64 {
    if tuning.is_finite() && tuning >= 1.0 { tuning } else { DEFAULT_TUNING }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gbstats 0.8: inflation over 1.96 at N = N* is 1.5486 at 0.05.
    #[test]
    fn price_of_looking_is_known() {
        let sequence = Sequence::new(0.05, 5000.0, Rho::GrowthBook);
        assert!((sequence.width(5000.0) / 1.959_964 - 1.5486).abs() < 5e-5);
    }

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

    /// Whichever side is asked for, the interval leaves out `null` where p is below the level.
    #[test]
    fn tests_have_three_alternatives() {
        let effect = Effect { value: 0.9, std_error: 0.3, dof: f64::INFINITY, units: 8000.0 };
        for rho in [Rho::Exact, Rho::GrowthBook] {
            let sequence = Sequence::new(0.05, 5000.0, rho);
            let p = |null, alternative| {
                let test = sequence.test(&effect, null, alternative).unwrap();
                assert_eq!(test.p_value < 0.05, !test.interval.contains(null));
                test.p_value
            };
            assert!(p(0.0, Alternative::Greater) < p(0.0, Alternative::TwoSided));
            assert_eq!(p(0.0, Alternative::Less), 1.0);
            assert!(p(3.0, Alternative::Less) < 0.05);
        }
        let level = Sequence::new(0.6, 5000.0, Rho::Exact);
        assert!(level.test(&effect, 0.0, Alternative::TwoSided).is_ok());
        assert_eq!(level.test(&effect, 0.0, Alternative::Less), Err(Missing::OutOfRange));
        let constant = Effect { std_error: 0.0, ..effect };
        let sequence = Sequence::new(0.05, 5000.0, Rho::Exact);
        assert_eq!(sequence.test(&constant, 0.0, Alternative::TwoSided), Err(Missing::NoVariation));
    }

    #[test]
    fn bound_and_p_value_agree() {
        for units in [200.0, 5000.0, 1e9] {
            let two = Sequence::new(0.01, 5000.0, Rho::Exact);
            let one = OneSidedSequence::new(0.01, 5000.0, Rho::Exact);
            assert!((two.log_p_value(two.width(units), units) - 0.01f64.ln()).abs() < 1e-12);
            assert!((one.log_p_value(one.width(units), units) - 0.01f64.ln()).abs() < 1e-12);
        }
    }

    /// 28 looks at no effect: a test made for one look cries wolf in
    /// 27.5 % of such experiments; the confidence sequence must stay below 5 % (0.0572 is
    /// three standard errors of 10,000 simulations above it).
    #[test]
    fn looking_every_night_costs_the_t_test_its_promise_and_not_the_sequence() {
        let (simulations, looks, units_per_look) = (10_000, 28, 200.0);
        let sequence = Sequence::new(0.05, 5000.0, Rho::Exact);
        let mut normal = deviates(20_261_120);
        let (mut naive, mut always) = (0, 0);
        for _ in 0..simulations {
            let (mut sum, mut naive_hit, mut always_hit) = (0.0, false, false);
            for look in 1..=looks {
                sum += normal();
                let (z, units) = (sum / f64::from(look).sqrt(), units_per_look * f64::from(look));
                naive_hit |= crate::stats::student::log_two_sided(z, units - 2.0) < 0.05f64.ln();
                always_hit |= sequence.log_p_value(z, units) < 0.05f64.ln();
            }
            naive += u32::from(naive_hit);
            always += u32::from(always_hit);
        }
        let share = |hits: u32| f64::from(hits) / f64::from(simulations);
        assert!((share(naive) - 0.2748).abs() < 0.015, "{}", share(naive));
        assert!(share(always) <= 0.0572, "{}", share(always));
    }

    /// Standard normal deviates: splitmix64 and Box-Muller.
    fn deviates(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        let mut uniform = move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        move || {
            let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
            radius * (std::f64::consts::TAU * uniform()).cos()
        }
    }
}
