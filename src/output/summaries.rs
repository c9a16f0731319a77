//! Table `summaries`: what the units of one variant say about one metric.

use crate::verdict::SummaryRow;

use super::column::{self, Column};
use super::key::{self, Key, Keyed};
use super::tables::Spec;

pub(super) const SPEC: Spec = Spec {
    name: "summaries",
    doc: || {
        column::doc(SPEC.name, "experiment, as_of, revision, metric, variant, segment", &columns())
    },
    schema: || column::schema(&columns()),
    batch: |night, revisions| {
        let rows: Vec<Row> = (night.reports.iter())
            .flat_map(|report| {
                let key = Key::new(night, revisions, &report.experiment);
                report.summaries.iter().map(move |row| Row { key: key.clone(), row: row.clone() })
            })
            .collect();
        column::batch(&columns(), &rows)
    },
};

struct Row {
    key: Key,
    row: SummaryRow,
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
        Column::text("segment", "Part of the units; NULL is everyone.", |_: &Row| None),
        Column::count(
            "units",
            "Randomization units in the variant, converted or not.",
            |r: &Row| Some(r.row.summary.units),
        )
        .required(),
    ]);
    columns.extend((0..4).map(mean));
    columns.extend((0..4).flat_map(|a| (a..4).map(move |b| comoment(a, b))));
    columns
}

fn mean(part: usize) -> Column<Row> {
    let (letter, words) = PARTS[part];
    let comment = format!("Mean over units of the {words}. NULL if it is not a finite number.");
    Column::float(&format!("mean_{letter}"), &comment, move |r: &Row| {
        Some(r.row.summary.mean[part])
    })
}

fn comoment(a: usize, b: usize) -> Column<Row> {
    let (a_letter, b_letter) = (PARTS[a].0, PARTS[b].0);
    let comment = format!(
        "Sum over units of ({a_letter} - mean_{a_letter}) * ({b_letter} - mean_{b_letter}); \
         divide by units - 1 for the covariance. NULL if it is not a finite number."
    );
    Column::float(&format!("c_{a_letter}{b_letter}"), &comment, move |r: &Row| {
        Some(r.row.summary.comoment[a][b])
    })
}
