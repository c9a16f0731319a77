//! A plain reading of the written files: no streaming, no shared code, just maps.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub struct Assignment {
    pub experiment: String,
    pub unit: String,
    pub variant: String,
}

pub struct Exposure {
    pub experiment: String,
    pub unit: String,
    pub variant: String,
    pub at: i64,
    /// `YYYY-MM-DD` of its partition.
    pub stored: String,
}

pub struct Event {
    pub id: String,
    pub unit: String,
    pub at: i64,
    pub name: String,
    pub amount: Option<f64>,
    pub currency: Option<String>,
    pub stored: String,
}

/// A unit as an analysis sees it: its variant, and from when its facts count.
pub struct Enrolled {
    pub variant: String,
    pub at: i64,
}

#[derive(Default)]
pub struct Rows {
    pub assignments: Vec<Assignment>,
    pub exposures: Vec<Exposure>,
    pub events: Vec<Event>,
    pub largest_row_group: i64,
}

pub fn read(folder: &Path) -> Rows {
    let mut rows = Rows::default();
    for path in files(folder) {
        let stored = path.to_string_lossy().split("day=").nth(1).map(|rest| rest[..10].to_owned());
        let source = path.strip_prefix(folder.join("data"));
        let Ok(source) = source.map(|path| path.to_string_lossy().into_owned()) else { continue };
        let file = File::open(&path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        for group in reader.metadata().row_groups() {
            rows.largest_row_group = rows.largest_row_group.max(group.num_rows());
        }
        for batch in reader.build().unwrap() {
            rows.take(&source, &stored.clone().unwrap_or_default(), &batch.unwrap());
        }
    }
    rows
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.is_valid(row).then(|| column.value(row).to_owned())
}

fn instant(batch: &RecordBatch, name: &str, row: usize) -> i64 {
    batch.column_by_name(name).unwrap().as_primitive::<TimestampMicrosecondType>().value(row)
}

fn number(batch: &RecordBatch, name: &str, row: usize) -> Option<f64> {
    let column = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
    column.is_valid(row).then(|| column.value(row))
}

impl Rows {
    fn take(&mut self, source: &str, stored: &str, batch: &RecordBatch) {
        for row in 0..batch.num_rows() {
            let text_of = |name| text(batch, name, row).unwrap();
            let stored = stored.to_owned();
            if source.starts_with("assignments") {
                self.assignments.push(Assignment {
                    experiment: text_of("experiment_key"),
                    unit: text_of("user_id"),
                    variant: text_of("variation"),
                });
            } else if source.starts_with("exposures") {
                self.exposures.push(Exposure {
                    experiment: text_of("experiment_key"),
                    unit: text_of("user_id"),
                    variant: text_of("variation"),
                    at: instant(batch, "exposed_at", row),
                    stored,
                });
            } else {
                self.events.push(Event {
                    id: text_of("event_id"),
                    unit: text_of("user_id"),
                    at: instant(batch, "occurred_at", row),
                    name: text_of("event_name"),
                    amount: number(batch, "amount", row),
                    currency: text(batch, "currency", row),
                    stored,
                });
            }
        }
    }

    /// Variants that each exposed unit of an experiment met.
    pub fn met(&self, experiment: &str) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut met: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for exposure in self.exposures.iter().filter(|e| e.experiment == experiment) {
            met.entry(&exposure.unit).or_default().insert(&exposure.variant);
        }
        met
    }

    /// Units of an experiment that were exposed to one variant only.
    pub fn enrolled(&self, experiment: &str) -> BTreeMap<String, Enrolled> {
        let mut enrolled: BTreeMap<String, Enrolled> = BTreeMap::new();
        let met = self.met(experiment);
        for exposure in self.exposures.iter().filter(|e| e.experiment == experiment) {
            if met[exposure.unit.as_str()].len() == 1 {
                let (variant, at) = (exposure.variant.clone(), exposure.at);
                let first = enrolled.entry(exposure.unit.clone());
                let first = first.or_insert(Enrolled { variant, at });
                first.at = first.at.min(at);
            }
        }
        enrolled
    }

    /// Per variant, one number per enrolled unit: what `value` of its distinct facts adds up
    /// to. `value` sees the fact and its microseconds since enrollment.
    pub fn per_unit(
        &self,
        experiment: &str,
        value: impl Fn(&Event, i64) -> f64,
    ) -> BTreeMap<String, Vec<f64>> {
        let enrolled = self.enrolled(experiment);
        let mut totals: BTreeMap<&str, f64> = enrolled.keys().map(|u| (u.as_str(), 0.0)).collect();
        let mut seen = BTreeSet::new();
        for event in &self.events {
            let Some(unit) = enrolled.get(&event.unit) else { continue };
            if seen.insert(&event.id) {
                *totals.get_mut(event.unit.as_str()).unwrap() += value(event, event.at - unit.at);
            }
        }
        let mut by_variant: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for (unit, total) in totals {
            by_variant.entry(enrolled[unit].variant.clone()).or_default().push(total);
        }
        by_variant
    }
}

/// Mean and its standard error.
pub fn mean(values: &[f64]) -> (f64, f64) {
    let units = values.len() as f64;
    let mean = values.iter().sum::<f64>() / units;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (units - 1.0) / units).sqrt())
}
