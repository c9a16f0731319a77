//! What it means.
//!
//! Estimates and health checks in, one verdict out, with every rule that was tried.
//! [`decide`] is the whole room: it judges each metric, checks whether the numbers may be
//! believed, and tries six rules in a fixed order; the first that matches decides.
//!
//! Does not: compute statistics, read the clock, or set anything in motion.

mod aa;
mod actionable;
mod arms;
mod arrival;
mod balance;
mod best;
mod change;
mod compared;
mod daily;
mod days_left;
mod decide;
mod estimates;
mod evidence;
mod health;
mod healthy;
mod joined;
mod judge;
mod left_out;
mod level;
mod look;
mod memory;
mod otherwise;
mod past;
mod plausible;
mod policy;
mod precision;
mod report;
mod rules;
mod schedule;
mod segments;
mod sentence;
mod shape;
mod split;
mod state;
mod success;
mod summaries;
mod told;
mod turning;
mod unit;
mod waiting;
mod words;

#[cfg(test)]
mod any_tests;
#[cfg(test)]
mod arrival_tests;
#[cfg(test)]
mod balance_tests;
#[cfg(test)]
mod decide_tests;
#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod health_tests;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod many_nights_tests;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod otherwise_tests;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod sentence_tests;

pub use aa::{AaLeftOut, AaMetric, AaReport, Keeping, Rate, Shuffled, aa_report, never_by_chance};
pub use actionable::Actionable;
pub use daily::{Daily, DayRow, NotDaily, SinceRow, TrendRow, of_day, trends};
pub use decide::{decide, decide_again, not_analysed};
pub use estimates::{
    CovariateUsed, EstimateRow, NoEstimate, PlannedTest, Reason, RowStatus, State,
};
pub use evidence::{
    CrossoverCounts, EnrolledCount, Evidence, ExposureCounts, JoinCount, MismatchCounts,
    SegmentCount, SourceCounts,
};
pub use health::checks;
pub use judge::judge;
pub use level::{Level, family, level};
pub use memory::{Memory, Settled, Standing};
pub use otherwise::Otherwise;
pub use past::{Lock, Past, PastVerdict, SpentLook, SpentTest};
pub use report::{Decision, HealthRow, Outcome, Report, RuleTried, Verdict, WaterfallRow};
pub use summaries::{Segment, SegmentValue, SummaryRow, Tails};
pub use unit::{
    EnrolledRow, FactPart, FactRow, FactValue, SeenRow, UnitLetter, UnitNumber, UnitReport,
};
pub use words::counted;
