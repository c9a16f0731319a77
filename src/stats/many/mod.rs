//! What is still significant when several questions are asked at once.
//!
//! Adjusted p-values keep an error rate over a family of tests; the levels of a decision, by
//! the role of each metric, are planned beforehand (see `planning`).
//!
//! Does not: say which tests are a family, or ship anything (see `verdict`).

mod adjust;
mod hommel;
mod interval;
mod one_sided;
mod p_value;

pub use adjust::{Adjusted, Correction, adjust_logs};
pub use interval::{false_coverage_alpha, growthbook_ad_hoc, growthbook_interval};
pub use one_sided::{OneSidedBound, StepProcedure, one_sided_bounds};
