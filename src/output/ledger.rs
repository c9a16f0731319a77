//! The ledger as it is read and continued.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::append::append;
use super::delta::Table;
use super::line::{self, Head, Line, first_break};
use super::opened::Tables;
use super::read::{self, Rows};
use super::recover::committed_runs;
use super::tables::COMMIT_POINT;
use super::{Output, OutputError, actions};
use crate::action::{Entry, EntryState, Kind, Order};

/// All lines of the ledger, in order; those that a night wrote only once the night is whole.
///
/// # Errors
/// Where a table cannot be read, and where a line is not as it was written.
pub async fn ledger(root: &Path) -> Result<Vec<Entry>, OutputError> {
    // In this order: a night that is committed meanwhile is then not whole.
    let Some(verdicts) = Table::open(root, COMMIT_POINT).await? else { return Ok(Vec::new()) };
    let committed = committed_runs(&verdicts)?;
    let Some(table) = Table::open(root, actions::SPEC).await? else { return Ok(Vec::new()) };
    trusted(lines(&table, &committed)?).map(entries)
}

/// Adds lines to the ledger, all or none; durable once it returns.
///
/// # Errors
/// `LostRace` where somebody else has added lines about the same orders.
pub async fn append_entries(output: &Output, entries: &[Entry]) -> Result<(), OutputError> {
    Ledger::open(output).await?.append(entries).await
}

/// The ledger, held for writing: nobody else adds a line between two of ours.
pub struct Ledger<'a> {
    _slot: &'a Output,
    table: Table,
    head: Head,
    entries: Vec<Entry>,
    /// The highest sequence of each order.
    newest: BTreeMap<String, u32>,
}

impl<'a> Ledger<'a> {
    /// Reads all lines, after taking back what a killed night left.
    ///
    /// # Errors
    /// As [`ledger`].
    pub async fn open(output: &'a Output) -> Result<Ledger<'a>, OutputError> {
        let tables = Tables::ready(output).await?;
        let committed = committed_runs(&tables.verdicts)?;
        let mut followers = tables.followers.into_iter();
        let table = followers.find(|table| table.spec.name == actions::SPEC.name);
        let table = table.ok_or_else(|| OutputError::Bug("there is no `actions`".into()))?;
        let lines = trusted(lines(&table, &committed)?)?;
        let head = lines.last().map(Line::head).unwrap_or_default();
        let mut ledger =
            Ledger { _slot: output, table, head, entries: entries(lines), newest: BTreeMap::new() };
        for entry in &ledger.entries {
            note(&mut ledger.newest, entry);
        }
        Ok(ledger)
    }

    /// All lines, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds lines, all or none; durable once it returns.
    ///
    /// # Errors
    /// `LostRace` where somebody else has added a line since it was opened, or where a line does
    /// not follow the last one about its order.
    pub async fn append(&mut self, entries: &[Entry]) -> Result<(), OutputError> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut newest = self.newest.clone();
        for entry in entries {
            let last = newest.get(&entry.order.id);
            if last.map_or(0, |last| last + 1) != entry.sequence {
                // Somebody has added the line that this one was to be.
                let version = self.table.version();
                return Err(OutputError::LostRace { table: self.table.spec.name, version });
            }
            note(&mut newest, entry);
        }
        let lines = line::lines(&self.head, None, entries);
        append(&mut self.table, actions::rows(&lines)).await?;
        self.head = lines.last().map(Line::head).unwrap_or_default();
        self.newest = newest;
        self.entries.extend(entries.iter().cloned());
        Ok(())
    }
}

fn note(newest: &mut BTreeMap<String, u32>, entry: &Entry) {
    let last = newest.entry(entry.order.id.clone()).or_default();
    *last = entry.sequence.max(*last);
}

fn entries(lines: Vec<Line>) -> Vec<Entry> {
    lines.into_iter().map(|line| line.entry).collect()
}

/// The lines, unless somebody has tampered with them.
fn trusted(lines: Vec<Line>) -> Result<Vec<Line>, OutputError> {
    match first_break(&lines) {
        None => Ok(lines),
        Some((line, words)) => Err(OutputError::Broken { table: actions::SPEC.name, line, words }),
    }
}

/// The lines in order, without those of a night that is not whole.
pub(super) fn lines(table: &Table, committed: &BTreeSet<String>) -> Result<Vec<Line>, OutputError> {
    let mut found = Vec::new();
    for file in table.files()? {
        lines_in(&read::rows(table, &file, &COLUMNS)?, &mut found)?;
    }
    found.retain(|line| line.run_id.as_ref().is_none_or(|run| committed.contains(run)));
    found.sort_by_key(|line| line.line);
    Ok(found)
}

const COLUMNS: [&str; 30] = [
    "line",
    "run_id",
    "experiment",
    "as_of",
    "lock_phase",
    "action_id",
    "order_number",
    "target",
    "flag",
    "kind",
    "variant",
    "percent",
    "event",
    "confidence",
    "lift",
    "reason",
    "not_before",
    "expires_at",
    "needs_approval",
    "sequence",
    "state",
    "attempts",
    "done_at",
    "done_by",
    "seen_before",
    "sent",
    "seen_after",
    "detail",
    "previous_hash",
    "hash",
];

fn lines_in(rows: &Rows, lines: &mut Vec<Line>) -> Result<(), OutputError> {
    for row in rows.each() {
        lines.push(Line {
            line: rows.counts("line")?.must_count(row)?,
            run_id: rows.texts("run_id")?.owned(row),
            entry: Entry {
                order: order(rows, row)?,
                sequence: rows.integers("sequence")?.must_whole(row)?,
                state: rows.texts("state")?.decode(row, EntryState::of_code)?,
                attempts: rows.integers("attempts")?.must_whole(row)?,
                at: rows.instants("done_at")?.must_instant(row)?,
                by: rows.texts("done_by")?.must_owned(row)?,
                seen_before: rows.texts("seen_before")?.owned(row),
                sent: rows.texts("sent")?.owned(row),
                seen_after: rows.texts("seen_after")?.owned(row),
                detail: rows.texts("detail")?.owned(row),
            },
            previous_hash: rows.texts("previous_hash")?.must_owned(row)?,
            hash: rows.texts("hash")?.must_owned(row)?,
        });
    }
    Ok(())
}

fn order(rows: &Rows, row: usize) -> Result<Order, OutputError> {
    Ok(Order {
        id: rows.texts("action_id")?.must_owned(row)?,
        experiment: rows.texts("experiment")?.must_owned(row)?,
        lock_phase: rows.integers("lock_phase")?.must_whole(row)?,
        as_of: rows.days("as_of")?.must_day(row)?,
        number: rows.integers("order_number")?.must_whole(row)?,
        target: rows.texts("target")?.must_owned(row)?,
        flag: rows.texts("flag")?.owned(row),
        kind: kind(rows, row)?,
        confidence: rows.floats("confidence")?.get(row),
        lift: rows.floats("lift")?.get(row),
        reason: rows.texts("reason")?.must_owned(row)?,
        not_before: rows.instants("not_before")?.must_instant(row)?,
        expires_at: rows.instants("expires_at")?.must_instant(row)?,
        needs_approval: rows.booleans("needs_approval")?.must(row)?,
    })
}

fn kind(rows: &Rows, row: usize) -> Result<Kind, OutputError> {
    let variant = rows.texts("variant")?;
    match rows.texts("kind")?.must(row)? {
        "set_rollout" => {
            let percent = rows.integers("percent")?.must_whole(row)?;
            let percent = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
            let percent = percent.ok_or_else(|| rows.wrong("`percent` is beyond 100"))?;
            Ok(Kind::SetRollout { variant: variant.must_owned(row)?, percent })
        }
        "disable" => Ok(Kind::Disable),
        "conclude" => Ok(Kind::Conclude { winner: variant.owned(row) }),
        "notify" => Ok(Kind::Notify { event: rows.texts("event")?.must_owned(row)? }),
        other => Err(rows.wrong(format!("`{other}` is no kind of action that is known"))),
    }
}
