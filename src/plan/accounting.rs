//! Where every row and every unit went.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::execute::Scanned;
use super::segments::SegmentValue;

/// Why a fact cannot count for any experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactFate {
    NullUnit,
    NullTime,
    ImplausibleTime,
    AfterAsOf,
    Duplicate,
    NoMetric,
    /// Its unit is not analysed in any experiment of the night.
    NotEnrolled,
    /// Its member belongs to no unit.
    NoMember,
    /// Its member belongs to several units.
    AmbiguousMember,
    /// Its unit is one that stands for nobody.
    SentinelUnit,
    /// Its unit, or its own id, is too long for one.
    LongId,
    /// Another row of its id counts, and says something else.
    DifferingDuplicate,
}

impl FactFate {
    pub const ALL: [FactFate; 12] = [
        FactFate::NullUnit,
        FactFate::NullTime,
        FactFate::ImplausibleTime,
        FactFate::AfterAsOf,
        FactFate::Duplicate,
        FactFate::NoMetric,
        FactFate::NotEnrolled,
        FactFate::NoMember,
        FactFate::AmbiguousMember,
        FactFate::SentinelUnit,
        FactFate::LongId,
        FactFate::DifferingDuplicate,
    ];

    /// Negative, so that it never meets the number of an enrollment.
    pub fn code(self) -> i64 {
        -1 - self as i64
    }

    pub fn of_code(code: i64) -> Option<FactFate> {
        FactFate::ALL.into_iter().find(|fate| fate.code() == code)
    }

    /// Name in the tables.
    pub fn reason(self) -> &'static str {
        match self {
            FactFate::NullUnit => "null_unit",
            FactFate::NullTime => "null_time",
            FactFate::ImplausibleTime => "implausible_time",
            FactFate::AfterAsOf => "after_as_of",
            FactFate::Duplicate => "duplicate",
            FactFate::NoMetric => "no_metric",
            FactFate::NotEnrolled => "not_enrolled",
            FactFate::NoMember => "no_member",
            FactFate::AmbiguousMember => "ambiguous_member",
            FactFate::SentinelUnit => "sentinel_unit",
            FactFate::LongId => "long_id",
            FactFate::DifferingDuplicate => "differing_duplicate",
        }
    }
}

/// Rows that are wrong in themselves, whoever reads them.
pub fn is_quarantined(reason: &str) -> bool {
    matches!(
        reason,
        "null_unit"
            | "null_experiment"
            | "null_variant"
            | "null_time"
            | "implausible_time"
            | "sentinel_unit"
            | "long_id"
    )
}

/// Facts of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactCount {
    pub source: String,
    /// `None` for the source as a whole.
    pub experiment: Option<String>,
    pub reason: String,
    pub rows: u64,
}

/// Exposures or assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCount {
    /// `exposures` or `assignments`.
    pub source: String,
    /// `None` where no analysed experiment is meant.
    pub experiment: Option<String>,
    /// Only for unknown variants.
    pub variant: Option<String>,
    /// `None` where the row counts.
    pub reason: Option<String>,
    pub rows: u64,
}

/// Units of one experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCount {
    pub experiment: String,
    /// `None` where the unit has no assignment.
    pub variant: Option<String>,
    /// `None` where it is analysed.
    pub reason: Option<String>,
    /// Exposed to another variant than assigned.
    pub disagrees: bool,
    /// Seen in more than one variant.
    pub crossed: bool,
    pub units: u64,
}

/// Analysed units that met their experiment on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    pub experiment: String,
    pub variant: String,
    /// Index into the experiment's phases.
    pub phase: usize,
    /// In the project's zone.
    pub day: Date,
    pub units: u64,
}

/// Analysed units that share a value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentUnits {
    pub experiment: String,
    pub variant: String,
    pub phase: usize,
    pub attribute: String,
    pub value: SegmentValue,
    pub units: u64,
}

/// Units that were met or assigned, before anything is made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightedUnits {
    /// `exposures` or `assignments`.
    pub source: String,
    pub experiment: String,
    pub units: u64,
}

/// Facts that match a metric and were skipped by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Valueless {
    /// Their value is NULL.
    pub missing: u64,
    /// Their value is NaN or infinite.
    pub not_finite: u64,
}

/// How the facts of a source meet the analysed units of a variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JoinedUnits {
    pub units: u64,
    /// Units with a fact that some metric of the experiment asks for, at any time.
    pub with_facts: u64,
    /// Facts in the hour before their unit's enrollment; 0 for a table of units.
    pub shortly_before: u64,
    /// Facts in the hour from enrollment on.
    pub shortly_after: u64,
}

/// Everything that was counted in one night.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub units: Vec<UnitCount>,
    /// Analysed ones, by day.
    pub days: Vec<DayCount>,
    /// Analysed ones, by each attribute that their experiment is split by.
    pub segments: Vec<SegmentUnits>,
    pub sighted: Vec<SightedUnits>,
    pub rows: Vec<RowCount>,
    pub facts: Vec<FactCount>,
    /// Rows that the engine read, counted at the scans of files.
    pub scanned: Vec<Scanned>,
    /// Fact sources that the metrics of the night read.
    pub measured: Vec<String>,
    /// Facts that match a metric but have no number for it, by experiment and metric.
    pub valueless: BTreeMap<(String, String), Valueless>,
    /// By source, experiment and variant.
    pub joined: BTreeMap<(String, String, String), JoinedUnits>,
    /// Analysed units whose window has closed, by experiment, variant and metric; counted where
    /// the metric asks for it.
    pub matured: BTreeMap<(String, String, String), u64>,
}
