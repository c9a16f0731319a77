//! Rows from a file, a folder or standard input.

use std::io::Read;
use std::path::Path;

use arrow::json::LineDelimitedWriter;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};

use crate::error::{Error, Kind, Problem};

/// A row as it stands in the file, with its place.
pub type Row = (String, Map<String, Value>);

/// How rows are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
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
/// `Spec` where the file is not there or not of its format, all bad lines at once.
pub fn read(path: &Path, format: Option<Format>) -> Result<Vec<Row>, Error> {
    let is_input = path.as_os_str() == "-";
    let name = if is_input { "standard input".into() } else { path.display().to_string() };
    let content = if is_input { standard_input() } else { std::fs::read(path) };
    let content = content.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        Error::from(Problem::new(Kind::Spec, &name, why))
    })?;
    let by_name = path.extension().and_then(|ending| ending.to_str()).and_then(by_ending);
    let format = format.or(by_name).unwrap_or_else(|| by_content(&content));
    parse(&name, content, format)
}

/// All rows of a content in a known format; `name` is where problems are.
///
/// # Errors
/// `Spec` where it is not of its format, all bad lines at once.
pub fn parse(name: &str, content: Vec<u8>, format: Format) -> Result<Vec<Row>, Error> {
    match format {
        Format::Ndjson => ndjson(name, &content, "line"),
        Format::Csv => csv(name, &content),
        Format::Parquet => parquet(name, content),
    }
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::io::stdin().lock().read_to_end(&mut content).map(|_| content)
}

fn by_ending(ending: &str) -> Option<Format> {
    match ending {
        "ndjson" | "jsonl" | "json" => Some(Format::Ndjson),
        "csv" => Some(Format::Csv),
        "parquet" => Some(Format::Parquet),
        _ => None,
    }
}

fn by_content(content: &[u8]) -> Format {
    match content.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Format::Ndjson,
        _ if content.starts_with(b"PAR1") => Format::Parquet,
        _ => Format::Csv,
    }
}

fn ndjson(name: &str, content: &[u8], what: &str) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let mut error = Error::default();
    for (i, line) in content.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let place = format!("{name}: {what} {}", i + 1);
        match serde_json::from_slice::<Map<String, Value>>(line) {
            Ok(row) => rows.push((place, row)),
            Err(why) => {
                let problem = Problem::new(Kind::Spec, place, format!("is no JSON object: {why}"));
                let hint = "one object a line: {\"variant\": \"control\", \"units\": 1000, ...}";
                error.problems.push(problem.hint(hint));
            }
        }
    }
    if error.problems.is_empty() { Ok(rows) } else { Err(error) }
}

fn csv(name: &str, content: &[u8]) -> Result<Vec<Row>, Error> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content);
    let bad = |why: csv::Error| Problem::new(Kind::Spec, name, format!("is no CSV: {why}"));
    let header = reader.headers().map_err(bad)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(bad)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells = header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let row = cells.map(|(name, cell)| (name.to_owned(), Value::from(cell))).collect();
        rows.push((format!("{name}: line {line}"), row));
    }
    Ok(rows)
}

fn parquet(name: &str, content: Vec<u8>) -> Result<Vec<Row>, Error> {
    let bad = |why: &dyn std::fmt::Display| {
        Error::from(Problem::new(Kind::Spec, name, format!("is no readable Parquet: {why}")))
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(content))
        .and_then(|builder| builder.build())
        .map_err(|why| bad(&why))?;
    let mut lines = LineDelimitedWriter::new(Vec::new());
    for batch in reader {
        let batch = batch.map_err(|why| bad(&why))?;
        lines.write(&batch).map_err(|why| bad(&why))?;
    }
    lines.finish().map_err(|why| bad(&why))?;
    ndjson(name, &lines.into_inner(), "row")
}
