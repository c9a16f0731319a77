//! Rows from a file, a folder or standard input.

use std::io::Read;
use std::path::Path;

use arrow::json::WriterBuilder;
use arrow::json::writer::LineDelimited;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

use super::problems::together;
use crate::error::{Error, Kind, Problem};

/// A row as it stands in the file, with its place.
pub type Row = (String, Map<String, Value>);

/// How rows are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, or one array of them.
    Ndjson,
    /// With a header line.
    Csv,
    Parquet,
}

/// All rows of a file; `-` is standard input.
///
/// The format is the stated one, else that of the file's name, else that of its first bytes.
///
/// # Errors
/// `Spec` where the file is not there, not of its format or without rows; all bad lines at once.
pub fn read(path: &Path, format: Option<Format>) -> Result<Vec<Row>, Error> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".into() } else { path.display().to_string() };
    if path.is_dir() {
        let hint = "name a file of rows, or an output folder of `assize run`";
        return Err(bad(&name, "is a folder without a `summaries` table").hint(hint).into());
    }
    let content = if is_input { standard_input() } else { std::fs::read(path) };
    let content = content.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => bad(&name, "is not there"),
        std::io::ErrorKind::PermissionDenied => bad(&name, "may not be read"),
        _ => bad(&name, format!("cannot be read: {error}")),
    })?;
    let by_name = path.extension().and_then(|ending| ending.to_str()).and_then(by_ending);
    let format = format.or(by_name).unwrap_or_else(|| by_content(&content));
    parse(&name, content, format)
}

/// All rows of a content in a known format; `name` is where problems are.
///
/// # Errors
/// `Spec` where it is not of its format or has no rows; all bad lines at once.
pub fn parse(name: &str, content: Vec<u8>, format: Format) -> Result<Vec<Row>, Error> {
    if content.iter().all(u8::is_ascii_whitespace) {
        return Err(bad(name, "is empty").into());
    }
    let rows = match format {
        Format::Ndjson => json(name, without_mark(&content)),
        Format::Csv => csv(name, without_mark(&content)),
        Format::Parquet => parquet(name, content),
    }?;
    if rows.is_empty() { Err(bad(name, "has no rows").into()) } else { Ok(rows) }
}

fn bad(place: impl std::fmt::Display, message: impl Into<String>) -> Problem {
    Problem::new(Kind::Spec, place, message)
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::io::stdin().lock().read_to_end(&mut content).map(|_| content)
}

fn by_ending(ending: &str) -> Option<Format> {
    match ending.to_ascii_lowercase().as_str() {
        "ndjson" | "jsonl" | "json" => Some(Format::Ndjson),
        "csv" => Some(Format::Csv),
        "parquet" => Some(Format::Parquet),
        _ => None,
    }
}

fn by_content(content: &[u8]) -> Format {
    match first(without_mark(content)) {
        Some(b'{' | b'[') => Format::Ndjson,
        _ if content.starts_with(b"PAR1") => Format::Parquet,
        _ => Format::Csv,
    }
}

fn first(content: &[u8]) -> Option<u8> {
    content.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Text without the mark that some programs write before it.
fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content)
}

/// Objects line by line, or all in one array.
fn json(name: &str, content: &[u8]) -> Result<Vec<Row>, Error> {
    if first(content) == Some(b'[') { array(name, content) } else { ndjson(name, content, "line") }
}

fn array(name: &str, content: &[u8]) -> Result<Vec<Row>, Error> {
    let items = serde_json::from_slice::<Vec<Value>>(content).map_err(|error| {
        bad(format!("{name}: line {}", error.line()), format!("is no JSON: {}", why(&error)))
    })?;
    let row = |(i, item): (usize, Value)| {
        let place = format!("{name}: row {}", i + 1);
        match item {
            Value::Object(row) => Ok((place, row)),
            _ => Err(bad(place, "is no JSON object").hint(OBJECT)),
        }
    };
    all(items.into_iter().enumerate().map(row))
}

const OBJECT: &str =
    "one object for each variant: {\"variant\": \"control\", \"units\": 1000, ...}";

fn ndjson(name: &str, content: &[u8], what: &str) -> Result<Vec<Row>, Error> {
    let lines = content.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| first(line).is_some());
    all(lines.map(|(i, line)| {
        let place = format!("{name}: {what} {}", i + 1);
        match serde_json::from_slice::<Map<String, Value>>(line) {
            Ok(row) => Ok((place, row)),
            Err(error) => {
                Err(bad(place, format!("is no JSON object: {}", why(&error))).hint(OBJECT))
            }
        }
    }))
}

/// Without its place, which we know better.
fn why(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(why, _)| why.to_owned())
}

/// All rows, or all problems.
fn all(rows: impl Iterator<Item = Result<Row, Problem>>) -> Result<Vec<Row>, Error> {
    let (mut good, mut problems) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            Ok(row) => good.push(row),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(good) } else { Err(Error { problems: together(problems) }) }
}

fn csv(name: &str, content: &[u8]) -> Result<Vec<Row>, Error> {
    let builder = &mut csv::ReaderBuilder::new();
    let mut reader = builder.trim(csv::Trim::All).flexible(true).from_reader(content);
    let header = reader.headers().map_err(|error| bad(name, not_csv(&error)))?.clone();
    check_header(name, &header)?;
    all(reader.records().map(|record| {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            bad(format!("{name}: line {line}"), not_csv(&error))
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("{name}: line {line}");
        if record.len() != header.len() {
            let (cells, columns) = (record.len(), header.len());
            return Err(bad(place, format!("has {cells} cells, the header has {columns}")));
        }
        let cells = header.iter().zip(&record);
        Ok((place, cells.map(|(name, cell)| (name.to_owned(), Value::from(cell))).collect()))
    }))
}

fn not_csv(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".into(),
        _ => format!("is no CSV: {error}"),
    }
}

fn check_header(name: &str, header: &csv::StringRecord) -> Result<(), Error> {
    let place = format!("{name}: line 1");
    let mut problems = Vec::new();
    for (separator, called) in [(';', "semicolons"), ('\t', "tabs")] {
        if header.len() == 1 && header.iter().any(|cell| cell.contains(separator)) {
            let problem = bad(&place, format!("its columns are separated by {called}"));
            problems.push(problem.hint("separate them by commas, and write decimal points"));
        }
    }
    for (i, column) in header.iter().enumerate() {
        if header.iter().take(i).any(|other| other == column) && !column.is_empty() {
            problems.push(bad(&place, format!("has two columns `{column}`")));
        }
    }
    Error::check(problems)
}

fn parquet(name: &str, content: Vec<u8>) -> Result<Vec<Row>, Error> {
    let bad = |why: &dyn std::fmt::Display| {
        let why = why.to_string();
        let why = why.strip_prefix("Parquet error: ").unwrap_or(&why);
        Error::from(bad(name, format!("is no readable Parquet: {why}")))
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(content))
        .and_then(|builder| builder.build())
        .map_err(|why| bad(&why))?;
    // A null says that the column is there.
    let builder = WriterBuilder::new().with_explicit_nulls(true);
    let mut lines = builder.build::<_, LineDelimited>(Vec::new());
    for batch in reader {
        let batch = batch.map_err(|why| bad(&why))?;
        lines.write(&batch).map_err(|why| bad(&why))?;
    }
    lines.finish().map_err(|why| bad(&why))?;
    ndjson(name, &lines.into_inner(), "row")
}
