//! What earlier nights said about an experiment.

use jiff::civil::Date;

use super::{Decision, Report};

/// What the tables hold about one experiment, in the phase of its lock that is in force. All
/// empty before its first look.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    pub lock: Lock,
    /// Looks that were spent, by day; each was written once and never changes.
    pub looks: Vec<SpentLook>,
    /// Every verdict in that phase, by day and revision.
    pub verdicts: Vec<PastVerdict>,
    /// Health checks whose failure a person has looked into and accepted.
    pub accepted: Vec<String>,
}

/// What the experiment is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// 1, and one more with each `assize unlock`.
    pub phase: u32,
    /// The promise as it was at the first look of the phase, as `config::promise` writes it;
    /// `None` before that look.
    pub promise: Option<String>,
    /// The last day that was looked at before this phase was opened; `None` in the first.
    pub seen_before: Option<Date>,
}

impl Lock {
    /// Before the first look.
    pub(super) const FIRST: Lock = Lock { phase: 1, promise: None, seen_before: None };
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::FIRST
    }
}

/// One look, with what each of its tests spent.
#[derive(Debug, Clone, PartialEq)]
pub struct SpentLook {
    pub as_of: Date,
    pub tests: Vec<SpentTest>,
}

/// One test at one look.
#[derive(Debug, Clone, PartialEq)]
pub struct SpentTest {
    pub metric: String,
    pub treatment: String,
    /// `sequential`, `group-sequential` or `t-test`.
    pub method: String,
    /// Share of the planned information, 1 at the planned end.
    pub information: f64,
    /// Two-sided level of the comparison, all looks together.
    pub alpha: f64,
    /// Alpha spent by this and earlier looks; `None` where looking spends nothing.
    pub spent: Option<f64>,
    /// What the size of the statistic is compared with; `None` where this look cannot decide.
    pub boundary: Option<f64>,
    /// Effect over standard error, as a normal deviate; `None` where there was no estimate.
    pub statistic: Option<f64>,
}

/// A verdict of an earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct PastVerdict {
    pub as_of: Date,
    /// 1 for the first on this day.
    pub revision: i32,
    pub run_id: String,
    pub input_hash: String,
    pub decision: Decision,
    pub winner: Option<String>,
    /// What the verdict's numbers are about: of a roll back, what is rolled back.
    pub treatment: Option<String>,
    pub metric: Option<String>,
    pub confidence: Option<f64>,
    pub lift: Option<f64>,
    /// `None` beside a lift: unbounded.
    pub lift_lower: Option<f64>,
    pub lift_upper: Option<f64>,
    /// Analysed units, all variants, and whole days of data.
    pub units: u64,
    pub days: u32,
    pub actionable: bool,
    pub hold_reasons: Vec<String>,
}

impl PastVerdict {
    /// A verdict as later nights find it, the first on its day; no run has written it yet.
    pub fn of(report: &Report) -> PastVerdict {
        let verdict = &report.verdict;
        PastVerdict {
            as_of: report.as_of,
            revision: 1,
            run_id: String::new(),
            input_hash: String::new(),
            decision: verdict.decision,
            winner: verdict.winner.clone(),
            treatment: verdict.treatment.clone(),
            metric: Some(verdict.metric.clone()),
            confidence: verdict.confidence,
            lift: verdict.lift,
            lift_lower: verdict.lift_lower,
            lift_upper: verdict.lift_upper,
            units: verdict.units,
            days: verdict.days,
            actionable: verdict.actionable,
            hold_reasons: verdict.hold_reasons.clone(),
        }
    }
}
