//! What remains of a metric when its extremes are held to a limit.
//!
//! Values are those of units: aggregate to the unit first, then cap, then sum. One limit holds
//! for all variants; a limit per variant biases the effect.
//!
//! Does not: remove values, or remember a limit from one night to the next (a percentile of
//! tonight's values moves yesterday's result; write the limit down).

mod limit;
mod percentile;
mod winsorize;

pub use limit::cap;
pub use percentile::{Zeros, pooled_percentile};
pub use winsorize::{Rounding, winsorize};
