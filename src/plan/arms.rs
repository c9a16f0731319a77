//! Which units are summed up together, and what their numbers amount to.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type};

use super::segments::{SegmentValue, Segments};
use super::session::explain;
use crate::error::Error;
use crate::stats::{Missing, Point, Summary};

/// Units of one variant that enrolled in one phase: all of them, or those of one segment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arm {
    pub experiment: String,
    pub variant: String,
    /// Index into the experiment's phases.
    pub phase: usize,
    /// An attribute and its value; `None` for all units.
    pub segment: Option<(String, SegmentValue)>,
}

/// What the units of one arm say about one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// Of units whose number is final, where the metric asks for that. A quantile has units only.
    pub summary: Summary,
    /// Of a quantile.
    pub quantile: Option<Result<Point, Missing>>,
    /// What units were held to.
    pub cap: Option<f64>,
    /// Units that had more.
    pub capped: u64,
    /// Of a funnel: units that took each step.
    pub steps: Vec<u64>,
    /// Of one number a unit, after the cap; `None` for ratios and quantiles, and without units.
    pub tails: Option<Tails>,
}

/// How far units' numbers reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    pub smallest: f64,
    pub largest: f64,
    /// Third standardised moment; `None` where no unit differs from another.
    pub skewness: Option<f64>,
}

/// Units that no summary tells apart: of one variant and phase, and the same in all attributes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    pub experiment: String,
    pub variant: String,
    pub phase: usize,
    /// Value of each segment attribute; `None` where the experiment is not split by it.
    pub codes: Vec<Option<i32>>,
}

/// The cells of a batch of units, or of their summaries, and the cell of each row; a row without
/// an experiment is in none.
///
/// # Errors
/// `Bug` for columns of other types than the plan makes.
pub fn cells(
    batch: &RecordBatch,
    attributes: &[String],
) -> Result<(Vec<Cell>, Vec<Option<usize>>), Error> {
    let (experiments, variants) = (texts(batch, "experiment")?, texts(batch, "variant")?);
    let phases = batch["phase"].as_primitive::<Int64Type>();
    let codes: Vec<_> = (0..attributes.len())
        .map(|a| batch[format!("s{a}").as_str()].as_primitive::<Int32Type>())
        .collect();
    let mut known: HashMap<_, usize> = HashMap::new();
    let (mut cells, mut rows) = (Vec::new(), Vec::with_capacity(batch.num_rows()));
    for (row, (experiment, variant)) in experiments.iter().zip(&variants).enumerate() {
        let (Some(experiment), Some(variant)) = (experiment, variant) else {
            rows.push(None);
            continue;
        };
        let phase = phases.value(row).max(0) as usize;
        let codes: Vec<Option<i32>> =
            codes.iter().map(|codes| codes.is_valid(row).then(|| codes.value(row))).collect();
        let cell = known.entry((experiment, variant, phase, codes)).or_insert_with_key(|key| {
            let (experiment, variant) = (key.0.to_string(), key.1.to_string());
            cells.push(Cell { experiment, variant, phase, codes: key.3.clone() });
            cells.len() - 1
        });
        rows.push(Some(*cell));
    }
    Ok((cells, rows))
}

fn texts(batch: &RecordBatch, name: &str) -> Result<StringViewArray, Error> {
    let texts = cast(&batch[name], &DataType::Utf8View).map_err(|error| explain(error.into()))?;
    Ok(texts.as_string_view().clone())
}

/// What each arm is made of: all its cells.
pub fn by_arm<'a, T>(
    cells: &'a BTreeMap<Cell, T>,
    attributes: &[String],
    segments: &Segments,
) -> BTreeMap<Arm, Vec<&'a T>> {
    let mut arms: BTreeMap<Arm, Vec<&T>> = BTreeMap::new();
    for (cell, of) in cells {
        let split = attributes.iter().zip(&cell.codes).filter_map(|(attribute, code)| {
            let value = segments.value(&cell.experiment, attribute, (*code)?);
            Some((attribute.clone(), value))
        });
        for segment in std::iter::once(None).chain(split.map(Some)) {
            let (experiment, variant) = (cell.experiment.clone(), cell.variant.clone());
            let arm = Arm { experiment, variant, phase: cell.phase, segment };
            arms.entry(arm).or_default().push(of);
        }
    }
    arms
}
