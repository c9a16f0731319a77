//! Table `summaries`: what the units of one variant say about one metric.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use crate::stats::Point;
use crate::verdict::{SummaryRow, Tails};

use super::column::{self, Column};
use super::key::{self, Key, Keyed};
use super::tables::{Spec, Writing};

pub(super) const SPEC: Spec = Spec {
    name: "summaries",
    doc: || {
        column::doc(
            SPEC.name,
            "experiment, as_of, revision, metric, variant, phase, segment",
            &columns(),
        )
    },
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let night = writing.night;
    let rows: Vec<Row> = (night.reports.iter())
        .flat_map(|report| {
            let key = Key::new(writing, &report.experiment);
            report.summaries.iter().map(move |row| Row::new(key.clone(), row))
        })
        .collect();
    column::batch(&columns(), &rows)
}

struct Row {
    key: Key,
    row: SummaryRow,
    segment: Option<String>,
    no_value: Option<String>,
}

impl Row {
    fn new(key: Key, row: &SummaryRow) -> Row {
        let missing = row.quantile.as_ref().and_then(|quantile| quantile.as_ref().err());
        Row {
            key,
            segment: row.segment.as_ref().map(ToString::to_string),
            no_value: missing.map(|missing| format!("{}: {missing}", missing.code())),
            row: row.clone(),
        }
    }

    /// Of a quantile.
    fn point(&self) -> Option<&Point> {
        self.row.quantile.as_ref()?.as_ref().ok()
    }
}

impl Keyed for Row {
    fn key(&self) -> &Key {
        &self.key
    }
}

/// A unit's four numbers, in the order of `Summary::mean`.
const PARTS: [(&str, &str); 4] = [
    ("y", "numerator y"),
    ("d", "denominator d (1 where the metric has none)"),
    ("x", "pre-period numerator x (1 without a covariate)"),
    ("e", "pre-period denominator e (1 without a covariate)"),
];

fn columns() -> Vec<Column<Row>> {
    let mut columns = key::columns();
    columns.extend([
        Column::text("metric", "Key of the metric.", |r: &Row| Some(&r.row.metric)).required(),
        Column::text("variant", "Key of the variant.", |r: &Row| Some(&r.row.variant)).required(),
        Column::integer(
            "phase",
            "Phase of the experiment in which the units met it, from 0. Phases with other shares \
             are never pooled.",
            |r: &Row| Some(i32::try_from(r.row.phase).unwrap_or(i32::MAX)),
        )
        .required(),
        Column::text(
            "segment",
            "Part of the units, `attribute=value`; NULL is everyone.",
            |r: &Row| r.segment.as_deref(),
        ),
        Column::count(
            "units",
            "Randomization units in the variant, converted or not.",
            |r: &Row| Some(r.row.summary.units),
        )
        .required(),
    ]);
    columns.extend((0..4).map(mean));
    columns.extend((0..4).flat_map(|a| (a..4).map(move |b| comoment(a, b))));
    columns.extend(quantile());
    columns.extend(reach());
    columns
}

/// Of a quantile, which has no moments.
fn quantile() -> Vec<Column<Row>> {
    vec![
        Column::float("point_value", "The quantile. NULL: the metric is none.", |r: &Row| {
            r.point().map(|point| point.value)
        }),
        Column::float(
            "point_variance",
            "Square of the standard error of point_value. NULL: the metric is no quantile.",
            |r: &Row| r.point().map(|point| point.variance),
        ),
        Column::float(
            "point_dof",
            "Degrees of freedom of point_variance. NULL: the metric is no quantile.",
            |r: &Row| r.point().map(|point| point.dof),
        ),
        Column::text(
            "no_value",
            "`code: words` where a quantile cannot be told. NULL: it can, or is none.",
            |r: &Row| r.no_value.as_deref(),
        ),
    ]
}

/// How far units' numbers reach, and what was done about it.
fn reach() -> Vec<Column<Row>> {
    let tail = |name, what: &str, get: fn(&Tails) -> Option<f64>| {
        let comment = format!("{what} NULL: a ratio, or not looked at.");
        Column::float(name, &comment, move |r: &Row| r.row.tails.as_ref().and_then(get))
    };
    vec![
        Column::float(
            "cap_at",
            "What units were held to, in the metric's unit. NULL: the metric has no cap.",
            |r: &Row| r.row.cap,
        ),
        Column::count("capped", "Units that had more than cap_at; 0 without a cap.", |r: &Row| {
            Some(r.row.capped)
        })
        .required(),
        tail("smallest", "Least of the units' numbers, after the cap.", |t| Some(t.smallest)),
        tail("largest", "Largest of the units' numbers, after the cap.", |t| Some(t.largest)),
        tail("skewness", "Third standardised moment of the units' numbers.", |t| t.skewness),
        Column::counts(
            "steps",
            "Of a funnel, units that took each step; else empty.",
            |r: &Row| &r.row.steps,
        )
        .required(),
    ]
}

/// A quantile has none.
fn moments(row: &Row) -> bool {
    row.row.quantile.is_none()
}

fn mean(part: usize) -> Column<Row> {
    let (letter, words) = PARTS[part];
    let comment = format!(
        "Mean over units of the {words}. NULL if it is not a finite number, and of a quantile."
    );
    Column::float(&format!("mean_{letter}"), &comment, move |r: &Row| {
        moments(r).then_some(r.row.summary.mean[part])
    })
}

fn comoment(a: usize, b: usize) -> Column<Row> {
    let (a_letter, b_letter) = (PARTS[a].0, PARTS[b].0);
    let comment = format!(
        "Sum over units of ({a_letter} - mean_{a_letter}) * ({b_letter} - mean_{b_letter}); \
         divide by units - 1 for the covariance. NULL if it is not a finite number, and of a quantile."
    );
    Column::float(&format!("c_{a_letter}{b_letter}"), &comment, move |r: &Row| {
        moments(r).then_some(r.row.summary.comoment[a][b])
    })
}
