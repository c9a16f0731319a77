//! What power, how many units, or how small an effect.

use super::design::Design;
use super::rule::{Look, Normal, Region, Rule};
use crate::stats::numeric::root::first_root;
use crate::stats::tail::noncentral;
use crate::stats::{Alternative, Missing, normal};

/// No experiment has more units.
pub(super) const MOST_UNITS: f64 = 1e15;

/// A design, the rule its effect is judged by, and the null value that is judged.
///
/// Effects are on the scale of the design. A non-inferiority test has minus the margin as its
/// null value, a one-sided rule, and usually an effect of 0.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a, D: ?Sized, R: ?Sized> {
    pub design: &'a D,
    pub rule: &'a R,
    pub null: f64,
}

/// How many units it takes. Real numbers; round each arm up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    /// Both arms together.
    pub total: f64,
    pub control: f64,
    pub treatment: f64,
    /// Total over that of the normal test of one look at the same level and power.
    pub inflation: f64,
}

impl<'a, D: Design + ?Sized, R: Rule + ?Sized> Trial<'a, D, R> {
    /// A trial of "no effect".
    pub fn new(design: &'a D, rule: &'a R) -> Trial<'a, D, R> {
        Trial { design, rule, null: 0.0 }
    }

    /// The same with another null value.
    pub fn against(self, null: f64) -> Trial<'a, D, R> {
        Trial { null, ..self }
    }

    /// The chance that a true effect counts after `units` in both arms together.
    ///
    /// `Err(TooFewUnits)` for less than two units in an arm; `Err(OutOfRange)` for an
    /// impossible effect, level or design.
    pub fn power(&self, units: f64, effect: f64) -> Result<f64, Missing> {
        self.check(effect)?;
        self.check_units(units)?;
        let power = self.chance(units, effect);
        power.is_finite().then_some(power.clamp(0.0, 1.0)).ok_or(Missing::Overflow)
    }

    /// The units after which a true effect counts with probability `power`, at least two in
    /// each arm.
    ///
    /// `Err(OutOfRange)` for a power that is not in (alpha, 1); `Err(Unreachable)` if the
    /// effect is the null value, lies on the wrong side, or needs more than 1e15 units.
    pub fn units(&self, effect: f64, power: f64) -> Result<Need, Missing> {
        self.check(effect)?;
        self.check_power(power)?;
        if effect == self.null {
            return Err(Missing::Unreachable);
        }
        let fixed = Trial { design: self.design, rule: &self.rule.fixed(), null: self.null };
        let fixed = fixed.total(effect, power, self.design.fewest_units())?;
        let total = self.total(effect, power, 0.5 * fixed)?;
        Ok(Need {
            total,
            control: self.design.in_control(total),
            treatment: self.design.in_treatment(total),
            inflation: total / fixed,
        })
    }

    /// The fewest units, if they are enough, or those after `likely`, if that is not enough.
    fn total(&self, effect: f64, power: f64, likely: f64) -> Result<f64, Missing> {
        let fewest = self.design.fewest_units();
        let short = |units: f64| probit(self.chance(units, effect)) - probit(power);
        if short(fewest) >= 0.0 {
            return Ok(fewest);
        }
        let start = if likely > fewest && short(likely) < 0.0 { likely } else { fewest };
        first_root(short, start, start, MOST_UNITS).ok_or(Missing::Unreachable)
    }

    /// The effect that counts with probability `power` after `units` in both arms together: the
    /// nearest to the null value, below it for [`Alternative::Less`] and else above.
    ///
    /// `Err(Unreachable)` if no possible effect does; else as above.
    pub fn minimum_effect(&self, units: f64, power: f64) -> Result<f64, Missing> {
        self.check(self.null)?;
        self.check_units(units)?;
        self.check_power(power)?;
        let possible = self.design.possible();
        let (sign, limit) = match self.rule.fixed().alternative {
            Alternative::Less => (-1.0, self.null - possible.lower),
            _ => (1.0, possible.upper - self.null),
        };
        let at = |distance: f64| self.null + sign * distance;
        let short = |distance: f64| probit(self.chance(units, at(distance))) - probit(power);
        let step = self.design.std_error(units, self.null);
        let limit = limit.min(1e15 * step);
        first_root(short, 0.0, step, limit).map(at).ok_or(Missing::Unreachable)
    }

    fn chance(&self, units: f64, effect: f64) -> f64 {
        let widening = self.rule.inflation(units).sqrt();
        let std_error = self.design.std_error(units, effect);
        let tested = self.design.tested_std_error(units, effect);
        let look = Look { units, std_error: widening * tested, dof: self.design.dof(units) };
        let region = self.rule.region(&look);
        // The statistic has the tested error below it and varies by the true one.
        let scale = tested / std_error;
        let shift = (effect - self.null) / (widening * std_error);
        let scaled = Region { above: scale * region.above, below: scale * region.below, ..region };
        chance_beyond(&scaled, shift)
    }

    fn check(&self, effect: f64) -> Result<(), Missing> {
        self.design.check()?;
        self.rule.check()?;
        let possible = self.design.possible();
        let known = effect.is_finite() && self.null.is_finite();
        (known && possible.contains(effect)).then_some(()).ok_or(Missing::OutOfRange)
    }

    fn check_units(&self, units: f64) -> Result<(), Missing> {
        if units.is_nan() || units > MOST_UNITS {
            return Err(Missing::OutOfRange);
        }
        let enough = units >= self.design.fewest_units() * (1.0 - 1e-12);
        enough.then_some(()).ok_or(Missing::TooFewUnits { units: units.max(0.0) as u64 })
    }

    fn check_power(&self, power: f64) -> Result<(), Missing> {
        let Normal { alpha, .. } = self.rule.fixed();
        (power > alpha && power < 1.0).then_some(()).ok_or(Missing::OutOfRange)
    }
}

/// The chance that a statistic around `shift` falls into the region.
fn chance_beyond(region: &Region, shift: f64) -> f64 {
    let (above, below) = if region.dof.is_finite() {
        (
            noncentral::log_sf(region.above, region.dof, shift),
            noncentral::log_cdf(region.below, region.dof, shift),
        )
    } else {
        (normal::log_sf(region.above - shift), normal::log_sf(shift - region.below))
    };
    above.exp() + below.exp()
}

/// The normal deviate of a probability, cut off at 40 so that a search may compute with it.
fn probit(probability: f64) -> f64 {
    if probability.is_nan() {
        return f64::NAN;
    }
    let deviate = if probability < 0.5 {
        -normal::upper_quantile(probability)
    } else {
        normal::upper_quantile(1.0 - probability)
    };
    deviate.clamp(-40.0, 40.0)
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
