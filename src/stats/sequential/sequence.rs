//! What may be said at every look.
//!
//! The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
//! (arXiv:2103.06476). Valid however often one looks, once there are many units: it promises
//! nothing at the first hundred.

use super::mixture::{check_level, test};
use super::normal_mixture::Ratio;
use super::{ExactOneSidedSequence, OneSidedSequence, Rho};
use crate::stats::{Alternative, DEFAULT_TUNING, Effect, Missing, Test};

/// A two-sided confidence sequence at one level (their equation 9).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence {
    alpha: f64,
    /// The level that `rho` is that of.
    tuned_alpha: f64,
    rho_squared: f64,
    tuning: f64,
    rho: Rho,
}

impl Sequence {
    /// `alpha` in (0, 1); tightest at `tuning` units, both arms together. A tuning that is
    /// not a positive number is the default.
    pub fn new(alpha: f64, tuning: f64, rho: Rho) -> Sequence {
        let tuning = usable(tuning);
        let rho_squared = rho.squared(alpha, tuning);
        Sequence { alpha, tuned_alpha: alpha, rho_squared, tuning, rho }
    }

    /// The same sequence at another level, its `rho` kept: it leaves out 0 exactly where the
    /// p-value, which does not know the level, is below it.
    pub fn at_level(self, alpha: f64) -> Sequence {
        Sequence { alpha, ..self }
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
            Rho::Exact => ExactOneSidedSequence::new(self.tuned_alpha, self.tuning, self.rho)
                .at_level(self.alpha)
                .test(effect, null, alternative),
            Rho::GrowthBook => OneSidedSequence::new(self.tuned_alpha, self.tuning, self.rho)
                .at_level(self.alpha)
                .test(effect, null, alternative),
        }
    }
}

/// A tuning that is not a number of units is the default.
pub(super) fn usable(tuning: f64) -> f64 {
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

    /// A correction asks whether the p-value is below a part of the level.
    #[test]
    fn p_values_agree_with_the_interval_of_any_level() {
        for rho in [Rho::Exact, Rho::GrowthBook] {
            for side in [Alternative::TwoSided, Alternative::Greater] {
                for alpha in [0.02, 0.001] {
                    let sequence = Sequence::new(0.05, 5000.0, rho).at_level(alpha);
                    for step in 0..2000 {
                        let value = f64::from(step) * 0.001;
                        let effect = Effect { value, std_error: 0.3, dof: 1e9, units: 700.0 };
                        let test = sequence.test(&effect, 0.0, side).unwrap();
                        assert_eq!(test.p_value < alpha, !test.interval.contains(0.0), "{value}");
                    }
                }
            }
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
