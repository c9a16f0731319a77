//! What a night says, row by row: of a night that is stored, or of one that is not.
//!
//! The rows of both are made by the same columns, so whatever can be written down can be
//! compared.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::error::ArrowError;

use super::data_file;
use super::delta::Table;
use super::line::Head;
use super::read;
use super::revisions::Revisions;
use super::tables::{Rows, Spec, Writing};
use super::{Night, OutputError, estimates, health, summaries, verdicts};

/// A table whose rows say what a night found.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub spec: Spec,
    pub rows: Rows,
    /// What tells the rows of one experiment apart.
    pub keys: &'static [&'static str],
}

pub(super) const TOLD: [Told; 4] = [
    Told { spec: verdicts::SPEC, rows: verdicts::batch, keys: &[] },
    Told {
        spec: estimates::SPEC,
        rows: estimates::batch,
        keys: &["metric", "treatment", "segment"],
    },
    Told {
        spec: summaries::SPEC,
        rows: summaries::batch,
        keys: &["metric", "variant", "phase", "segment"],
    },
    Told { spec: health::SPEC, rows: health::batch, keys: &["check_name", "population", "reason"] },
];

/// Rows of `verdicts`, `estimates`, `summaries` and `health`, of one verdict per experiment.
pub struct NightRows {
    /// In the order of [`TOLD`].
    pub(super) batches: Vec<RecordBatch>,
}

impl NightRows {
    /// Of a night as it would be written.
    ///
    /// # Errors
    /// `Bug` for rows that no table can hold.
    pub fn of(night: &Night) -> Result<NightRows, OutputError> {
        let writing = Writing {
            night,
            revisions: &Revisions::default(),
            run_id: "",
            head: &Head::default(),
            revised: &Default::default(),
        };
        let rows = |told: &Told| {
            (told.rows)(&writing).map_err(|error: ArrowError| {
                OutputError::Bug(format!("`{}`: {error}", told.spec.name))
            })
        };
        Ok(NightRows { batches: TOLD.iter().map(rows).collect::<Result<_, _>>()? })
    }

    /// Rows of estimates.
    pub fn estimates(&self) -> usize {
        self.batches.get(1).map_or(0, RecordBatch::num_rows)
    }

    /// Of some verdicts as they are stored: pairs of a `run_id` and an experiment.
    ///
    /// # Errors
    /// Where a table cannot be read.
    pub async fn stored(
        root: &Path,
        wanted: &BTreeSet<(String, String)>,
    ) -> Result<NightRows, OutputError> {
        let mut batches = Vec::new();
        for told in &TOLD {
            let table = Table::open(root, told.spec).await?;
            batches.push(match table {
                Some(table) => stored(&table, wanted)?,
                None => RecordBatch::new_empty((told.spec.schema)()),
            });
        }
        Ok(NightRows { batches })
    }
}

/// All columns of the wanted rows of a table.
pub(super) fn stored(
    table: &Table,
    wanted: &BTreeSet<(String, String)>,
) -> Result<RecordBatch, OutputError> {
    let schema = (table.spec.schema)();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let runs: BTreeSet<&str> = wanted.iter().map(|(run, _)| run.as_str()).collect();
    let mut found = Vec::new();
    for file in table.files()? {
        if data_file::run_of(&file.name).is_some_and(|run| !runs.contains(run)) {
            continue;
        }
        let batch = read::all(table, &file, &names)?;
        let failed = |error: ArrowError| OutputError::data(table.spec.name, &file.path, error);
        found.push(filter_record_batch(&batch, &is_wanted(&batch, wanted)).map_err(failed)?);
    }
    let nullable = read::nullable(&schema);
    let whole = concat_batches(&nullable, &found);
    whole.map_err(|error| OutputError::Bug(format!("`{}`: {error}", table.spec.name)))
}

fn is_wanted(batch: &RecordBatch, wanted: &BTreeSet<(String, String)>) -> BooleanArray {
    let text = |name: &str, row: usize| {
        let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        column.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row).to_string())
    };
    let is_wanted = |row: usize| {
        let key = text("run_id", row).zip(text("experiment", row));
        Some(key.is_some_and(|key| wanted.contains(&key)))
    };
    (0..batch.num_rows()).map(is_wanted).collect()
}
