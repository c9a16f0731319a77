//! How far in a tail a statistic is.
//!
//! Probabilities come as natural logarithms of upper tails: `1 - cdf` is 0 beyond 9 standard
//! errors, and the probability itself beyond 38.

pub mod beta;
mod concave;
mod deviance;
mod hazard;
mod legendre;
pub mod noncentral;
pub mod normal;
pub mod student;

pub(super) use concave::{Peak, log_integrals};
pub(super) use hazard::hazard;
