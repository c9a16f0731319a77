//! What the numbers say.
//!
//! Two summaries in, an estimate out; the same for any metric, source and engine.
//! Nothing here reads, writes, waits or knows the time. A statistic that is undefined is a
//! [`Missing`] with its reason: never NaN, never 0, never a panic.
//!
//! | folder           | question                                             |
//! |------------------|------------------------------------------------------|
//! | `summary` ...    | what a variant's units, sums or values say           |
//! | `effect`         | what separates two variants, at one look             |
//! | [`proportion`]   | whether two shares of converted units differ         |
//! | [`quantile`]     | what a quantile is, and how sure                     |
//! | [`cap`]          | what remains when extremes are held to a limit       |
//! | `sequential`     | what may be said at every look                       |
//! | [`group`]        | what may be said at planned looks                    |
//! | [`bayes`]        | what is believed once the data are in                |
//! | [`many`]         | what is significant among several questions          |
//! | [`planning`]     | how many units it takes                              |
//! | `sample_ratio`   | whether units fell as promised                       |
//! | [`normality`]    | whether units are enough for the normal distribution |
//! | `tail`           | how far in its tail a statistic is                   |
//! | `numeric`        | how numbers are found without losing digits          |
//!
//! The last two serve all others and know nothing of experiments.
//!
//! Does not: choose a winner (see `verdict`), correct for many metrics by itself, or look
//! at rows.

mod alternative;
pub mod bayes;
pub mod cap;
mod effect;
pub mod group;
mod interval;
pub mod many;
mod missing;
pub mod normality;
mod numeric;
pub mod planning;
mod point;
pub mod proportion;
pub mod quantile;
mod raw_sums;
mod sample_ratio;
mod sequential;
mod summary;
mod tail;
mod trend;
mod twin;

pub use alternative::Alternative;
pub use effect::{
    Adjustment, Effect, Estimate, Lift, LiftMethod, NonInferiority, Slope, Test, adjustment,
    compare, compare_points, fieller, fieller_within, non_inferiority, non_inferiority_of_points,
};
pub use interval::Interval;
pub use missing::Missing;
pub use point::Point;
pub use sample_ratio::{
    SampleRatio, SampleRatioMethod, chi_square_test, exact_binomial, normal_continuity,
    sample_ratio, sample_ratio_by_phase,
};
pub use sequential::{
    AllLooks, BERNOULLI_BURN_IN, CountLook, DEFAULT_CONCENTRATION, ExactOneSidedSequence,
    Intersection, LinearMixture, Mixture, OneSidedSequence, Rho, Sequence, StreamLook,
    StreamVariance, first_crossing, howard, log_bayes_factor, mixture_stream, regression,
    sequential_counts,
};
pub use summary::Summary;
pub use tail::{normal, student};
pub use trend::{Trend, trend};
pub use twin::Twin;

/// Units, both arms together, at which the confidence sequence is tightest when the
/// experiment states no target sample size (GrowthBook's N*).
pub const DEFAULT_TUNING: f64 = 5000.0;
