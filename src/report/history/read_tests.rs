//! What is read of files that others have written: an older version, another tool, a vandal.
//!
//! They are written by the `parquet` crate, which shares no code with Polars.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, DictionaryArray, Float32Array, Float64Array, Int32Array, Int64Array,
    LargeStringArray, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Int32Type, UInt8Type};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use super::{HistoryFiles, experiments_in, history_json, read_history};

/// 2026-03-01, in days since 1970.
const FIRST: i32 = 20_513;

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), rows.schema(), None).unwrap();
    writer.write(&rows).unwrap();
    writer.close().unwrap();
    path.to_path_buf()
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// As this version writes them: `checkout` on two days, and `search`.
fn ours(folder: &Path) -> PathBuf {
    let lists =
        ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None, None]);
    let mut held = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
    held.append_value([Some("late_data")]);
    held.append_value::<[Option<&str>; 0], _>([]);
    held.append_null();
    let instants = TimestampMicrosecondArray::from(vec![1, 2, 3]).with_timezone("UTC");
    write(
        &folder.join("ours [1].parquet"),
        vec![
            ("run_id", texts(&[Some("r2"), Some("r2"), Some("r3")])),
            ("experiment", texts(&[Some("checkout"), Some("search"), Some("checkout")])),
            ("as_of", Arc::new(Date32Array::from(vec![FIRST + 1, FIRST + 1, FIRST + 2]))),
            ("revision", Arc::new(Int32Array::from(vec![1, 1, 1]))),
            ("decision", texts(&[Some("ship"), Some("error"), Some("ship")])),
            ("lift", Arc::new(Float64Array::from(vec![Some(0.1), None, Some(0.2)]))),
            ("hold_reasons", Arc::new(held.finish())),
            ("lock_phase", Arc::new(Int32Array::from(vec![1, 1, 2]))),
            ("something_new", Arc::new(lists)),
            ("decided_at", Arc::new(instants)),
        ],
    )
}

/// Before `lock_phase` and `hold_reasons` were written, by a tool with types of its own.
fn theirs(folder: &Path) -> PathBuf {
    let decisions: DictionaryArray<UInt8Type> = ["ship", "keep_running"].into_iter().collect();
    write(
        &folder.join("day=theirs.parquet"),
        vec![
            ("experiment", Arc::new(LargeStringArray::from(vec!["checkout"; 2]))),
            ("decision", Arc::new(decisions)),
            ("as_of", Arc::new(Date32Array::from(vec![FIRST + 1, FIRST]))),
            ("revision", Arc::new(Int64Array::from(vec![2, 1]))),
            ("run_id", texts(&[Some("r4"), Some("r1")])),
            ("lift", Arc::new(Float32Array::from(vec![0.25, 0.5]))),
        ],
    )
}

fn estimates(folder: &Path) -> PathBuf {
    write(
        &folder.join("estimates.parquet"),
        vec![
            ("run_id", texts(&["r1", "r2", "r2", "r4", "killed"].map(Some))),
            (
                "experiment",
                texts(&["checkout", "checkout", "search", "checkout", "checkout"].map(Some)),
            ),
            (
                "as_of",
                Arc::new(Date32Array::from(vec![
                    FIRST,
                    FIRST + 1,
                    FIRST + 1,
                    FIRST + 1,
                    FIRST + 3,
                ])),
            ),
            ("revision", Arc::new(Int32Array::from(vec![1, 1, 1, 2, 1]))),
            ("metric", texts(&[Some("orders"); 5])),
            ("role", texts(&[Some("primary"); 5])),
            ("treatment", texts(&[Some("b"); 5])),
            ("segment", texts(&[None, Some("country=DE"), None, None, None])),
            ("state", texts(&[Some("flat"); 5])),
        ],
    )
}

fn found(files: &HistoryFiles, experiment: &str) -> Value {
    history_json(&read_history(files, experiment).unwrap()).unwrap()
}

/// Chosen cells of every row.
fn cells(rows: &Value, names: &[&str]) -> Vec<Vec<Value>> {
    let row = |row: &Value| names.iter().map(|name| row[name].clone()).collect();
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn files_of_all_ages_and_writers_are_read_as_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (ours(folder.path()), theirs(folder.path()));
    let expected = vec![
        vec![
            json!("2026-03-01"),
            json!(1),
            json!(true),
            json!("keep_running"),
            json!(0.5),
            json!(null),
            json!(null),
        ],
        vec![
            json!("2026-03-02"),
            json!(1),
            json!(false),
            json!("ship"),
            json!(0.1),
            json!(["late_data"]),
            json!(1),
        ],
        vec![
            json!("2026-03-02"),
            json!(2),
            json!(true),
            json!("ship"),
            json!(0.25),
            json!(null),
            json!(null),
        ],
        vec![
            json!("2026-03-03"),
            json!(1),
            json!(true),
            json!("ship"),
            json!(0.2),
            json!(null),
            json!(2),
        ],
    ];
    let names =
        ["as_of", "revision", "is_current", "decision", "lift", "hold_reasons", "lock_phase"];
    for verdicts in [vec![ours.clone(), theirs.clone()], vec![theirs, ours]] {
        let files = HistoryFiles { verdicts, estimates: vec![] };
        let found = found(&files, "checkout");
        assert_eq!(cells(&found["verdicts"], &names), expected);
        assert_eq!(found["estimates"], json!([]));
        assert_eq!(experiments_in(&files.verdicts).unwrap(), ["checkout", "search"]);
    }
}

/// Not those of a run that was killed before `verdicts` held it, nor of a part of the units.
#[test]
fn estimates_are_those_of_whole_runs_about_everyone() {
    let folder = tempfile::tempdir().unwrap();
    let verdicts = vec![ours(folder.path()), theirs(folder.path())];
    let files = HistoryFiles { verdicts, estimates: vec![estimates(folder.path())] };
    let found = found(&files, "checkout");
    let rows = cells(&found["estimates"], &["run_id", "as_of", "revision", "is_current", "lift"]);
    let expected = [
        vec![json!("r1"), json!("2026-03-01"), json!(1), json!(true), json!(null)],
        vec![json!("r4"), json!("2026-03-02"), json!(2), json!(true), json!(null)],
    ];
    assert_eq!(rows, expected);
}

#[test]
fn what_the_tables_do_not_know_is_empty() {
    let none = HistoryFiles::default();
    assert!(read_history(&none, "checkout").unwrap().is_empty());
    assert!(experiments_in(&[]).unwrap().is_empty());
    let folder = tempfile::tempdir().unwrap();
    let files = HistoryFiles { verdicts: vec![ours(folder.path())], estimates: vec![] };
    assert!(read_history(&files, "chekout").unwrap().is_empty());
    assert!(!read_history(&files, "search").unwrap().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = ours(folder.path());
    let whole = std::fs::read(&good).unwrap();
    let spoilt = folder.path().join("spoilt.parquet");
    let gone = folder.path().join("gone.parquet");
    for bytes in [&b""[..], b"PAR1", &whole[..whole.len() - 5], &whole[4..], &[0; 4096]] {
        std::fs::write(&spoilt, bytes).unwrap();
        for bad in [&spoilt, &gone] {
            let files =
                HistoryFiles { verdicts: vec![good.clone(), bad.clone()], estimates: vec![] };
            let error = read_history(&files, "checkout").unwrap_err();
            let problem = &error.problems[0];
            assert_eq!(problem.place, bad.display().to_string());
            let head = "table `verdicts` cannot be read: ";
            assert!(
                problem.message.starts_with(head) && !problem.message.contains('\n'),
                "{problem}"
            );
            assert_eq!(error.exit_code(), 3);
        }
    }
}

#[test]
fn a_column_of_another_type_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.parquet");
    let wrong = write(
        &path,
        vec![
            ("experiment", texts(&[Some("checkout")])),
            ("as_of", texts(&[Some("tomorrow")])),
            ("revision", Arc::new(Int32Array::from(vec![1]))),
        ],
    );
    let files = HistoryFiles { verdicts: vec![wrong], estimates: vec![] };
    let error = read_history(&files, "checkout").unwrap_err();
    assert!(error.problems[0].message.contains("as_of"), "{error}");
}
