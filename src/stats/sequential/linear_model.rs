//! What a linear model says at every look.
//!
//! Lindon, Ham, Tingley and Bojinov (arXiv:2210.08589), as in the R package avlm: `g` is the
//! number of units the mixture is worth, and small against the units an experiment ends with.

use crate::stats::{Alternative, Effect, Interval, Missing, Test};

/// A mixture over coefficients, fixed before the first look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearMixture {
    g: f64,
}

impl LinearMixture {
    /// `Err(OutOfRange)` for a `g` that is not positive. avlm's default is 1.
    pub fn new(g: f64) -> Result<LinearMixture, Missing> {
        if g > 0.0 && g.is_finite() { Ok(LinearMixture { g }) } else { Err(Missing::OutOfRange) }
    }

    /// The `g` whose interval is tightest at `units` with so many degrees of freedom, by golden
    /// section. `Err(OutOfRange)` for a level outside (0, 1) and numbers that are not positive.
    pub fn tightest_at(units: f64, dof: f64, alpha: f64) -> Result<LinearMixture, Missing> {
        let positive = units > 0.0 && units.is_finite() && dof > 0.0 && dof.is_finite();
        if !(positive && alpha > 0.0 && alpha < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let width = |log_g: f64| LinearMixture { g: log_g.exp() }.width(dof, units, alpha);
        let (mut low, mut high) = (units.ln() - 40.0, units.ln() + 5.0);
        for _ in 0..90 {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            if width(left) <= width(right) { high = right } else { low = left }
        }
        LinearMixture::new(low.exp())
    }

    pub fn g(&self) -> f64 {
        self.g
    }

    /// Natural logarithm of the Bayes factor of a t statistic (avlm `log_G_t`), an e-value.
    pub fn log_bayes_factor(&self, statistic: f64, dof: f64, units: f64) -> f64 {
        self.log_bayes_factor_f(statistic * statistic, 1.0, dof, units)
    }

    /// Natural logarithm of the Bayes factor of an F statistic with `numerator` and `dof` degrees
    /// of freedom (avlm `log_G_f`); p is `min(1, 1/G)`.
    pub fn log_bayes_factor_f(&self, f: f64, numerator: f64, dof: f64, units: f64) -> f64 {
        let share = self.g / (self.g + units);
        let inverse = dof / (numerator * f);
        let growth = (units / (self.g + units) / (inverse + share)).ln_1p();
        0.5 * (dof + numerator) * growth - 0.5 * numerator * (units / self.g).ln_1p()
    }

    /// Half-width of the interval in standard errors (avlm `t_radius`); infinite as long as
    /// there are so few units that no statistic is evidence.
    pub fn width(&self, dof: f64, units: f64, alpha: f64) -> f64 {
        let share = self.g / (self.g + units);
        let log_q = (2.0 * alpha.ln() - (units / self.g).ln_1p()) / (dof + 1.0);
        let room = log_q.exp() - share;
        if room > 0.0 { (dof * -log_q.exp_m1() / room).sqrt() } else { f64::INFINITY }
    }

    /// Two-sided test that a coefficient is `null` and its interval, which is `[-inf, inf]` as
    /// long as there are too few units.
    ///
    /// `Err(OutOfRange)` for a level outside (0, 1) or degrees of freedom that are not positive
    /// and finite; `Err(NoVariation)` without standard error; `Err(Overflow)` where the
    /// statistic leaves a double.
    pub fn test(&self, effect: &Effect, null: f64, alpha: f64) -> Result<Test, Missing> {
        let usable = effect.dof > 0.0 && effect.dof.is_finite() && effect.units > 0.0;
        if !(alpha > 0.0 && alpha < 1.0 && usable) {
            return Err(Missing::OutOfRange);
        }
        if effect.std_error <= 0.0 {
            return Err(Missing::NoVariation);
        }
        let statistic = effect.statistic(null);
        let log = self.log_bayes_factor(statistic, effect.dof, effect.units);
        if !(statistic.is_finite() && log.is_finite()) {
            return Err(Missing::Overflow);
        }
        let half_width = self.width(effect.dof, effect.units, alpha) * effect.std_error;
        let interval = if half_width.is_finite() {
            Alternative::TwoSided.interval(effect.value, half_width)
        } else {
            Interval::UNBOUNDED
        };
        Ok(Test::new((-log).min(0.0), interval))
    }
}

const GOLDEN: f64 = 0.618_033_988_749_894_9;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// mpmath at 60 digits of avlm's formulas.
    #[test]
    fn bayes_factors_are_those_of_avlm() {
        let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-12, "{got} {want}");
        let mixture = LinearMixture::new(5.0).unwrap();
        close(mixture.log_bayes_factor(-5.187_965_445_080_42, 497.0, 500.0), 10.6910764157212);
        close(mixture.log_bayes_factor(3.0, 1e10, 1e10), -6.208206512828178);
        close(mixture.log_bayes_factor_f(7.5, 3.0, 196.0, 200.0), 4.964240944022934);
        close(mixture.width(497.0, 500.0, 0.05), 3.2875721602050247);
        assert_eq!(LinearMixture::new(100.0).unwrap().width(2.0, 5.0, 0.05), f64::INFINITY);
    }

    #[test]
    fn no_other_g_is_tighter() {
        let best = LinearMixture::tightest_at(5000.0, 4997.0, 0.05).unwrap();
        let width = |g: f64| LinearMixture::new(g).unwrap().width(4997.0, 5000.0, 0.05);
        assert!(width(best.g()) < width(0.9 * best.g()));
        assert!(width(best.g()) < width(1.1 * best.g()));
    }

    proptest! {
        /// At the ends of the interval the p-value is the level.
        #[test]
        fn test_and_interval_agree(
            dof in 1.0..1e9f64, g in 1e-3..1e6f64, alpha in 1e-6..0.9f64, value in -5.0..5.0f64,
        ) {
            let effect = Effect { value, std_error: 0.7, dof, units: dof + 3.0 };
            let test = LinearMixture::new(g).unwrap().test(&effect, 0.0, alpha).unwrap();
            prop_assert!((0.0..=1.0).contains(&test.p_value));
            if (test.log_p_value - alpha.ln()).abs() > 1e-6 {
                prop_assert_eq!(test.p_value < alpha, !test.interval.contains(0.0));
            }
        }
    }
}
