//! How a column is declared: name, type, meaning and value in one place.
//!
//! The one place where a float becomes a cell, hence where "not finite is NULL" is decided.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, RecordBatchOptions, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use jiff::Timestamp;
use jiff::civil::Date;

/// Column of a table whose rows are `R`.
pub(super) struct Column<R> {
    field: Field,
    cells: Box<Cells<R>>,
}

/// Makes the cells of many rows.
type Cells<R> = dyn Fn(&[&R]) -> Result<ArrayRef, ArrowError>;

/// A table, as the README documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDoc {
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    pub columns: Vec<ColumnDoc>,
}

/// A column, as the README documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDoc {
    pub name: String,
    /// Delta's name of the type, for instance `double` or `array<string>`.
    pub data_type: String,
    /// Whether a cell may be NULL; the comment says what NULL means.
    pub nullable: bool,
    /// Unit and meaning.
    pub comment: String,
}

impl<R> Column<R> {
    pub fn text(
        name: &str,
        comment: &str,
        get: impl for<'r> Fn(&'r R) -> Option<&'r str> + 'static,
    ) -> Self {
        Self::new(name, DataType::Utf8, comment, move |rows| {
            Ok(Arc::new(rows.iter().map(|row| get(row)).collect::<StringArray>()))
        })
    }

    /// A number that is not finite (NaN, infinity) is NULL.
    pub fn float(name: &str, comment: &str, get: impl Fn(&R) -> Option<f64> + 'static) -> Self {
        Self::new(name, DataType::Float64, comment, move |rows| {
            let finite = |row: &&R| get(row).filter(|value| value.is_finite());
            Ok(Arc::new(rows.iter().map(finite).collect::<Float64Array>()))
        })
    }

    /// A count beyond `i64::MAX`, which Delta cannot hold, is that maximum.
    pub fn count(name: &str, comment: &str, get: impl Fn(&R) -> Option<u64> + 'static) -> Self {
        Self::new(name, DataType::Int64, comment, move |rows| {
            let signed = |row: &&R| get(row).map(|value| i64::try_from(value).unwrap_or(i64::MAX));
            Ok(Arc::new(rows.iter().map(signed).collect::<Int64Array>()))
        })
    }

    pub fn integer(name: &str, comment: &str, get: impl Fn(&R) -> Option<i32> + 'static) -> Self {
        Self::new(name, DataType::Int32, comment, move |rows| {
            Ok(Arc::new(rows.iter().map(|row| get(row)).collect::<Int32Array>()))
        })
    }

    pub fn boolean(name: &str, comment: &str, get: impl Fn(&R) -> Option<bool> + 'static) -> Self {
        Self::new(name, DataType::Boolean, comment, move |rows| {
            Ok(Arc::new(rows.iter().map(|row| get(row)).collect::<BooleanArray>()))
        })
    }

    pub fn day(name: &str, comment: &str, get: impl Fn(&R) -> Option<Date> + 'static) -> Self {
        Self::new(name, DataType::Date32, comment, move |rows| {
            let days = rows.iter().map(|row| get(row).map(days_since_1970));
            Ok(Arc::new(days.collect::<Date32Array>()))
        })
    }

    /// UTC, microseconds.
    pub fn instant(name: &str, comment: &str, get: impl Fn(&R) -> Timestamp + 'static) -> Self {
        let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        Self::new(name, utc, comment, move |rows| {
            let instants = rows.iter().map(|row| get(row).as_microsecond());
            Ok(Arc::new(TimestampMicrosecondArray::from_iter_values(instants).with_timezone("UTC")))
        })
    }

    pub fn texts(
        name: &str,
        comment: &str,
        get: impl for<'r> Fn(&'r R) -> Vec<&'r str> + 'static,
    ) -> Self {
        let element = Arc::new(Field::new("element", DataType::Utf8, false));
        Self::new(name, DataType::List(element.clone()), comment, move |rows| {
            let lists: Vec<Vec<&str>> = rows.iter().map(|row| get(row)).collect();
            let lengths = OffsetBuffer::from_lengths(lists.iter().map(Vec::len));
            let items = Arc::new(lists.iter().flatten().map(Some).collect::<StringArray>());
            Ok(Arc::new(ListArray::try_new(element.clone(), lengths, items, None)?))
        })
    }

    /// A list of counts; one beyond `i64::MAX` is that maximum.
    pub fn counts(
        name: &str,
        comment: &str,
        get: impl for<'r> Fn(&'r R) -> &'r [u64] + 'static,
    ) -> Self {
        let element = Arc::new(Field::new("element", DataType::Int64, false));
        Self::new(name, DataType::List(element.clone()), comment, move |rows| {
            let lengths = OffsetBuffer::from_lengths(rows.iter().map(|row| get(row).len()));
            let signed = |count: &u64| i64::try_from(*count).unwrap_or(i64::MAX);
            let items = rows.iter().flat_map(|row| get(row)).map(signed);
            let items = Arc::new(Int64Array::from_iter_values(items));
            Ok(Arc::new(ListArray::try_new(element.clone(), lengths, items, None)?))
        })
    }

    /// A list of structs, whose fields are declared like columns.
    pub fn structs<C: 'static>(
        name: &str,
        comment: &str,
        columns: Vec<Column<C>>,
        get: impl for<'r> Fn(&'r R) -> &'r [C] + 'static,
    ) -> Self {
        let fields = columns.iter().map(|column| column.field.clone()).collect::<Fields>();
        let element = Arc::new(Field::new("element", DataType::Struct(fields.clone()), false));
        Self::new(name, DataType::List(element.clone()), comment, move |rows| {
            let lengths = OffsetBuffer::from_lengths(rows.iter().map(|row| get(row).len()));
            let items: Vec<&C> = rows.iter().flat_map(|row| get(row)).collect();
            let arrays =
                columns.iter().map(|column| (column.cells)(&items)).collect::<Result<_, _>>()?;
            let items = Arc::new(StructArray::try_new(fields.clone(), arrays, None)?);
            Ok(Arc::new(ListArray::try_new(element.clone(), lengths, items, None)?))
        })
    }

    /// Never NULL.
    pub fn required(mut self) -> Self {
        self.field = self.field.with_nullable(false);
        self
    }

    fn new(
        name: &str,
        data_type: DataType,
        comment: &str,
        cells: impl Fn(&[&R]) -> Result<ArrayRef, ArrowError> + 'static,
    ) -> Self {
        let comment = HashMap::from([("comment".to_string(), comment.to_string())]);
        let field = Field::new(name, data_type, true).with_metadata(comment);
        Column { field, cells: Box::new(cells) }
    }
}

/// The table's schema, comments included.
pub(super) fn schema<R>(columns: &[Column<R>]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(|column| column.field.clone()).collect::<Vec<_>>()))
}

/// The rows as one batch of that schema.
pub(super) fn batch<R>(columns: &[Column<R>], rows: &[R]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<&R> = rows.iter().collect();
    let arrays = columns.iter().map(|column| (column.cells)(&rows)).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(schema(columns), arrays, &options)
}

pub(super) fn doc<R>(name: &'static str, grain: &'static str, columns: &[Column<R>]) -> TableDoc {
    let columns = columns.iter().map(|column| ColumnDoc {
        name: column.field.name().clone(),
        data_type: delta_type(column.field.data_type()),
        nullable: column.field.is_nullable(),
        comment: column.field.metadata().get("comment").cloned().unwrap_or_default(),
    });
    TableDoc { name, grain, columns: columns.collect() }
}

/// Days from 1970-01-01, as Arrow's `Date32` counts them.
pub(super) fn days_since_1970(day: Date) -> i32 {
    let hours = day.duration_since(jiff::civil::date(1970, 1, 1)).as_hours();
    (hours / 24) as i32
}

/// The day that Arrow's `Date32` counts as this one.
pub(super) fn day_of(days_since_1970: i32) -> Option<Date> {
    let days = jiff::Span::new().try_days(days_since_1970).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(days).ok()
}

fn delta_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "string".into(),
        DataType::Float64 => "double".into(),
        DataType::Int64 => "long".into(),
        DataType::Int32 => "integer".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Date32 => "date".into(),
        DataType::Timestamp(..) => "timestamp".into(),
        DataType::List(element) => format!("array<{}>", delta_type(element.data_type())),
        DataType::Struct(fields) => {
            let name_and_type =
                |f: &Arc<Field>| format!("{}:{}", f.name(), delta_type(f.data_type()));
            format!("struct<{}>", fields.iter().map(name_and_type).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
