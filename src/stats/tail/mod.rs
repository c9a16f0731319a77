//! How far in its tail a statistic is.
//!
//! Probabilities come as natural logarithms of upper tails: `1 - cdf` is 0 beyond 9 standard
//! errors, and the probability itself beyond 38. Nothing here takes time proportional to a
//! number of units, but for [`hypergeometric`], which takes its square root.

pub mod beta;
pub mod binomial;
pub mod chi_square;
pub mod hypergeometric;
pub mod noncentral;
pub mod normal;
pub mod student;
pub mod unlikely;
