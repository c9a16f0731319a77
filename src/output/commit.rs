//! All tables or none.
//!
//! Order is everything: recover, build all rows, write all files, then one log entry per
//! table with `verdicts` last. Until that last entry the run does not exist, and whatever it
//! left is taken back by the next start.

use arrow::array::RecordBatch;
use deltalake_core::kernel::Action;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use jiff::civil::Date;
use serde_json::json;

use super::column::days_since_1970;
use super::data_file::{self, DataFile};
use super::delta::Table;
use super::failpoint::failpoint;
use super::night::run_id;
use super::recover::{judged, recover_tables, refuse_rows};
use super::revisions::Revisions;
use super::tables::{COMMIT_POINT, FOLLOWERS};
use super::{Night, Output, OutputError, recover};

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// The run is visible.
    Written {
        run_id: String,
        /// New Delta version of each table, in commit order.
        versions: Vec<(&'static str, u64)>,
    },
    /// Every verdict was committed before, from the same inputs; nothing was touched.
    Unchanged,
}

/// Writes a night down, whole or not at all.
pub async fn commit(output: &Output, night: &Night) -> Result<Committed, OutputError> {
    night.check()?;
    let mut tables = Tables::open_or_create(output).await?;
    recover_tables(output, &mut tables.followers, &tables.verdicts).await?;

    let revisions = revisions(&tables.verdicts, night)?;
    let is_current = |key: &str| revisions.is_current(key, night.input_hash_of(key));
    let night = night.only(|report| !is_current(&report.experiment));
    if night.reports.is_empty() {
        return Ok(Committed::Unchanged);
    }
    let run_id = run_id(&night, &revisions);
    match write(&mut tables, &night, &revisions, &run_id).await {
        Ok(versions) => {
            tables.checkpoint().await;
            Ok(Committed::Written { run_id, versions })
        }
        Err(error) => Err(take_back(output, error).await),
    }
}

/// The five tables, each at the version that was read at the start.
struct Tables {
    followers: Vec<Table>,
    verdicts: Table,
}

impl Tables {
    /// `verdicts` is created first: no other table has rows without it, unless it got lost.
    async fn open_or_create(output: &Output) -> Result<Tables, OutputError> {
        let root = output.root();
        if Table::open(root, COMMIT_POINT).await?.is_none() {
            for spec in FOLLOWERS {
                if let Some(table) = Table::open(root, spec).await? {
                    refuse_rows(output, &table)?;
                }
            }
        }
        let verdicts = Table::open_or_create(root, COMMIT_POINT).await?;
        let mut followers = Vec::new();
        for spec in FOLLOWERS {
            followers.push(Table::open_or_create(root, spec).await?);
        }
        Ok(Tables { followers, verdicts })
    }

    fn in_commit_order(&mut self) -> impl Iterator<Item = &mut Table> {
        self.followers.iter_mut().chain([&mut self.verdicts])
    }

    async fn checkpoint(&self) {
        for table in self.followers.iter().chain([&self.verdicts]) {
            table.checkpoint_if_due().await;
        }
    }
}

async fn write(
    tables: &mut Tables,
    night: &Night,
    revisions: &Revisions,
    run_id: &str,
) -> Result<Vec<(&'static str, u64)>, OutputError> {
    let batches = batches(tables, night, revisions)?;
    let files = write_files(tables, run_id, night.as_of, &batches)?;
    failpoint("after:files")?;

    let mut versions = Vec::new();
    for (at, table) in tables.in_commit_order().enumerate() {
        match commit_one(table, &files[at], run_id).await {
            Ok(version) => versions.push((table.spec.name, version)),
            Err(error) => {
                // Of the one that failed the log may yet have an entry, so it stays.
                discard_unless_killed(&error, &files[at + 1..]);
                return Err(error);
            }
        }
    }
    Ok(versions)
}

async fn commit_one(table: &mut Table, file: &DataFile, run_id: &str) -> Result<u64, OutputError> {
    let name = table.spec.name;
    failpoint(&format!("before:{name}"))?;
    let operation =
        DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let add = vec![Action::Add(file.add.clone())];
    let version = table.commit(add, operation, json!({ "run_id": run_id })).await?;
    failpoint(&format!("after:{name}"))?;
    Ok(version)
}

/// How often each experiment's day was judged, from the committed verdicts.
fn revisions(verdicts: &Table, night: &Night) -> Result<Revisions, OutputError> {
    let day = days_since_1970(night.as_of);
    let run_ids_of_the_day = format!("{}-", night.as_of);
    let mut revisions = Revisions::default();
    for file in verdicts.live()? {
        // Our own files say in their names which day they are about.
        if data_file::run_of(&file.path()).is_some_and(|run| !run.starts_with(&run_ids_of_the_day))
        {
            continue;
        }
        for row in judged(verdicts, &file)?.iter().filter(|row| row.as_of == day) {
            revisions.saw(&row.experiment, row.revision, &row.input_hash);
        }
    }
    Ok(revisions)
}

/// Every row exists before the first byte is written.
fn batches(
    tables: &mut Tables,
    night: &Night,
    revisions: &Revisions,
) -> Result<Vec<RecordBatch>, OutputError> {
    let batch = |table: &mut Table| {
        let rows = (table.spec.batch)(night, revisions);
        rows.map_err(|error| OutputError::Bug(format!("`{}`: {error}", table.spec.name)))
    };
    tables.in_commit_order().map(batch).collect()
}

/// Writes one file per table; if one cannot be written, none stays.
fn write_files(
    tables: &mut Tables,
    run_id: &str,
    as_of: Date,
    batches: &[RecordBatch],
) -> Result<Vec<DataFile>, OutputError> {
    let mut files = Vec::new();
    for (table, rows) in tables.in_commit_order().zip(batches) {
        match data_file::write(&table.folder, run_id, as_of, rows) {
            Ok(file) => files.push(file),
            Err(error) => {
                discard(&files);
                return Err(error);
            }
        }
    }
    Ok(files)
}

fn discard_unless_killed(error: &OutputError, files: &[DataFile]) {
    if !error.is_failpoint() {
        discard(files);
    }
}

fn discard(files: &[DataFile]) {
    for file in files {
        if let Err(error) = std::fs::remove_file(&file.path) {
            tracing::warn!(path = %file.path.display(), %error, "cannot remove an unused file");
        }
    }
}

/// After a failure between two tables, does now what the next start would do.
async fn take_back(output: &Output, error: OutputError) -> OutputError {
    if error.is_failpoint() {
        return error;
    }
    if let Err(second) = recover(output).await {
        tracing::warn!(error = %second, "the next run will take back what this one left");
    }
    error
}
