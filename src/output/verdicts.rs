//! Table `verdicts`: one row per experiment and look. The commit point.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use jiff::Timestamp;

use crate::verdict::{RuleTried, Verdict};

use super::column::{self, Column};
use super::key::{self, Key, Keyed};
use super::revised::Revised;
use super::tables::{Spec, Writing};

pub(super) const SPEC: Spec = Spec {
    name: "verdicts",
    doc: || column::doc(SPEC.name, "experiment, as_of, revision", &columns()),
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let night = writing.night;
    let rows: Vec<Row> = (night.reports.iter())
        .map(|report| Row {
            key: Key::new(writing, &report.experiment),
            verdict: report.verdict.clone(),
            config_hash: night.config_hashes.get(&report.experiment).cloned(),
            promise: night.promises.get(&report.experiment).cloned(),
            input_hash: night.input_hash_of(&report.experiment).to_string(),
            engine_version: night.engine_version.clone(),
            decided_at: night.finished_at,
            revised: writing.revised.get(&report.experiment).cloned(),
        })
        .collect();
    column::batch(&columns(), &rows)
}

struct Row {
    key: Key,
    verdict: Verdict,
    config_hash: Option<String>,
    promise: Option<String>,
    input_hash: String,
    engine_version: String,
    decided_at: Timestamp,
    revised: Option<Revised>,
}

impl Keyed for Row {
    fn key(&self) -> &Key {
        &self.key
    }
}

fn columns() -> Vec<Column<Row>> {
    let mut columns = key::columns();
    columns.extend(decision());
    columns.extend(numbers());
    columns.extend(reasons());
    columns.extend(provenance());
    columns
}

fn decision() -> Vec<Column<Row>> {
    vec![
        Column::text(
            "decision",
            "`investigate`, `keep_running`, `roll_back`, `ship`, `inconclusive` or `error`.",
            |r: &Row| Some(r.verdict.decision.code()),
        )
        .required(),
        Column::text("winner", "Treatment that ships or leads. NULL: none does.", |r: &Row| {
            r.verdict.winner.as_deref()
        }),
        Column::text(
            "metric",
            "Metric that confidence and lift are about. NULL: they are about none.",
            |r: &Row| Some(r.verdict.metric.as_str()).filter(|metric| !metric.is_empty()),
        ),
        Column::text(
            "treatment",
            "Treatment that confidence and lift are about. NULL: they are about none.",
            |r: &Row| r.verdict.treatment.as_deref(),
        ),
    ]
}

fn numbers() -> Vec<Column<Row>> {
    vec![
        Column::float(
            "confidence",
            "1 minus the adjusted p-value of the test in force, 0 to 1. NULL: no estimate.",
            |r: &Row| r.verdict.confidence,
        ),
        Column::float(
            "lift",
            "Relative effect, a fraction (0.05 is five percent). NULL: there is none.",
            |r: &Row| r.verdict.lift,
        ),
        Column::float(
            "lift_lower",
            "Lower end of the lift's interval by the test in force, a fraction. NULL beside a \
             lift: unbounded.",
            |r: &Row| r.verdict.lift_lower,
        ),
        Column::float(
            "lift_upper",
            "Upper end of the lift's interval by the test in force, a fraction. NULL beside a \
             lift: unbounded.",
            |r: &Row| r.verdict.lift_upper,
        ),
        Column::float(
            "probability_best",
            "Probability that the treatment has the best first primary of all variants, 0 to 1; \
             never decides. NULL: unknown.",
            |r: &Row| r.verdict.probability_best,
        ),
        Column::count("units", "Analysed units, all variants.", |r: &Row| Some(r.verdict.units))
            .required(),
        Column::structs(
            "units_by_variant",
            "Analysed units of each variant, control first; empty: not known.",
            units(),
            |r: &Row| &r.verdict.units_by_variant,
        )
        .required(),
        Column::count("days", "Whole days of data, from the start through as_of.", |r: &Row| {
            Some(r.verdict.days.into())
        })
        .required(),
        Column::count(
            "days_left",
            "Days until the precision asked for, by the present pace. NULL: unknown.",
            |r: &Row| r.verdict.days_left.map(u64::from),
        ),
    ]
}

fn reasons() -> Vec<Column<Row>> {
    vec![
        Column::boolean(
            "actionable",
            "Whether the verdict may set anything in motion.",
            |r: &Row| Some(r.verdict.actionable),
        )
        .required(),
        Column::count(
            "confirmed",
            "Nights in a row, this one included, that said `ship` of the same treatment; 0: it \
             does not say so.",
            |r: &Row| Some(r.verdict.confirmed.into()),
        )
        .required(),
        Column::day(
            "settled_on",
            "as_of of the verdict that this one repeats. NULL: it repeats none.",
            |r: &Row| r.verdict.settled_on,
        ),
        Column::texts(
            "hold_reasons",
            "Failed checks and other reasons to wait; empty: none.",
            |r: &Row| r.verdict.hold_reasons.iter().map(String::as_str).collect(),
        )
        .required(),
        Column::text("recommendation", "One or two plain sentences for people.", |r: &Row| {
            Some(&r.verdict.recommendation)
        })
        .required(),
        Column::structs(
            "trace",
            "The rules in the order they were tried; the last one matched.",
            rules(),
            |r: &Row| &r.verdict.trace,
        )
        .required(),
    ]
}

fn units() -> Vec<Column<(String, u64)>> {
    vec![
        Column::text("variant", "Key of the variant.", |u: &(String, u64)| Some(&u.0)).required(),
        Column::count("units", "Its analysed units.", |u: &(String, u64)| Some(u.1)).required(),
    ]
}

fn rules() -> Vec<Column<RuleTried>> {
    vec![
        Column::text("rule", "Name of the rule.", |t: &RuleTried| Some(t.rule)).required(),
        Column::boolean("matched", "Whether it decided.", |t: &RuleTried| Some(t.matched))
            .required(),
        Column::text("because", "What was compared with what.", |t: &RuleTried| Some(&t.because))
            .required(),
    ]
}

fn provenance() -> Vec<Column<Row>> {
    vec![
        key::lock_phase(|r: &Row| r.verdict.lock_phase),
        Column::text(
            "revised_because",
            "Which files and fields changed since the revision before. NULL: it is the first.",
            |r: &Row| r.revised.as_ref().map(|revised| revised.because.as_str()),
        ),
        Column::text(
            "revised",
            "What the verdict says otherwise than the revision before, `column: was -> is`; empty: \
             nothing. NULL: it is the first.",
            |r: &Row| r.revised.as_ref().map(|revised| revised.changes.as_str()),
        ),
        Column::text(
            "promise",
            "The experiment's statistical fields, as JSON. NULL: not recorded.",
            |r: &Row| r.promise.as_deref(),
        ),
        Column::text(
            "config_hash",
            "Hash of the experiment's statistical fields. NULL: not recorded.",
            |r: &Row| r.config_hash.as_deref(),
        ),
        Column::text(
            "input_hash",
            "SHA-256 over everything that can change a number, in hex.",
            |r: &Row| Some(&r.input_hash),
        )
        .required(),
        Column::text("engine_version", "Version of assize.", |r: &Row| Some(&r.engine_version))
            .required(),
        Column::instant("decided_at", "When the run began to commit, UTC.", |r: &Row| r.decided_at)
            .required(),
    ]
}
