//! How rows become Parquet.
//!
//! One [`Table`] is one file. Rows are buffered column by column up to the size of one row
//! group, which is then compressed and written. A table without rows makes no file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::error::SimulateError;

/// Rows per row group, at most.
pub const ROW_GROUP_ROWS: usize = 65_536;

/// Currency of most amounts.
pub(super) const HOME: &str = "EUR";
/// Currency of the foreign share.
pub(super) const FOREIGN: &str = "USD";

/// One column's pending values.
#[derive(Debug)]
pub(super) enum Column {
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Number(Float64Builder),
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Text whose values hardly repeat.
    Id,
    Text,
    /// Text that may be absent.
    OptionalText,
    Instant,
    OptionalNumber,
}

/// A file that rows are appended to.
pub(super) struct Table {
    path: PathBuf,
    schema: SchemaRef,
    properties: WriterProperties,
    columns: Vec<Column>,
    pending: usize,
    rows: u64,
    writer: Option<ArrowWriter<File>>,
}

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'a> {
    Text(&'a str),
    Instant(i64),
    Number(f64),
    Absent,
}

impl Table {
    pub(super) fn new(path: PathBuf, columns: &[(&str, Type)]) -> Table {
        let fields: Vec<Field> = columns.iter().map(|(name, kind)| kind.field(name)).collect();
        Table {
            path,
            schema: Arc::new(Schema::new(fields)),
            properties: properties(columns),
            columns: columns.iter().map(|(_, kind)| kind.column()).collect(),
            pending: 0,
            rows: 0,
            writer: None,
        }
    }

    /// Appends one row; cells stand in the order of the columns.
    pub(super) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), SimulateError> {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.push(*cell);
        }
        self.pending += 1;
        self.rows += 1;
        if self.pending >= ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    /// Writes what is pending and the footer. Returns the number of rows.
    pub(super) fn finish(mut self) -> Result<u64, SimulateError> {
        if self.pending > 0 {
            self.flush()?;
        }
        if let Some(writer) = self.writer.take() {
            writer.close().map_err(SimulateError::table(&self.path))?;
        }
        Ok(self.rows)
    }

    /// Writes the pending rows as one row group.
    fn flush(&mut self) -> Result<(), SimulateError> {
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(SimulateError::table(&self.path))?;
        self.pending = 0;
        let path = self.path.clone();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(open(&path, &self.schema, &self.properties)?),
        };
        writer.write(&batch).map_err(SimulateError::table(&path))?;
        writer.flush().map_err(SimulateError::table(&path))
    }
}

fn open(
    path: &Path,
    schema: &SchemaRef,
    properties: &WriterProperties,
) -> Result<ArrowWriter<File>, SimulateError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(SimulateError::io(folder, "create folder"))?;
    }
    let file = File::create_new(path).map_err(SimulateError::io(path, "create file"))?;
    ArrowWriter::try_new(file, Arc::clone(schema), Some(properties.clone()))
        .map_err(SimulateError::table(path))
}

/// Zstandard level 1; a dictionary where values repeat. Of unique values a dictionary is a
/// second copy: the sample data would be half as large again.
fn properties(columns: &[(&str, Type)]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for (name, kind) in columns {
        let repeats = matches!(kind, Type::Text | Type::OptionalText);
        let column = ColumnPath::from(*name);
        properties = properties.set_column_dictionary_enabled(column, repeats);
    }
    properties.build()
}

impl Type {
    fn field(self, name: &str) -> Field {
        let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        match self {
            Type::Id | Type::Text => Field::new(name, DataType::Utf8, false),
            Type::OptionalText => Field::new(name, DataType::Utf8, true),
            Type::Instant => Field::new(name, utc, false),
            Type::OptionalNumber => Field::new(name, DataType::Float64, true),
        }
    }

    fn column(self) -> Column {
        match self {
            Type::Id | Type::Text | Type::OptionalText => Column::Text(StringBuilder::new()),
            Type::Instant => {
                Column::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
            Type::OptionalNumber => Column::Number(Float64Builder::new()),
        }
    }
}

impl Column {
    /// A cell of another type than the column's is absent; `finish` then fails on it.
    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Column::Text(column), Cell::Text(value)) => column.append_value(value),
            (Column::Text(column), _) => column.append_null(),
            (Column::Instant(column), Cell::Instant(value)) => column.append_value(value),
            (Column::Instant(column), _) => column.append_null(),
            (Column::Number(column), Cell::Number(value)) => column.append_value(value),
            (Column::Number(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Text(column) => Arc::new(column.finish()),
            Column::Instant(column) => Arc::new(column.finish()),
            Column::Number(column) => Arc::new(column.finish()),
        }
    }
}
