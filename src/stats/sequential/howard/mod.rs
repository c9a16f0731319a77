//! How far a sum may stray at any time.
//!
//! Uniform boundaries of Howard, Ramdas, McAuliffe and Sekhon (2020, 2021), with the argument
//! orders of the Python package confseq: `v` is the intrinsic time of the sum (its variance),
//! `v_opt` the time at which the boundary is tightest at level `alpha_opt`. Not asymptotic: they
//! hold from the first unit for data that is sub-Gaussian, sub-exponential, sub-Poisson or
//! bounded as each says.
//!
//! Every function is `Err(OutOfRange)` for arguments outside their ranges (levels outside
//! (0, 1), or outside (0, 1/2) for `alpha_opt` of a one-sided one; times, scales and spans that
//! are not positive) and `Err(Overflow)` where the result leaves a double.

mod beta;
mod empirical;
mod gamma;
mod normal;
mod stitching;

pub use beta::{beta_binomial_log_mixture, beta_binomial_mixture_bound};
pub use empirical::empirical_process_lil_bound;
pub use gamma::{
    gamma_exponential_log_mixture, gamma_exponential_mixture_bound, gamma_poisson_log_mixture,
    gamma_poisson_mixture_bound,
};
pub use normal::{normal_log_mixture, normal_mixture_bound};
pub use stitching::{double_stitching_bound, poly_stitching_bound};

use crate::stats::Missing;
use crate::stats::numeric::root::first_root;

/// Whether a boundary holds for a sum in one direction or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    One,
    Two,
}

impl Sides {
    /// The mixture's parameter `rho` that makes the boundary tightest at `v_opt`: Howard et al.
    /// (2021), equation 3.4 in closed form; one-sided it is that of twice the level.
    fn best_rho(self, v_opt: f64, alpha_opt: f64) -> Result<f64, Missing> {
        let level = if self == Sides::One { 2.0 * alpha_opt } else { alpha_opt };
        if !(v_opt > 0.0 && v_opt.is_finite() && level > 0.0 && level < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let log = -2.0 * level.ln();
        Ok(v_opt / (log + log.ln_1p()))
    }
}

/// `-ln alpha` for a level in (0, 1), at a time that is not negative.
fn log_threshold(v: f64, alpha: f64) -> Result<f64, Missing> {
    let usable = v >= 0.0 && v.is_finite() && alpha > 0.0 && alpha < 1.0;
    if usable { Ok(-alpha.ln()) } else { Err(Missing::OutOfRange) }
}

fn finite(value: f64) -> Result<f64, Missing> {
    if value.is_finite() { Ok(value) } else { Err(Missing::Overflow) }
}

/// Where a mixture that grows with the sum reaches a threshold, from a first `step`; at most
/// `most`, which a bounded sum cannot pass.
fn bound(
    mixture: impl Fn(f64) -> f64,
    threshold: f64,
    step: f64,
    most: f64,
) -> Result<f64, Missing> {
    let excess = |sum: f64| mixture(sum) - threshold;
    match first_root(excess, 0.0, step.min(most), most) {
        Some(sum) => finite(sum),
        None if excess(most) < 0.0 => finite(most),
        None => Err(Missing::Overflow),
    }
}

#[cfg(test)]
mod tests;
