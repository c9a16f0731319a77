//! An experiment as it is shuffled, beside what it really is.

use crate::config::{Experiment, Project, Status};
use crate::plan::why_not_shuffled;
use crate::verdict::{AaLeftOut, NoEstimate, Report};

/// One experiment that is shuffled.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Running, without segments, and with those metrics only that can be shuffled.
    pub shuffled: Experiment,
    pub left_out: Vec<AaLeftOut>,
    /// The report on its real variants.
    pub real: Report,
}

/// The experiments, of which `real` are the reports in the same order.
pub fn subjects(project: &Project, experiments: &[&Experiment], real: Vec<Report>) -> Vec<Subject> {
    let both = experiments.iter().zip(real);
    both.map(|(experiment, real)| subject(project, experiment, real)).collect()
}

fn subject(project: &Project, experiment: &Experiment, real: Report) -> Subject {
    let mut shuffled = experiment.clone();
    shuffled.status = Status::Running;
    shuffled.segments.clear();
    let metrics = experiment.metrics.iter().map(|used| used.metric.as_str());
    let left_out: Vec<AaLeftOut> = metrics
        .filter_map(|metric| {
            let why = why_not(project, &real, metric)?;
            Some(AaLeftOut { metric: metric.to_owned(), why })
        })
        .collect();
    let is_left_out = |metric: &str| left_out.iter().any(|left_out| left_out.metric == metric);
    shuffled.metrics.retain(|used| !is_left_out(&used.metric));
    Subject { shuffled, left_out, real }
}

/// Half a sentence; `None` for a metric that can be shuffled.
fn why_not(project: &Project, real: &Report, metric: &str) -> Option<String> {
    let failed = real.estimates.iter().filter(|row| row.metric == metric);
    let failed = failed.filter_map(|row| match &row.estimate {
        Err(NoEstimate::Failed(why)) => Some(why.clone()),
        _ => None,
    });
    let cannot = || why_not_shuffled(project.metrics.get(metric)?).map(str::to_owned);
    failed.into_iter().next().or_else(cannot)
}
