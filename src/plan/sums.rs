//! Summaries read back, and put together into arms.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};

use super::arms::{Cell, Numbers, Tails, cells};
use super::moments::decode;
use super::terms::{MetricTerms, Shape};
use crate::error::Error;
use crate::stats::Summary;

/// One metric of the units of one cell, or of a part of them.
#[derive(Debug, Clone)]
pub struct Sums {
    summary: Summary,
    /// Sum of `(y - mean y)^3`.
    third: f64,
    /// Smallest and largest number.
    reach: Option<(f64, f64)>,
    capped: u64,
    steps: Vec<u64>,
}

impl Sums {
    /// Of units at hand: their summary, the sum of `(y - mean y)^3`, and smallest and largest `y`.
    pub fn of(
        summary: Summary,
        third: f64,
        reach: Option<(f64, f64)>,
        terms: &MetricTerms,
    ) -> Sums {
        Sums { summary, third, reach, capped: 0, steps: vec![0; terms.steps] }
    }
}

/// Reads the summaries of some units; by cell, then in the order of the metrics.
///
/// # Errors
/// `Bug` for a summary of another shape than the plan makes.
pub fn read(
    batch: &RecordBatch,
    metrics: &[MetricTerms],
    attributes: &[String],
    into: &mut BTreeMap<Cell, Vec<Vec<Sums>>>,
) -> Result<(), Error> {
    let (cells, rows) = cells(batch, attributes)?;
    for (row, cell) in rows.into_iter().enumerate() {
        let Some(cell) = cell.and_then(|cell| cells.get(cell)) else { continue };
        let of = into.entry(cell.clone()).or_insert_with(|| vec![Vec::new(); metrics.len()]);
        for (i, terms) in metrics.iter().enumerate() {
            let sums = sums(batch, row, i, terms);
            of[i].push(sums.ok_or_else(|| Error::bug("a summary of unknown width"))?);
        }
    }
    Ok(())
}

fn sums(batch: &RecordBatch, row: usize, i: usize, terms: &MetricTerms) -> Option<Sums> {
    let list = batch.column_by_name(&format!("moments{i}"))?.as_fixed_size_list().value(row);
    let (summary, third) = decode(list.as_primitive::<Float64Type>().values(), &terms.places())?;
    let number = |name: String| -> Option<f64> {
        let column = batch.column_by_name(&name)?.as_primitive::<Float64Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let units = |name: String| -> u64 {
        let column = batch.column_by_name(&name).map(|c| c.as_primitive::<Int64Type>());
        column.map_or(0, |column| column.value(row).max(0) as u64)
    };
    let reach = number(format!("smallest{i}")).zip(number(format!("largest{i}")));
    let steps = (1..=terms.steps).map(|step| units(format!("step{i}_{step}"))).collect();
    Some(Sums { summary, third, reach, capped: units(format!("capped{i}")), steps })
}

/// What all parts together say; quantile and cap are not known here.
pub fn merged(parts: &[&Sums], terms: &MetricTerms) -> Numbers {
    let summaries: Vec<Summary> = parts.iter().map(|part| part.summary).collect();
    let summary = Summary::merge_all(&summaries);
    let steps = (0..terms.steps).map(|step| parts.iter().map(|part| part.steps[step]).sum());
    let units_only = Summary { units: summary.units, ..Summary::EMPTY };
    Numbers {
        summary: if terms.level.is_some() { units_only } else { summary },
        quantile: None,
        cap: None,
        capped: parts.iter().map(|part| part.capped).sum(),
        steps: steps.collect(),
        tails: tails(parts, &summary, terms),
    }
}

fn tails(parts: &[&Sums], summary: &Summary, terms: &MetricTerms) -> Option<Tails> {
    if terms.denominator.is_some() || terms.level.is_some() || summary.units == 0 {
        return None;
    }
    let (smallest, largest) = match terms.numerator.shape {
        Shape::AtLeast(_) => share(summary.mean[0]),
        Shape::Total | Shape::List => {
            let reaches = || parts.iter().filter_map(|part| part.reach);
            (
                reaches().map(|reach| reach.0).reduce(f64::min)?,
                reaches().map(|reach| reach.1).reduce(f64::max)?,
            )
        }
    };
    Some(Tails { smallest, largest, skewness: skewness(parts, summary) })
}

/// Smallest and largest number of units that have 0 or 1, by their mean.
fn share(mean: f64) -> (f64, f64) {
    (if mean < 1.0 { 0.0 } else { 1.0 }, if mean > 0.0 { 1.0 } else { 0.0 })
}

/// Third standardised moment of all units; of the parts' moments about the mean of all
/// (Pebay 2008, equation 2.1).
fn skewness(parts: &[&Sums], summary: &Summary) -> Option<f64> {
    let (units, mean) = (summary.units as f64, summary.mean[0]);
    let third: f64 = parts
        .iter()
        .map(|part| {
            let step = part.summary.mean[0] - mean;
            let second = part.summary.comoment[0][0];
            part.third + 3.0 * step * second + part.summary.units as f64 * step * step * step
        })
        .sum();
    let variance = summary.comoment[0][0] / units;
    let skewness = third / units / (variance * variance.sqrt());
    (variance > 0.0 && skewness.is_finite()).then_some(skewness)
}
