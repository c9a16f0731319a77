//! All tables or none.
//!
//! Order is everything: recover, build all rows, write all files, then one log entry per
//! table with `verdicts` last. Until that last entry the run does not exist, and whatever it
//! left is taken back by the next start.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use serde_json::json;

use super::column::days_since_1970;
use super::data_file::{self, DataFile, Writer};
use super::delta::Table;
use super::failpoint::failpoint;
use super::line::{Head, Line};
use super::night::run_id;
use super::opened::Tables;
use super::recover::{committed_runs, judged};
use super::revised::revised;
use super::revisions::Revisions;
use super::tables::{ROWS, Rows, Writing};
use super::{Night, Output, OutputError, actions, ledger, looks, recover};

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
    let mut tables = Tables::ready(output).await?;
    let revisions = revisions(&tables.verdicts, night)?;
    let is_current = |key: &str| revisions.is_current(key, night.input_hash_of(key));
    let mut night = night.only(|report| !is_current(&report.experiment));
    if night.reports.is_empty() {
        return Ok(Committed::Unchanged);
    }
    let head = once_only(&mut tables, &mut night)?;
    let run_id = run_id(&night, &revisions);
    let revised = revised(&mut tables, &night, &revisions)?;
    let writing = Writing {
        night: &night,
        revisions: &revisions,
        run_id: &run_id,
        head: &head,
        revised: &revised,
    };
    match write(&mut tables, &writing).await {
        Ok(versions) => {
            tables.checkpoint().await;
            Ok(Committed::Written { run_id, versions })
        }
        Err(error) => Err(take_back(output, error).await),
    }
}

/// Keeps what was spent or enqueued before from being written again, and says which line of the
/// ledger comes last.
fn once_only(tables: &mut Tables, night: &mut Night) -> Result<Head, OutputError> {
    let spent = looks::spent_on(tables.follower(looks::SPEC.name)?, night.as_of)?;
    for report in &mut night.reports {
        if spent.contains(&(report.experiment.clone(), report.verdict.lock_phase)) {
            report.looks.clear();
        }
    }
    if night.orders.is_empty() {
        return Ok(Head::default());
    }
    let committed = committed_runs(&tables.verdicts)?;
    let lines = ledger::lines(tables.follower(actions::SPEC.name)?, &committed)?;
    let seen: BTreeSet<(&str, u32)> = lines.iter().map(Line::key).collect();
    night.orders.retain(|entry| !seen.contains(&(entry.order.id.as_str(), entry.sequence)));
    Ok(lines.last().map(Line::head).unwrap_or_default())
}

async fn write(
    tables: &mut Tables,
    writing: &Writing<'_>,
) -> Result<Vec<(&'static str, u64)>, OutputError> {
    let batches = batches(tables, writing)?;
    let files = write_files(tables, writing, &batches)?;
    failpoint("after:files")?;

    let mut versions = Vec::new();
    for (at, table) in tables.in_commit_order().enumerate() {
        let Some(file) = &files[at] else { continue };
        match commit_one(table, file, writing.run_id).await {
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
    let version = table.add(file, json!({ "run_id": run_id })).await?;
    failpoint(&format!("after:{name}"))?;
    Ok(version)
}

/// How often each experiment's day was judged, from the committed verdicts.
fn revisions(verdicts: &Table, night: &Night) -> Result<Revisions, OutputError> {
    let day = days_since_1970(night.as_of);
    let mut revisions = Revisions::default();
    for file in verdicts.live()? {
        if !data_file::may_be_of(&file.path(), night.as_of) {
            continue;
        }
        for row in judged(verdicts, &file)?.iter().filter(|row| row.as_of == day) {
            revisions.saw(&row.experiment, row.revision, &row.run_id, &row.input_hash);
        }
    }
    Ok(revisions)
}

/// Every row exists before the first byte is written.
fn batches(tables: &mut Tables, writing: &Writing) -> Result<Vec<RecordBatch>, OutputError> {
    let batch = |(table, rows): (&mut Table, Rows)| {
        let bug = |error| OutputError::Bug(format!("`{}`: {error}", table.spec.name));
        rows(writing).map_err(bug)
    };
    tables.in_commit_order().zip(ROWS).map(batch).collect()
}

/// Writes one file per table that has rows; if one cannot be written, none stays.
fn write_files(
    tables: &mut Tables,
    writing: &Writing,
    batches: &[RecordBatch],
) -> Result<Vec<Option<DataFile>>, OutputError> {
    let mut files = Vec::new();
    for (table, rows) in tables.in_commit_order().zip(batches) {
        if rows.num_rows() == 0 {
            files.push(None);
            continue;
        }
        // An order may follow from the verdict of an earlier day.
        let is_of_one_day = table.spec.name != actions::SPEC.name;
        let as_of = is_of_one_day.then_some(writing.night.as_of);
        let writer = Writer::Run { run_id: writing.run_id, as_of };
        match data_file::write(&table.folder, &writer, rows) {
            Ok(file) => files.push(Some(file)),
            Err(error) => {
                discard(&files);
                return Err(error);
            }
        }
    }
    Ok(files)
}

fn discard_unless_killed(error: &OutputError, files: &[Option<DataFile>]) {
    if !error.is_failpoint() {
        discard(files);
    }
}

fn discard(files: &[Option<DataFile>]) {
    files.iter().flatten().for_each(DataFile::discard);
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
