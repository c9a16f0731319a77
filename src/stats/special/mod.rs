//! How gamma functions, masses and tails are found without losing digits.
//!
//! A logarithm of a gamma function near 1e9 has 7 digits after the point, and a difference of
//! two of them no more; so differences are written out first and evaluated after. Nothing here
//! takes time proportional to a number of units, but for [`hypergeometric`], which takes its
//! square root.

mod deviance;
mod gamma;
pub mod hypergeometric;
mod integral;
pub mod mass;
mod root;
mod unlikely;

pub use deviance::deviance;
pub use gamma::{stirling_remainder, zeta};
pub use integral::{Width, log_integral};
pub use root::{Root, root};
pub use unlikely::{SLACK, first_unlikely, last_unlikely, log_sum};
