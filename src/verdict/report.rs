//! Everything that is known about one experiment at one look.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{EstimateRow, Otherwise, SpentTest, SummaryRow};

/// One experiment, one look: what `analyze` returns and what the tables hold.
#[derive(Debug, Clone)]
pub struct Report {
    pub experiment: String,
    pub as_of: Date,
    pub verdict: Verdict,
    /// One per (metric, treatment), then one per (metric, treatment, segment), whatever
    /// happened to it.
    pub estimates: Vec<EstimateRow>,
    /// One per (metric, variant, phase) and one for each of its segments; absent where the
    /// metric's source failed.
    pub summaries: Vec<SummaryRow>,
    pub health: Vec<HealthRow>,
    /// By funnel: what its steps are called, in the order of `SummaryRow::steps`.
    pub steps: BTreeMap<String, Vec<String>>,
    /// Units and rows by reason; each total equals the sum of its parts.
    pub waterfall: Vec<WaterfallRow>,
    /// What this look spends; empty where the day was looked at before.
    pub looks: Vec<SpentTest>,
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
    /// How likely `treatment` is the best variant by the first primary; never decides.
    pub probability_best: Option<f64>,
    /// Analysed units, all variants.
    pub units: u64,
    /// Analysed units by variant, control first.
    pub units_by_variant: Vec<(String, u64)>,
    /// Whole days of data, from the start through `as_of`.
    pub days: u32,
    /// Days until the precision asked for is reached, by the present pace.
    pub days_left: Option<u32>,
    /// Whether this verdict may set anything in motion.
    pub actionable: bool,
    /// Names of the failed health checks and other reasons to wait.
    pub hold_reasons: Vec<String>,
    /// Phase of the lock: 1, and one more with each `assize unlock`.
    pub lock_phase: u32,
    /// Nights in a row, this one included, that said `ship` of the same treatment; 0 else.
    pub confirmed: u32,
    /// The day on which this was decided, where a later night repeats it.
    pub settled_on: Option<Date>,
    /// The rules in the order they were tried; the last one matched.
    pub trace: Vec<RuleTried>,
    /// One or two plain sentences for people.
    pub recommendation: String,
    /// What would have to change for another verdict.
    pub otherwise: Vec<Otherwise>,
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
    /// The decision that has this code.
    pub fn of_code(code: &str) -> Option<Decision> {
        use Decision::*;
        [Investigate, KeepRunning, RollBack, Ship, Inconclusive, Error]
            .into_iter()
            .find(|decision| decision.code() == code)
    }

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

    pub fn of_code(code: &str) -> Option<Outcome> {
        [Outcome::Pass, Outcome::Warn, Outcome::Fail].into_iter().find(|one| one.code() == code)
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
