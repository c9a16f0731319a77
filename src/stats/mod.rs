//! What the numbers say.
//!
//! Two summaries in, an estimate out; the same for any metric, source and engine.
//! Nothing here reads, writes, waits or knows the time. A statistic that is undefined is a
//! [`Missing`] with its reason: never NaN, never 0, never a panic.
//!
//! Does not: choose a winner (see `verdict`), correct for many metrics by itself, or look
//! at rows.

mod compare;
mod estimate;
mod lift;
mod missing;
mod non_inferiority;
pub mod normal;
mod point;
mod precision;
mod rho;
mod sample_ratio;
mod sequence;
pub mod student;
mod summary;

pub use compare::compare;
pub use estimate::{Estimate, Interval, Lift, LiftMethod, Test};
pub use lift::{delta, fieller};
pub use missing::Missing;
pub use non_inferiority::{NonInferiority, non_inferiority};
pub use point::Point;
pub use precision::{Plan, units_needed};
pub use rho::Rho;
pub use sample_ratio::{SampleRatio, SampleRatioMethod, exact_binomial, sample_ratio};
pub use sequence::{OneSidedSequence, Sequence};
pub use summary::Summary;

/// Units, both arms together, at which the confidence sequence is tightest when the
/// experiment states no target sample size (GrowthBook's N*).
pub const DEFAULT_TUNING: f64 = 5000.0;
