//! What a warehouse with known truth looks like.
//!
//! A [`Spec`] in, a complete Assize project out: configuration, assignments, exposures,
//! events, and `truth.json` with what a correct analysis must find in them.
//!
//! | file         | question                                              |
//! |--------------|-------------------------------------------------------|
//! | `spec`       | what is asked for                                     |
//! | `check`      | what is wrong with it                                 |
//! | `benchmark`  | what a large project asks for                         |
//! | `draws`      | what chance gives to one unit on one day              |
//! | `world`      | what the spec means in numbers                        |
//! | `meeting`    | when a unit meets an experiment                       |
//! | `facts`      | what a unit does on one day                           |
//! | `expected`   | what a unit does on average                           |
//! | `truth`      | what a correct analysis must find                     |
//! | `rows`       | how rows become Parquet                               |
//! | `warehouse`  | which rows are written, and by which thread           |
//! | `project`    | what the configuration says                           |
//! | `folder`     | where files may be put                                |
//! | `scenario`   | what a small project looks like that leaves nothing out |
//!
//! Memory is bounded by one row group per thread, whatever the number of units and days:
//! nothing is remembered between two unit-days, everything is drawn again from the seed.
//! The same spec gives the same bytes on any number of threads.
//!
//! Does not: analyse anything, or know how the analysis is done. It shares no code with
//! the rooms it is used to check.

mod benchmark;
mod check;
mod date;
mod draws;
mod error;
mod expected;
mod facts;
mod folder;
mod meeting;
mod project;
mod rows;
mod scenario;
mod spec;
mod truth;
mod warehouse;
mod world;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use error::{Problem, SimulateError};
pub use rows::ROW_GROUP_ROWS;
pub use scenario::scenario;
pub use spec::{
    AmountSpec, BetterSpec, DefectSpec, EventSpec, ExperimentSpec, GuardrailSpec, MetricKindSpec,
    MetricSpec, SampleRatioSpec, Spec, VariantSpec,
};
pub use truth::{ExperimentTruth, MetricTruth, RowsTruth, Truth, VariantTruth};

/// How a simulation is written; says nothing about what is in it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Replace the files of a former simulation. Files that it did not make stay.
    pub overwrite: bool,
    /// Threads that write; the bytes are the same for any number of them.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Options { overwrite: false, threads }
    }
}

/// Writes the project that `spec` describes into `out`, a new or an empty folder.
///
/// A folder that holds nothing but this spec as `simulate.toml` counts as empty.
pub fn simulate(spec: &Spec, out: &Path) -> Result<Truth, SimulateError> {
    simulate_with(spec, out, &Options::default())
}

/// [`simulate`], with a say in how.
///
/// Everything is first written to a folder inside `out` and moved into place at the end,
/// `truth.json` last: a simulation that fails leaves what was there before.
pub fn simulate_with(spec: &Spec, out: &Path, options: &Options) -> Result<Truth, SimulateError> {
    check::check(spec)?;
    let staging = folder::Staging::open(spec, out, options.overwrite)?;
    let world = world::World::new(spec);
    let tally = warehouse::write(&world, staging.path(), options.threads.max(1))?;
    project::write(spec, staging.path())?;
    let truth = truth::Truth::new(&world, tally);
    staging.publish(spec, &truth)?;
    Ok(truth)
}
