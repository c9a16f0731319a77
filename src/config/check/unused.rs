//! What was defined and makes no difference.

use super::metrics::CheckedMetric;
use crate::config::known::Known;
use crate::config::problem::{Notes, Problem};
use crate::config::{Covariate, Experiment, Metric, MetricKind};

/// Warns of metrics that no experiment, no ratio and no covariate uses.
pub fn check(notes: &Notes, metrics: &Known<CheckedMetric>, experiments: &[Experiment]) {
    let used = || experiments.iter().flat_map(|experiment| &experiment.metrics);
    for (key, checked) in metrics.right() {
        let in_experiment = used().any(|used| used.metric == key);
        let in_metric = metrics.right().any(|(_, other)| leans_on(&other.metric, key));
        if !in_experiment && !in_metric {
            notes.warn(Problem {
                place: checked.metric.at.clone(),
                message: format!("metric `{key}` is not used by any experiment"),
                hint: None,
            });
        }
    }
}

fn leans_on(metric: &Metric, key: &str) -> bool {
    let in_ratio = match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => numerator == key || denominator == key,
        _ => false,
    };
    let as_covariate = match &metric.covariate {
        Some(Covariate::Metric { metric, .. }) => metric == key,
        _ => false,
    };
    in_ratio || as_covariate
}
