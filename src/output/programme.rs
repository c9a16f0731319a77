//! Table `programme`: what became of each experiment that was concluded.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use super::append::append;
use super::column::{self, Column};
use super::delta::Table;
use super::read::{self, Rows};
use super::tables::Spec;
use super::{Output, OutputError, key};
use crate::verdict::Decision;

pub(super) const SPEC: Spec = Spec {
    name: "programme",
    doc: || column::doc(SPEC.name, "experiment, lock_phase", &columns()),
    schema: || column::schema(&columns()),
};

/// An experiment that was concluded.
#[derive(Debug, Clone, PartialEq)]
pub struct Concluded {
    pub experiment: String,
    pub lock_phase: u32,
    /// `None` where nobody won.
    pub winner: Option<String>,
    /// What confidence and lift are about.
    pub metric: Option<String>,
    pub confidence: Option<f64>,
    pub lift: Option<f64>,
    /// `None` beside a lift: unbounded.
    pub lift_lower: Option<f64>,
    pub lift_upper: Option<f64>,
    /// First and last day of data.
    pub started: Date,
    pub ended: Date,
    pub days: u32,
    /// Analysed units, all variants.
    pub units: u64,
    pub decision: Decision,
    /// The verdict's sentence.
    pub reason: String,
    pub concluded_at: Timestamp,
    pub action_id: String,
}

/// Writes down that an experiment was concluded; `false` where this phase of it was before.
///
/// # Errors
/// Where the table cannot be read or extended.
pub async fn append_programme(output: &Output, concluded: &Concluded) -> Result<bool, OutputError> {
    let mut table = Table::open_or_create(output.root(), SPEC).await?;
    let same = |known: &Concluded| {
        (&known.experiment, known.lock_phase) == (&concluded.experiment, concluded.lock_phase)
    };
    if all(&table)?.iter().any(same) {
        return Ok(false);
    }
    let rows = column::batch(&columns(), std::slice::from_ref(concluded));
    append(&mut table, rows).await.map(|()| true)
}

/// Every experiment that was concluded, in the order in which they were.
///
/// # Errors
/// Where the table cannot be read.
pub async fn programme(root: &Path) -> Result<Vec<Concluded>, OutputError> {
    match Table::open(root, SPEC).await? {
        Some(table) => all(&table),
        None => Ok(Vec::new()),
    }
}

fn all(table: &Table) -> Result<Vec<Concluded>, OutputError> {
    let names = [
        "experiment",
        "lock_phase",
        "winner",
        "metric",
        "confidence",
        "lift",
        "lift_lower",
        "lift_upper",
        "started",
        "ended",
        "days",
        "units",
        "decision",
        "reason",
        "concluded_at",
        "action_id",
    ];
    let mut found = Vec::new();
    for file in table.files()? {
        let rows = read::rows(table, &file, &names)?;
        for row in rows.each() {
            found.push(one(&rows, row)?);
        }
    }
    found.sort_by(|a, b| {
        let order = |c: &Concluded| (c.concluded_at, c.experiment.clone(), c.lock_phase);
        order(a).cmp(&order(b))
    });
    Ok(found)
}

fn one(rows: &Rows, row: usize) -> Result<Concluded, OutputError> {
    let days = rows.counts("days")?.must_count(row)?;
    Ok(Concluded {
        experiment: rows.texts("experiment")?.must_owned(row)?,
        lock_phase: rows.integers("lock_phase")?.must_whole(row)?,
        winner: rows.texts("winner")?.owned(row),
        metric: rows.texts("metric")?.owned(row),
        confidence: rows.floats("confidence")?.get(row),
        lift: rows.floats("lift")?.get(row),
        lift_lower: rows.floats("lift_lower")?.get(row),
        lift_upper: rows.floats("lift_upper")?.get(row),
        started: rows.days("started")?.must_day(row)?,
        ended: rows.days("ended")?.must_day(row)?,
        days: u32::try_from(days).map_err(|_| rows.wrong("`days` is too large"))?,
        units: rows.counts("units")?.must_count(row)?,
        decision: rows.texts("decision")?.decode(row, Decision::of_code)?,
        reason: rows.texts("reason")?.must_owned(row)?,
        concluded_at: rows.instants("concluded_at")?.must_instant(row)?,
        action_id: rows.texts("action_id")?.must_owned(row)?,
    })
}

fn columns() -> Vec<Column<Concluded>> {
    [what(), numbers(), when_and_why()].into_iter().flatten().collect()
}

fn what() -> Vec<Column<Concluded>> {
    vec![
        key::experiment(|c: &Concluded| c.experiment.as_str()),
        key::lock_phase(|c: &Concluded| c.lock_phase),
        Column::text(
            "decision",
            "`ship`, `roll_back`, `inconclusive` or what else it ended with.",
            |c: &Concluded| Some(c.decision.code()),
        )
        .required(),
        Column::text("winner", "Variant that won. NULL: none did.", |c: &Concluded| {
            c.winner.as_deref()
        }),
        Column::text(
            "metric",
            "Metric that confidence and lift are about. NULL: they are about none.",
            |c: &Concluded| c.metric.as_deref(),
        ),
    ]
}

fn numbers() -> Vec<Column<Concluded>> {
    let end = |which| format!("{which} end of the lift's interval. NULL beside a lift: unbounded.");
    vec![
        Column::float(
            "confidence",
            "1 minus the adjusted p-value, 0 to 1. NULL: no estimate.",
            |c: &Concluded| c.confidence,
        ),
        Column::float("lift", "Relative effect, a fraction. NULL: none.", |c: &Concluded| c.lift),
        Column::float("lift_lower", &end("Lower"), |c: &Concluded| c.lift_lower),
        Column::float("lift_upper", &end("Upper"), |c: &Concluded| c.lift_upper),
        Column::count("units", "Analysed units, all variants.", |c: &Concluded| Some(c.units))
            .required(),
        Column::count("days", "Whole days of data.", |c: &Concluded| Some(c.days.into()))
            .required(),
    ]
}

fn when_and_why() -> Vec<Column<Concluded>> {
    vec![
        Column::day("started", "First day of data.", |c: &Concluded| Some(c.started)).required(),
        Column::day("ended", "Last day of data.", |c: &Concluded| Some(c.ended)).required(),
        Column::text("reason", "The verdict's sentence.", |c: &Concluded| Some(&c.reason))
            .required(),
        Column::instant("concluded_at", "When it was concluded, UTC.", |c: &Concluded| {
            c.concluded_at
        })
        .required(),
        Column::text("action_id", "The action that concluded it.", |c: &Concluded| {
            Some(&c.action_id)
        })
        .required(),
    ]
}
