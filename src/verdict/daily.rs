//! What each day would have said about an experiment, for trends.
//!
//! Does not: decide anything, or correct for having looked at many days; the intervals that are
//! valid at every look are valid for all of them together.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{EstimateRow, Evidence, Memory, Outcome, Reason, RowStatus, SummaryRow, judge};
use crate::config::{Experiment, Metric, Variant};
use crate::stats::{Summary, trend};

/// One experiment, day by day.
#[derive(Debug, Clone)]
pub struct Daily {
    pub experiment: String,
    pub as_of: Date,
    /// By metric, then day, then variant.
    pub cumulative: Vec<DayRow>,
    /// By metric, then variant, then day since enrollment.
    pub since: Vec<SinceRow>,
    /// How effects change since enrollment, by metric, then treatment.
    pub trends: Vec<TrendRow>,
    /// Metrics without a series, in the order of the experiment.
    pub left_out: Vec<NotDaily>,
}

/// One metric in one variant, as a night as of a day says it, without a covariate.
#[derive(Debug, Clone)]
pub struct DayRow {
    pub metric: String,
    pub day: Date,
    pub variant: String,
    pub summary: Summary,
    /// Mean, share or ratio; `None` without units.
    pub value: Option<f64>,
    /// Of a treatment.
    pub estimate: Option<EstimateRow>,
}

/// What the units of one variant added to one metric in one day since their enrollment.
#[derive(Debug, Clone, PartialEq)]
pub struct SinceRow {
    pub metric: String,
    pub variant: String,
    /// 0 is the first 24 hours.
    pub day: usize,
    /// Units for which that day has passed.
    pub units: u64,
    /// Mean of a unit, or ratio; `None` where the denominator is 0.
    pub value: Option<f64>,
}

/// How the effect of one treatment on one metric changes from day to day since enrollment.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendRow {
    pub metric: String,
    pub treatment: String,
    /// Days since enrollment that have passed for units of both variants.
    pub days: usize,
    /// Change of the effect in a day, in the metric's unit.
    pub slope: f64,
    pub p_value: f64,
    /// `Warn` where chance is no explanation: a novelty that wears off, or a habit that grows.
    pub outcome: Outcome,
}

/// A metric without a daily series.
#[derive(Debug, Clone)]
pub struct NotDaily {
    pub metric: String,
    pub status: RowStatus,
    pub reason: Reason,
}

/// What a night as of `day` says, of what is known of some metrics in each variant. Alpha is
/// divided among all metrics of the experiment.
pub fn of_day(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    day: Date,
    summaries: Vec<SummaryRow>,
) -> Vec<DayRow> {
    let units = summaries.iter().map(|row| (row.variant.clone(), row.summary.units)).collect();
    let there = summaries.iter().filter(|row| row.summary.units > 0).cloned().collect();
    let evidence = Evidence { units, summaries: there, ..Evidence::default() };
    let estimates = judge(experiment, metrics, &evidence, day, &Memory::none());
    let row = |of: SummaryRow| {
        let is_mine = |row: &&EstimateRow| row.metric == of.metric && row.treatment == of.variant;
        DayRow {
            estimate: estimates.iter().find(is_mine).cloned(),
            value: value(of.summary.units, [of.summary.mean[0], of.summary.mean[1]]),
            metric: of.metric,
            day,
            variant: of.variant,
            summary: of.summary,
        }
    };
    summaries.into_iter().map(row).collect()
}

impl SinceRow {
    /// From the mean of `[y, d]` over units.
    pub fn new(metric: &str, variant: &str, day: usize, units: u64, mean: [f64; 2]) -> SinceRow {
        let (metric, variant) = (metric.to_owned(), variant.to_owned());
        SinceRow { metric, variant, day, units, value: value(units, mean) }
    }
}

/// Days of a trend, and how rarely chance makes one.
const ENOUGH_DAYS: usize = 7;
const BY_CHANCE: f64 = 0.001;

/// Lines through the effects of each day since enrollment; days with more units weigh more.
///
/// Days of which all units are over count alike for both variants. One unit's days are not
/// independent, so chance is excluded only far out.
pub fn trends(experiment: &Experiment, since: &[SinceRow]) -> Vec<TrendRow> {
    let Some(control) = experiment.variants.iter().find(|variant| variant.is_control) else {
        return Vec::new();
    };
    let treatments = || experiment.variants.iter().filter(|variant| !variant.is_control);
    let metrics = experiment.metrics.iter().map(|used| used.metric.as_str());
    let pairs = metrics.flat_map(|metric| treatments().map(move |treated| (metric, treated)));
    let row = |(metric, treatment): (&str, &Variant)| {
        let of = |variant: &str| -> BTreeMap<usize, (f64, f64)> {
            let mine = since.iter().filter(|row| row.metric == metric && row.variant == variant);
            mine.filter_map(|row| Some((row.day, (row.value?, row.units as f64)))).collect()
        };
        let (controls, treated) = (of(&control.key), of(&treatment.key));
        let point = |(day, (value, units)): (&usize, &(f64, f64))| {
            let (other, others) = controls.get(day)?;
            Some([*day as f64, value - other, 1.0 / (1.0 / units + 1.0 / others)])
        };
        let points: Vec<[f64; 3]> = treated.iter().filter_map(point).collect();
        let line = trend(&points).filter(|_| points.len() >= ENOUGH_DAYS)?;
        let is_told = line.p_value < BY_CHANCE;
        Some(TrendRow {
            metric: metric.to_owned(),
            treatment: treatment.key.clone(),
            days: points.len(),
            slope: line.slope,
            p_value: line.p_value,
            outcome: if is_told { Outcome::Warn } else { Outcome::Pass },
        })
    };
    pairs.filter_map(row).collect()
}

fn value(units: u64, [y, d]: [f64; 2]) -> Option<f64> {
    let value = y / d;
    (units > 0 && value.is_finite()).then_some(value)
}
