//! One experiment day by day, in one pass over its facts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::analysis::{failed, warnings};
use super::choose::Chosen;
use super::isolate::isolated;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::plan::{DayByDay, Night, Series, Stopwatch, why_not_daily};
use crate::source::Warehouse;
use crate::verdict::{Daily, NotDaily, Reason, RowStatus, SinceRow, SummaryRow, of_day, trends};

/// The chosen experiments day by day, with what a person should know although it stops nothing.
#[derive(Debug, Clone)]
pub struct Trend {
    pub daily: Vec<Daily>,
    pub warnings: Vec<String>,
}

/// What a night as of each day would have said of the same data, and what units do in each day
/// since they enrolled. Covariates are left out.
///
/// # Errors
/// As [`super::analyze`].
pub async fn day_by_day(
    project: &Project,
    chosen: &Chosen<'_>,
    warehouse: &Warehouse,
    as_of: Date,
    watch: &Stopwatch,
) -> Result<Trend, Error> {
    let project = without_covariates(project);
    let experiments: Vec<Experiment> =
        chosen.experiments.iter().map(|experiment| fit(&project, experiment)).collect();
    let fit = experiments.iter().filter(|experiment| !experiment.metrics.is_empty()).collect();
    let fit = Chosen { experiments: fit, not_analysed: Vec::new(), by: Vec::new() };
    let (series, broken) = match fit.experiments.is_empty() {
        true => Default::default(),
        false => {
            let series = async |night: Night<'_>, watch: &Stopwatch| night.series(watch).await;
            isolated(&project, &fit, warehouse, as_of, watch, series).await?
        }
    };
    warehouse.unchanged().await?;
    let broken_metrics = failed(&broken.metrics);
    let told = chosen.experiments.iter().zip(&experiments);
    let told = told.map(|(experiment, fit)| Daily {
        left_out: left_out(&project, experiment, &broken_metrics),
        ..of_experiment(&project, (experiment, fit), as_of, &series)
    });
    Ok(Trend { daily: told.collect(), warnings: warnings(warehouse, &broken, false) })
}

/// Covariates would need more facts, and are not shown.
fn without_covariates(project: &Project) -> Project {
    let mut project = project.clone();
    project.metrics.values_mut().for_each(|metric| metric.covariate = None);
    project
}

/// The experiment with those metrics that have a daily series, and without segments.
fn fit(project: &Project, experiment: &Experiment) -> Experiment {
    let mut fit = experiment.clone();
    fit.metrics.retain(|used| why_not(project, experiment, &used.metric).is_none());
    fit.segments.clear();
    fit
}

fn why_not(project: &Project, experiment: &Experiment, metric: &str) -> Option<&'static str> {
    if experiment.phases.len() > 1 {
        return Some("the experiment has several phases");
    }
    why_not_daily(project, project.metrics.get(metric)?)
}

fn left_out(
    project: &Project,
    experiment: &Experiment,
    broken: &BTreeMap<String, String>,
) -> Vec<NotDaily> {
    let not_daily = |metric: &String, status, code, words: &str| NotDaily {
        metric: metric.clone(),
        status,
        reason: Reason { code, words: words.to_owned() },
    };
    let metrics = experiment.metrics.iter().map(|used| &used.metric);
    let found = metrics.filter_map(|metric| match why_not(project, experiment, metric) {
        Some(why) => Some(not_daily(metric, RowStatus::Skipped, "skipped", why)),
        None => {
            let why = broken.get(metric)?;
            Some(not_daily(metric, RowStatus::Error, "failed", why))
        }
    });
    found.collect()
}

/// `fit` is the experiment with the metrics that are told; alpha is divided among all of them.
fn of_experiment(
    project: &Project,
    (experiment, fit): (&Experiment, &Experiment),
    as_of: Date,
    series: &Series,
) -> Daily {
    let (mut cumulative, mut since) = (Vec::new(), Vec::new());
    for metric in fit.metrics.iter().map(|used| used.metric.as_str()) {
        let of = |variant: &str| -> Option<&DayByDay> {
            let arm = (experiment.key.clone(), variant.to_owned());
            series.arms.get(&arm)?.get(metric)
        };
        let variants = experiment.variants.iter().map(|variant| variant.key.as_str());
        let found: Vec<(&str, &DayByDay)> =
            variants.filter_map(|variant| Some((variant, of(variant)?))).collect();
        for (place, day) in days(series.first, as_of).filter(|(_, day)| *day >= experiment.start) {
            let row = |(variant, found): &(&str, &DayByDay)| {
                let summary = *found.cumulative.get(place)?;
                Some(SummaryRow::of_all(metric, variant, summary))
            };
            let summaries = found.iter().filter_map(row).collect();
            cumulative.extend(of_day(experiment, &project.metrics, day, summaries));
        }
        since.extend(found.iter().flat_map(|(variant, found)| {
            let rows = found.since.iter().enumerate();
            rows.map(|(day, row)| SinceRow::new(metric, variant, day, row.units, row.mean))
        }));
    }
    let (left_out, trends) = (Vec::new(), trends(experiment, &since));
    Daily { experiment: experiment.key.clone(), as_of, cumulative, since, trends, left_out }
}

/// The days of a series, each with its place.
fn days(first: Option<Date>, as_of: Date) -> impl Iterator<Item = (usize, Date)> {
    let days = first.into_iter().flat_map(|first| first.series(jiff::Span::new().days(1)));
    days.take_while(move |day| *day <= as_of).enumerate()
}
