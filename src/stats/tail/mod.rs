//! How far in a tail a statistic is.
//!
//! Probabilities come as natural logarithms of upper tails: `1 - cdf` is 0 beyond 9 standard
//! errors, and the probability itself beyond 38.

pub mod normal;
pub mod student;
