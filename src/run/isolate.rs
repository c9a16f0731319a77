//! Computes a night, and where some metric makes it fail, the night without that metric.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::choose::Chosen;
use crate::config::{Experiment, Metric, MetricKind, Project};
use crate::error::{Error, Kind};
use crate::plan::{Night, Stopwatch};
use crate::source::{Broken, Warehouse};

/// What `compute` makes of a night, and the metrics that had to be left out.
///
/// # Errors
/// As [`Night::compute`], where no metric is left or none is to blame.
pub async fn isolated<T>(
    project: &Project,
    chosen: &Chosen<'_>,
    warehouse: &Warehouse,
    as_of: Date,
    watch: &Stopwatch,
    compute: impl AsyncFn(&Night<'_>, &Stopwatch) -> Result<T, Error>,
) -> Result<(T, Broken), Error> {
    let experiments = chosen.experiments.as_slice();
    let mut broken = unread(project, warehouse);
    loop {
        let nothing_left = |e: &&Experiment| without(e, &broken).metrics.is_empty();
        if !broken.is_empty() && experiments.iter().all(nothing_left) {
            return Err(distinct(broken).with_nothing_written());
        }
        let healthy: Vec<Experiment> =
            experiments.iter().map(|e| split(without(e, &broken), &chosen.by)).collect();
        let night = Night::prepare(project, warehouse, healthy.iter().collect(), as_of)?;
        let error = match compute(&night, &watch.again()).await {
            Ok(computed) => return Ok((computed, broken)),
            Err(error) => error,
        };
        if error.problems.iter().any(|problem| problem.kind == Kind::Memory) {
            return Err(error);
        }
        let known = broken.len();
        broken.extend(warehouse.diagnose(error.clone(), used(project, &healthy)).await?);
        break_ratios(project, &mut broken);
        if broken.len() == known {
            return Err(error);
        }
    }
}

/// The metrics of sources that could not be opened.
fn unread(project: &Project, warehouse: &Warehouse) -> Broken {
    let mut broken = Broken::new();
    for metric in project.metrics.values() {
        let problem = metric.kind.filter().and_then(|f| warehouse.unread.get(&f.source));
        broken.extend(problem.map(|problem| (metric.key.clone(), problem.clone())));
    }
    break_ratios(project, &mut broken);
    broken
}

/// Each problem once, however many metrics it breaks.
fn distinct(broken: Broken) -> Error {
    let mut kept = Error::default();
    for problem in broken.into_values() {
        if !kept.problems.contains(&problem) {
            kept.problems.push(problem);
        }
    }
    kept
}

/// An experiment that asks for no broken metric.
fn without(experiment: &Experiment, broken: &Broken) -> Experiment {
    let mut healthy = experiment.clone();
    healthy.metrics.retain(|used| !broken.contains_key(&used.metric));
    healthy
}

/// An experiment with more segments than it promises.
fn split(mut experiment: Experiment, by: &[String]) -> Experiment {
    for attribute in by {
        if !experiment.segments.contains(attribute) {
            experiment.segments.push(attribute.clone());
        }
    }
    experiment
}

/// The metrics that some experiments use, with the parts of ratios.
fn used<'a>(project: &'a Project, experiments: &[Experiment]) -> impl Iterator<Item = &'a Metric> {
    let keys: BTreeSet<&str> =
        experiments.iter().flat_map(|e| &e.metrics).map(|used| used.metric.as_str()).collect();
    let parts = keys.iter().filter_map(|key| project.metrics.get(*key)).flat_map(parts);
    let parts: Vec<&str> = parts.collect();
    let keys: BTreeSet<String> = keys.iter().copied().chain(parts).map(str::to_owned).collect();
    project.metrics.values().filter(move |metric| keys.contains(&metric.key))
}

fn parts(metric: &Metric) -> Vec<&str> {
    match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => vec![numerator, denominator],
        _ => Vec::new(),
    }
}

/// A ratio of a broken metric is broken by the same thing.
fn break_ratios(project: &Project, broken: &mut Broken) {
    for metric in project.metrics.values() {
        let problem = parts(metric).into_iter().find_map(|part| broken.get(part).cloned());
        broken.extend(problem.map(|problem| (metric.key.clone(), problem)));
    }
}
