//! What it means.
//!
//! Estimates and health checks in, one verdict out, with every rule that was tried.
//!
//! Does not: compute statistics, read the clock, or set anything in motion.

mod report;

pub use report::{
    Decision, EstimateRow, HealthRow, NoEstimate, Outcome, Report, RuleTried, State, SummaryRow,
    Verdict, WaterfallRow,
};
