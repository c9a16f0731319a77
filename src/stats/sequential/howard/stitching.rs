//! How far a sum may stray, in closed form.

use super::{finite, log_threshold};
use crate::stats::Missing;
use crate::stats::numeric::gamma::zeta;

/// Polynomial stitching (Howard et al. 2021, theorem 1 with equation 6): from intrinsic time
/// `v_min` on, for a sum that is sub-gamma with scale `c` (0 sub-Gaussian, below 0 allowed), with
/// epochs that grow by `eta > 1` and crossing probability spread as `k^-s`, `s > 1`.
///
/// The arguments are in the order of confseq: `s` before `eta`; its defaults are 1.4 and 2.
pub fn poly_stitching_bound(
    v: f64,
    alpha: f64,
    v_min: f64,
    c: f64,
    s: f64,
    eta: f64,
) -> Result<f64, Missing> {
    let threshold = log_threshold(v, alpha)?;
    if !(v_min > 0.0 && v_min.is_finite() && c.is_finite() && spread(s, eta)) {
        return Err(Missing::OutOfRange);
    }
    let v = v.max(v_min);
    let ell = s * (eta * (v / v_min)).ln().ln() + zeta(s).ln() - s * eta.ln().ln() + threshold;
    finite(stitched(v, ell, c, eta))
}

/// Doubly stitched bound of a sum of "at most the `p` quantile" over all `p` at once (Howard and
/// Ramdas 2022, theorem 3), tight from `t_opt` on; confseq's defaults of `delta`, `s` and `eta`
/// are 0.5, 1.4 and 2.
pub fn double_stitching_bound(
    quantile: f64,
    t: f64,
    alpha: f64,
    t_opt: f64,
    delta: f64,
    s: f64,
    eta: f64,
) -> Result<f64, Missing> {
    let threshold = log_threshold(t, alpha)?;
    let inner = quantile > 0.0 && quantile < 1.0 && delta > 0.0 && delta.is_finite();
    if !(inner && t_opt >= 1.0 && t_opt.is_finite() && spread(s, eta)) {
        return Err(Missing::OutOfRange);
    }
    let later = t.max(t_opt) / t_opt;
    let log_odds = (quantile / (1.0 - quantile)).ln();
    let moved = log_odds + 2.0 * delta * (eta / later).sqrt();
    let nearer = (1.0 / (1.0 + (-moved).exp())).min(0.5);
    let share = if quantile >= 0.5 { quantile } else { nearer };
    let variance = share * (1.0 - share);
    let cells = later.sqrt() * log_odds.abs() / (2.0 * delta) + 1.0;
    let spent = (2.0 * zeta(s) * (2.0 * zeta(s) + 1.0)).ln() - s * eta.ln().ln();
    let ell = s * (eta * later).ln().ln() + s * cells.ln() + spent + threshold;
    let between = delta * (eta * later * variance).sqrt();
    let time = variance * later * t_opt;
    finite(between + stitched(time, ell, (1.0 - 2.0 * quantile) / 3.0, eta))
}

fn spread(s: f64, eta: f64) -> bool {
    s > 1.0 && s.is_finite() && eta > 1.0 && eta.is_finite()
}

fn stitched(v: f64, ell: f64, c: f64, eta: f64) -> f64 {
    let root = eta.sqrt().sqrt();
    let (first, second) = ((root + 1.0 / root).powi(2) / 2.0, (eta.sqrt() + 1.0) / 2.0);
    let shift = second * c * ell;
    (first * v * ell + shift * shift).sqrt() + shift
}
