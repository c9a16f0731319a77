//! How sure a difference of shares is after so many units.

use super::design::{Design, check_ratio};
use crate::stats::{Interval, Missing};

/// A difference of two shares, tested with the variance of each.
///
/// The textbook's number, with the standard error that goes with the planned effect. The test
/// estimates it, and at the smallest difference that is significant the estimate is another:
/// in unequal arms the power is a little off. Planned for 80 %, 37,981 + 4,221 units find 6 %
/// falling to 5 % with 78.8 %, and 43,570 + 4,842 find 5 % rising to 6 % with 80.8 %; with
/// equal arms it is 80 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// The share in control, in (0, 1).
    pub control: f64,
    /// Treatment units per control unit.
    pub ratio: f64,
}

impl Shares {
    fn variance(share: f64) -> f64 {
        share * (1.0 - share)
    }

    /// Standard error of a difference of means with variance 1.
    fn unit_error(&self, units: f64) -> f64 {
        (1.0 / self.in_control(units) + 1.0 / self.in_treatment(units)).sqrt()
    }
}

impl Design for Shares {
    fn std_error(&self, units: f64, effect: f64) -> f64 {
        let control = Shares::variance(self.control) / self.in_control(units);
        let treatment = Shares::variance(self.control + effect) / self.in_treatment(units);
        (control + treatment).sqrt()
    }

    fn ratio(&self) -> f64 {
        self.ratio
    }

    fn possible(&self) -> Interval {
        Interval { lower: -self.control, upper: 1.0 - self.control }
    }

    fn check(&self) -> Result<(), Missing> {
        check_ratio(self.ratio)?;
        (self.control > 0.0 && self.control < 1.0).then_some(()).ok_or(Missing::OutOfRange)
    }
}

/// A difference of two shares, tested with their pooled variance (R `power.prop.test`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PooledShares(pub Shares);

impl Design for PooledShares {
    fn std_error(&self, units: f64, effect: f64) -> f64 {
        self.0.std_error(units, effect)
    }

    fn tested_std_error(&self, units: f64, effect: f64) -> f64 {
        let ratio = self.0.ratio;
        let pooled = self.0.control + effect * (ratio / (1.0 + ratio));
        Shares::variance(pooled).sqrt() * self.0.unit_error(units)
    }

    fn ratio(&self) -> f64 {
        self.0.ratio
    }

    fn possible(&self) -> Interval {
        self.0.possible()
    }

    fn check(&self) -> Result<(), Missing> {
        self.0.check()
    }
}

/// A difference of two shares, tested on the scale `2 asin √share`, where the variance does
/// not depend on the share (Cohen 1988, chapter 6; statsmodels, R `pwr`). The null value must
/// be 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArcsineShares(pub Shares);

impl ArcsineShares {
    /// Cohen's h of an effect, over the effect.
    fn stretch(&self, effect: f64) -> f64 {
        let (from, to) = (self.0.control, self.0.control + effect);
        if effect == 0.0 {
            return 1.0 / Shares::variance(from).sqrt();
        }
        // `asin √a - asin √b`, without its cancellation.
        let root = |share: f64| share.clamp(0.0, 1.0).sqrt();
        let sine = root(to) * root(1.0 - from) - root(from) * root(1.0 - to);
        let small = effect / (root(to) * root(1.0 - from) + root(from) * root(1.0 - to));
        let sine = if sine.abs() < 0.5 { small } else { sine };
        2.0 * sine.clamp(-1.0, 1.0).asin() / effect
    }
}

impl Design for ArcsineShares {
    /// The standard error that gives the effect the statistic of its h.
    fn std_error(&self, units: f64, effect: f64) -> f64 {
        self.0.unit_error(units) / self.stretch(effect)
    }

    fn ratio(&self) -> f64 {
        self.0.ratio
    }

    fn possible(&self) -> Interval {
        self.0.possible()
    }

    fn check(&self) -> Result<(), Missing> {
        self.0.check()
    }
}
