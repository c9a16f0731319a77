//! Table `interventions`: what people have done about experiments.

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use jiff::Timestamp;
use jiff::civil::Date;

use super::append::append;
use super::column::{self, Column};
use super::delta::Table;
use super::night::input_hash;
use super::read::{self, Rows};
use super::tables::Spec;
use super::{Output, OutputError, key};

pub(super) const SPEC: Spec = Spec {
    name: "interventions",
    doc: || column::doc(SPEC.name, "intervention_id", &columns()),
    schema: || column::schema(&columns()),
};

/// One thing that a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervention {
    pub experiment: String,
    /// Phase of the lock that was in force; an `unlock` ends it.
    pub lock_phase: u32,
    pub kind: InterventionKind,
    /// What it is about: a health check, or the id of an action.
    pub subject: Option<String>,
    pub reason: String,
    /// The person's name and machine.
    pub by: String,
    pub at: Timestamp,
    /// The last day that had been looked at.
    pub seen_through: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterventionKind {
    /// The promise may change: a new phase of the lock begins.
    Unlock,
    /// The failure of a health check was looked into and is no reason to wait.
    Accept,
    /// An action may be carried out.
    Approve,
    /// An action may not be carried out.
    Reject,
}

impl InterventionKind {
    /// Stable code for the tables.
    pub fn code(self) -> &'static str {
        match self {
            InterventionKind::Unlock => "unlock",
            InterventionKind::Accept => "accept",
            InterventionKind::Approve => "approve",
            InterventionKind::Reject => "reject",
        }
    }

    /// The kind that has this code.
    pub fn of_code(code: &str) -> Option<InterventionKind> {
        use InterventionKind::*;
        [Unlock, Accept, Approve, Reject].into_iter().find(|kind| kind.code() == code)
    }
}

impl Intervention {
    /// Hash of all that was said, in hex: the same thing done twice at one instant is done once.
    pub fn id(&self) -> String {
        let phase = self.lock_phase.to_string();
        // As the table holds it: in microseconds.
        let at = self.at.as_microsecond().to_string();
        let subject = self.subject.as_deref().unwrap_or_default();
        let (kind, reason) = (self.kind.code(), self.reason.as_str());
        let parts = [&self.experiment, &phase, kind, subject, reason, &self.by, &at];
        input_hash(parts.into_iter()).chars().take(16).collect()
    }
}

/// Writes down what a person did; `false` where it is there already.
///
/// # Errors
/// Where the table cannot be read or extended.
pub async fn append_intervention(
    output: &Output,
    intervention: &Intervention,
) -> Result<bool, OutputError> {
    let mut table = Table::open_or_create(output.root(), SPEC).await?;
    if all(&table)?.iter().any(|known| known.id() == intervention.id()) {
        return Ok(false);
    }
    append(&mut table, rows(std::slice::from_ref(intervention))).await.map(|()| true)
}

/// All that people have done, in the order in which they did it.
///
/// # Errors
/// Where the table cannot be read.
pub async fn interventions(root: &Path) -> Result<Vec<Intervention>, OutputError> {
    match Table::open(root, SPEC).await? {
        Some(table) => all(&table),
        None => Ok(Vec::new()),
    }
}

fn all(table: &Table) -> Result<Vec<Intervention>, OutputError> {
    let names = [
        "experiment",
        "lock_phase",
        "kind",
        "subject",
        "reason",
        "done_by",
        "done_at",
        "seen_through",
    ];
    let mut found = Vec::new();
    for file in table.files()? {
        let rows = read::rows(table, &file, &names)?;
        for row in rows.each() {
            found.push(one(&rows, row)?);
        }
    }
    found.sort_by_key(|intervention| (intervention.at, intervention.id()));
    Ok(found)
}

fn one(rows: &Rows, row: usize) -> Result<Intervention, OutputError> {
    Ok(Intervention {
        experiment: rows.texts("experiment")?.must_owned(row)?,
        lock_phase: rows.integers("lock_phase")?.must_whole(row)?,
        kind: rows.texts("kind")?.decode(row, InterventionKind::of_code)?,
        subject: rows.texts("subject")?.owned(row),
        reason: rows.texts("reason")?.must_owned(row)?,
        by: rows.texts("done_by")?.must_owned(row)?,
        at: rows.instants("done_at")?.must_instant(row)?,
        seen_through: rows.days("seen_through")?.day(row)?,
    })
}

fn rows(interventions: &[Intervention]) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<Row> =
        interventions.iter().map(|what| Row { id: what.id(), what: what.clone() }).collect();
    column::batch(&columns(), &rows)
}

struct Row {
    id: String,
    what: Intervention,
}

fn columns() -> Vec<Column<Row>> {
    vec![
        Column::text("intervention_id", "Hash of all that was said, in hex.", |r: &Row| {
            Some(&r.id)
        })
        .required(),
        key::experiment(|r: &Row| r.what.experiment.as_str()),
        Column::integer(
            "lock_phase",
            "Phase of the experiment's lock that was in force; an `unlock` ends it.",
            |r: &Row| Some(key::whole(r.what.lock_phase)),
        )
        .required(),
        Column::text("kind", "`unlock`, `accept`, `approve` or `reject`.", |r: &Row| {
            Some(r.what.kind.code())
        })
        .required(),
        Column::text(
            "subject",
            "Health check or action_id that it is about. NULL: the experiment as a whole.",
            |r: &Row| r.what.subject.as_deref(),
        ),
        Column::text("reason", "Why, in the person's words.", |r: &Row| Some(&r.what.reason))
            .required(),
        Column::text("done_by", "The person's name and machine.", |r: &Row| Some(&r.what.by))
            .required(),
        Column::instant("done_at", "When it was done, UTC.", |r: &Row| r.what.at).required(),
        Column::day(
            "seen_through",
            "Last as_of that had been looked at. NULL: none had.",
            |r: &Row| r.what.seen_through,
        ),
    ]
}
