//! How far a sub-exponential or sub-Poisson sum may stray.
//!
//! A gamma mixture is an integral of `exp(f)` with one hump, divided by the same at time 0, so
//! neither gamma functions nor their tails are needed.

use super::{Sides, bound, finite, log_threshold};
use crate::stats::Missing;
use crate::stats::numeric::hump::{Width, log_integral};

/// Natural logarithm of the gamma-exponential mixture at sum `s` and time `v`, for a sum that is
/// sub-exponential with scale `c > 0` (Howard et al. 2021, proposition 9).
pub fn gamma_exponential_log_mixture(
    s: f64,
    v: f64,
    v_opt: f64,
    c: f64,
    alpha_opt: f64,
) -> Result<f64, Missing> {
    let rho = checked(v, v_opt, c, alpha_opt)?;
    if !(s.is_finite() && c * s + v + rho > 0.0) {
        return Err(Missing::OutOfRange);
    }
    finite(exponential(s, v, rho, c) - exponential(0.0, 0.0, rho, c))
}

/// The boundary of [`gamma_exponential_log_mixture`] at level `alpha`.
pub fn gamma_exponential_mixture_bound(
    v: f64,
    alpha: f64,
    v_opt: f64,
    c: f64,
    alpha_opt: f64,
) -> Result<f64, Missing> {
    let rho = checked(v, v_opt, c, alpha_opt)?;
    let start = exponential(0.0, 0.0, rho, c);
    let threshold = log_threshold(v, alpha)?;
    bound(|s| exponential(s, v, rho, c) - start, threshold, (v + rho).sqrt(), f64::INFINITY)
}

/// Natural logarithm of the gamma-Poisson mixture at sum `s` and time `v`, for a sum that is
/// sub-Poisson with scale `c > 0` (Howard et al. 2021, proposition 10).
pub fn gamma_poisson_log_mixture(
    s: f64,
    v: f64,
    v_opt: f64,
    c: f64,
    alpha_opt: f64,
) -> Result<f64, Missing> {
    let rho = checked(v, v_opt, c, alpha_opt)?;
    if !s.is_finite() {
        return Err(Missing::OutOfRange);
    }
    finite(poisson(s, v, rho, c) - poisson(0.0, 0.0, rho, c))
}

/// The boundary of [`gamma_poisson_log_mixture`] at level `alpha`.
pub fn gamma_poisson_mixture_bound(
    v: f64,
    alpha: f64,
    v_opt: f64,
    c: f64,
    alpha_opt: f64,
) -> Result<f64, Missing> {
    let rho = checked(v, v_opt, c, alpha_opt)?;
    let start = poisson(0.0, 0.0, rho, c);
    let threshold = log_threshold(v, alpha)?;
    bound(|s| poisson(s, v, rho, c) - start, threshold, (v + rho).sqrt(), f64::INFINITY)
}

fn checked(v: f64, v_opt: f64, c: f64, alpha_opt: f64) -> Result<f64, Missing> {
    let usable = v >= 0.0 && v.is_finite() && c > 0.0 && c.is_finite();
    if usable { Sides::One.best_rho(v_opt, alpha_opt) } else { Err(Missing::OutOfRange) }
}

/// `ln` of the integral over `w >= 0` of `exp(x (1 - exp(-w)) - a w)`, which is the lower
/// incomplete gamma function of `a` at `x`, times `exp(x) x^-a`.
fn exponential(s: f64, v: f64, rho: f64, c: f64) -> f64 {
    let a = (v + rho) / c / c;
    let x = a + s / c;
    let peak = if x > a { (s / c / a).ln_1p() } else { 0.0 };
    let exponent = |w: f64| -x * (-w).exp_m1() - a * w;
    log_integral(exponent, peak, width(a.min(x), (a - x).max(0.0), 0.0))
}

/// `ln` of the integral over `w >= 0` of `exp(a w - y (exp(w) - 1))`, which is the upper
/// incomplete gamma function of `a` at `y`, times `exp(y) y^-a`.
fn poisson(s: f64, v: f64, rho: f64, c: f64) -> f64 {
    let y = (v + rho) / c / c;
    let a = y + s / c;
    let peak = if a > y { (s / c / y).ln_1p() } else { 0.0 };
    let exponent = |w: f64| a * w - y * w.exp_m1();
    log_integral(exponent, peak, width(a.max(y), (y - a).max(0.0), f64::INFINITY))
}

fn width(bend: f64, slope: f64, bends_until: f64) -> Width {
    Width { first: (1.0 / bend.sqrt().max(slope)).min(1.0), bends_until }
}
