//! What to know about the numbers of each metric beside the numbers.

use std::collections::BTreeMap;

use super::table::indented;
use super::text::{counted, interval, number, percent, thousands};
use crate::verdict::{EstimateRow, Report, SummaryRow};

/// Why numbers decide nothing, what a covariate did, who was held to a cap, whose window is still
/// open, and the steps of funnels; empty where there is nothing to say.
pub fn notes(report: &Report, width: u16) -> String {
    let mut notes = Vec::new();
    for row in report.estimates.iter().filter(|row| row.segment.is_none()) {
        notes.extend(undecided(row));
        notes.extend(covariate(row));
    }
    for (metric, variants) in by_metric(report) {
        notes.extend(open_windows(report, metric, &variants));
        notes.extend(capped(metric, &variants));
        notes.extend(variants.values().filter_map(|found| funnel(report, metric, found)));
    }
    if notes.is_empty() {
        return String::new();
    }
    let lines = notes.iter().map(|note| indented(note, width));
    format!("About these numbers\n{}", lines.collect::<String>())
}

/// Numbers that are there and decide nothing; where there are none, their place says why.
fn undecided(row: &EstimateRow) -> Option<String> {
    let reason = row.reason.as_ref().filter(|_| row.estimate.is_ok())?;
    Some(format!("{}, {}: {}", row.metric, row.treatment, reason.words))
}

fn covariate(row: &EstimateRow) -> Option<String> {
    let used = row.covariate.as_ref()?;
    let bare = used.unadjusted.lift.as_ref().ok();
    let range = bare.map(|lift| lift.sequential);
    let range = range.map_or((None, None), |ends| (Some(ends.lower), Some(ends.upper)));
    let ends = interval(range.0, range.1, |end| format!("{:+.1} %", 100.0 * end));
    Some(format!(
        "{}, {}: its covariate explains {:.0} % of the variance; without it the lift would be \
         {} {ends}",
        row.metric,
        row.treatment,
        100.0 * used.variance_reduction,
        percent(bare.map(|lift| lift.value))
    ))
}

/// One variant of one metric, all phases.
struct Found<'a> {
    variant: &'a str,
    units: u64,
    cap: Option<f64>,
    capped: u64,
    steps: Vec<u64>,
}

type Variants<'a> = BTreeMap<usize, Found<'a>>;

/// In the order in which metrics and variants come.
fn by_metric(report: &Report) -> Vec<(&str, Variants<'_>)> {
    let mut metrics: Vec<(&str, Variants<'_>)> = Vec::new();
    for row in report.summaries.iter().filter(|row| row.segment.is_none()) {
        let known = metrics.iter().position(|(metric, _)| *metric == row.metric);
        let place = known.unwrap_or(metrics.len());
        if place == metrics.len() {
            metrics.push((&row.metric, Variants::new()));
        }
        if let Some((_, variants)) = metrics.get_mut(place) {
            add(variants, row);
        }
    }
    metrics
}

fn add<'a>(variants: &mut Variants<'a>, row: &'a SummaryRow) {
    let known = variants.iter().find(|(_, found)| found.variant == row.variant);
    let place = known.map_or(variants.len(), |(place, _)| *place);
    let found = variants.entry(place).or_insert_with(|| Found {
        variant: &row.variant,
        units: 0,
        cap: row.cap,
        capped: 0,
        steps: vec![0; row.steps.len()],
    });
    found.units += row.summary.units;
    found.capped += row.capped;
    for (sum, step) in found.steps.iter_mut().zip(&row.steps) {
        *sum += step;
    }
}

fn open_windows(report: &Report, metric: &str, variants: &Variants) -> Option<String> {
    let units: u64 = variants.values().map(|found| found.units).sum();
    let all = report.verdict.units;
    (units < all).then(|| {
        let (units, all) = (thousands(units), thousands(all));
        format!("{metric}: {units} of {all} units count, those whose window has closed")
    })
}

fn capped(metric: &str, variants: &Variants) -> Option<String> {
    let cap = variants.values().find_map(|found| found.cap)?;
    let each =
        variants.values().map(|found| format!("{} of {}", units(found.capped), found.variant));
    let each: Vec<String> = each.collect();
    Some(format!("{metric}: held to at most {}: {}", number(Some(cap)), each.join(", ")))
}

fn units(number: u64) -> String {
    counted(usize::try_from(number).unwrap_or(usize::MAX), "unit")
}

/// "of 5,300 units: view 5,000 > cart 2,100 > pay 320 (6.0 %)".
fn funnel(report: &Report, metric: &str, found: &Found) -> Option<String> {
    let last = *found.steps.last()?;
    let names = report.steps.get(metric);
    let name = |i: usize| {
        let known = names.and_then(|names| names.get(i));
        known.cloned().unwrap_or_else(|| format!("step {}", i + 1))
    };
    let step = |(i, units): (usize, &u64)| format!("{} {}", name(i), thousands(*units));
    let steps: Vec<String> = found.steps.iter().enumerate().map(step).collect();
    let share = match found.units {
        0 => String::new(),
        units => format!(" ({:.1} %)", 100.0 * last as f64 / units as f64),
    };
    let (variant, units) = (found.variant, thousands(found.units));
    Some(format!("{metric}, {variant}: of {units} units {}{share}", steps.join(" > ")))
}
