//! What each file says it holds, before any row is read.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::csv::reader::Format as CsvFormat;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::json::reader::infer_json_schema;
use datafusion::object_store::{Error as StoreError, ObjectStore, ObjectStoreExt};
use futures::{StreamExt, stream};
use parquet::errors::ParquetError;

use super::fingerprint::TRY_AGAIN;
use super::footer::{Said, cause, footer};
use super::limits::Beyond;
use super::listing::{ListedFile, Listing};
use super::schema::utc;
use super::words::plain;
use crate::config::{Format, Source};
use crate::error::{Error, Kind, Problem};

/// Bytes of a text file that its column types are read from.
const SAMPLE_BYTES: u64 = 4 << 20;
/// Files looked at together.
const AT_ONCE: usize = 16;

/// One file with what it says about itself.
#[derive(Debug, Clone)]
pub struct CheckedFile {
    pub listed: ListedFile,
    pub schema: SchemaRef,
    /// Rows by the footer; text files have none.
    pub rows: Option<u64>,
    /// Where the first page begins, if there is one.
    pub first_page: Option<u64>,
}

/// Looks into every file.
///
/// # Errors
/// `Data` for each file that is not what its name says, all of them together.
pub async fn look(
    store: Arc<dyn ObjectStore>,
    source: &Source,
    listing: &Listing,
    files: Vec<ListedFile>,
) -> Result<Vec<CheckedFile>, Error> {
    let looks = files.into_iter().map(|file| look_into(store.clone(), listing.format, file));
    let looked: Vec<Result<CheckedFile, Problem>> =
        stream::iter(looks).buffered(AT_ONCE).collect().await;
    let (mut checked, mut problems) = (Vec::new(), Vec::new());
    for result in looked {
        match result {
            Ok(file) => checked.push(file),
            Err(problem) => problems.push(Problem {
                place: source.at.to_string(),
                message: format!("source `{}`: {}", source.name, problem.message),
                ..problem
            }),
        }
    }
    Error::check(problems)?;
    Ok(checked)
}

async fn look_into(
    store: Arc<dyn ObjectStore>,
    format: Format,
    file: ListedFile,
) -> Result<CheckedFile, Problem> {
    match format {
        Format::Parquet => parquet(store, file).await,
        Format::Csv => {
            let sample = sample(&store, &file).await?;
            let schema = csv_schema(&sample).map_err(|error| unreadable(&file, "CSV", &error))?;
            Ok(CheckedFile { listed: file, schema: Arc::new(schema), rows: None, first_page: None })
        }
        Format::Ndjson => {
            let sample = sample(&store, &file).await?;
            let (schema, _) = infer_json_schema(Cursor::new(sample), None)
                .map_err(|error| unreadable(&file, "NDJSON", &error))?;
            Ok(CheckedFile { listed: file, schema: Arc::new(schema), rows: None, first_page: None })
        }
    }
}

async fn parquet(store: Arc<dyn ObjectStore>, file: ListedFile) -> Result<CheckedFile, Problem> {
    let error = match footer(&store, &file).await {
        Ok(Said { schema, rows, first_page }) => {
            return Ok(CheckedFile { listed: file, schema, rows: Some(rows), first_page });
        }
        Err(error) => error,
    };
    Err(match (cause::<Beyond>(&error), cause::<StoreError>(&error)) {
        (Some(beyond), _) => claims_too_much(&file, beyond),
        (None, Some(error)) => not_opened(&file, error),
        (None, None) => not_parquet(store, &file, &error).await,
    })
}

async fn not_parquet(
    store: Arc<dyn ObjectStore>,
    file: &ListedFile,
    error: &ParquetError,
) -> Problem {
    let head = store.get_range(&file.meta.location, 0..file.meta.size.min(32)).await;
    let head = match head {
        Ok(head) => head,
        Err(error) => return not_opened(file, &error),
    };
    let looks_like = match head {
        head if head.starts_with(b"PAR1") => {
            let text = error.to_string();
            let is_cut = text.contains("Corrupt footer") || text.contains("file is too short");
            let why = if is_cut { "it is cut off" } else { "its footer is damaged" };
            return unreadable(file, "Parquet", &why);
        }
        head if head.starts_with(b"{") => "it looks like NDJSON",
        head if head.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()) => {
            "it looks like CSV"
        }
        _ => "it does not begin like one",
    };
    let message = format!("{} is not a Parquet file: {looks_like}", file.shown);
    Problem::new(Kind::Data, "", message).hint("give the file its right extension, or remove it")
}

fn unreadable(file: &ListedFile, format: &str, error: &dyn std::fmt::Display) -> Problem {
    let error = plain(&error.to_string());
    let message =
        format!("cannot read {} ({} bytes) as {format}: {error}", file.shown, file.meta.size);
    Problem::new(Kind::Data, "", message).hint("write the file again, or remove it")
}

fn claims_too_much(file: &ListedFile, beyond: &Beyond) -> Problem {
    let message = format!("{} claims {beyond}", file.shown);
    Problem::new(Kind::Data, "", message)
        .hint("it is damaged or made to do harm: write the file again, or remove it")
}

/// Listed a moment ago, and now it cannot be opened.
fn not_opened(file: &ListedFile, error: &StoreError) -> Problem {
    let StoreError::NotFound { .. } = error else {
        let message = format!("cannot read {}: {}", file.shown, plain(&error.to_string()));
        return Problem::new(Kind::Environment, "", message)
            .hint("check the disk, and who may read the file");
    };
    let message = format!("{} was removed while it was being read", file.shown);
    Problem::new(Kind::Retry, "", message).hint(TRY_AGAIN)
}

/// The first whole lines of a text file.
async fn sample(store: &Arc<dyn ObjectStore>, file: &ListedFile) -> Result<Vec<u8>, Problem> {
    let until = file.meta.size.min(SAMPLE_BYTES);
    let bytes = store
        .get_range(&file.meta.location, 0..until)
        .await
        .map_err(|error| not_opened(file, &error))?;
    let whole = match bytes.iter().rposition(|&byte| byte == b'\n') {
        Some(end) if until < file.meta.size => &bytes[..=end],
        _ => &bytes[..],
    };
    Ok(whole.strip_prefix("\u{feff}".as_bytes()).unwrap_or(whole).to_vec())
}

/// Column types of a CSV file with a header line.
///
/// A column of digits in which some value has a leading zero is text: `01` is not `1`.
/// A column of instants that all state their zone is a column of instants in UTC; if only some
/// do, it is text, whose instants are read one by one.
fn csv_schema(sample: &[u8]) -> Result<Schema, arrow::error::ArrowError> {
    let format = CsvFormat::default().with_header(true);
    let (schema, _) = format.infer_schema(Cursor::new(sample), None)?;
    let seen = values_seen(sample, &schema)?;
    let columns = schema.fields().iter().zip(seen);
    let fields = columns.map(|(field, seen)| {
        let meant = match field.data_type() {
            integer if integer.is_integer() && seen.zero_led => DataType::Utf8,
            DataType::Timestamp(..) if seen.zoned && seen.zoneless => DataType::Utf8,
            DataType::Timestamp(..) if seen.zoned => utc(),
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(meant)
    });
    Ok(Schema::new(fields.collect::<Vec<Field>>()))
}

/// What the values of a column look like beside their type.
#[derive(Debug, Clone, Copy, Default)]
struct ValuesSeen {
    zero_led: bool,
    zoned: bool,
    zoneless: bool,
}

fn values_seen(
    sample: &[u8],
    schema: &Schema,
) -> Result<Vec<ValuesSeen>, arrow::error::ArrowError> {
    let text: Vec<Field> =
        schema.fields().iter().map(|f| Field::new(f.name(), DataType::Utf8, true)).collect();
    let reader = arrow::csv::ReaderBuilder::new(Arc::new(Schema::new(text)))
        .with_header(true)
        .build(Cursor::new(sample))?;
    let mut seen = vec![ValuesSeen::default(); schema.fields().len()];
    for batch in reader {
        for (column, seen) in batch?.columns().iter().zip(&mut seen) {
            for value in column.as_string::<i32>().iter().flatten().filter(|v| !v.is_empty()) {
                seen.zero_led |= is_zero_led(value);
                seen.zoned |= has_zone(value);
                seen.zoneless |= !has_zone(value);
            }
        }
    }
    Ok(seen)
}

/// Whether an instant says its zone: `...T12:00:00Z`, `... 12:00:00+02:00`.
fn has_zone(instant: &str) -> bool {
    let time = instant.split_once(['T', ' ']).map_or("", |(_, time)| time);
    time.ends_with(|c: char| c.is_ascii_alphabetic()) || time.contains(['+', '-'])
}

fn is_zero_led(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Total rows by the footers, if every file has one.
pub fn footer_rows(files: &[CheckedFile]) -> Option<u64> {
    files.iter().map(|file| file.rows).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_leading_zeros_stay_text() {
        let schema = csv_schema(b"id,n,x\n01,1,0.5\n2,0,1.5\n").unwrap();
        let types: Vec<&DataType> = schema.fields().iter().map(|f| f.data_type()).collect();
        assert_eq!(types, [&DataType::Utf8, &DataType::Int64, &DataType::Float64]);
    }

    #[test]
    fn instants_with_zones_are_told_from_those_without() {
        let type_of = |first: &str, second: &str| {
            let schema = csv_schema(format!("at\n{first}\n{second}\n").as_bytes()).unwrap();
            schema.field(0).data_type().clone()
        };
        let (naive, zulu, offset) =
            ("2026-03-01T12:00:00", "2026-03-01T12:00:00Z", "2026-03-01 12:00:00-05:00");
        assert!(matches!(type_of(naive, naive), DataType::Timestamp(_, None)));
        assert_eq!(type_of(zulu, offset), utc());
        assert_eq!(type_of(zulu, naive), DataType::Utf8);
    }
}
