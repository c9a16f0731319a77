//! The rows of a data file, cell by cell, whoever wrote the file.
//!
//! Columns are told by name and brought to our types; one that the file does not have is NULL in
//! every row, as in the files of a version that did not know it.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array,
    Int64Array, ListArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{ArrowPrimitiveType, Field, Int64Type, Schema, SchemaRef};
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::OutputError;
use super::column::day_of;
use super::delta::{LiveFile, Table};

/// Some columns of a file.
pub(super) struct Rows {
    table: &'static str,
    path: PathBuf,
    batch: RecordBatch,
}

/// One column of a file.
pub(super) struct Cells<'a, A> {
    rows: &'a Rows,
    name: &'static str,
    array: A,
}

/// Reads the named columns.
pub(super) fn rows(
    table: &Table,
    file: &LiveFile,
    names: &[&'static str],
) -> Result<Rows, OutputError> {
    let batch = all(table, file, names)?;
    Ok(Rows { table: table.spec.name, path: file.path.clone(), batch })
}

/// Reads the named columns as one batch; any of them may be NULL.
pub(super) fn all(
    table: &Table,
    file: &LiveFile,
    names: &[&str],
) -> Result<RecordBatch, OutputError> {
    let failed = |error: String| OutputError::data(table.spec.name, &file.path, error);
    let found = read(&file.path, names).map_err(|error| failed(error.to_string()))?;
    let schema = (table.spec.schema)();
    in_our_types(&found, &schema, names).map_err(failed)
}

/// The schema of [`all`] its columns.
pub(super) fn nullable(schema: &SchemaRef) -> SchemaRef {
    let field = |field: &Arc<Field>| Field::new(field.name(), field.data_type().clone(), true);
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

fn read(path: &Path, names: &[&str]) -> Result<RecordBatch, ParquetError> {
    // What the writer thought of its columns is of no matter: the types are those of Parquet.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(path)?, options)?;
    let roots = reader.parquet_schema().root_schema().get_fields().iter().enumerate();
    let wanted = roots.filter(|(_, field)| names.contains(&field.name())).map(|(at, _)| at);
    let columns = ProjectionMask::roots(reader.parquet_schema(), wanted);
    let length = reader.metadata().file_metadata().num_rows();
    let length = usize::try_from(length).unwrap_or_default().max(1);
    let reader = reader.with_projection(columns).with_batch_size(length).build()?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(arrow::compute::concat_batches(&schema, &batches)?)
}

fn in_our_types(
    found: &RecordBatch,
    schema: &SchemaRef,
    names: &[&str],
) -> Result<RecordBatch, String> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let column = |name: &&str| -> Result<ArrayRef, String> {
        let field = schema.field_with_name(name).map_err(|error| error.to_string())?;
        let array = match found.column_by_name(name) {
            None => new_null_array(field.data_type(), found.num_rows()),
            Some(array) if array.data_type() == field.data_type() => array.clone(),
            Some(array) => cast_with_options(array, field.data_type(), &options)
                .map_err(|error| format!("column `{name}`: {error}"))?,
        };
        Ok(array)
    };
    let columns = names.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let fields = names
        .iter()
        .zip(&columns)
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(found.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options).map_err(|error| error.to_string())
}

impl Rows {
    pub fn each(&self) -> Range<usize> {
        0..self.batch.num_rows()
    }

    pub fn texts(&self, name: &'static str) -> Result<Cells<'_, &StringArray>, OutputError> {
        self.cells(name, |array| array.as_string_opt())
    }

    pub fn floats(&self, name: &'static str) -> Result<Cells<'_, &Float64Array>, OutputError> {
        self.cells(name, primitive)
    }

    pub fn counts(&self, name: &'static str) -> Result<Cells<'_, &Int64Array>, OutputError> {
        self.cells(name, primitive)
    }

    pub fn integers(&self, name: &'static str) -> Result<Cells<'_, &Int32Array>, OutputError> {
        self.cells(name, primitive)
    }

    pub fn booleans(&self, name: &'static str) -> Result<Cells<'_, &BooleanArray>, OutputError> {
        self.cells(name, |array| array.as_boolean_opt())
    }

    pub fn days(&self, name: &'static str) -> Result<Cells<'_, &Date32Array>, OutputError> {
        self.cells(name, primitive)
    }

    pub fn lists(&self, name: &'static str) -> Result<Cells<'_, &ListArray>, OutputError> {
        self.cells(name, |array| array.as_list_opt())
    }

    pub fn instants(
        &self,
        name: &'static str,
    ) -> Result<Cells<'_, &TimestampMicrosecondArray>, OutputError> {
        self.cells(name, primitive)
    }

    fn cells<'a, A>(
        &'a self,
        name: &'static str,
        typed: impl FnOnce(&'a ArrayRef) -> Option<A>,
    ) -> Result<Cells<'a, A>, OutputError> {
        let array = self.batch.column_by_name(name).and_then(typed);
        let array = array.ok_or_else(|| {
            OutputError::Bug(format!("`{}`: column `{name}` was not asked for", self.table))
        })?;
        Ok(Cells { rows: self, name, array })
    }

    /// The file does not hold what it should.
    pub fn wrong(&self, words: impl std::fmt::Display) -> OutputError {
        OutputError::data(self.table, &self.path, words)
    }
}

fn primitive<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<&PrimitiveArray<T>> {
    array.as_primitive_opt()
}

impl<A: ArrayAccessor> Cells<'_, A> {
    /// `None` is NULL.
    pub fn get(&self, row: usize) -> Option<A::Item> {
        self.array.is_valid(row).then(|| self.array.value(row))
    }

    /// A cell that is never NULL.
    pub fn must(&self, row: usize) -> Result<A::Item, OutputError> {
        let missing = || self.wrong(row, "is NULL");
        self.get(row).ok_or_else(missing)
    }

    fn wrong(&self, row: usize, words: impl std::fmt::Display) -> OutputError {
        self.rows.wrong(format!("column `{}`, row {}: {words}", self.name, row + 1))
    }
}

impl Cells<'_, &StringArray> {
    pub fn owned(&self, row: usize) -> Option<String> {
        self.get(row).map(str::to_string)
    }

    pub fn must_owned(&self, row: usize) -> Result<String, OutputError> {
        self.must(row).map(str::to_string)
    }

    /// What a code stands for.
    pub fn decode<T>(
        &self,
        row: usize,
        of_code: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, OutputError> {
        let code = self.must(row)?;
        of_code(code).ok_or_else(|| self.wrong(row, format!("`{code}` is not known")))
    }
}

impl Cells<'_, &Int32Array> {
    /// A number that is never negative.
    pub fn whole(&self, row: usize) -> Result<Option<u32>, OutputError> {
        let found = self.get(row).map(u32::try_from).transpose();
        found.map_err(|_| self.wrong(row, "is negative"))
    }

    pub fn must_whole(&self, row: usize) -> Result<u32, OutputError> {
        self.whole(row)?.ok_or_else(|| self.wrong(row, "is NULL"))
    }
}

impl Cells<'_, &Int64Array> {
    /// A count, which is never NULL.
    pub fn must_count(&self, row: usize) -> Result<u64, OutputError> {
        u64::try_from(self.must(row)?).map_err(|_| self.wrong(row, "is negative"))
    }
}

impl Cells<'_, &Date32Array> {
    pub fn day(&self, row: usize) -> Result<Option<Date>, OutputError> {
        let day = |days| day_of(days).ok_or_else(|| self.wrong(row, "is no day"));
        self.get(row).map(day).transpose()
    }

    pub fn must_day(&self, row: usize) -> Result<Date, OutputError> {
        self.day(row)?.ok_or_else(|| self.wrong(row, "is NULL"))
    }
}

impl Cells<'_, &TimestampMicrosecondArray> {
    pub fn must_instant(&self, row: usize) -> Result<Timestamp, OutputError> {
        let instant = Timestamp::from_microsecond(self.must(row)?);
        instant.map_err(|_| self.wrong(row, "is no instant"))
    }
}

impl Cells<'_, &ListArray> {
    /// Texts; none where there is no list.
    pub fn texts(&self, row: usize) -> Result<Vec<String>, OutputError> {
        let Some(list) = self.get(row) else { return Ok(Vec::new()) };
        let texts = list.as_string_opt::<i32>();
        let texts = texts.ok_or_else(|| self.wrong(row, "is no list of texts"))?;
        Ok(texts.iter().flatten().map(str::to_string).collect())
    }

    /// Counts; none where there is no list.
    pub fn counts(&self, row: usize) -> Result<Vec<u64>, OutputError> {
        let Some(list) = self.get(row) else { return Ok(Vec::new()) };
        let counts = list.as_primitive_opt::<Int64Type>();
        let counts = counts.ok_or_else(|| self.wrong(row, "is no list of counts"))?;
        Ok(counts.iter().flatten().map(|count| u64::try_from(count).unwrap_or(0)).collect())
    }

    /// A list of structs as rows of its own; none where there is no list.
    pub fn structs(&self, row: usize) -> Result<Option<Rows>, OutputError> {
        let Some(list) = self.get(row) else { return Ok(None) };
        let structs = list.as_struct_opt().cloned();
        let structs = structs.ok_or_else(|| self.wrong(row, "is no list of structs"))?;
        let Rows { table, path, .. } = self.rows;
        Ok(Some(Rows { table, path: path.clone(), batch: RecordBatch::from(structs) }))
    }
}
