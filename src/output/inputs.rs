//! Which inputs two runs do not share.

use std::collections::BTreeMap;
use std::path::Path;

use super::delta::Table;
use super::read::{self, Rows};
use super::{InputFile, OutputError, data_file, runs};

/// Files of one source that two runs do not share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputChange {
    pub source: String,
    /// Paths that only the later run has read.
    pub added: Vec<String>,
    /// Paths that only the earlier run has read.
    pub removed: Vec<String>,
    /// Paths that both have read, with another fingerprint.
    pub changed: Vec<String>,
}

/// By source, the files that were added, removed or changed; sources without any are left out.
pub fn input_changes(before: &[InputFile], now: &[InputFile]) -> Vec<InputChange> {
    let (before, now) = (by_path(before), by_path(now));
    let mut changes: BTreeMap<&str, InputChange> = BTreeMap::new();
    for ((source, path), file) in &now {
        let change = changes.entry(source).or_default();
        match before.get(&(*source, *path)) {
            None => change.added.push(path.to_string()),
            Some(earlier) if !same(earlier, file) => change.changed.push(path.to_string()),
            Some(_) => {}
        }
    }
    for (source, path) in before.keys().filter(|key| !now.contains_key(*key)) {
        changes.entry(source).or_default().removed.push(path.to_string());
    }
    changes.retain(|_, change| *change != InputChange::default());
    let named = |(source, change): (&str, InputChange)| InputChange {
        source: source.to_string(),
        ..change
    };
    changes.into_iter().map(named).collect()
}

/// Files that one run has read; `None` where there is no such run.
///
/// # Errors
/// Where a table cannot be read.
pub async fn inputs_of_run(
    root: &Path,
    run_id: &str,
) -> Result<Option<Vec<InputFile>>, OutputError> {
    match Table::open(root, runs::SPEC).await? {
        Some(table) => inputs_in(&table, run_id),
        None => Ok(None),
    }
}

pub(super) fn inputs_in(
    table: &Table,
    run_id: &str,
) -> Result<Option<Vec<InputFile>>, OutputError> {
    let may_hold = |name: &str| data_file::run_of(name).is_none_or(|run| run == run_id);
    for file in table.files()?.iter().filter(|file| may_hold(&file.name)) {
        let rows = read::rows(table, file, &["run_id", "inputs"])?;
        for row in rows.each() {
            if rows.texts("run_id")?.must(row)? == run_id {
                return files_in(&rows, row).map(Some);
            }
        }
    }
    Ok(None)
}

fn files_in(rows: &Rows, row: usize) -> Result<Vec<InputFile>, OutputError> {
    let Some(files) = rows.lists("inputs")?.structs(row)? else { return Ok(Vec::new()) };
    let (sources, paths) = (files.texts("source")?, files.texts("path")?);
    let (sizes, instants) = (files.counts("size")?, files.instants("modified")?);
    let (etags, counts) = (files.texts("etag")?, files.counts("rows")?);
    let file = |at| {
        Ok(InputFile {
            source: sources.must_owned(at)?,
            path: paths.must_owned(at)?,
            size: sizes.must_count(at)?,
            modified: instants.must_instant(at)?,
            etag: etags.owned(at),
            rows: counts.get(at).and_then(|count| u64::try_from(count).ok()),
        })
    };
    files.each().map(file).collect()
}

impl InputChange {
    /// `events: 1 file added, 2 changed`.
    pub fn words(&self) -> String {
        let counts =
            [("added", &self.added), ("removed", &self.removed), ("changed", &self.changed)];
        let said = counts.iter().filter(|(_, paths)| !paths.is_empty()).enumerate();
        let parts: Vec<String> = said
            .map(|(at, (what, paths))| match (at, paths.len()) {
                (0, 1) => format!("1 file {what}"),
                (0, many) => format!("{many} files {what}"),
                (_, count) => format!("{count} {what}"),
            })
            .collect();
        format!("{}: {}", self.source, parts.join(", "))
    }
}

fn by_path(files: &[InputFile]) -> BTreeMap<(&str, &str), &InputFile> {
    files.iter().map(|file| ((file.source.as_str(), file.path.as_str()), file)).collect()
}

fn same(a: &InputFile, b: &InputFile) -> bool {
    (a.size, a.modified, &a.etag) == (b.size, b.modified, &b.etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(source: &str, path: &str, size: u64) -> InputFile {
        InputFile {
            source: source.into(),
            path: path.into(),
            size,
            modified: jiff::Timestamp::UNIX_EPOCH,
            etag: None,
            rows: None,
        }
    }

    #[test]
    fn files_are_added_removed_or_changed() {
        let before = [file("events", "a", 1), file("events", "b", 1), file("exposures", "c", 1)];
        let now = [
            file("events", "b", 2),
            file("events", "d", 1),
            file("events", "e", 1),
            file("exposures", "c", 1),
        ];
        let changes = input_changes(&before, &now);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].words(), "events: 2 files added, 1 removed, 1 changed");
        assert_eq!(changes[0].changed, ["b"]);
        assert_eq!(input_changes(&now, &now), []);
        // Counted or not, a file is the same.
        let counted = [InputFile { rows: Some(3), ..file("events", "a", 1) }];
        assert_eq!(input_changes(&before[..1], &counted), []);
    }
}
