//! The verdicts of one run, with what they are held to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use super::delta::Table;
use super::read::{self, Rows};
use super::tables::COMMIT_POINT;
use super::{OutputError, data_file};
use crate::verdict::Decision;

/// A verdict of one run.
#[derive(Debug, Clone)]
pub struct StoredVerdict {
    pub run_id: String,
    pub experiment: String,
    pub as_of: Date,
    pub revision: i32,
    pub decided_at: Timestamp,
    pub decision: Decision,
    /// What it is about: the treatment that ships, is rolled back or leads.
    pub treatment: Option<String>,
    pub hold_reasons: Vec<String>,
    pub recommendation: String,
    /// The statistical fields at the time, and their hash; `None` where they were not recorded.
    pub promise: Option<String>,
    pub config_hash: Option<String>,
    pub input_hash: String,
    pub engine_version: String,
    /// Analysed units by variant.
    pub units: BTreeMap<String, u64>,
}

const VERDICT: [&str; 14] = [
    "run_id",
    "experiment",
    "as_of",
    "revision",
    "decided_at",
    "decision",
    "treatment",
    "hold_reasons",
    "recommendation",
    "promise",
    "config_hash",
    "input_hash",
    "engine_version",
    "units_by_variant",
];

/// The verdicts of one run, by experiment; none where there is no such run.
///
/// # Errors
/// Where a table cannot be read.
pub async fn verdicts_of_run(root: &Path, run_id: &str) -> Result<Vec<StoredVerdict>, OutputError> {
    let Some(table) = Table::open(root, COMMIT_POINT).await? else { return Ok(Vec::new()) };
    verdicts_in(&table, run_id)
}

pub(super) fn verdicts_in(table: &Table, run_id: &str) -> Result<Vec<StoredVerdict>, OutputError> {
    let mut found = Vec::new();
    each_row(table, run_id, &VERDICT, |rows, row| {
        found.push(verdict(rows, row)?);
        Ok(())
    })?;
    found.sort_by(|a: &StoredVerdict, b| a.experiment.cmp(&b.experiment));
    Ok(found)
}

/// Names of all runs, in the order of their days.
///
/// # Errors
/// Where a table cannot be read.
pub async fn run_ids(root: &Path) -> Result<BTreeSet<String>, OutputError> {
    match Table::open(root, COMMIT_POINT).await? {
        Some(table) => super::recover::committed_runs(&table),
        None => Ok(BTreeSet::new()),
    }
}

fn verdict(rows: &Rows, row: usize) -> Result<StoredVerdict, OutputError> {
    let mut units = BTreeMap::new();
    if let Some(each) = rows.lists("units_by_variant")?.structs(row)? {
        for at in each.each() {
            let variant = each.texts("variant")?.must_owned(at)?;
            units.insert(variant, each.counts("units")?.must_count(at)?);
        }
    }
    Ok(StoredVerdict {
        run_id: rows.texts("run_id")?.must_owned(row)?,
        experiment: rows.texts("experiment")?.must_owned(row)?,
        as_of: rows.days("as_of")?.must_day(row)?,
        revision: rows.integers("revision")?.must(row)?,
        decided_at: rows.instants("decided_at")?.must_instant(row)?,
        decision: rows.texts("decision")?.decode(row, Decision::of_code)?,
        treatment: rows.texts("treatment")?.owned(row),
        hold_reasons: rows.lists("hold_reasons")?.texts(row)?,
        recommendation: rows.texts("recommendation")?.must_owned(row)?,
        promise: rows.texts("promise")?.owned(row),
        config_hash: rows.texts("config_hash")?.owned(row),
        input_hash: rows.texts("input_hash")?.must_owned(row)?,
        engine_version: rows.texts("engine_version")?.must_owned(row)?,
        units,
    })
}

/// Hands over the rows of one run.
pub(super) fn each_row(
    table: &Table,
    run_id: &str,
    columns: &[&'static str],
    mut take: impl FnMut(&Rows, usize) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let may_hold = |name: &str| data_file::run_of(name).is_none_or(|run| run == run_id);
    for file in table.files()?.iter().filter(|file| may_hold(&file.name)) {
        let rows = read::rows(table, file, columns)?;
        for row in rows.each() {
            if rows.texts("run_id")?.must(row)? == run_id {
                take(&rows, row)?;
            }
        }
    }
    Ok(())
}
