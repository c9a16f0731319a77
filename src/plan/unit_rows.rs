//! The rows of one unit, and what each of them is to an experiment.

use jiff::Timestamp;

use super::accounting::FactFate;
use super::segments::SegmentValue;

/// Everything that an experiment's sources say about a unit.
#[derive(Debug, Clone, Default)]
pub struct UnitRows {
    /// Of assignments, then of exposures, each in the order of their instants.
    pub seen: Vec<SeenRow>,
    /// `None` for a unit that neither met the experiment nor was assigned to it.
    pub enrolled: Option<EnrolledUnit>,
    /// In the order of their instants.
    pub facts: Vec<UnitFact>,
    /// One for each metric, of a unit that is analysed.
    pub numbers: Vec<UnitNumbers>,
}

/// One exposure, or one assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// `exposures` or `assignments`.
    pub source: &'static str,
    pub at: Option<Timestamp>,
    /// `None` where the row does not say, or is about another experiment.
    pub variant: Option<String>,
    /// `None` where the row counts.
    pub reason: Option<String>,
}

/// What the rows make of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrolledUnit {
    pub variant: Option<String>,
    /// `None` where nothing that counts says when.
    pub met_at: Option<Timestamp>,
    pub enrolled_at: Option<Timestamp>,
    /// Why it is not analysed; `None` where it is.
    pub reason: Option<String>,
    /// Index into the experiment's phases, of a unit that is analysed.
    pub phase: Option<usize>,
    /// By attribute, of a unit that is analysed.
    pub segments: Vec<(String, SegmentValue)>,
}

/// One fact of the unit, or of one of its members.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitFact {
    pub source: String,
    pub member: Option<String>,
    pub at: Option<Timestamp>,
    pub event: Option<String>,
    /// Why it cannot count for any metric.
    pub fate: Option<FactFate>,
    /// What it is to each metric of its source; empty where it has a fate.
    pub parts: Vec<Part>,
}

/// What a fact is to one of the numbers that a metric makes of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub metric: String,
    /// `y`, `d`, `x` or `e`.
    pub letter: char,
    pub fate: MetricFate,
    /// Of a fact that matches, where the metric reads a value.
    pub value: Option<Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Text(String),
}

/// Whether a fact counts for a number of a metric, and if not why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricFate {
    Counted,
    /// It may take a step of a funnel, if it comes in order.
    Step,
    /// It does not meet the metric's condition.
    NoMatch,
    /// It was before the unit's enrollment, by more than clocks differ.
    BeforeEnrollment,
    BeforeWindow,
    AfterWindow,
    /// Its value is NULL.
    NoValue,
    /// Its value is NaN or infinite.
    NotFinite,
}

impl MetricFate {
    pub const ALL: [MetricFate; 8] = [
        MetricFate::Counted,
        MetricFate::Step,
        MetricFate::NoMatch,
        MetricFate::BeforeEnrollment,
        MetricFate::BeforeWindow,
        MetricFate::AfterWindow,
        MetricFate::NoValue,
        MetricFate::NotFinite,
    ];

    pub fn code(self) -> i64 {
        self as i64
    }

    pub fn of_code(code: i64) -> Option<MetricFate> {
        MetricFate::ALL.into_iter().find(|fate| fate.code() == code)
    }

    pub fn reason(self) -> &'static str {
        match self {
            MetricFate::Counted => "counted",
            MetricFate::Step => "step",
            MetricFate::NoMatch => "no_match",
            MetricFate::BeforeEnrollment => "before_enrollment",
            MetricFate::BeforeWindow => "before_window",
            MetricFate::AfterWindow => "after_window",
            MetricFate::NoValue => "no_value",
            MetricFate::NotFinite => "not_finite",
        }
    }
}

/// What a metric makes of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitNumbers {
    pub metric: String,
    /// By letter: `y`, and `d`, `x`, `e` where units differ in them; empty where its time has not
    /// come.
    pub numbers: Vec<(char, f64)>,
    /// When its window closes, where the metric waits for that.
    pub matures_at: Option<Timestamp>,
    /// Whether it has closed by the end of `as_of`.
    pub is_mature: bool,
    /// What `y` is held to.
    pub cap: Option<f64>,
    /// Steps taken, and how many there are.
    pub steps: Option<(u64, u64)>,
    /// Values that go into a quantile of facts, as they are.
    pub values: Option<u64>,
}
