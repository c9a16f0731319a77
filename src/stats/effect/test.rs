//! What one look at a planned end says about an effect.

use crate::stats::{Alternative, Interval, Missing, Point, normal, student};

/// An estimated effect, treatment minus control, and how uncertain it is.
///
/// Every test and every posterior starts from these four numbers, whatever the metric: a
/// difference of means, shares, ratios or quantiles, adjusted or not, absolute or relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    pub value: f64,
    /// Positive and finite, in the unit of `value`.
    pub std_error: f64,
    /// Degrees of freedom of the standard error; infinite where it is taken as known.
    pub dof: f64,
    /// Units in both arms together.
    pub units: f64,
}

/// A test of one null value and the interval that agrees with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    pub p_value: f64,
    /// Natural logarithm of the p-value; accurate where `p_value` underflows.
    pub log_p_value: f64,
    /// Of the effect, at the level asked for.
    pub interval: Interval,
}

impl Test {
    /// A test from the logarithm of its p-value.
    pub fn new(log_p_value: f64, interval: Interval) -> Test {
        Test { p_value: log_p_value.exp(), log_p_value, interval }
    }
}

impl Effect {
    /// `treatment - ratio * control`; Welch (1947), degrees of freedom Satterthwaite (1946).
    ///
    /// `Err` if both are constant or the numbers leave a double.
    pub fn contrast(control: &Point, treatment: &Point, ratio: f64) -> Result<Effect, Missing> {
        let from_control = ratio * ratio * control.variance;
        let variance = from_control + treatment.variance;
        if variance == 0.0 {
            return Err(Missing::NoVariation);
        }
        let effect = Effect {
            value: treatment.value - ratio * control.value,
            std_error: variance.sqrt(),
            dof: satterthwaite(from_control / variance, control.dof, treatment.dof),
            units: control.units as f64 + treatment.units as f64,
        };
        effect.checked()
    }

    /// Itself, where it can be tested.
    ///
    /// `Err` for a standard error that is not positive, degrees of freedom below 1, and numbers
    /// that are not finite.
    pub fn sound(self) -> Result<Effect, Missing> {
        match self.std_error > 0.0 && self.dof >= 1.0 && self.units > 0.0 {
            true => self.checked(),
            false if self.std_error == 0.0 => Err(Missing::NoVariation),
            false => Err(Missing::Corrupt),
        }
    }

    /// Itself, or `Err(Overflow)` where a number is not finite.
    pub(in crate::stats) fn checked(self) -> Result<Effect, Missing> {
        let finite = self.value.is_finite() && self.std_error.is_finite();
        if finite && self.statistic(0.0).is_finite() { Ok(self) } else { Err(Missing::Overflow) }
    }

    /// Standard errors above a null value.
    pub fn statistic(&self, null: f64) -> f64 {
        (self.value - null) / self.std_error
    }

    /// Student's t-test that the effect is `null`, at a level `alpha` in (0, 1).
    pub fn t_test(&self, null: f64, alternative: Alternative, alpha: f64) -> Test {
        let statistic = self.statistic(null);
        let log = alternative.log_p_value(statistic, |t| student::log_sf(t, self.dof));
        let width = student::upper_quantile(alternative.tail(alpha), self.dof);
        Test::new(log, alternative.interval(self.value, width * self.std_error))
    }

    /// The same with the standard error taken as known.
    pub fn z_test(&self, null: f64, alternative: Alternative, alpha: f64) -> Test {
        let log = alternative.log_p_value(self.statistic(null), normal::log_sf);
        let width = normal::upper_quantile(alternative.tail(alpha));
        Test::new(log, alternative.interval(self.value, width * self.std_error))
    }
}

/// Degrees of freedom of a sum of two variances, of which control has `share`.
///
/// Satterthwaite (1946), in shares, so that neither tiny nor huge variances leave a double.
pub(super) fn satterthwaite(share: f64, control: f64, treatment: f64) -> f64 {
    let part = |share: f64, dof: f64| share * share / dof;
    1.0 / (part(share, control) + part(1.0 - share, treatment))
}
