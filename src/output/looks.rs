//! Table `looks`: what each look spent. A row is written once and never changes.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use jiff::civil::Date;

use crate::verdict::SpentTest;

use super::column::{self, Column};
use super::delta::Table;
use super::tables::{Spec, Writing};
use super::{OutputError, data_file, key, read};

pub(super) const SPEC: Spec = Spec {
    name: "looks",
    doc: || column::doc(SPEC.name, "experiment, lock_phase, as_of, metric, treatment", &columns()),
    schema: || column::schema(&columns()),
};

/// The rows of a night.
pub(super) fn batch(writing: &Writing) -> Result<RecordBatch, ArrowError> {
    let reports = writing.night.reports.iter();
    let rows: Vec<Row> = reports
        .flat_map(|report| {
            report.looks.iter().map(|test| Row {
                run_id: writing.run_id.to_string(),
                experiment: report.experiment.clone(),
                as_of: report.as_of,
                lock_phase: report.verdict.lock_phase,
                test: test.clone(),
            })
        })
        .collect();
    column::batch(&columns(), &rows)
}

/// Experiments and phases of their locks that have a look at this day.
pub(super) fn spent_on(looks: &Table, as_of: Date) -> Result<BTreeSet<(String, u32)>, OutputError> {
    let mut spent = BTreeSet::new();
    for file in looks.files()?.iter().filter(|file| data_file::may_be_of(&file.name, as_of)) {
        let rows = read::rows(looks, file, &["experiment", "as_of", "lock_phase"])?;
        let (experiments, days) = (rows.texts("experiment")?, rows.days("as_of")?);
        let phases = rows.integers("lock_phase")?;
        for row in rows.each() {
            if days.must_day(row)? == as_of {
                spent.insert((experiments.must_owned(row)?, phases.must_whole(row)?));
            }
        }
    }
    Ok(spent)
}

struct Row {
    run_id: String,
    experiment: String,
    as_of: Date,
    lock_phase: u32,
    test: SpentTest,
}

fn columns() -> Vec<Column<Row>> {
    vec![
        key::run_id(|r: &Row| r.run_id.as_str()),
        key::experiment(|r: &Row| r.experiment.as_str()),
        key::as_of(|r: &Row| r.as_of),
        key::lock_phase(|r: &Row| r.lock_phase),
        Column::text("metric", "Key of the metric.", |r: &Row| Some(&r.test.metric)).required(),
        Column::text("treatment", "Key of the variant compared with control.", |r: &Row| {
            Some(&r.test.treatment)
        })
        .required(),
        Column::text("method", "`sequential`, `group-sequential` or `t-test`.", |r: &Row| {
            Some(&r.test.method)
        })
        .required(),
        Column::float(
            "information",
            "Share of the planned information, 1 at the planned end.",
            |r: &Row| Some(r.test.information),
        )
        .required(),
        Column::float(
            "alpha",
            "Two-sided level of the comparison, all looks together.",
            |r: &Row| Some(r.test.alpha),
        )
        .required(),
        Column::float(
            "alpha_spent",
            "Alpha spent by this and earlier looks, both tails. NULL: looking spends nothing.",
            |r: &Row| r.test.spent,
        ),
        Column::float(
            "boundary",
            "Size that the statistic has to reach. NULL: this look cannot decide.",
            |r: &Row| r.test.boundary,
        ),
        Column::float(
            "statistic",
            "effect / std_error as a normal deviate. NULL: no estimate.",
            |r: &Row| r.test.statistic,
        ),
    ]
}
