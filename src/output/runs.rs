//! Table `runs`: one row per run, what it read and how long it took.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::column::{self, Column};
use super::tables::{Spec, Writing};
use super::{InputFile, Night, NotAnalysed, Timing, key};

pub(super) const SPEC: Spec = Spec {
    name: "runs",
    doc: || column::doc(SPEC.name, "run_id", &columns()),
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let night = writing.night;
    column::batch(
        &columns(),
        &[Row {
            run_id: writing.run_id.to_string(),
            input_hash: night.input_hash(),
            night: night.clone(),
        }],
    )
}

struct Row {
    run_id: String,
    input_hash: String,
    night: Night,
}

fn columns() -> Vec<Column<Row>> {
    vec![
        key::run_id(|r: &Row| r.run_id.as_str()),
        key::as_of(|r: &Row| r.night.as_of),
        Column::instant("started_at", "When the run started, UTC.", |r: &Row| r.night.started_at)
            .required(),
        Column::instant("finished_at", "When the run began to commit, UTC.", |r: &Row| {
            r.night.finished_at
        })
        .required(),
        Column::text(
            "outcome",
            "`done`, or `done_with_errors`: some experiment or metric could not be analysed.",
            |r: &Row| Some(r.night.outcome().code()),
        )
        .required(),
        Column::text("engine_version", "Version of assize.", |r: &Row| {
            Some(&r.night.engine_version)
        })
        .required(),
        Column::text(
            "input_hash",
            "SHA-256 over everything that can change a number, in hex.",
            |r: &Row| Some(&r.input_hash),
        )
        .required(),
        Column::texts("experiments", "Experiments with a verdict of this run.", |r: &Row| {
            r.night.reports.iter().map(|report| report.experiment.as_str()).collect()
        })
        .required(),
        Column::structs("not_analysed", "Experiments without one.", not_analysed(), |r: &Row| {
            &r.night.not_analysed
        })
        .required(),
        Column::structs("inputs", "Files read, by fingerprint.", inputs(), |r: &Row| {
            &r.night.inputs
        })
        .required(),
        Column::count("rows_read", "Source rows read, all sources together.", |r: &Row| {
            Some(r.night.rows_read)
        })
        .required(),
        Column::structs("timings", "Wall-clock time by stage, in order.", timings(), |r: &Row| {
            &r.night.timings
        })
        .required(),
    ]
}

fn not_analysed() -> Vec<Column<NotAnalysed>> {
    vec![
        Column::text("experiment", "Key of the experiment.", |n: &NotAnalysed| Some(&n.experiment))
            .required(),
        Column::text("reason", "Why it has no verdict.", |n: &NotAnalysed| Some(&n.reason))
            .required(),
    ]
}

fn inputs() -> Vec<Column<InputFile>> {
    vec![
        Column::text("source", "Name of the source.", |i: &InputFile| Some(&i.source)).required(),
        Column::text("path", "Where the file is.", |i: &InputFile| Some(&i.path)).required(),
        Column::count("size", "Bytes.", |i: &InputFile| Some(i.size)).required(),
        Column::instant("modified", "Last modified, UTC.", |i: &InputFile| i.modified).required(),
        Column::text("etag", "NULL: the store has none.", |i: &InputFile| i.etag.as_deref()),
        Column::count("rows", "NULL: not counted.", |i: &InputFile| i.rows),
    ]
}

fn timings() -> Vec<Column<Timing>> {
    vec![
        Column::text("stage", "Name of the stage.", |t: &Timing| Some(&t.stage)).required(),
        Column::count("ms", "Milliseconds.", |t: &Timing| Some(t.milliseconds)).required(),
    ]
}
