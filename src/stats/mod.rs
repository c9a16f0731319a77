//! What the numbers say.
//!
//! Two summaries in, an estimate out; the same for any metric, source and engine.
//! Nothing here reads, writes, waits or knows the time.
//!
//! Does not: choose a winner (see `verdict`) or look at rows.

mod estimate;
mod missing;
mod summary;

pub use estimate::{Estimate, Interval, Lift, LiftMethod, Test};
pub use missing::Missing;
pub use summary::Summary;
