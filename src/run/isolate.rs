//! Computes a night, and where some metric or experiment makes it fail, the night without it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::choose::Chosen;
use crate::config::{Covariate, Experiment, Metric, MetricKind, Project};
use crate::error::{Error, Kind, Problem};
use crate::plan::{Night, Stopwatch};
use crate::source::{Blamed, Broken, Warehouse};

/// What `compute` makes of a night, and the metrics and experiments that had to be left out.
///
/// # Errors
/// As [`Night::compute`], where no metric is left or none is to blame.
pub async fn isolated<T>(
    project: &Project,
    chosen: &Chosen<'_>,
    warehouse: &Warehouse,
    as_of: Date,
    watch: &Stopwatch,
    compute: impl AsyncFn(Night<'_>, &Stopwatch) -> Result<T, Error>,
) -> Result<(T, Blamed), Error> {
    let experiments = chosen.experiments.as_slice();
    Error::check(unread_entries(experiments, warehouse)).map_err(Error::with_nothing_written)?;
    let metrics = unread(project, warehouse);
    let mut found = Blamed { metrics, experiments: Broken::new() };
    loop {
        let broken = Blamed { metrics: spread(project, &found.metrics), ..found.clone() };
        let left_out = |e: &Experiment| broken.experiments.contains_key(&e.key);
        let nothing_left =
            |e: &&Experiment| left_out(e) || without(e, &broken.metrics).metrics.is_empty();
        if is_some(&broken) && experiments.iter().all(nothing_left) {
            return Err(distinct(broken).with_nothing_written());
        }
        let healthy = experiments.iter().filter(|e| !left_out(e));
        let healthy: Vec<Experiment> =
            healthy.map(|e| split(without(e, &broken.metrics), &chosen.by)).collect();
        let night = Night::prepare(project, warehouse, healthy.iter().collect(), as_of)?;
        let error = match compute(night, &watch.again()).await {
            Ok(done) => return Ok((done, broken)),
            Err(error) => error,
        };
        if !may_be_of_rows(&error) {
            return Err(error);
        }
        let known = (found.metrics.len(), found.experiments.len());
        let metrics = used(project, &healthy);
        let blamed = warehouse.diagnose(error.clone(), metrics, &healthy).await?;
        found.metrics.extend(blamed.metrics);
        found.experiments.extend(blamed.experiments);
        if (found.metrics.len(), found.experiments.len()) == known {
            return Err(error);
        }
    }
}

/// Whether some rows may be to blame: neither the machine nor what was asked for.
fn may_be_of_rows(error: &Error) -> bool {
    let asked =
        |problem: &Problem| matches!(problem.kind, Kind::Spec | Kind::Environment | Kind::Memory);
    !error.problems.iter().any(asked)
}

/// What is wrong with the sources that enter units into experiments.
fn unread_entries(experiments: &[&Experiment], warehouse: &Warehouse) -> Vec<Problem> {
    let entries = experiments.iter().filter_map(|experiment| experiment.entry.as_ref());
    let sources: BTreeSet<&String> = entries.map(|entry| &entry.source).collect();
    sources.into_iter().filter_map(|source| warehouse.unread.get(source).cloned()).collect()
}

/// The metrics of sources that could not be opened.
fn unread(project: &Project, warehouse: &Warehouse) -> Broken {
    let mut broken = Broken::new();
    for metric in project.metrics.values() {
        let problem = metric.kind.filter().and_then(|f| warehouse.unread.get(&f.source));
        broken.extend(problem.map(|problem| (metric.key.clone(), problem.clone())));
    }
    broken
}

fn is_some(blamed: &Blamed) -> bool {
    !blamed.metrics.is_empty() || !blamed.experiments.is_empty()
}

/// Each problem once, however many metrics it breaks.
fn distinct(broken: Blamed) -> Error {
    let mut kept = Error::default();
    for problem in broken.metrics.into_values().chain(broken.experiments.into_values()) {
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

/// The metrics that some experiments use, with those whose facts they read.
fn used<'a>(project: &'a Project, experiments: &[Experiment]) -> impl Iterator<Item = &'a Metric> {
    let keys: BTreeSet<&str> =
        experiments.iter().flat_map(|e| &e.metrics).map(|used| used.metric.as_str()).collect();
    let parts = keys.iter().filter_map(|key| project.metrics.get(*key)).flat_map(parts);
    let parts: Vec<&str> = parts.collect();
    let keys: BTreeSet<String> = keys.iter().copied().chain(parts).map(str::to_owned).collect();
    project.metrics.values().filter(move |metric| keys.contains(&metric.key))
}

/// The metrics whose facts a metric reads beside its own: the parts of a ratio, a covariate.
fn parts(metric: &Metric) -> Vec<&str> {
    let mut parts: Vec<&str> = match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => vec![numerator, denominator],
        _ => Vec::new(),
    };
    if let Some(Covariate::Metric { metric, .. }) = &metric.covariate {
        parts.push(metric);
    }
    parts
}

/// These metrics, and those that read the facts of one of them, broken by the same thing.
fn spread(project: &Project, found: &Broken) -> Broken {
    let mut broken = found.clone();
    for metric in project.metrics.values() {
        let problem = parts(metric).into_iter().find_map(|part| found.get(part).cloned());
        if let Some(problem) = problem {
            broken.entry(metric.key.clone()).or_insert(problem);
        }
    }
    broken
}
