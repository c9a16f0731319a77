//! Between what two ends a difference of shares lies, with few units.

use super::Conversions;
use super::conversions::{check, difference};
use crate::stats::{Alternative, Interval, Missing, normal};

/// Newcombe's (1998) hybrid score interval of the difference, his method 10.
///
/// Each end combines the distances of both shares to the ends of their own Wilson (1927)
/// intervals. Also defined where none or all converted. `Err` for bad counts or a bad level.
pub fn newcombe(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<Interval, Missing> {
    check([control, treatment], alpha)?;
    let z = normal::upper_quantile(alternative.tail(alpha));
    let (a_down, a_up) = wilson(control, z);
    let (b_down, b_up) = wilson(treatment, z);
    let effect = difference(control, treatment);
    let lower = effect - b_down.hypot(a_up) * z.signum();
    let upper = effect + b_up.hypot(a_down) * z.signum();
    Ok(one_sided(alternative, Interval { lower, upper }))
}

/// Distances from a share down and up to the ends of its Wilson interval.
fn wilson(arm: &Conversions, z: f64) -> (f64, f64) {
    let (units, z) = (arm.units as f64, z.abs());
    let (hit, missed) = (arm.share(), arm.failures() as f64 / arm.units as f64);
    let root = (z * z + 4.0 * units * hit * missed).sqrt();
    // Towards the nearer of 0 and 1 the root and the shift cancel; this is the same without.
    let shift = z * (missed - hit).abs();
    let towards = 2.0 * z * hit * missed / (root + shift);
    let away = z * (root + shift) / (2.0 * (units + z * z));
    if hit <= missed { (towards, away) } else { (away, towards) }
}

/// Agresti and Caffo's (2000) interval: the unpooled one after adding one converted and one
/// other unit to each arm. `Err` for bad counts or a bad level.
pub fn agresti_caffo(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
    alpha: f64,
) -> Result<Interval, Missing> {
    check([control, treatment], alpha)?;
    let more = |arm: &Conversions| {
        let units = arm.units as f64 + 2.0;
        let share = (arm.conversions as f64 + 1.0) / units;
        (share, share * ((arm.failures() as f64 + 1.0) / units) / units)
    };
    let ((a, from_a), (b, from_b)) = (more(control), more(treatment));
    let z = normal::upper_quantile(alternative.tail(alpha));
    Ok(alternative.interval(b - a, z * (from_a + from_b).sqrt()))
}

/// The interval without the end that a one-sided question does not have.
pub(super) fn one_sided(alternative: Alternative, both: Interval) -> Interval {
    match alternative {
        Alternative::TwoSided => both,
        Alternative::Greater => Interval { upper: f64::INFINITY, ..both },
        Alternative::Less => Interval { lower: f64::NEG_INFINITY, ..both },
    }
}
