//! What is believed once the data are in.
//!
//! Normal posteriors of effects, beta posteriors of shares, and which of many variants is the
//! best. Everything is deterministic: where others draw at random, an integral is taken.
//!
//! Does not: protect against looking every night. A chance of 95 % at any of many looks is
//! wrong more often than one time in twenty.

mod best;
mod best_normal;
mod grid;
mod loss;
mod posterior;
mod prior;
mod share;

pub use best::Best;
pub use best_normal::best_of_normals;
pub use loss::Loss;
pub use posterior::{Chance, Posterior};
pub use prior::Prior;
pub use share::{SharePosterior, SharePrior, best_of_shares};
