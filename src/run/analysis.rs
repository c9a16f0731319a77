//! Computes everything about a night, and writes nothing.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use jiff::Span;
use jiff::civil::Date;

use super::accounts::balance;
use super::choose::{Chosen, NotAnalysed};
use super::evidence::evidence;
use super::isolate::isolated;
use crate::config::{Experiment, Project};
use crate::error::{Error, Problem};
use crate::plan::{Night, Stopwatch, Timings, reach_back};
use crate::source::{Blamed, Broken, Days, FileSeen, Listings, Warehouse};
use crate::verdict::{Memory, Report, decide, not_analysed};

/// All reports of a night, with what they were made from.
#[derive(Debug, Clone)]
pub struct Analysis {
    pub as_of: Date,
    /// One per analysed experiment, in the order of their keys.
    pub reports: Vec<Report>,
    pub not_analysed: Vec<NotAnalysed>,
    pub inputs: Vec<FileSeen>,
    /// Rows read from files, all sources.
    pub rows_read: u64,
    pub timings: Timings,
    /// What a person should know although it stops nothing.
    pub warnings: Vec<String>,
}

/// Opens the sources for the days that the chosen experiments need.
///
/// # Errors
/// All problems of all sources together.
pub async fn prepare_warehouse(
    project: &Project,
    listings: Listings,
    chosen: &Chosen<'_>,
    as_of: Date,
) -> Result<Warehouse, Error> {
    listings.open(project, days_of(project, &chosen.experiments, as_of)).await
}

/// Partitions that can hold rows of these experiments. A day of the project's zone may begin in
/// the partition before and end in the one after, whichever of the two zones is not UTC. Metrics
/// may look at the time before.
pub fn days_of(project: &Project, experiments: &[&Experiment], as_of: Date) -> Days {
    let starts = experiments.iter().map(|experiment| first_day(project, experiment));
    let start = starts.min().unwrap_or(as_of);
    let written_in = project.sources.values().filter_map(|source| source.timezone.as_ref());
    let mut zones = written_in.chain([&project.timezone]);
    let all_utc = zones.all(|zone| zone.iana_name() == Some("UTC"));
    let last = if all_utc { as_of } else { as_of.tomorrow().unwrap_or(as_of) };
    Days { first: start.yesterday().unwrap_or(start), last }
}

/// The first day whose facts the metrics of an experiment ask for.
fn first_day(project: &Project, experiment: &Experiment) -> Date {
    const DAY: i64 = 86_400_000_000;
    let metrics: Vec<&str> = experiment.metrics.iter().map(|used| used.metric.as_str()).collect();
    let back = reach_back(project, &metrics);
    let days = back / DAY + i64::from(back % DAY > 0);
    let earliest = Span::new().try_days(days).and_then(|days| experiment.start.checked_sub(days));
    earliest.unwrap_or(Date::MIN)
}

/// Reads every source once and judges every chosen experiment as of a day.
///
/// A metric that fails on some row, or whose facts cannot be read, is left out, said in the
/// warnings, and an error in its experiments; so is an experiment whose audience or entry fails.
/// The others are computed.
///
/// # Errors
/// `Spec` for columns and expressions, all of them together; `Data` for rows that cannot be
/// read, where no metric is left; `Retry` for sources that changed meanwhile; `Bug` where the
/// accounts do not balance.
pub async fn analyze(
    project: &Project,
    chosen: Chosen<'_>,
    warehouse: &Warehouse,
    as_of: Date,
    watch: &Stopwatch,
) -> Result<Analysis, Error> {
    let compute = async |night: Night<'_>, watch: &Stopwatch| night.compute(watch).await;
    let (computed, broken) = isolated(project, &chosen, warehouse, as_of, watch, compute).await?;
    warehouse.unchanged().await?;
    balance(warehouse, &chosen.experiments, &computed)?;
    let reports = chosen
        .experiments
        .iter()
        .map(|experiment| {
            let memory = Memory::none();
            let report = match broken.experiments.get(&experiment.key) {
                Some(why) => {
                    not_analysed(experiment, as_of, &project.metrics, &why.message, &memory)
                }
                None => {
                    let mut evidence = evidence(project, warehouse, experiment, as_of, &computed);
                    evidence.failed = failed(&broken.metrics);
                    decide(experiment, as_of, &project.metrics, evidence, &memory)
                }
            };
            let decision = report.verdict.decision.code();
            tracing::info!(experiment = experiment.key, decision, "experiment decided");
            watch.progress.experiments.fetch_add(1, Ordering::Relaxed);
            report
        })
        .collect();
    Ok(Analysis {
        as_of,
        reports,
        not_analysed: chosen.not_analysed,
        inputs: warehouse.inputs(),
        rows_read: computed.counts.scanned.iter().map(|scan| scan.rows).sum(),
        timings: computed.timings,
        warnings: warnings(warehouse, &broken, chosen.experiments.is_empty()),
    })
}

pub(super) fn failed(broken: &Broken) -> BTreeMap<String, String> {
    broken.iter().map(|(metric, problem)| (metric.clone(), problem.message.clone())).collect()
}

/// Metrics and experiments that could not be computed, files that were left out by rule, and sources with nothing to read.
pub(super) fn warnings(warehouse: &Warehouse, broken: &Blamed, nothing_due: bool) -> Vec<String> {
    let broken = broken.metrics.values().chain(broken.experiments.values());
    let mut warnings: Vec<String> = broken.map(Problem::to_string).collect();
    warnings.dedup();
    for open in warehouse.sources.values() {
        let name = &open.source.name;
        if let [first, ..] = open.foreign.as_slice() {
            let count = open.foreign.len();
            let files = if count == 1 { "file" } else { "files" };
            warnings.push(format!(
                "source `{name}`: {count} {files} of another kind left out, first {first}"
            ));
        }
        if open.files.is_empty() && open.source.partition.is_some() && !nothing_due {
            warnings.push(format!(
                "source `{name}`: no partition lies in the days of these experiments"
            ));
        }
    }
    warnings
}
