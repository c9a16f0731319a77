//! Taking back what a killed run left.
//!
//! A run that is in another table but not in `verdicts` never happened: its files are removed
//! from the logs. Files that no log names are deleted once they are an hour old. Only files
//! with our naming are touched. Being killed here is harmless: the next start does the rest.
//!
//! Other tools may compact the tables (`OPTIMIZE`): runs are then told by their rows. Whoever
//! deletes a run's verdicts deletes the run, its rows elsewhere follow at the next commit.
//!
//! Does not: find debris that another tool has compacted before it was taken back, nor keep a
//! run without any verdict in mind once `verdicts` was compacted. What commands have written is
//! no run's and always stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use deltalake_core::kernel::{Action, LogicalFileView};
use deltalake_core::protocol::DeltaOperation;
use futures::TryStreamExt;
use serde_json::json;

use super::data_file;
use super::delta::Table;
use super::failpoint::failpoint;
use super::tables::{BY_COMMANDS, COMMIT_POINT, FOLLOWERS};
use super::{Output, OutputError, durable};

/// Younger files may belong to a commit under way where the lock does not reach.
const ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

/// What was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Runs that were removed from the logs of the tables they had reached.
    pub runs: BTreeSet<String>,
    /// Orphaned files deleted.
    pub files: usize,
}

/// Takes back what killed runs left in the tables. A commit does this by itself.
pub async fn recover(output: &Output) -> Result<Recovered, OutputError> {
    let mut followers = Vec::new();
    for spec in FOLLOWERS {
        followers.extend(Table::open(output.root(), spec).await?);
    }
    let mut by_commands = Vec::new();
    for spec in BY_COMMANDS {
        by_commands.extend(Table::open(output.root(), spec).await?);
    }
    match Table::open(output.root(), COMMIT_POINT).await? {
        Some(verdicts) => recover_tables(output, &mut followers, &verdicts, &by_commands).await,
        None => followers
            .iter()
            .try_for_each(|table| refuse_rows(output, table))
            .map(|()| Recovered::default()),
    }
}

/// Without `verdicts` every run would look killed; a lost folder must not take the rest along.
pub(super) fn refuse_rows(output: &Output, table: &Table) -> Result<(), OutputError> {
    if table.live()?.is_empty() {
        return Ok(());
    }
    let path = output.root().join(COMMIT_POINT.name);
    Err(OutputError::NoVerdicts { path, table: table.spec.name })
}

pub(super) async fn recover_tables(
    output: &Output,
    followers: &mut [Table],
    verdicts: &Table,
    by_commands: &[Table],
) -> Result<Recovered, OutputError> {
    let committed = committed_runs(verdicts)?;
    let mut recovered = Recovered::default();
    for table in followers.iter_mut() {
        remove_debris(table, &committed, &mut recovered.runs).await?;
    }
    for table in followers.iter().chain([verdicts]).chain(by_commands) {
        recovered.files += sweep(output, table, &committed).await?;
    }
    Ok(recovered)
}

/// The runs that happened: those `verdicts` holds.
pub(super) fn committed_runs(verdicts: &Table) -> Result<BTreeSet<String>, OutputError> {
    let mut runs = BTreeSet::new();
    for file in verdicts.live()? {
        match data_file::run_of(&file.path()) {
            Some(run) => {
                runs.insert(run.to_string());
            }
            // Another tool has compacted the table: ask the rows.
            None => runs.extend(judged(verdicts, &file)?.into_iter().map(|row| row.run_id)),
        }
    }
    Ok(runs)
}

/// The verdicts in one file.
pub(super) fn judged(
    verdicts: &Table,
    file: &LogicalFileView,
) -> Result<Vec<data_file::Judged>, OutputError> {
    let path = verdicts.folder.join(&*file.path());
    data_file::read_judged(&path)
        .map_err(|error| OutputError::data(verdicts.spec.name, &path, error))
}

async fn remove_debris(
    table: &mut Table,
    committed: &BTreeSet<String>,
    runs: &mut BTreeSet<String>,
) -> Result<(), OutputError> {
    let mut removes = Vec::new();
    let mut killed = BTreeSet::new();
    for file in table.live()? {
        let path = file.path();
        if let Some(run) = data_file::run_of(&path).filter(|run| !committed.contains(*run)) {
            killed.insert(run.to_string());
            removes.push(Action::Remove(file.remove_action(true)));
        }
    }
    if removes.is_empty() {
        return Ok(());
    }
    let name = table.spec.name;
    tracing::warn!(table = name, runs = ?killed, "taking back the rows of a run that did not finish");
    failpoint(&format!("before:recover:{name}"))?;
    let operation = DeltaOperation::Delete { predicate: None };
    table.commit(removes, operation, json!({ "recovered": &killed })).await?;
    failpoint(&format!("after:recover:{name}"))?;
    runs.extend(killed);
    Ok(())
}

/// Deletes our files that nothing refers to, and returns how many.
async fn sweep(
    output: &Output,
    table: &Table,
    committed: &BTreeSet<String>,
) -> Result<usize, OutputError> {
    let mut old = old_files(output, &table.folder)?;
    old.extend(old_files(output, &table.folder.join("_delta_log"))?);
    if old.is_empty() {
        return Ok(0);
    }
    let named = named_files(table, committed).await?;
    let orphans = old.iter().filter(|path| !named.contains(*path));
    Ok(orphans.filter(|path| delete(path)).count())
}

/// Live files, and files of whole runs and of commands that another tool has replaced: those are for its
/// VACUUM, because readers of an older version may still want them.
async fn named_files(
    table: &Table,
    committed: &BTreeSet<String>,
) -> Result<BTreeSet<PathBuf>, OutputError> {
    let failed = || OutputError::table(table.spec.name, "list its files");
    let mut named: BTreeSet<PathBuf> =
        table.live()?.iter().map(|file| table.folder.join(&*file.path())).collect();
    let snapshot = table.delta().snapshot().map_err(failed())?;
    let store = table.delta().log_store();
    let mut tombstones = snapshot.all_tombstones(store.as_ref());
    while let Some(tombstone) = tombstones.try_next().await.map_err(failed())? {
        let path = tombstone.path();
        let of_a_whole_run = data_file::run_of(&path).is_some_and(|run| committed.contains(run));
        if of_a_whole_run || data_file::is_by_command(&path) {
            named.insert(table.folder.join(&*path));
        }
    }
    Ok(named)
}

/// Our data and temporary files in a folder that are old enough to be given up.
fn old_files(output: &Output, folder: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let failed = |source| OutputError::io("list", folder)(source);
    let now = SystemTime::from(output.since());
    let mut old = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let ours = data_file::run_of(&name).is_some()
            || data_file::is_by_command(&name)
            || name.starts_with(durable::TEMPORARY);
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| now.duration_since(modified).ok());
        if ours && age.is_some_and(|age| age > ORPHAN_AGE) {
            old.push(entry.path());
        }
    }
    Ok(old)
}

fn delete(path: &Path) -> bool {
    let deleted = fs::remove_file(path);
    match &deleted {
        Ok(()) => tracing::info!(path = %path.display(), "deleted a file that no table names"),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "cannot delete an orphaned file")
        }
    }
    deleted.is_ok()
}
