//! The nightly job: analyse, then commit, whole or not at all.

use jiff::Timestamp;

use super::analysis::{Analysis, analyze};
use super::choose::Chosen;
use super::inputs::reads;
use super::memory::Remembered;
use super::orders::{enqueue, hold_many_roll_backs};
use crate::action::Entry;
use crate::config::{Experiment, Project, config_hash, promise};
use crate::error::{Error, Kind, Problem};
use crate::output::{
    Committed, InputFile, Night, NotAnalysed, Output, OutputError, Timing, commit, ledger,
};
use crate::plan::Stopwatch;
use crate::source::{FileSeen, Warehouse, plain};
use crate::verdict::{Report, Standing};

/// A night that has been written down.
#[derive(Debug)]
pub struct Nightly {
    pub analysis: Analysis,
    pub committed: Committed,
}

/// What is written down: held for writing, and what earlier nights have left in it.
pub struct Books<'a> {
    pub output: &'a Output,
    pub remembered: &'a Remembered,
}

/// Analyses the chosen experiments and commits their verdicts to a folder that this run holds.
///
/// # Errors
/// As [`analyze`]; `Environment` where the tables cannot be written. Nothing is visible then.
pub async fn nightly(
    project: &Project,
    chosen: Chosen<'_>,
    warehouse: &Warehouse,
    as_of: jiff::civil::Date,
    books: &Books<'_>,
    watch: &Stopwatch,
    clock: impl Fn() -> Timestamp,
) -> Result<Nightly, Error> {
    let Books { output, remembered } = *books;
    let started_at = clock();
    let analysis = rehearse(project, chosen, warehouse, as_of, remembered, watch).await?;
    let orders = orders(project, &analysis, output, remembered, clock()).await?;
    let night = night(project, &analysis, orders, started_at, clock());
    let committed = commit(output, &night).await.map_err(explain)?;
    Ok(Nightly { analysis, committed })
}

/// The same night, of which nothing is written down.
///
/// # Errors
/// As [`analyze`].
pub async fn rehearse(
    project: &Project,
    chosen: Chosen<'_>,
    warehouse: &Warehouse,
    as_of: jiff::civil::Date,
    remembered: &Remembered,
    watch: &Stopwatch,
) -> Result<Analysis, Error> {
    let mut analysis = analyze(project, chosen, warehouse, as_of, remembered, watch).await?;
    hold_many_roll_backs(&mut analysis.reports, remembered);
    Ok(analysis)
}

/// Version of the engine, as it enters the tables and every input hash.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

fn night(
    project: &Project,
    analysis: &Analysis,
    orders: Vec<Entry>,
    started_at: Timestamp,
    finished_at: Timestamp,
) -> Night {
    let experiments = project.experiments.iter();
    let is_analysed = |e: &&Experiment| analysis.reports.iter().any(|r| r.experiment == e.key);
    let analysed: Vec<&Experiment> = experiments.filter(is_analysed).collect();
    let config_hashes = analysed.iter().map(|e| (e.key.clone(), config_hash(project, e))).collect();
    let promises = analysed.iter().map(|e| (e.key.clone(), promise(project, e))).collect();
    Night {
        as_of: analysis.as_of,
        input_hashes: analysis.input_hashes.clone(),
        started_at,
        finished_at,
        engine_version: ENGINE_VERSION.to_string(),
        reports: analysis.reports.clone(),
        config_hashes,
        promises,
        orders,
        not_analysed: analysis
            .not_analysed
            .iter()
            .map(|n| NotAnalysed { experiment: n.experiment.clone(), reason: n.reason.clone() })
            .collect(),
        reads: analysed.iter().map(|e| (e.key.clone(), reads(project, e))).collect(),
        inputs: input_files(analysis),
        rows_read: analysis.rows_read,
        timings: analysis
            .timings
            .iter()
            .map(|timing| Timing {
                stage: timing.stage.clone(),
                milliseconds: timing.elapsed.as_millis() as u64,
            })
            .collect(),
    }
}

/// What follows from the verdicts of looks that are new; a rerun sets nothing in motion.
async fn orders(
    project: &Project,
    analysis: &Analysis,
    output: &Output,
    remembered: &Remembered,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    let is_new = |report: &&Report| {
        let hash = &analysis.input_hashes[&report.experiment];
        let standing = remembered.memory(&report.experiment, report.as_of, hash).standing;
        standing == Standing::New
    };
    let reports: Vec<&Report> = analysis.reports.iter().filter(is_new).collect();
    if project.targets.is_empty() || reports.is_empty() {
        return Ok(Vec::new());
    }
    let ledger = ledger(output.root()).await.map_err(explain)?;
    Ok(enqueue(project, &reports, remembered, &ledger, now))
}

/// The files that an analysis has read.
pub fn input_files(analysis: &Analysis) -> Vec<InputFile> {
    analysis.inputs.iter().map(input_file).collect()
}

fn input_file(seen: &FileSeen) -> InputFile {
    InputFile {
        source: seen.source.clone(),
        path: seen.path.clone(),
        size: seen.size,
        modified: Timestamp::from_microsecond(seen.modified).unwrap_or(Timestamp::UNIX_EPOCH),
        etag: seen.e_tag.clone(),
        rows: seen.rows,
    }
}

/// An output error in the words of this crate.
pub fn explain(error: OutputError) -> Error {
    let kind = match &error {
        OutputError::Held { .. } | OutputError::LostRace { .. } => Kind::Held,
        OutputError::Bug(_) => Kind::Bug,
        _ => Kind::Environment,
    };
    let mut message = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {}", plain(&text));
        }
        source = cause.source();
    }
    Problem::new(kind, "", message).hint(error.hint()).into()
}
