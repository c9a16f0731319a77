//! The nightly job: analyse, then commit, whole or not at all.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::analysis::{Analysis, analyze, days_of};
use super::choose::Chosen;
use crate::config::{Project, SourceRole, config_hash};
use crate::error::{Error, Kind, Problem};
use crate::output::{
    Committed, InputFile, Night, NotAnalysed, Output, OutputError, Timing, commit, input_hash,
};
use crate::plan::{Stopwatch, sources_read};
use crate::source::{FileSeen, Warehouse, plain};
use crate::verdict::Report;

/// A night that has been written down.
#[derive(Debug)]
pub struct Nightly {
    pub analysis: Analysis,
    pub committed: Committed,
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
    output: &Output,
    watch: &Stopwatch,
    clock: impl Fn() -> Timestamp,
) -> Result<Nightly, Error> {
    let started_at = clock();
    let analysis = analyze(project, chosen, warehouse, as_of, watch).await?;
    let night = night(project, &analysis, started_at, clock());
    let committed = commit(output, &night).await.map_err(explain)?;
    Ok(Nightly { analysis, committed })
}

/// Version of the engine, as it enters the tables and every input hash.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

fn night(
    project: &Project,
    analysis: &Analysis,
    started_at: Timestamp,
    finished_at: Timestamp,
) -> Night {
    let experiments = project.experiments.iter();
    let analysed = experiments.filter(|e| analysis.reports.iter().any(|r| r.experiment == e.key));
    let config_hashes: BTreeMap<String, String> =
        analysed.map(|e| (e.key.clone(), config_hash(project, e))).collect();
    let input_hashes = analysis
        .reports
        .iter()
        .map(|report| {
            let hash = hash_of(project, analysis, report, &config_hashes[&report.experiment]);
            (report.experiment.clone(), hash)
        })
        .collect();
    Night {
        as_of: analysis.as_of,
        input_hashes,
        started_at,
        finished_at,
        engine_version: ENGINE_VERSION.to_string(),
        reports: analysis.reports.clone(),
        config_hashes,
        not_analysed: analysis
            .not_analysed
            .iter()
            .map(|n| NotAnalysed { experiment: n.experiment.clone(), reason: n.reason.clone() })
            .collect(),
        inputs: analysis.inputs.iter().map(input_file).collect(),
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

/// Whatever can change a number of one experiment: its promise, the files it reads, the day and
/// the engine. Not the other experiments of the night.
fn hash_of(project: &Project, analysis: &Analysis, report: &Report, config_hash: &str) -> String {
    let experiment = project.experiments.iter().find(|e| e.key == report.experiment);
    let measured = experiment.map(|e| sources_read(project, e)).unwrap_or_default();
    let days = experiment.map(|e| days_of(project, &[e], analysis.as_of));
    let is_read = |file: &&FileSeen| {
        let role = project.sources[&file.source].role;
        let dated = file.day.zip(days).is_none_or(|(day, days)| days.of_role(role).contains(day));
        dated && (role != SourceRole::Facts || measured.contains(&file.source) || queried(project))
    };
    let as_of = analysis.as_of.to_string();
    let files: Vec<String> = analysis.inputs.iter().filter(is_read).map(FileSeen::line).collect();
    let parts = [ENGINE_VERSION, &report.experiment, &as_of, config_hash].into_iter();
    input_hash(parts.chain(files.iter().map(String::as_str)))
}

/// Whether some source is a query, which may read any other.
fn queried(project: &Project) -> bool {
    let mut sources = project.sources.values();
    sources.any(|source| matches!(source.input, crate::config::Input::Query(_)))
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
