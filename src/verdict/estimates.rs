//! What is said about one metric of one treatment.

use std::fmt;

use super::Segment;
use crate::stats::{Estimate, Missing, Test};

/// State of one metric for one treatment under the test in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Better,
    Worse,
    /// Non-inferior by its margin.
    Safe,
    /// Neither; not the same as "no effect".
    Flat,
    Insufficient,
    Error,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Better => "better",
            State::Worse => "worse",
            State::Safe => "safe",
            State::Flat => "flat",
            State::Insufficient => "insufficient",
            State::Error => "error",
        }
    }
}

/// One metric, one treatment, all units or those of one segment.
#[derive(Debug, Clone)]
pub struct EstimateRow {
    pub metric: String,
    /// `primary`, `secondary` or `guardrail`.
    pub role: &'static str,
    pub treatment: String,
    /// `None` for all units. A segment never decides.
    pub segment: Option<Segment>,
    /// Of a segment that the experiment did not ask for beforehand.
    pub exploratory: bool,
    pub state: State,
    pub status: RowStatus,
    /// Why there are no numbers, or why those that are there decide nothing.
    pub reason: Option<Reason>,
    /// Level of the two-sided test after dividing alpha, for instance 0.05.
    pub alpha: f64,
    /// p-value of the test in force after correction: times the number of tests it shares alpha
    /// with, and among segments by Holm (1979).
    pub adjusted_p_value: Option<f64>,
    /// Relative non-inferiority margin and its one-sided p-value, for guardrails that have one.
    pub margin: Option<f64>,
    pub margin_p_value: Option<f64>,
    pub estimate: Result<Estimate, NoEstimate>,
    /// What the estimate would be without its covariate; `None` where it has none.
    pub covariate: Option<CovariateUsed>,
    /// Units of both variants in phases that cannot be compared.
    pub left_out: u64,
    /// Of a metric that the experiment was given after its first look: it never decides.
    pub added_late: bool,
    /// By the group-sequential test; `None` where another is in force, or this look has none.
    pub planned: Option<PlannedTest>,
}

/// What a group-sequential test says at one look.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTest {
    /// Share of the planned information, 1 at the planned end.
    pub information: f64,
    /// Alpha spent by this and earlier looks, both tails together.
    pub spent: f64,
    /// The effect is significant where its statistic is at least this; infinite: not at this look.
    pub boundary: f64,
    /// This look's statistic as a normal deviate.
    pub statistic: f64,
    /// Repeated p-value and interval of the effect: valid at every look.
    pub repeated: Test,
    /// Once it has ended: the median-unbiased effect, with the stage-wise p-value and interval.
    pub stopped: Option<(f64, Test)>,
}

/// What a covariate did for one comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateUsed {
    /// The estimate without it.
    pub unadjusted: Estimate,
    /// Part of the variance of the effect that it took away, in [0, 1].
    pub variance_reduction: f64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStatus {
    /// There are numbers, and they may be read.
    Ok,
    /// Too little to test; numbers that are defined are there all the same.
    Insufficient,
    /// It could not be computed.
    Error,
    /// It was not attempted.
    Skipped,
}

impl RowStatus {
    pub fn code(self) -> &'static str {
        match self {
            RowStatus::Ok => "ok",
            RowStatus::Insufficient => "insufficient",
            RowStatus::Error => "error",
            RowStatus::Skipped => "skipped",
        }
    }
}

/// Why, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code for the tables.
    pub code: &'static str,
    /// Half a sentence.
    pub words: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.words)
    }
}

impl From<&Missing> for Reason {
    fn from(missing: &Missing) -> Reason {
        Reason { code: missing.code(), words: missing.to_string() }
    }
}

/// Why a requested estimate has no numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum NoEstimate {
    /// The statistic is undefined on these units.
    Undefined(Missing),
    /// The metric could not be computed; the text says where and why.
    Failed(String),
    /// It was not computed, and nothing is wrong with that; the text says why.
    Skipped(String),
}
