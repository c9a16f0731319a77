//! One run's rows of one table: a Parquet file.
//!
//! Named `assize-<run_id>-<nonce>.parquet`, so the log alone says which runs a table holds; a
//! command's rows are in `assize-by-command-<nonce>.parquet`.

use std::fs;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int32Type};
use deltalake_core::kernel::Add;
use jiff::civil::Date;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::OutputError;
use super::durable;

const PREFIX: &str = "assize-";
const SUFFIX: &str = ".parquet";

const COMMAND: &str = "by-command";

/// Whose rows a file holds.
pub(super) enum Writer<'a> {
    Run {
        run_id: &'a str,
        /// Where all rows are of one day.
        as_of: Option<Date>,
    },
    Command,
}

/// A written file that no log names yet.
pub(super) struct DataFile {
    pub path: PathBuf,
    /// Of its bytes, in hex.
    pub sha256: String,
    pub add: Add,
}

impl DataFile {
    /// Deletes what is not needed after all.
    pub fn discard(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove an unused file");
        }
    }
}

/// Writes the batch durably; nobody sees it until its `Add` is committed.
pub(super) fn write(
    folder: &Path,
    writer: &Writer,
    rows: &RecordBatch,
) -> Result<DataFile, OutputError> {
    let whose = match writer {
        Writer::Run { run_id, .. } => run_id,
        Writer::Command => COMMAND,
    };
    let name = format!("{PREFIX}{whose}-{}{SUFFIX}", Uuid::new_v4().simple());
    let path = folder.join(&name);
    durable::write_new(&path, |file| write_parquet(file, rows).map_err(into_io))
        .map_err(OutputError::io("write", &path))?;
    let metadata = fs::metadata(&path).map_err(OutputError::io("read", &path))?;
    let add = Add {
        path: name,
        size: metadata.len() as i64,
        modification_time: milliseconds(&metadata),
        data_change: true,
        stats: Some(stats(writer, rows.num_rows()).to_string()),
        ..Add::default()
    };
    let sha256 = sha256(&path).map_err(OutputError::io("read", &path))?;
    Ok(DataFile { path, sha256, add })
}

/// SHA-256 of a file's bytes, in hex.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What lets readers skip the file.
fn stats(writer: &Writer, rows: usize) -> Value {
    let (run_id, as_of) = match writer {
        Writer::Run { run_id, as_of } if rows > 0 => (run_id, as_of),
        _ => return json!({ "numRecords": rows }),
    };
    let (mut only, mut nulls) = (json!({ "run_id": run_id }), json!({ "run_id": 0 }));
    if let Some(as_of) = as_of {
        only["as_of"] = json!(as_of.to_string());
        nulls["as_of"] = json!(0);
    }
    json!({ "numRecords": rows, "minValues": &only, "maxValues": &only, "nullCount": nulls })
}

/// The run whose file this is by its name; `None` for files that are not ours.
pub(super) fn run_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (run_id, nonce) = rest.rsplit_once('-')?;
    let (day, hash) = run_id.rsplit_once('-')?;
    let ours = hexadecimal(nonce, 32) && hexadecimal(hash, 12);
    (ours && day.parse::<Date>().is_ok()).then_some(run_id)
}

/// Whether a file may hold rows of a run of this day: one of ours says so in its name.
pub(super) fn may_be_of(path: &str, as_of: Date) -> bool {
    run_of(path).is_none_or(|run| run.starts_with(&format!("{as_of}-")))
}

/// Whether a command wrote the file, by its name.
pub(super) fn is_by_command(path: &str) -> bool {
    let nonce = path.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(COMMAND));
    let nonce = nonce.and_then(|rest| rest.strip_prefix('-')?.strip_suffix(SUFFIX));
    nonce.is_some_and(|nonce| hexadecimal(nonce, 32))
}

fn hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Who and when of a committed verdict, as far as a new revision needs it.
pub(super) struct Judged {
    pub run_id: String,
    pub experiment: String,
    /// Days since 1970-01-01.
    pub as_of: i32,
    pub revision: i32,
    pub input_hash: String,
}

/// Reads the key columns of a file of `verdicts`.
pub(super) fn read_judged(path: &Path) -> Result<Vec<Judged>, ParquetError> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let keys = ["run_id", "experiment", "as_of", "revision", "input_hash"];
    let columns = ProjectionMask::columns(reader.parquet_schema(), keys);
    let mut judged = Vec::new();
    for batch in reader.with_projection(columns).build()? {
        judged_in(&batch?, &mut judged)?;
    }
    Ok(judged)
}

fn judged_in(batch: &RecordBatch, judged: &mut Vec<Judged>) -> Result<(), ParquetError> {
    let column = |name: &str| {
        let missing = || ParquetError::General(format!("no usable column `{name}`"));
        batch.column_by_name(name).filter(|column| column.null_count() == 0).ok_or_else(missing)
    };
    let wrong = || ParquetError::General("a key column has another type".into());
    let run_ids = column("run_id")?.as_string_opt::<i32>().ok_or_else(wrong)?;
    let experiments = column("experiment")?.as_string_opt::<i32>().ok_or_else(wrong)?;
    let days = column("as_of")?.as_primitive_opt::<Date32Type>().ok_or_else(wrong)?;
    let revisions = column("revision")?.as_primitive_opt::<Int32Type>().ok_or_else(wrong)?;
    let input_hashes = column("input_hash")?.as_string_opt::<i32>().ok_or_else(wrong)?;
    judged.extend((0..batch.num_rows()).map(|row| Judged {
        run_id: run_ids.value(row).to_string(),
        experiment: experiments.value(row).to_string(),
        as_of: days.value(row),
        revision: revisions.value(row),
        input_hash: input_hashes.value(row).to_string(),
    }));
    Ok(())
}

fn write_parquet(file: &mut File, rows: &RecordBatch) -> Result<(), ParquetError> {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).build();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties))?;
    writer.write(rows)?;
    writer.close()?;
    Ok(())
}

/// Keeps the error kind (disk full, quota) of what stopped the writer.
fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}

fn milliseconds(metadata: &fs::Metadata) -> i64 {
    let since_1970 = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since_1970.map_or(0, |time| time.as_millis() as i64)
}
