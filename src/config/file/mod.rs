//! What each file may contain.
//!
//! These types are the only definition of the files: `schema` derives the JSON Schema that
//! editors and `shape` use, and serde reads through them. The doc comments are what an editor
//! shows. A key that the design knows and this version does not is listed under `x-not-yet`;
//! a table that needs one of some keys lists them under `x-one-of`.

mod actions;
mod day;
mod experiment;
mod metrics;
mod project;
mod rules;
mod target;

pub use actions::ActionsTable;
pub use day::Day;
pub use experiment::{
    DecisionTable, EntryTable, ExperimentFile, MetricItem, MetricLists, PhaseTable, RolloutTable,
    SpendingWord, TestTable, VariantTable,
};
pub use metrics::{
    CapTable, CovariateItem, CovariateTable, Kind, MetricTable, MetricsFile, StepItem,
};
pub use project::{ColumnsTable, Location, ProjectFile, ProjectTable, SourceKind, SourceTable};
pub use rules::{ConditionTable, RuleTable};
pub use target::{SecretTable, TargetTable, TargetWord};
