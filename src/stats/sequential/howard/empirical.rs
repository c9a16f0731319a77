//! How far an empirical distribution may stray.

use super::log_threshold;
use crate::stats::Missing;
use crate::stats::numeric::root::root;

/// Largest distance of an empirical distribution function from the true one at `t` units, at
/// any time from `t_min` on: `a sqrt((ln(1 + ln(t/t_min)) + C)/t)` (Howard and Ramdas 2022,
/// theorem 2), infinite before.
///
/// `a > 1/sqrt(2)`; confseq's default is 0.85. `C` is the smallest constant whose crossing
/// probability is at most `alpha`.
pub fn empirical_process_lil_bound(t: f64, alpha: f64, t_min: f64, a: f64) -> Result<f64, Missing> {
    let threshold = log_threshold(t, alpha)?;
    if !(t_min >= 1.0 && t_min.is_finite() && a * a > 0.5 && a > 0.0 && a.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    if t < t_min {
        return Ok(f64::INFINITY);
    }
    let excess = |constant: f64| -least_log_error(constant, a) - threshold;
    let (mut from, mut to) = (0.0, 5.0);
    for _ in 0..60 {
        if excess(to) > 0.0 {
            break;
        }
        (from, to) = (to, 2.0 * to);
    }
    let constant = root(excess, from, to, 0.0);
    Ok(a * (((t / t_min).ln().ln_1p() + constant) / t).sqrt())
}

/// Logarithm of the smallest crossing probability over epochs that grow by `eta`.
fn least_log_error(constant: f64, a: f64) -> f64 {
    let log_error = |eta: f64| {
        let room = a - (2.0 * (eta - 1.0) / constant).sqrt();
        let gamma_squared = 2.0 / eta * room * room;
        if !(gamma_squared > 1.0 && room > 0.0) {
            return f64::INFINITY;
        }
        let epochs = (1.0 / ((gamma_squared - 1.0) * eta.ln())).ln_1p();
        4f64.ln() - gamma_squared * constant + epochs
    };
    let spent = |eta: f64| (0.5 * eta).sqrt() + (2.0 * (eta - 1.0) / constant).sqrt() - a;
    let (mut low, mut high) = (1.0, root(spent, 1.0, 2.0 * a * a, 0.0));
    for _ in 0..80 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if log_error(left) <= log_error(right) { high = right } else { low = left }
    }
    log_error(0.5 * (low + high))
}

const GOLDEN: f64 = 0.618_033_988_749_894_9;
