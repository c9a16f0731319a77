//! What was counted and computed for one experiment before anyone judged it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{HealthRow, Segment, SummaryRow, WaterfallRow};

/// The raw material of one verdict. A part that is `None` or empty was not looked at, and
/// gives no health row.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Analysed units by variant; a variant that is not named has none.
    pub units: BTreeMap<String, u64>,
    /// One per (metric, variant) that has units.
    pub summaries: Vec<SummaryRow>,
    /// By metric: where and why it could not be computed.
    pub failed: BTreeMap<String, String>,
    pub crossovers: Option<CrossoverCounts>,
    /// Units that are left out, by reason and the variant they would be in; where that is not
    /// known, they are in none.
    pub left_out: BTreeMap<String, BTreeMap<String, u64>>,
    pub exposures: Option<ExposureCounts>,
    /// Where there are both assignments and exposures.
    pub mismatches: Option<MismatchCounts>,
    /// Every source the experiment reads.
    pub sources: Vec<SourceCounts>,
    /// Analysed units by variant, phase and day of enrollment; empty where that was not looked at.
    pub enrolled: Vec<EnrolledCount>,
    /// Analysed units by variant, phase and segment.
    pub segments: Vec<SegmentCount>,
    /// Which units have any fact, by fact source and variant.
    pub joined: Vec<JoinCount>,
    /// Checks that were made elsewhere (late data, pre-period bias); they count like ours.
    pub health: Vec<HealthRow>,
    pub waterfall: Vec<WaterfallRow>,
}

impl Evidence {
    pub(super) fn units_of(&self, variant: &str) -> u64 {
        self.units.get(variant).copied().unwrap_or(0)
    }

    pub(super) fn units(&self) -> u64 {
        self.units.values().fold(0, |sum, units| sum.saturating_add(*units))
    }
}

/// Units that met more than one variant.
#[derive(Debug, Clone, Default)]
pub struct CrossoverCounts {
    pub units: u64,
    /// By the variant they met first; may be empty where that is not known.
    pub by_first: BTreeMap<String, u64>,
}

/// Rows of the exposure source that name this experiment.
#[derive(Debug, Clone, Default)]
pub struct ExposureCounts {
    pub rows: u64,
    /// Rows whose variant the experiment does not have.
    pub unknown_variant: u64,
    /// The most frequent of their names, each with its rows and what may be meant.
    pub unknown_names: Vec<String>,
}

/// Exposed units that do not fit their assignment.
#[derive(Debug, Clone, Copy, Default)]
pub struct MismatchCounts {
    /// Met another variant than the one assigned.
    pub disagreeing: u64,
    /// Met the experiment without an assignment.
    pub unassigned: u64,
}

/// Rows of one source in this run.
#[derive(Debug, Clone, Default)]
pub struct SourceCounts {
    pub source: String,
    pub rows: u64,
    /// Rows left out because a field could not be read (no unit, no instant, NaN value).
    pub quarantined: u64,
    /// Days that should be there; `None` where the source has no day partitions.
    pub expected_days: Option<u32>,
    /// Those of them that are absent.
    pub missing_days: Vec<Date>,
    /// Rows left out because another row has the same id.
    pub duplicates: u64,
    /// Those of them that do not say the same as that row.
    pub differing_duplicates: u64,
    /// Whether a column tells copies of a row apart; `None` where rows are not facts.
    pub has_id: Option<bool>,
    /// Rows by day in the project's zone, up to `as_of`, while there should be some on every
    /// day; empty where that was not looked at.
    pub rows_by_day: BTreeMap<Date, u64>,
    /// The last of the days on which there should be some; `None`: the night's own.
    pub last_day: Option<Date>,
}

/// Units that enrolled on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledCount {
    pub variant: String,
    /// Index into the experiment's phases.
    pub phase: usize,
    /// Day of enrollment, in the project's zone.
    pub day: Date,
    pub units: u64,
}

/// Units that have one value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentCount {
    pub variant: String,
    pub phase: usize,
    pub segment: Segment,
    pub units: u64,
}

/// How the facts of a source meet the analysed units of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCount {
    pub source: String,
    pub variant: String,
    pub units: u64,
    /// Units with at least one fact that some metric of the experiment asks for, at any time.
    pub with_facts: u64,
    /// Facts in the hour before their unit's enrollment; 0 for a table of units.
    pub shortly_before: u64,
    /// Facts in the hour from enrollment on.
    pub shortly_after: u64,
}
