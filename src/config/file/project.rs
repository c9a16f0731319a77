//! What `assize.toml` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ActionsTable, TargetTable};
use crate::config::Format;
use crate::config::field::{Field, Named, TextOr};

/// An Assize project: where rows come from and where tables go.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProjectFile {
    pub project: Field<ProjectTable>,
    /// Where rows come from. `assignments` and `exposures` are reserved names.
    pub sources: Field<Named<SourceTable>>,
    /// When something may be set in motion.
    #[serde(default)]
    pub actions: Field<ActionsTable>,
    /// Where something may be set in motion.
    #[serde(default)]
    pub targets: Field<Named<TargetTable>>,
}

/// The project as a whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProjectTable {
    /// Name of the project, for people.
    pub name: Field<String>,
    /// IANA time zone whose midnights are the day boundaries.
    #[serde(default)]
    #[schemars(extend("default" = "UTC"))]
    pub timezone: Field<String>,
    /// Folder of the experiment files.
    #[serde(default)]
    #[schemars(extend("default" = "experiments"))]
    pub experiments: Field<String>,
    /// File of the metrics.
    #[serde(default)]
    #[schemars(extend("default" = "metrics.toml"))]
    pub metrics: Field<String>,
    /// Folder of the output tables, inside the project or absolute.
    #[serde(default)]
    #[schemars(extend("default" = "out"))]
    pub output: Field<Location>,
}

/// A local path, or the environment variable that holds it.
pub type Location = TextOr<EnvTable>;

/// A value that is not written down in the file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EnvTable {
    /// Name of an environment variable.
    pub env: Field<String>,
}

/// One place rows come from, mapped to our column names.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SourceTable {
    /// What the rows are. Left out for `assignments` and `exposures`, whose names say it.
    #[serde(default)]
    pub kind: Field<SourceKind>,
    /// File or folder of Parquet, CSV or NDJSON files.
    #[serde(default)]
    pub location: Field<Location>,
    /// One read-only `SELECT` over other sources by name.
    #[serde(default)]
    pub query: Field<String>,
    /// Format of the files; default: by their extension.
    #[serde(default)]
    pub format: Field<Format>,
    /// Hive partition column whose values are days (`day=2026-10-01`).
    #[serde(default)]
    pub partition: Field<String>,
    /// Name of an empty file, such as `_SUCCESS`, that the job which writes a partition puts there
    /// last: a night whose newest partition lacks it is not ready.
    #[serde(default)]
    pub ready: Field<String>,
    /// IANA time zone of timestamps that carry none.
    #[serde(default)]
    pub timezone: Field<String>,
    /// Your column for each of ours.
    ///
    /// Of a `query`, `experiment`, `unit`, `variant` and `member` default to our names; `time`,
    /// `event`, `id` and `forced` count only if they are listed.
    #[serde(default)]
    pub columns: Field<ColumnsTable>,
    /// Columns known before exposure (assignments only).
    #[serde(default)]
    pub attributes: Field<Vec<Field<String>>>,
    /// Source of kind `members` that says of which unit each unit of these facts is a member
    /// (facts only).
    #[serde(default)]
    pub members: Field<String>,
    /// Unit ids that name nobody, in any case: their rows are left out and counted (facts,
    /// exposures and assignments only). Default: empty text, null, (null), nil, none, NaN,
    /// undefined and the UUID of zeros.
    #[serde(default)]
    pub sentinel_ids: Field<Vec<Field<String>>>,
    /// Facts up to so long before a unit's enrollment count as at enrollment (facts only).
    #[serde(default)]
    #[schemars(extend("default" = "0s", "x-form" = crate::config::window::FORM))]
    pub clock_skew: Field<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Rows with a unit and, unless it is a table of units, an instant.
    Facts,
    /// Rows with a unit and a member of it: organisations and their users.
    Members,
    /// Only read through the `query` of another source.
    Table,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ColumnsTable {
    /// Key of the experiment.
    #[serde(default)]
    pub experiment: Field<String>,
    /// What was randomised: user, device, organisation.
    #[serde(default)]
    pub unit: Field<String>,
    /// Key of the variant.
    #[serde(default)]
    pub variant: Field<String>,
    /// Instant of the row.
    #[serde(default)]
    pub time: Field<String>,
    /// Name of the event, for `event` in metrics.
    #[serde(default)]
    pub event: Field<String>,
    /// Identity of a fact; rows with the same id are one fact.
    #[serde(default)]
    pub id: Field<String>,
    /// Member of the unit (members only).
    #[serde(default)]
    pub member: Field<String>,
    /// Whether somebody put the unit into its variant by hand: true or false (exposures and
    /// assignments only).
    #[serde(default)]
    pub forced: Field<String>,
}
