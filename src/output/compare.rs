//! What is not the same in two nights.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::array_value_to_string;

use super::OutputError;
use super::told::{NightRows, TOLD, Told};

/// One cell, or one row, that two nights do not share.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub table: &'static str,
    pub experiment: String,
    /// What tells the row from others of its experiment, such as metric, treatment and segment.
    pub row: Vec<String>,
    /// `None` where the row is in one of them only.
    pub column: Option<String>,
    pub before: Cell,
    pub now: Cell,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is no such row.
    NoRow,
    /// A whole row, where the other night has none.
    Row,
    Null,
    Number(f64),
    Text(String),
}

impl Cell {
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether two cells are the same, numbers but for a part of their size.
    fn is_same(&self, other: &Cell, tolerance: f64) -> bool {
        match (self, other) {
            (Cell::Number(a), Cell::Number(b)) => {
                a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs())
            }
            _ => self == other,
        }
    }
}

/// Who, when and from what: not what was found.
const ABOUT_THE_RUN: [&str; 11] = [
    "run_id",
    "experiment",
    "as_of",
    "revision",
    "revised_because",
    "revised",
    "promise",
    "config_hash",
    "input_hash",
    "engine_version",
    "decided_at",
];

/// Every cell that is another one, table by table.
///
/// Numbers count as the same where they differ by no more than `tolerance` times the larger.
///
/// # Errors
/// `Bug` for rows that are not those of the tables.
pub fn compare(
    before: &NightRows,
    now: &NightRows,
    tolerance: f64,
) -> Result<Vec<Change>, OutputError> {
    let mut changes = Vec::new();
    for (at, told) in TOLD.iter().enumerate() {
        changes.extend(compare_rows(told, &before.batches[at], &now.batches[at], tolerance)?);
    }
    Ok(changes)
}

/// By experiment and key, the row; copies of a key are told apart by their order.
type Places = BTreeMap<(String, Vec<String>, usize), usize>;

/// Every cell of one table that is another one.
pub(super) fn compare_rows(
    told: &Told,
    before: &RecordBatch,
    now: &RecordBatch,
    tolerance: f64,
) -> Result<Vec<Change>, OutputError> {
    let mut changes = Vec::new();
    let (old, new) = (places(told, before)?, places(told, now)?);
    let change =
        |(experiment, row, _): &(String, Vec<String>, usize), column, before, now| Change {
            table: told.spec.name,
            experiment: experiment.clone(),
            row: row.clone(),
            column,
            before,
            now,
        };
    let schema = now.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    let names: Vec<&str> =
        names.filter(|name| !ABOUT_THE_RUN.contains(name) && !told.keys.contains(name)).collect();
    for (key, now_row) in &new {
        let Some(old_row) = old.get(key) else {
            changes.push(change(key, None, Cell::NoRow, Cell::Row));
            continue;
        };
        for name in &names {
            let was = cell(told, before, name, *old_row)?;
            let is = cell(told, now, name, *now_row)?;
            if !was.is_same(&is, tolerance) {
                changes.push(change(key, Some((*name).to_string()), was, is));
            }
        }
    }
    let gone = old.keys().filter(|key| !new.contains_key(key));
    changes.extend(gone.map(|key| change(key, None, Cell::Row, Cell::NoRow)));
    Ok(changes)
}

fn places(told: &Told, rows: &RecordBatch) -> Result<Places, OutputError> {
    let mut places = Places::new();
    for row in 0..rows.num_rows() {
        let text = |name: &str| match cell(told, rows, name, row) {
            Ok(Cell::Text(text)) => Some(Ok(text)),
            Ok(Cell::Number(number)) => Some(Ok(number.to_string())),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        let experiment = text("experiment").transpose()?.unwrap_or_default();
        let key = told.keys.iter().filter_map(|name| text(name)).collect::<Result<Vec<_>, _>>()?;
        let same =
            (experiment.clone(), key.clone(), 0)..=(experiment.clone(), key.clone(), usize::MAX);
        let copies = places.range(same).count();
        places.insert((experiment, key, copies), row);
    }
    Ok(places)
}

fn cell(told: &Told, rows: &RecordBatch, name: &str, row: usize) -> Result<Cell, OutputError> {
    let bug = |words: String| OutputError::Bug(format!("`{}`, `{name}`: {words}", told.spec.name));
    let column = rows.column_by_name(name).ok_or_else(|| bug("is not there".into()))?;
    if column.is_null(row) {
        return Ok(Cell::Null);
    }
    match column.data_type() {
        DataType::Float64 | DataType::Int64 | DataType::Int32 => {
            let number = number(column, row).map_err(|error| bug(error.to_string()))?;
            Ok(Cell::Number(number))
        }
        _ => {
            let text = array_value_to_string(column, row);
            text.map(Cell::Text).map_err(|error| bug(error.to_string()))
        }
    }
}

fn number(column: &ArrayRef, row: usize) -> Result<f64, arrow::error::ArrowError> {
    let one = cast(&column.slice(row, 1), &DataType::Float64)?;
    Ok(one.as_primitive::<Float64Type>().value(0))
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn numbers_are_the_same_but_for_their_last_digits() {
        let same = |a: f64, b: f64| Cell::Number(a).is_same(&Cell::Number(b), 1e-9);
        assert!(same(1.0, 1.0 + 1e-10) && same(-1e-200, -1e-200 * (1.0 + 1e-10)) && same(0.0, 0.0));
        assert!(!same(1.0, 1.0 + 1e-8) && !same(1e-200, -1e-200) && !same(0.0, 1e-300));
        assert!(!Cell::Null.is_same(&Cell::Number(0.0), 1e-9));
    }
}
