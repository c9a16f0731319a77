//! The project: where rows come from, and everything that is promised about them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ActionRules, Experiment, Metric, Place, TargetConfig};

/// A whole, valid project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Folder that holds `assize.toml`; relative locations start here.
    pub root: PathBuf,
    pub name: String,
    /// Zone whose midnights are the day boundaries.
    pub timezone: TimeZone,
    /// Folder of the output tables, absolute.
    pub output: PathBuf,
    /// By name. `assignments` and `exposures` are reserved names; at least one of them exists.
    pub sources: BTreeMap<String, Source>,
    /// By key.
    pub metrics: BTreeMap<String, Metric>,
    /// Sorted by key; every metric they name is in `metrics`, its source in `sources`.
    pub experiments: Vec<Experiment>,
    /// When something may be set in motion.
    pub actions: ActionRules,
    /// Where, by name.
    pub targets: BTreeMap<String, TargetConfig>,
}

/// One place rows come from, mapped to our column names.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: String,
    pub role: SourceRole,
    pub input: Input,
    /// Hive partition column whose values are days (`day=2026-10-01`), if any.
    pub partition: Option<String>,
    /// Zone of timestamps that carry none.
    pub timezone: Option<TimeZone>,
    pub columns: Columns,
    /// Columns known before exposure (assignments only).
    pub attributes: Vec<String>,
    /// Source that says of which unit each unit of these facts is a member (facts only).
    pub members: Option<String>,
    /// Name of a file that is in a partition once it is whole.
    pub ready: Option<String>,
    /// Unit ids that name nobody, in any case (facts, exposures and assignments only).
    pub sentinel_ids: Vec<String>,
    /// Facts so many microseconds before a unit's enrollment still count (facts only).
    pub clock_skew: i64,
    /// Where the source's table starts in `assize.toml`.
    pub at: Place,
}

/// What programs write where they have no id, unless a source says otherwise.
pub const SENTINEL_IDS: [&str; 8] = [
    "",
    "null",
    "(null)",
    "nil",
    "none",
    "NaN",
    "undefined",
    "00000000-0000-0000-0000-000000000000",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceRole {
    Assignments,
    Exposures,
    /// Rows with a unit and, unless it is a table of units, an instant.
    Facts,
    /// Rows with a unit and a member of it: organisations and their users.
    Members,
    /// Only read through the `query` of another source.
    Table,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file or folder. The format is the one stated, else the files' extension.
    Location { location: String, format: Option<Format> },
    /// One read-only `SELECT` over other sources by name.
    Query(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Parquet,
    Csv,
    Ndjson,
}

/// The user's column for each of ours, with where it was said.
///
/// `None` means the source has no such column.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub experiment: Option<(String, Place)>,
    pub unit: Option<(String, Place)>,
    pub variant: Option<(String, Place)>,
    pub time: Option<(String, Place)>,
    pub event: Option<(String, Place)>,
    /// Identity of a fact; rows with the same id are one fact.
    pub id: Option<(String, Place)>,
    /// Member of a unit (members only).
    pub member: Option<(String, Place)>,
    /// Whether somebody put the unit into its variant by hand (exposures and assignments only).
    pub forced: Option<(String, Place)>,
}
