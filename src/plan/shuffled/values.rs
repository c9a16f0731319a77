//! What each analysed unit of a night has, column by column.

use arrow::array::{Array, AsArray, Float64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use super::deal::number_of;
use crate::config::Cap;
use crate::error::Error;
use crate::plan::caps::Caps;
use crate::plan::facts::FactScan;
use crate::plan::terms::MetricTerms;

/// Some units of one experiment.
#[derive(Debug, Clone, Default)]
pub struct UnitValues {
    /// A number that stands for the unit, the same on every night.
    pub units: Vec<u64>,
    /// By place among the experiment's.
    pub phases: Vec<u32>,
    /// In the order of the experiment's metrics among those of the night.
    pub metrics: Vec<MetricValues>,
    /// In the order of the sources.
    pub joined: Vec<JoinedValues>,
}

/// One metric of these units.
#[derive(Debug, Clone, Default)]
pub struct MetricValues {
    /// Places of the units that count; `None` for all.
    pub rows: Option<Vec<u32>>,
    /// Those of `y`, `d`, `x` and `e` that differ between units, held to their caps.
    pub numbers: Vec<Vec<f64>>,
}

/// How the facts of a source meet these units.
#[derive(Debug, Clone, Default)]
pub struct JoinedValues {
    /// 1 for a unit with facts that count, else 0; facts in the hour before its enrollment, and
    /// in the hour after.
    pub numbers: [Vec<f64>; 3],
}

/// What is read of the units of one experiment.
pub struct Wanted<'a> {
    pub experiment: &'a str,
    /// Places of its metrics among those of the night.
    pub metrics: &'a [usize],
    pub terms: &'a [MetricTerms],
    pub scans: &'a [FactScan],
    pub caps: &'a Caps,
}

impl Wanted<'_> {
    /// # Errors
    /// `Bug` for rows of another shape than the plan makes.
    pub fn read(&self, batches: &[RecordBatch]) -> Result<UnitValues, Error> {
        let mut values = UnitValues {
            metrics: vec![MetricValues::default(); self.metrics.len()],
            joined: vec![JoinedValues::default(); self.scans.len()],
            ..UnitValues::default()
        };
        for batch in batches {
            self.add(batch, &mut values)?;
        }
        let units = values.units.len();
        for metric in &mut values.metrics {
            metric.rows.take_if(|rows| rows.len() == units);
        }
        Ok(values)
    }

    fn add(&self, batch: &RecordBatch, values: &mut UnitValues) -> Result<(), Error> {
        let rows = self.rows(batch)?;
        let first = values.units.len();
        let keys = texts(batch, "unit")?;
        values.units.extend(rows.iter().map(|row| number_of(keys.value(*row).as_bytes())));
        let phases = batch["phase"].as_primitive::<Int64Type>();
        let phase = |row: &usize| u32::try_from(phases.value(*row)).unwrap_or(0);
        values.phases.extend(rows.iter().map(phase));
        for (place, metric) in self.metrics.iter().zip(&mut values.metrics) {
            self.add_metric(batch, &rows, (first, *place), metric);
        }
        for (scan, joined) in self.scans.iter().zip(&mut values.joined) {
            joined.add(batch, &rows, scan);
        }
        Ok(())
    }

    /// The rows of the experiment; those of facts that met no enrollment have none.
    fn rows(&self, batch: &RecordBatch) -> Result<Vec<usize>, Error> {
        let experiments = texts(batch, "experiment")?;
        let mine = experiments.iter().enumerate().filter(|(_, key)| *key == Some(self.experiment));
        Ok(mine.map(|(row, _)| row).collect())
    }

    fn add_metric(
        &self,
        batch: &RecordBatch,
        rows: &[usize],
        (first, place): (usize, usize),
        into: &mut MetricValues,
    ) {
        let Some(terms) = self.terms.get(place) else { return };
        let letters = terms.letters();
        let columns = letters.iter().map(|letter| number(batch, &format!("{letter}{place}")));
        let columns: Vec<&Float64Array> = columns.collect();
        let caps: Vec<Option<f64>> =
            letters.iter().map(|letter| self.cap(terms, *letter, place)).collect();
        into.numbers.resize(letters.len(), Vec::new());
        let counts = into.rows.get_or_insert_default();
        for (i, row) in rows.iter().enumerate() {
            if columns.iter().any(|column| column.is_null(*row)) {
                continue;
            }
            counts.push((first + i) as u32);
            for ((column, cap), numbers) in columns.iter().zip(&caps).zip(&mut into.numbers) {
                numbers.push(held(column.value(*row), *cap));
            }
        }
    }

    fn cap(&self, terms: &MetricTerms, letter: char, place: usize) -> Option<f64> {
        let (_, term) = terms.terms().find(|(of, _)| *of == letter)?;
        match term.cap? {
            Cap::At(value) => Some(value),
            Cap::Quantile(_) => self.caps.of(self.experiment, letter, place),
        }
    }
}

impl UnitValues {
    /// Takes the numbers relative to others, of each metric those of its numbers.
    pub fn relative_to(&mut self, near: &[Vec<f64>]) {
        for (metric, near) in self.metrics.iter_mut().zip(near) {
            for (numbers, near) in metric.numbers.iter_mut().zip(near) {
                numbers.iter_mut().for_each(|number| *number -= near);
            }
        }
    }
}

fn held(number: f64, cap: Option<f64>) -> f64 {
    match cap {
        Some(cap) if number > cap => cap,
        _ => number,
    }
}

fn texts(batch: &RecordBatch, name: &str) -> Result<StringViewArray, Error> {
    let texts = cast(&batch[name], &DataType::Utf8View);
    Ok(texts.map_err(|error| Error::bug(error.to_string()))?.as_string_view().clone())
}

fn number<'b>(batch: &'b RecordBatch, name: &str) -> &'b Float64Array {
    batch[name].as_primitive::<Float64Type>()
}

impl JoinedValues {
    fn add(&mut self, batch: &RecordBatch, rows: &[usize], scan: &FactScan) {
        let own = if scan.is_shared_unevenly() { "own" } else { "rows" };
        let [with_facts, before, after] = &mut self.numbers;
        let facts = |name: &str| number(batch, &format!("{}_{name}", scan.source));
        let met = facts(own);
        with_facts.extend(rows.iter().map(|row| f64::from(met.value(*row) > 0.0)));
        for (name, numbers) in [("before", before), ("after", after)] {
            let found = scan.has_time().then(|| facts(name));
            let count = |row: &usize| found.map_or(0.0, |found| found.value(*row));
            numbers.extend(rows.iter().map(count));
        }
    }
}
