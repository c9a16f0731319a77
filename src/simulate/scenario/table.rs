//! How rows become Parquet, CSV or NDJSON.
//!
//! Text formats have no zone, so their instants are written without one. They have no numbers
//! beyond the finite either: what is not finite is left to Parquet.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;

use crate::simulate::error::SimulateError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Format {
    #[default]
    Parquet,
    Csv,
    Ndjson,
}

impl Format {
    pub(super) fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
        }
    }

    pub(super) fn is_text(self) -> bool {
        self != Format::Parquet
    }
}

/// One value of a row; the type of a column is that of its first row.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Option<String>),
    Whole(Option<i64>),
    Number(Option<f64>),
    /// UTC microseconds.
    Instant(Option<i64>),
    Flag(Option<bool>),
}

/// Rows by column. The first row has no NULL, so that every format knows the types.
#[derive(Debug, Clone)]
pub(super) struct Table {
    names: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub(super) fn new<const N: usize>(first: [(&'static str, Value); N]) -> Table {
        let (names, row) = first.into_iter().unzip();
        Table { names, rows: vec![row] }
    }

    pub(super) fn push<const N: usize>(&mut self, row: [Value; N]) {
        self.rows.push(row.into());
    }

    /// Writes one file and the folder that it is in.
    pub(super) fn write(&self, path: &Path, format: Format) -> Result<(), SimulateError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(SimulateError::io(folder, "create folder"))?;
        }
        let columns = self.names.iter().enumerate();
        let columns = columns.map(|(at, name)| (*name, self.column(at, format), true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns)
            .map_err(SimulateError::table(path))?;
        let file = File::create_new(path).map_err(SimulateError::io(path, "create file"))?;
        match format {
            Format::Parquet => parquet(&batch, file, path),
            Format::Csv => {
                let writer = arrow::csv::WriterBuilder::new()
                    .with_timestamp_format("%Y-%m-%d %H:%M:%S%.6f".to_owned());
                writer.build(file).write(&batch).map_err(SimulateError::table(path))
            }
            Format::Ndjson => {
                let mut writer = arrow::json::LineDelimitedWriter::new(file);
                let written = writer.write(&batch).and_then(|()| writer.finish());
                written.map_err(SimulateError::table(path))
            }
        }
    }

    fn column(&self, at: usize, format: Format) -> ArrayRef {
        let values = || self.rows.iter().filter_map(move |row| row.get(at));
        match values().next() {
            Some(Value::Text(_)) => Arc::new(values().map(Value::text).collect::<StringArray>()),
            Some(Value::Whole(_)) => Arc::new(values().map(Value::whole).collect::<Int64Array>()),
            Some(Value::Number(_)) => {
                let fits = |number: &f64| number.is_finite() || !format.is_text();
                let numbers = values().map(|value| value.number().filter(fits));
                Arc::new(numbers.collect::<Float64Array>())
            }
            Some(Value::Instant(_)) => {
                let instants: TimestampMicrosecondArray = values().map(Value::instant).collect();
                let zone = (!format.is_text()).then(|| Arc::from("UTC"));
                Arc::new(instants.with_timezone_opt(zone))
            }
            Some(Value::Flag(_)) => Arc::new(values().map(Value::flag).collect::<BooleanArray>()),
            None => Arc::new(arrow::array::NullArray::new(0)),
        }
    }
}

fn parquet(batch: &RecordBatch, file: File, path: &Path) -> Result<(), SimulateError> {
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), None).map_err(SimulateError::table(path))?;
    writer.write(batch).map_err(SimulateError::table(path))?;
    writer.close().map(drop).map_err(SimulateError::table(path))
}

impl Value {
    fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { text.as_deref() } else { None }
    }

    fn whole(&self) -> Option<i64> {
        if let Value::Whole(whole) = self { *whole } else { None }
    }

    fn number(&self) -> Option<f64> {
        if let Value::Number(number) = self { *number } else { None }
    }

    fn instant(&self) -> Option<i64> {
        if let Value::Instant(instant) = self { *instant } else { None }
    }

    fn flag(&self) -> Option<bool> {
        if let Value::Flag(flag) = self { *flag } else { None }
    }
}
