//! What was promised.
//!
//! TOML files in, a [`Project`] out that cannot be invalid. Reading is strict and complete:
//! every problem of every file is reported at once, with file, line and column.
//!
//! Does not: look at rows, know the date, or run anything.

mod experiment;
mod metric;
mod place;
mod project;

pub use experiment::{
    Basis, Crossovers, Decision, Experiment, Guardrail, Method, MetricUse, Policy, Role, Status,
    TestPlan, Variant,
};
pub use metric::{Direction, FactFilter, Metric, MetricKind, Window};
pub use place::Place;
pub use project::{Columns, Format, Input, Project, Source, SourceRole};
