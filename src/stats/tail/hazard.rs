//! How fast a normal tail falls.

use std::f64::consts::PI;

use super::normal;

/// Density over upper tail at `z`: about `z` far up, and 0 far down.
///
/// Beyond 37 by the asymptotic series (Abramowitz and Stegun 1964, 26.2.12).
pub fn hazard(z: f64) -> f64 {
    if z < 37.0 {
        return (-0.5 * z * z - 0.5 * (2.0 * PI).ln() - normal::log_sf(z)).exp();
    }
    let v = 1.0 / (z * z);
    z / (1.0 - v * (1.0 - v * (3.0 - v * (15.0 - v * 105.0))))
}
