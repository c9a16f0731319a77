//! How often the whole chain is wrong where nothing differs.
//!
//! The units of an experiment are dealt to its variants anew, many times over. Each shuffled
//! experiment goes through its nights by [`decide`](super::decide), each night knowing those
//! before it, and whatever it finds is a false alarm. [`aa_report`] counts them beside what was
//! promised.
//!
//! Does not: shuffle anything (see `plan`), or tell whether the real variants differ.

mod promised;
mod rate;
mod shuffled;
mod told;
mod totals;

#[cfg(test)]
mod tests;

pub use rate::{Keeping, Rate};
pub use shuffled::{Shuffled, never_by_chance};
pub use totals::aa_report;

use jiff::civil::Date;

use super::HealthRow;

/// What became of the shuffles of one experiment.
#[derive(Debug, Clone)]
pub struct AaReport {
    pub experiment: String,
    pub as_of: Date,
    /// From the start through `as_of`.
    pub nights: u32,
    /// Analysed units as of the last night.
    pub units: u64,
    pub shuffles: u64,
    pub seed: u64,
    /// Shuffles that shipped on some night, ready to be acted upon.
    pub ship: Rate,
    /// Shuffles in which a treatment was rolled back on some night, ready to be acted upon.
    pub roll_back: Rate,
    /// Shuffles in which some health check failed on some night.
    pub alarm: Rate,
    /// Each check that failed in some shuffle.
    pub checks: Vec<(String, Rate)>,
    /// One per metric and treatment, in the order of the experiment.
    pub metrics: Vec<AaMetric>,
    pub left_out: Vec<AaLeftOut>,
    /// Checks that fail on the real data as of the last night. The shuffles know nothing of them.
    pub fails: Vec<HealthRow>,
    pub keeping: Keeping,
    /// What all this means, for people.
    pub sentence: String,
}

/// One metric of one treatment over all shuffles.
#[derive(Debug, Clone)]
pub struct AaMetric {
    pub metric: String,
    /// `primary`, `secondary` or `guardrail`.
    pub role: &'static str,
    pub treatment: String,
    /// Two-sided level of its test, that of all looks together.
    pub alpha: f64,
    /// Shuffles in which its test had a say on some night.
    pub tested: u64,
    /// Shuffles in which it was better on some night.
    pub better: u64,
    pub worse: u64,
    /// Shuffles in which it was any of both.
    pub either: Rate,
    /// Of the real units: the largest of a variant, in size; `None` for ratios and quantiles, and
    /// where no unit differs.
    pub skewness: Option<f64>,
}

/// A metric that was not shuffled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AaLeftOut {
    pub metric: String,
    /// Half a sentence.
    pub why: String,
}
