//! Whether a run's files are those that were written.
//!
//! Each commit says in its log entry the SHA-256 of the file that it adds. Hashing the file again
//! finds every changed byte; the ledger's lines are chained beside that, see `line.rs`.
//!
//! Does not: find files whose log entry somebody has changed along with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::output::data_file::{self, sha256};
use crate::output::delta::Table;
use crate::output::ledger::ledger;
use crate::output::{OutputError, tables};

/// What re-hashing a run's files has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilesVerified {
    /// Files that are what was written.
    pub intact: Vec<PathBuf>,
    /// Files, or the ledger, that are not, and what is wrong.
    pub changed: Vec<(PathBuf, String)>,
    /// Files whose hash no log entry says: of a version that did not write it.
    pub unrecorded: Vec<PathBuf>,
}

/// Hashes the files of one run again and follows the chain of the ledger.
///
/// A run whose rows another tool has rewritten into files of its own has no files of ours left:
/// then nothing is intact, changed or unrecorded.
///
/// # Errors
/// Where a Delta log cannot be read.
pub async fn verify_files(root: &Path, run_id: &str) -> Result<FilesVerified, OutputError> {
    let mut found = FilesVerified::default();
    for spec in tables::FOLLOWERS.into_iter().chain([tables::COMMIT_POINT]) {
        let Some(table) = Table::open(root, spec).await? else { continue };
        verify_table(&table, run_id, &mut found)?;
    }
    if let Err(error) = ledger(root).await {
        found.changed.push((root.join("actions"), error.to_string()));
    }
    Ok(found)
}

/// The files of one run in one table.
pub(in crate::output) fn verify_table(
    table: &Table,
    run_id: &str,
    found: &mut FilesVerified,
) -> Result<(), OutputError> {
    let live = table.live()?;
    let names: Vec<String> = live.iter().map(|file| file.path().into_owned()).collect();
    let ours: Vec<&String> =
        names.iter().filter(|name| data_file::run_of(name) == Some(run_id)).collect();
    if ours.is_empty() {
        return Ok(());
    }
    let recorded = recorded(table, &ours)?;
    for name in ours {
        verify(table.folder.join(name), recorded.get(name), found);
    }
    Ok(())
}

fn verify(path: PathBuf, recorded: Option<&String>, found: &mut FilesVerified) {
    match (sha256(&path), recorded) {
        (Err(error), _) => found.changed.push((path, format!("it cannot be read: {error}"))),
        (Ok(_), None) => found.unrecorded.push(path),
        (Ok(hash), Some(recorded)) if hash == *recorded => found.intact.push(path),
        (Ok(hash), Some(recorded)) => {
            let words = format!("its SHA-256 is {hash}, and {recorded} was written");
            found.changed.push((path, words));
        }
    }
}

/// Hashes of the named files, as the log entries that added them say.
fn recorded(table: &Table, names: &[&String]) -> Result<BTreeMap<String, String>, OutputError> {
    let log = table.folder.join("_delta_log");
    let failed = |source| OutputError::io("list", &log)(source);
    let mut hashes = BTreeMap::new();
    for entry in fs::read_dir(&log).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(OutputError::io("read", &path))?;
        for name in names.iter().filter(|name| text.contains(name.as_str())) {
            hashes.extend(hash_in(&text).map(|hash| (name.to_string(), hash)));
        }
    }
    Ok(hashes)
}

/// The hash in a log entry of ours.
fn hash_in(entry: &str) -> Option<String> {
    let actions = entry.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let hashes = actions.map(|action| action["commitInfo"]["assize"]["sha256"].clone());
    hashes.filter_map(|hash| hash.as_str().map(str::to_string)).next()
}
