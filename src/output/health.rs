//! Table `health`: the checks, and where the units and rows went.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::verdict::{HealthRow, Report, WaterfallRow};

use super::column::{self, Column};
use super::key::{self, Key, Keyed};
use super::tables::{Spec, Writing};

pub(super) const SPEC: Spec = Spec {
    name: "health",
    doc: || {
        let grain = "experiment, as_of, revision, kind, then check_name or (population, reason)";
        column::doc(SPEC.name, grain, &columns())
    },
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let night = writing.night;
    let rows: Vec<Row> = (night.reports.iter())
        .flat_map(|report| rows(Key::new(writing, &report.experiment), report))
        .collect();
    column::batch(&columns(), &rows)
}

/// Either a check or a line of the waterfall.
struct Row {
    key: Key,
    check: Option<HealthRow>,
    line: Option<WaterfallRow>,
}

impl Keyed for Row {
    fn key(&self) -> &Key {
        &self.key
    }
}

fn rows(key: Key, report: &Report) -> Vec<Row> {
    let checks = report.health.iter().map(|check| (Some(check.clone()), None));
    let lines = report.waterfall.iter().map(|line| (None, Some(line.clone())));
    checks.chain(lines).map(|(check, line)| Row { key: key.clone(), check, line }).collect()
}

fn columns() -> Vec<Column<Row>> {
    let mut columns = key::columns();
    columns.push(
        Column::text(
            "kind",
            "`check`: a health check; `waterfall`: a line of the accounting.",
            |r: &Row| Some(if r.check.is_some() { "check" } else { "waterfall" }),
        )
        .required(),
    );
    columns.extend(check_columns());
    columns.extend(waterfall_columns());
    columns
}

/// NULL in rows of the waterfall.
fn check_columns() -> Vec<Column<Row>> {
    vec![
        // Not `check`, which SQL reserves.
        Column::text(
            "check_name",
            "What was checked, for instance `sample_ratio`. NULL in waterfall rows.",
            |r: &Row| r.check.as_ref().map(|check| check.check.as_str()),
        ),
        Column::text("outcome", "`pass`, `warn` or `fail`. NULL in waterfall rows.", |r: &Row| {
            r.check.as_ref().map(|check| check.outcome.code())
        }),
        Column::float(
            "observed",
            "What was seen, in the check's own unit. NULL: the check has no number.",
            |r: &Row| r.check.as_ref()?.observed,
        ),
        Column::float(
            "expected",
            "What was to be seen, in the unit of observed. NULL: the check expects no number.",
            |r: &Row| r.check.as_ref()?.expected,
        ),
        Column::float("p_value", "Of the check's test. NULL: it is not a test.", |r: &Row| {
            r.check.as_ref()?.p_value
        }),
        Column::text("detail", "One line for people. NULL in waterfall rows.", |r: &Row| {
            r.check.as_ref().map(|check| check.detail.as_str())
        }),
    ]
}

/// NULL in rows of checks.
fn waterfall_columns() -> Vec<Column<Row>> {
    vec![
        Column::text(
            "population",
            "What is counted, for instance `units` or `events rows`. NULL in check rows.",
            |r: &Row| r.line.as_ref().map(|line| line.population.as_str()),
        ),
        Column::text(
            "reason",
            "Where they went; `read`, `named`, `met` or `enrolled` for the total. NULL in check rows.",
            |r: &Row| r.line.as_ref().map(|line| line.reason.as_str()),
        ),
        Column::count("count", "Units or rows of this line. NULL in check rows.", |r: &Row| {
            r.line.as_ref().map(|line| line.count)
        }),
        Column::boolean(
            "is_total",
            "Whether the line is the sum of its population's other lines. NULL in check rows.",
            |r: &Row| r.line.as_ref().map(|line| line.is_total),
        ),
    ]
}
