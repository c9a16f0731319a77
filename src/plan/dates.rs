//! Windows in hours, of facts that say their day and no more.
//!
//! A day counts as its first instant: of a day or more that is a rule, of hours it is an accident.

use std::collections::BTreeSet;

use crate::config::{Covariate, Experiment, FactFilter, Metric, MetricKind, Place, Project};
use crate::error::{Kind, Problem};
use crate::source::Warehouse;

const DAY: i64 = 86_400_000_000;

/// A problem for every metric and entry that begins or ends within a day, although its facts do
/// not say when in a day they were.
pub fn hours_of_days(
    project: &Project,
    warehouse: &Warehouse,
    experiments: &[&Experiment],
) -> Vec<Problem> {
    let refused = |source: &str, ends: &[i64], (who, at): (String, &Place)| {
        let column = warehouse.sources.get(source)?.days_for_instants()?;
        if ends.iter().all(|end| end % DAY == 0) {
            return None;
        }
        let message = format!(
            "{who} asks for hours, and `{column}` of source `{source}` is a date, which has none"
        );
        let hint = "ask for whole days, such as `7d`, or write instants";
        Some(Problem::new(Kind::Spec, at, message).hint(hint))
    };
    let mut problems = Vec::new();
    for metric in measured(project, experiments) {
        let who = || (format!("metric `{}`", metric.key), &metric.at);
        let asked = asked(project, metric).into_iter();
        problems.extend(asked.filter_map(|(source, ends)| refused(source, &ends, who())).next());
    }
    for experiment in experiments {
        let Some(entry) = &experiment.entry else { continue };
        let who = (format!("the entry of `{}`", experiment.key), &experiment.at);
        problems.extend(refused(&entry.source, &ends(entry), who));
    }
    problems
}

fn ends(filter: &FactFilter) -> Vec<i64> {
    vec![filter.window.from, filter.window.to.unwrap_or(0)]
}

/// The sources of a metric and of its covariate, each with where its window begins and ends.
fn asked<'a>(project: &'a Project, metric: &'a Metric) -> Vec<(&'a str, Vec<i64>)> {
    let filters = filters(project, metric).into_iter();
    let mut asked: Vec<_> = filters.map(|filter| (filter.source.as_str(), ends(filter))).collect();
    let covariate = match &metric.covariate {
        Some(Covariate::Before(before)) => Some((metric, before)),
        Some(Covariate::Metric { metric, before }) => {
            project.metrics.get(metric).map(|other| (other, before))
        }
        Some(Covariate::Attribute(_)) | None => None,
    };
    if let Some((other, before)) = covariate {
        let filters = self::filters(project, other).into_iter();
        asked.extend(filters.map(|filter| (filter.source.as_str(), vec![*before])));
    }
    asked
}

/// Which facts count for a metric, or for the parts of a ratio.
fn filters<'a>(project: &'a Project, metric: &'a Metric) -> Vec<&'a FactFilter> {
    let part = |key: &String| project.metrics.get(key).and_then(|part| part.kind.filter());
    match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => {
            [numerator, denominator].into_iter().filter_map(part).collect()
        }
        kind => kind.filter().into_iter().collect(),
    }
}

/// The metrics that some experiments use.
fn measured<'a>(project: &'a Project, experiments: &[&Experiment]) -> Vec<&'a Metric> {
    let used = experiments.iter().flat_map(|experiment| &experiment.metrics);
    let keys: BTreeSet<&String> = used.map(|used| &used.metric).collect();
    keys.into_iter().filter_map(|key| project.metrics.get(key)).collect()
}
