//! Everything that is known about one experiment at one look.

use jiff::civil::Date;

use crate::stats::{Estimate, Missing, Point, Summary};
use std::fmt;

/// One experiment, one look: what `analyze` returns and what the tables hold.
#[derive(Debug, Clone)]
pub struct Report {
    pub experiment: String,
    pub as_of: Date,
    pub verdict: Verdict,
    /// One per (metric, treatment), whatever happened to it.
    pub estimates: Vec<EstimateRow>,
    /// One per (metric, variant); absent where the metric's source failed.
    pub summaries: Vec<SummaryRow>,
    pub health: Vec<HealthRow>,
    /// Units and rows by reason; each total equals the sum of its parts.
    pub waterfall: Vec<WaterfallRow>,
}

#[derive(Debug, Clone)]
pub struct Verdict {
    pub decision: Decision,
    /// The treatment that ships or leads; `None` while there is none.
    pub winner: Option<String>,
    /// Metric that the next numbers are about: the first primary, or the one that decided.
    pub metric: String,
    /// Treatment that the next numbers are about.
    pub treatment: Option<String>,
    /// 1 minus the adjusted p-value of the test in force, in [0, 1].
    pub confidence: Option<f64>,
    /// Relative effect as a fraction, with the interval of the test in force.
    pub lift: Option<f64>,
    pub lift_lower: Option<f64>,
    pub lift_upper: Option<f64>,
    /// Analysed units, all variants.
    pub units: u64,
    /// Whole days of data, from the start through `as_of`.
    pub days: u32,
    /// Days until the precision asked for is reached, by the present pace.
    pub days_left: Option<u32>,
    /// Whether this verdict may set anything in motion.
    pub actionable: bool,
    /// Names of the failed health checks and other reasons to wait.
    pub hold_reasons: Vec<String>,
    /// The rules in the order they were tried; the last one matched.
    pub trace: Vec<RuleTried>,
    /// One or two plain sentences for people.
    pub recommendation: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Investigate,
    KeepRunning,
    RollBack,
    Ship,
    Inconclusive,
    /// The experiment could not be analysed. Never acted upon.
    Error,
}

impl Decision {
    /// Stable code for the tables.
    pub fn code(self) -> &'static str {
        match self {
            Decision::Investigate => "investigate",
            Decision::KeepRunning => "keep_running",
            Decision::RollBack => "roll_back",
            Decision::Ship => "ship",
            Decision::Inconclusive => "inconclusive",
            Decision::Error => "error",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RuleTried {
    /// For instance `health`, `minimum_runtime`, `harm`, `benefit`, `planned_end`, `keep_running`.
    pub rule: &'static str,
    pub matched: bool,
    /// What was compared with what, with the numbers.
    pub because: String,
}

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

#[derive(Debug, Clone)]
pub struct EstimateRow {
    pub metric: String,
    /// `primary`, `secondary` or `guardrail`.
    pub role: &'static str,
    pub treatment: String,
    pub state: State,
    /// Level of the two-sided test after dividing alpha, for instance 0.05.
    pub alpha: f64,
    /// p-value of the test in force, multiplied by the number of tests it shares alpha with.
    pub adjusted_p_value: Option<f64>,
    /// Relative non-inferiority margin and its one-sided p-value, for guardrails that have one.
    pub margin: Option<f64>,
    pub margin_p_value: Option<f64>,
    pub estimate: Result<Estimate, NoEstimate>,
}

/// Why a requested estimate has no numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum NoEstimate {
    /// The statistic is undefined on these units.
    Undefined(Missing),
    /// The metric could not be computed; the text says where and why.
    Failed(String),
}

/// One metric in one variant, for all units or for those of one segment, in one phase.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    pub metric: String,
    pub variant: String,
    /// `None` for all units.
    pub segment: Option<Segment>,
    /// Index into the experiment's phases, by the instant of enrollment.
    pub phase: usize,
    pub summary: Summary,
    /// Of a quantile, which has no moments: its value and variance, or why it has none.
    pub quantile: Option<Result<Point, Missing>>,
    /// What units were held to, where the metric has a cap.
    pub cap: Option<f64>,
    /// Units that had more.
    pub capped: u64,
    /// Of a funnel: units that took each step.
    pub steps: Vec<u64>,
    /// Of one number a unit, after the cap: how far the numbers reach. `None` for a ratio.
    pub tails: Option<Tails>,
}

/// How far units' numbers reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    pub smallest: f64,
    pub largest: f64,
    /// Third standardised moment; `None` where no unit differs from another.
    pub skewness: Option<f64>,
}

/// Units that have one value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    pub attribute: String,
    pub value: SegmentValue,
}

/// In the order of tables: values as text, then the others, then those without one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentValue {
    Is(String),
    /// All values beyond the most frequent ones.
    Other,
    /// The attribute is NULL.
    Missing,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            SegmentValue::Is(value) => write!(f, "{}={value}", self.attribute),
            SegmentValue::Other => write!(f, "{} (other)", self.attribute),
            SegmentValue::Missing => write!(f, "{} (missing)", self.attribute),
        }
    }
}

impl SummaryRow {
    /// All units of a variant in the first phase, uncapped.
    pub fn of_all(metric: &str, variant: &str, summary: Summary) -> SummaryRow {
        SummaryRow {
            metric: metric.to_owned(),
            variant: variant.to_owned(),
            segment: None,
            phase: 0,
            summary,
            quantile: None,
            cap: None,
            capped: 0,
            steps: Vec::new(),
            tails: None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct HealthRow {
    /// For instance `sample_ratio`, `crossovers`, `missing_partitions`.
    pub check: String,
    pub outcome: Outcome,
    pub observed: Option<f64>,
    pub expected: Option<f64>,
    pub p_value: Option<f64>,
    /// One line for people: what was seen, and what to look at.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    Warn,
    Fail,
}

impl Outcome {
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Warn => "warn",
            Outcome::Fail => "fail",
        }
    }
}

/// One line of the accounting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaterfallRow {
    /// What is counted, for instance `exposures rows`, `units`, `events rows`.
    pub population: String,
    /// `read` or `exposed` for the total, else the reason.
    pub reason: String,
    pub count: u64,
    /// Whether this line is the total of its population.
    pub is_total: bool,
}
