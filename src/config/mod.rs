//! What was promised.
//!
//! TOML files in, a [`Project`] out that cannot be invalid. Reading is strict and complete:
//! every problem of every file is reported at once, with file, line and column.
//!
//! A file passes four doors, each of which reports what it refuses and lets the rest through:
//!
//! | module  | asks                                              |
//! |---------|---------------------------------------------------|
//! | `files` | is there a text                                   |
//! | `parse` | is the text TOML                                  |
//! | `shape` | has the TOML the shape of `file`                  |
//! | `check` | does it make sense, by itself and with the others |
//!
//! Does not: look at rows, know the date, or run anything.

mod actions;
mod check;
mod document;
mod experiment;
mod field;
mod file;
mod files;
mod form;
mod hash;
mod key;
mod known;
mod load;
mod metric;
mod parse;
mod place;
mod problem;
mod project;
mod schema;
mod secret;
mod shape;
mod syntax;
mod target;
mod window;
mod words;
mod zone;

pub use actions::{ActionMode, ActionRules, Approve, Freeze, WeekTime};
pub use experiment::{
    Basis, Crossovers, Decision, Experiment, Guardrail, Method, MetricUse, Phase, Policy, Role,
    Rollout, Spending, Status, TestPlan, Variant,
};
pub use hash::{PromiseChange, PromiseCompared, compare_promises, config_hash, promise};
pub use load::{Loaded, load};
pub use metric::{
    Cap, Covariate, Direction, FactFilter, Maturity, Metric, MetricKind, QuantileOf, Step, Window,
};
pub use place::Place;
pub use problem::{ConfigErrors, Problem};
pub use project::{Columns, Format, Input, Project, SENTINEL_IDS, Source, SourceRole};
pub use schema::json_schemas;
pub use target::{Headlessly, RolloutCall, Scale, Scope, SecretRef, TargetConfig, TargetKind};
