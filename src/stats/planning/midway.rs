//! How many more units does a running experiment need?

use super::design::{Design, PerUnit};
use super::rule::Rule;
use super::trial::Trial;
use crate::stats::numeric::root::first_root;
use crate::stats::{Effect, Missing};

/// Beyond this many times the units so far an experiment is not worth planning.
const MOST_TIMES: f64 = 134_217_728.0;

/// What a running experiment can find, and what it still needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Midway {
    /// The chance to find the effect worth finding after the units so far.
    pub power: f64,
    /// Further units over the units so far; 0 if they are enough.
    pub times: f64,
    /// Further units in both arms together.
    pub additional: f64,
}

/// Power now, and the units still needed to find an effect of size `minimum_effect` with
/// probability `power` (gbstats `MidExperimentPower`).
///
/// From the precision of the measured effect, whose value is not used. gbstats asks of each of
/// several goals the power `power^(1/goals)`, and divides alpha by goals times treatments if
/// its p-values are corrected; see [`super::Family`] for the other way.
///
/// `Err(OutOfRange)` for a power outside (alpha, 1) or impossible inputs; `Err(Unreachable)`
/// for an effect of 0, and where more than 2^27 times the units so far were needed.
pub fn midway(
    effect: &Effect,
    minimum_effect: f64,
    rule: &impl Rule,
    power: f64,
) -> Result<Midway, Missing> {
    let design = PerUnit::of(effect, 1.0);
    if !(effect.units.is_finite() && effect.units >= design.fewest_units()) {
        return Err(Missing::TooFewUnits { units: effect.units.max(0.0) as u64 });
    }
    let trial = Trial::new(&design, rule);
    let size = minimum_effect.abs();
    let now = trial.power(effect.units, size)?;
    let alpha = rule.fixed().alpha;
    if !(power > alpha && power < 1.0) {
        return Err(Missing::OutOfRange);
    }
    if size == 0.0 {
        return Err(Missing::Unreachable);
    }
    let after = |times: f64| match trial.power(effect.units * (1.0 + times), size) {
        Ok(reached) => reached - power,
        Err(_) => f64::NAN,
    };
    let times = first_root(after, 0.0, 1.0, MOST_TIMES).ok_or(Missing::Unreachable)?;
    Ok(Midway { power: now, times, additional: times * effect.units })
}

/// Days until `additional` units have come, at the pace of the days so far; at most `longest`.
///
/// `Err(Unreachable)` if no unit has come in those days, `Err(OutOfRange)` for no days or a
/// number of units that is not one.
pub fn days_left(additional: f64, units: f64, days: f64, longest: u32) -> Result<u32, Missing> {
    let known = additional >= 0.0 && additional.is_finite() && days > 0.0 && days.is_finite();
    if !known || units.is_nan() {
        return Err(Missing::OutOfRange);
    }
    if units <= 0.0 {
        return Err(Missing::Unreachable);
    }
    let left = (additional * (days / units)).ceil();
    Ok(left.min(f64::from(longest)) as u32)
}
