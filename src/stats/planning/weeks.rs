//! What will be known after each week?

use super::design::Design;
use super::rule::Rule;
use super::trial::Trial;
use crate::stats::Missing;

/// What a design can find after some weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Units in both arms together so far.
    pub units: f64,
    /// The chance to find the expected effect.
    pub power: Result<f64, Missing>,
    /// The smallest effect found with the power asked for.
    pub minimum_effect: Result<f64, Missing>,
}

/// The power to find `effect` and the smallest effect found with probability `power`, after
/// each of `weeks` weeks with `units` new units in the two arms together.
pub fn by_week<D: Design + ?Sized, R: Rule + ?Sized>(
    trial: &Trial<'_, D, R>,
    effect: f64,
    power: f64,
    units: f64,
    weeks: u16,
) -> Vec<Week> {
    let after = |week: u16| {
        let units = units * f64::from(week);
        Week {
            units,
            power: trial.power(units, effect),
            minimum_effect: trial.minimum_effect(units, power),
        }
    };
    (1..=weeks).map(after).collect()
}

/// The first week, counted from 1, whose power is at least the one asked for.
///
/// Without rounding: GrowthBook takes 79.5 % for 80 %.
pub fn weeks_needed(weeks: &[Week], power: f64) -> Option<usize> {
    let enough = |week: &Week| week.power.as_ref().is_ok_and(|reached| *reached >= power);
    weeks.iter().position(enough).map(|index| index + 1)
}
