//! Which rows of our own table count.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::read::Row;

/// Rows of finished runs, of the newest revision of each experiment and day.
///
/// A run is finished once `verdicts` holds its `run_id`.
pub fn newest(rows: Vec<Row>, verdicts: &[Row]) -> Vec<Row> {
    let finished: HashSet<String> = verdicts.iter().map(|row| said(row, "run_id")).collect();
    let rows: Vec<Row> =
        rows.into_iter().filter(|row| finished.contains(&said(row, "run_id"))).collect();
    let mut newest: HashMap<[String; 2], u64> = HashMap::new();
    for row in &rows {
        let known = newest.entry(about(row)).or_default();
        *known = revision(row).max(*known);
    }
    rows.into_iter().filter(|row| newest.get(&about(row)) == Some(&revision(row))).collect()
}

fn about(row: &Row) -> [String; 2] {
    [said(row, "experiment"), said(row, "as_of")]
}

fn revision(row: &Row) -> u64 {
    row.1.get("revision").and_then(Value::as_u64).unwrap_or_default()
}

fn said(row: &Row, name: &str) -> String {
    row.1.get(name).map(Value::to_string).unwrap_or_default()
}
