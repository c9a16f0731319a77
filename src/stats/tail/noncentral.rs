//! How likely a t statistic is beyond a value when there is an effect.
//!
//! The statistic is `(Z + noncentrality) / S`, where `Z` is a normal deviate and `dof S²` is
//! chi-square: the ground of every exact power of a t-test.

use super::normal;
use crate::stats::numeric::deviance::log_1p_minus;
use crate::stats::numeric::gamma::stirling_remainder;
use crate::stats::numeric::peaks::{Peak, log_integral};

/// From here on the statistic is normal to 2e-12 relative for thresholds up to 8.
const NORMAL_FROM: f64 = 1e14;

/// Natural logarithm of `P(T > t)`, for `dof` of at least 1; NaN of a NaN.
///
/// The integral of the normal tail over the density of `ln S` (Johnson, Kotz and Balakrishnan
/// 1995, equation 31.11'), whose integrand has one peak: relative error of the probability
/// about 1e-12 for `dof` up to 1e9 and noncentrality up to 40, in far tails too.
pub fn log_sf(t: f64, dof: f64, noncentrality: f64) -> f64 {
    if t.is_nan() || dof.is_nan() || noncentrality.is_nan() {
        return f64::NAN;
    }
    if t.is_infinite() || noncentrality.is_infinite() || dof >= NORMAL_FROM {
        return at_the_limit(t, noncentrality);
    }
    let integrand = Integrand { t, k: 0.5 * dof, noncentrality };
    let log_scale = 0.5 * (2.0 * integrand.k / std::f64::consts::PI).ln();
    let log_integral = log_integral(&|u| integrand.log(u), integrand.peak());
    (log_scale - stirling_remainder(integrand.k) + log_integral).min(0.0)
}

/// Natural logarithm of `P(T < t)`.
pub fn log_cdf(t: f64, dof: f64, noncentrality: f64) -> f64 {
    log_sf(-t, dof, -noncentrality)
}

fn at_the_limit(t: f64, noncentrality: f64) -> f64 {
    let distance = t - noncentrality;
    if distance.is_nan() { f64::NAN } else { normal::log_sf(distance) }
}

/// What is integrated over `u = ln S`.
struct Integrand {
    t: f64,
    /// Half the degrees of freedom.
    k: f64,
    noncentrality: f64,
}

impl Integrand {
    /// `2 k u - k (exp(2u) - 1) + ln P(Z > t exp(u) - noncentrality)`.
    fn log(&self, u: f64) -> f64 {
        let square = (2.0 * u).exp_m1();
        let fall = if square.abs() < 0.5 { log_1p_minus(square) } else { 2.0 * u - square };
        let density = self.k * fall;
        density + normal::log_sf(self.t * u.exp() - self.noncentrality)
    }

    /// Derivative of [`Integrand::log`] over `exp(u)`, which falls everywhere.
    fn slope(&self, s: f64) -> f64 {
        let x = self.t * s - self.noncentrality;
        2.0 * self.k * (1.0 / s - s) - self.t * normal::hazard(x)
    }

    fn peak(&self) -> Peak {
        let step = 0.5 / self.k.sqrt().max(1.0);
        let in_log = |u: f64| self.slope(u.exp());
        let peak = Peak::of_slope(&in_log, 0.0, step);
        // The slope is per unit of `S`.
        let scale = peak.scale * (-0.5 * peak.at).exp();
        Peak { at: peak.at, scale: if scale.is_finite() { scale } else { step } }
    }
}

#[cfg(test)]
#[path = "noncentral_tests.rs"]
mod tests;
