//! How far a sub-Gaussian sum may stray.

use super::{Sides, finite, log_threshold};
use crate::stats::Missing;
use crate::stats::sequential::normal_mixture::Ratio;

/// Natural logarithm of the normal mixture at sum `s` and time `v`: two-sided Howard et al.
/// (2021) proposition 5, one-sided over positive drifts proposition 6.
pub fn normal_log_mixture(
    s: f64,
    v: f64,
    v_opt: f64,
    alpha_opt: f64,
    sides: Sides,
) -> Result<f64, Missing> {
    let rho = sides.best_rho(v_opt, alpha_opt)?;
    if !(v >= 0.0 && v.is_finite() && s.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    let ratio = Ratio::new(v / rho);
    // `z sqrt(r/(1 + r))` is `s / sqrt(v + rho)`, also at time 0.
    let deviation = s / (v + rho).sqrt();
    finite(match sides {
        Sides::Two => ratio.log_e_value_shrunk(deviation),
        Sides::One => ratio.log_e_value_above_shrunk(deviation),
    })
}

/// The sum that is reached at any time with probability `alpha` at most, at time `v`.
pub fn normal_mixture_bound(
    v: f64,
    alpha: f64,
    v_opt: f64,
    alpha_opt: f64,
    sides: Sides,
) -> Result<f64, Missing> {
    let rho = sides.best_rho(v_opt, alpha_opt)?;
    let (ratio, threshold) = (Ratio::new(v / rho), log_threshold(v, alpha)?);
    let deviation = match sides {
        Sides::Two => ratio.width_shrunk(threshold),
        Sides::One => ratio.width_above_shrunk(threshold),
    };
    finite(deviation * (v + rho).sqrt())
}
