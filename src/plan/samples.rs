//! Quantiles of units' numbers, or of the values of their facts.
//!
//! Units come in any number of parts; a quantile is read off when the last has come.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Float64Type;

use super::arms::{Cell, cells};
use super::terms::{MetricTerms, Shape};
use crate::error::Error;
use crate::stats::quantile::{Clusters, Definition, Ordered, QuantilePoint};
use crate::stats::{Missing, Point};

/// The values of the units of one cell for one metric.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    values: Vec<f64>,
    /// Values of each unit, where they are those of facts.
    lengths: Vec<usize>,
}

/// Takes in the values of more units; by cell, then by the place of the metric.
///
/// # Errors
/// `Bug` for columns of other types than the plan makes.
pub fn add(
    units: &RecordBatch,
    metrics: &[MetricTerms],
    attributes: &[String],
    into: &mut BTreeMap<Cell, BTreeMap<usize, Sample>>,
) -> Result<(), Error> {
    let quantiles = || metrics.iter().enumerate().filter(|(_, terms)| terms.level.is_some());
    if quantiles().next().is_none() {
        return Ok(());
    }
    let (cells, rows) = cells(units, attributes)?;
    for (i, terms) in quantiles() {
        let mut samples = vec![Sample::default(); cells.len()];
        match terms.numerator.shape {
            Shape::List => add_facts(units, i, &rows, &mut samples),
            _ => add_units(units, i, &rows, &mut samples),
        }
        for (cell, sample) in cells.iter().zip(samples) {
            let all = into.entry(cell.clone()).or_default().entry(i).or_default();
            all.values.extend(sample.values);
            all.lengths.extend(sample.lengths);
        }
    }
    Ok(())
}

fn add_units(units: &RecordBatch, i: usize, rows: &[Option<usize>], samples: &mut [Sample]) {
    let numbers = units[format!("y{i}").as_str()].as_primitive::<Float64Type>();
    for (row, cell) in rows.iter().enumerate().filter(|(row, _)| numbers.is_valid(*row)) {
        if let Some(sample) = cell.and_then(|cell| samples.get_mut(cell)) {
            sample.values.push(numbers.value(row));
        }
    }
}

/// A unit without facts is a cluster of none; one whose time has not come is no cluster.
fn add_facts(units: &RecordBatch, i: usize, rows: &[Option<usize>], samples: &mut [Sample]) {
    let is_final = &units[format!("y{i}").as_str()];
    let lists = units[format!("v{i}").as_str()].as_list::<i32>();
    for (row, cell) in rows.iter().enumerate().filter(|(row, _)| is_final.is_valid(*row)) {
        let Some(sample) = cell.and_then(|cell| samples.get_mut(cell)) else { continue };
        let list = lists.is_valid(row).then(|| lists.value(row));
        let values = list.as_ref().map(|list| list.as_primitive::<Float64Type>().values());
        let values = values.map_or(&[][..], |values| values);
        sample.values.extend(values);
        sample.lengths.push(values.len());
    }
}

/// The quantile of all these samples together.
///
/// # Errors
/// As `stats::quantile` has it: too few values, too many ties.
pub fn quantile(parts: &[&Sample], terms: &MetricTerms, level: f64) -> Result<Point, Missing> {
    let values: Vec<f64> = parts.iter().flat_map(|part| part.values.iter().copied()).collect();
    let ordered = Ordered::new(values)?;
    let quantile = QuantilePoint::from_values(&ordered, level, Definition::default())?;
    if terms.numerator.shape != Shape::List {
        return quantile.point();
    }
    Clusters::count(parts.iter().flat_map(|part| part.clusters()), quantile.value).point(&quantile)
}

impl Sample {
    /// One value for each unit.
    pub fn of_units(values: Vec<f64>) -> Sample {
        Sample { values, lengths: Vec::new() }
    }

    fn clusters(&self) -> impl Iterator<Item = &[f64]> {
        let mut rest = self.values.as_slice();
        self.lengths.iter().map(move |length| {
            let (mine, others) = rest.split_at((*length).min(rest.len()));
            rest = others;
            mine
        })
    }
}
