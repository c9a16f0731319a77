//! How numbers are found without losing digits.
//!
//! | question | where |
//! |----------|-------|
//! | where a function crosses zero | [`root`] |
//! | how large an integral is, and what a function is between its nodes | [`legendre`] |
//! | the same of a function with peaks somewhere on the line | [`peaks`] |
//! | the same of a density with one hump, above zero | [`hump`] |
//! | how far a count is from what was expected | [`deviance`](mod@deviance) |
//! | what is left of the gamma function after Stirling | [`gamma`] |
//!
//! A logarithm of a gamma function near 1e9 has 7 digits after the point, and a difference of
//! two of them no more; so differences are written out first and evaluated after. Every search
//! ends, whatever the function.

pub mod deviance;
pub mod gamma;
mod halving;
pub mod hump;
pub mod legendre;
pub mod peaks;
pub mod root;

/// `ln(exp(a) + exp(b))`.
pub fn log_sum(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if small == f64::NEG_INFINITY { large } else { large + (small - large).exp().ln_1p() }
}
