//! What the tables hold of earlier nights, experiment by experiment.
//!
//! Needs no lock: a night that is committed meanwhile is seen whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use super::delta::{LiveFile, Table};
use super::read::{self, Rows};
use super::tables::COMMIT_POINT;
use super::{Intervention, InterventionKind, OutputError, interventions, looks};
use crate::verdict::{Decision, Lock, Past, PastVerdict, SpentLook, SpentTest};

/// The past of every experiment that has one, in the phase of its lock that is in force.
///
/// # Errors
/// Where a table cannot be read, or holds what this version does not know.
pub async fn past(root: &Path) -> Result<BTreeMap<String, Past>, OutputError> {
    past_before(root, Timestamp::MAX).await
}

/// The same as it was just before an instant.
///
/// # Errors
/// As [`past`].
pub async fn past_before(
    root: &Path,
    instant: Timestamp,
) -> Result<BTreeMap<String, Past>, OutputError> {
    let mut done = interventions(root).await?;
    done.retain(|done| done.at < instant);
    let mut pasts = of_interventions(&done);
    // First of the tables of a night: a run that is not in it does not exist.
    let Some(table) = Table::open(root, COMMIT_POINT).await? else { return Ok(pasts) };
    let files = table.files()?;
    let mut seen = Vec::new();
    for (at, file) in files.iter().enumerate() {
        verdicts_in(&read::rows(&table, file, &VERDICT)?, at, &mut seen)?;
    }
    seen.retain(|seen| seen.decided_at < instant);
    let runs: BTreeSet<String> = seen.iter().map(|seen| seen.verdict.run_id.clone()).collect();
    seen.retain(|seen| {
        seen.lock_phase == pasts.entry(seen.experiment.clone()).or_default().lock.phase
    });
    promises(&table, &files, &seen, &mut pasts)?;
    verdicts(seen, &mut pasts);
    if let Some(table) = Table::open(root, looks::SPEC).await? {
        spent(&table, &runs, &mut pasts)?;
    }
    Ok(pasts)
}

/// Phases, and what people have accepted in them.
fn of_interventions(done: &[Intervention]) -> BTreeMap<String, Past> {
    let mut pasts: BTreeMap<String, Past> = BTreeMap::new();
    for unlock in done.iter().filter(|done| done.kind == InterventionKind::Unlock) {
        let lock = &mut pasts.entry(unlock.experiment.clone()).or_default().lock;
        *lock = Lock { phase: lock.phase + 1, promise: None, seen_before: unlock.seen_through };
    }
    for accept in done.iter().filter(|done| done.kind == InterventionKind::Accept) {
        let past = pasts.entry(accept.experiment.clone()).or_default();
        if accept.lock_phase == past.lock.phase {
            past.accepted.extend(accept.subject.clone());
        }
    }
    pasts
}

/// A verdict with what is not kept of it.
struct Seen {
    /// Which file it is in.
    file: usize,
    experiment: String,
    lock_phase: u32,
    decided_at: Timestamp,
    verdict: PastVerdict,
}

const VERDICT: [&str; 19] = [
    "run_id",
    "experiment",
    "as_of",
    "revision",
    "lock_phase",
    "decision",
    "winner",
    "treatment",
    "confidence",
    "metric",
    "lift",
    "lift_lower",
    "lift_upper",
    "units",
    "days",
    "actionable",
    "hold_reasons",
    "input_hash",
    "decided_at",
];

fn verdicts_in(rows: &Rows, file: usize, seen: &mut Vec<Seen>) -> Result<(), OutputError> {
    let (run_ids, experiments) = (rows.texts("run_id")?, rows.texts("experiment")?);
    let (days, revisions) = (rows.days("as_of")?, rows.integers("revision")?);
    let (phases, decisions) = (rows.integers("lock_phase")?, rows.texts("decision")?);
    let (winners, treatments) = (rows.texts("winner")?, rows.texts("treatment")?);
    let (confidences, lifts) = (rows.floats("confidence")?, rows.floats("lift")?);
    let (lowers, uppers) = (rows.floats("lift_lower")?, rows.floats("lift_upper")?);
    let (metrics, units, of_data) =
        (rows.texts("metric")?, rows.counts("units")?, rows.counts("days")?);
    let (actionables, holds) = (rows.booleans("actionable")?, rows.lists("hold_reasons")?);
    let (hashes, instants) = (rows.texts("input_hash")?, rows.instants("decided_at")?);
    for row in rows.each() {
        seen.push(Seen {
            file,
            experiment: experiments.must_owned(row)?,
            // Older versions had no lock.
            lock_phase: phases.whole(row)?.unwrap_or(1),
            decided_at: instants.must_instant(row)?,
            verdict: PastVerdict {
                as_of: days.must_day(row)?,
                revision: revisions.must(row)?,
                run_id: run_ids.must_owned(row)?,
                input_hash: hashes.must_owned(row)?,
                decision: decisions.decode(row, Decision::of_code)?,
                winner: winners.owned(row),
                treatment: treatments.owned(row),
                confidence: confidences.get(row),
                metric: metrics.owned(row),
                lift: lifts.get(row),
                lift_lower: lowers.get(row),
                lift_upper: uppers.get(row),
                units: units.must_count(row)?,
                days: u32::try_from(of_data.must_count(row)?).unwrap_or(u32::MAX),
                actionable: actionables.must(row)?,
                hold_reasons: holds.texts(row)?,
            },
        });
    }
    Ok(())
}

/// The promise of each experiment as it was at the first look of its phase. Promises are long,
/// so they are read only from the files that hold a first look.
fn promises(
    table: &Table,
    files: &[LiveFile],
    seen: &[Seen],
    pasts: &mut BTreeMap<String, Past>,
) -> Result<(), OutputError> {
    let order = |seen: &Seen| (seen.decided_at, seen.verdict.as_of, seen.verdict.revision);
    let mut first: BTreeMap<&str, &Seen> = BTreeMap::new();
    for seen in seen {
        let known = first.entry(&seen.experiment).or_insert(seen);
        if order(seen) < order(known) {
            *known = seen;
        }
    }
    let wanted: BTreeSet<usize> = first.values().map(|seen| seen.file).collect();
    for at in wanted {
        let names = ["run_id", "experiment", "as_of", "revision", "promise"];
        let rows = read::rows(table, &files[at], &names)?;
        let (run_ids, experiments) = (rows.texts("run_id")?, rows.texts("experiment")?);
        let (days, revisions) = (rows.days("as_of")?, rows.integers("revision")?);
        let promises = rows.texts("promise")?;
        for row in rows.each() {
            let experiment = experiments.must(row)?;
            let Some(first) = first.get(experiment) else { continue };
            let key = (run_ids.must(row)?, days.must_day(row)?, revisions.must(row)?);
            let of_first =
                (first.verdict.run_id.as_str(), first.verdict.as_of, first.verdict.revision);
            if let Some(past) = pasts.get_mut(experiment).filter(|_| key == of_first) {
                past.lock.promise = promises.owned(row);
            }
        }
    }
    Ok(())
}

/// By day and revision.
fn verdicts(mut seen: Vec<Seen>, pasts: &mut BTreeMap<String, Past>) {
    seen.sort_by_key(|seen| (seen.verdict.as_of, seen.verdict.revision));
    for Seen { experiment, verdict, .. } in seen {
        pasts.entry(experiment).or_default().verdicts.push(verdict);
    }
}

const LOOK: [&str; 12] = [
    "run_id",
    "experiment",
    "as_of",
    "lock_phase",
    "metric",
    "treatment",
    "method",
    "information",
    "alpha",
    "alpha_spent",
    "boundary",
    "statistic",
];

/// What the looks of whole runs have spent.
fn spent(
    table: &Table,
    runs: &BTreeSet<String>,
    pasts: &mut BTreeMap<String, Past>,
) -> Result<(), OutputError> {
    let mut looks: BTreeMap<(String, Date), Vec<SpentTest>> = BTreeMap::new();
    for file in table.files()? {
        let rows = read::rows(table, &file, &LOOK)?;
        for row in rows.each() {
            let experiment = rows.texts("experiment")?.must(row)?;
            let phase = rows.integers("lock_phase")?.must_whole(row)?;
            let in_force = pasts.get(experiment).is_some_and(|past| past.lock.phase == phase);
            if in_force && runs.contains(rows.texts("run_id")?.must(row)?) {
                let key = (experiment.to_string(), rows.days("as_of")?.must_day(row)?);
                looks.entry(key).or_default().push(test(&rows, row)?);
            }
        }
    }
    for ((experiment, as_of), tests) in looks {
        pasts.entry(experiment).or_default().looks.push(SpentLook { as_of, tests });
    }
    Ok(())
}

fn test(rows: &Rows, row: usize) -> Result<SpentTest, OutputError> {
    Ok(SpentTest {
        metric: rows.texts("metric")?.must_owned(row)?,
        treatment: rows.texts("treatment")?.must_owned(row)?,
        method: rows.texts("method")?.must_owned(row)?,
        information: rows.floats("information")?.must(row)?,
        alpha: rows.floats("alpha")?.must(row)?,
        spent: rows.floats("alpha_spent")?.get(row),
        boundary: rows.floats("boundary")?.get(row),
        statistic: rows.floats("statistic")?.get(row),
    })
}
