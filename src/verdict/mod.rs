//! What it means.
//!
//! Estimates and health checks in, one verdict out, with every rule that was tried.
//! [`decide`] is the whole room: it judges each metric, checks whether the numbers may be
//! believed, and tries six rules in a fixed order; the first that matches decides.
//!
//! Does not: compute statistics, read the clock, or set anything in motion.

mod arrival;
mod days_left;
mod decide;
mod evidence;
mod health;
mod judge;
mod level;
mod look;
mod plausible;
mod report;
mod rules;
mod sentence;
mod split;
mod words;

#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod health_tests;
#[cfg(test)]
mod sentence_tests;

pub use decide::decide;
pub use evidence::{
    CrossoverCounts, EnrolledCount, Evidence, ExposureCounts, JoinCount, MismatchCounts,
    SegmentCount, SourceCounts,
};
pub use health::checks;
pub use judge::judge;
pub use level::{Level, family, level};
pub use report::{
    Decision, EstimateRow, HealthRow, NoEstimate, Outcome, Report, RuleTried, Segment,
    SegmentValue, State, SummaryRow, Tails, Verdict, WaterfallRow,
};
