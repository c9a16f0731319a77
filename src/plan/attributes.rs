//! Which attributes of the units a night needs.

use std::collections::BTreeSet;

use crate::config::{Covariate, Experiment, Metric, Project};
use crate::error::Problem;
use crate::source::OpenSource;

/// Attributes of the assignments that some experiment of a night uses, each once, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// To split results by: `s0`, `s1`, ... of `enrollments`.
    pub segments: Vec<String>,
    /// Numbers from before the experiment: `x0`, `x1`, ... of `enrollments`.
    pub covariates: Vec<String>,
    /// What is carried from the assignments: all that they have, where any is needed, so that of
    /// two rows of one instant the same one counts whatever else the night computes.
    carried: Vec<String>,
}

impl Attributes {
    /// What these experiments and their metrics use.
    pub fn of(project: &Project, experiments: &[&Experiment]) -> Attributes {
        let segments: BTreeSet<String> =
            experiments.iter().flat_map(|e| &e.segments).cloned().collect();
        let covariates: BTreeSet<String> =
            metrics(project, experiments).filter_map(attribute_of).cloned().collect();
        let mut carried: BTreeSet<String> = segments.union(&covariates).cloned().collect();
        let filtered = experiments.iter().any(|e| e.audience.is_some());
        if let Some(source) = project.sources.get("assignments")
            && (filtered || !carried.is_empty())
        {
            carried.extend(source.attributes.iter().cloned());
        }
        Attributes {
            carried: carried.into_iter().collect(),
            segments: segments.into_iter().collect(),
            covariates: covariates.into_iter().collect(),
        }
    }

    /// In the order in which an enrolled unit carries them.
    pub fn carried(&self) -> &[String] {
        &self.carried
    }

    /// Covariates that are no numbers, each where its metric says it.
    pub fn not_numbers(
        project: &Project,
        experiments: &[&Experiment],
        assignments: &OpenSource,
    ) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for metric in metrics(project, experiments) {
            let checked = attribute_of(metric)
                .map(|attribute| assignments.numeric_attribute(attribute, &metric.at));
            problems.extend(checked.and_then(Result::err).filter(|it| !problems.contains(it)));
        }
        problems
    }

    /// Where each of these stands among the carried ones.
    pub(super) fn places(&self, names: &[String]) -> Vec<Option<usize>> {
        let place = |name: &String| self.carried.iter().position(|carried| carried == name);
        names.iter().map(place).collect()
    }
}

fn metrics<'a>(
    project: &'a Project,
    experiments: &'a [&Experiment],
) -> impl Iterator<Item = &'a Metric> {
    let used = experiments.iter().flat_map(|e| &e.metrics);
    used.filter_map(|used| project.metrics.get(&used.metric))
}

fn attribute_of(metric: &Metric) -> Option<&String> {
    match &metric.covariate {
        Some(Covariate::Attribute(attribute)) => Some(attribute),
        _ => None,
    }
}
