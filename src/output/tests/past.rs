//! What earlier nights left is read as it was meant.

use super::commands::intervention;
use super::*;
use crate::output::failpoint::tests::arm;

fn in_phase(mut night: Night, phase: u32) -> Night {
    night.reports[0].verdict.lock_phase = phase;
    night
}

#[tokio::test]
async fn a_folder_that_is_not_there_has_no_past() {
    let root = tempfile::tempdir().unwrap();
    let absent = root.path().join("out");
    assert_eq!(past(&absent).await.unwrap(), BTreeMap::new());
    assert_eq!(ledger(&absent).await.unwrap(), []);
    assert_eq!(programme(&absent).await.unwrap(), []);
    assert!(!absent.exists());
}

#[tokio::test]
async fn the_past_is_every_verdict_and_every_look() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    // The later day is looked at first: then it is its promise that counts.
    let mut later = night_of(date(2026, 10, 21), "first");
    later.finished_at = at("2026-10-20T02:00:00Z");
    commit(&output, &later).await.unwrap();
    commit(&output, &night("a")).await.unwrap();
    let mut revised = night("b");
    revised.reports[0].verdict.decision = Decision::Investigate;
    revised.reports[0].verdict.hold_reasons = vec!["sample_ratio".into(), "stale".into()];
    commit(&output, &revised).await.unwrap();
    let pasts = past(root.path()).await.unwrap();
    assert_eq!(pasts.keys().collect::<Vec<_>>(), ["broken", "checkout"]);
    let checkout = &pasts["checkout"];
    assert_eq!(checkout.lock.promise.as_deref(), Some(r#"{"from":"first"}"#));
    assert_eq!((checkout.lock.phase, checkout.lock.seen_before), (1, None));
    let days: Vec<(Date, i32)> = checkout.verdicts.iter().map(|v| (v.as_of, v.revision)).collect();
    let [first, second] = [date(2026, 10, 20), date(2026, 10, 21)];
    assert_eq!(days, [(first, 1), (first, 2), (second, 1)]);
    let verdict = &checkout.verdicts[1];
    assert_eq!((verdict.decision, verdict.input_hash.as_str()), (Decision::Investigate, "b"));
    assert_eq!(verdict.hold_reasons, ["sample_ratio", "stale"]);
    assert_eq!((verdict.confidence, verdict.lift), (Some(0.97), Some(0.18)));
    assert_eq!((verdict.winner.as_deref(), verdict.actionable), (Some("new"), true));
    let spent_tests = vec![spent("activation"), SpentTest { boundary: None, ..spent("revenue") }];
    let looks =
        [20, 21].map(|day| SpentLook { as_of: date(2026, 10, day), tests: spent_tests.clone() });
    assert_eq!(checkout.looks, looks);
    assert_eq!(pasts["broken"].lock.promise, None);
    assert_eq!(pasts["broken"].verdicts[0].decision, Decision::Error);
}

#[tokio::test]
async fn an_unlocked_experiment_begins_anew() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    append_intervention(&output, &intervention(InterventionKind::Accept)).await.unwrap();
    assert_eq!(past(root.path()).await.unwrap()["checkout"].accepted, ["sample_ratio"]);
    append_intervention(&output, &intervention(InterventionKind::Unlock)).await.unwrap();
    let seen_before = Some(date(2026, 10, 20));
    let fresh = Past { lock: Lock { phase: 2, promise: None, seen_before }, ..Past::default() };
    assert_eq!(past(root.path()).await.unwrap()["checkout"], fresh);
    commit(&output, &in_phase(night("b"), 2)).await.unwrap();
    let pasts = past(root.path()).await.unwrap();
    let checkout = &pasts["checkout"];
    assert_eq!(checkout.lock.promise.as_deref(), Some(r#"{"from":"b"}"#));
    assert_eq!(checkout.verdicts.len(), 1);
    assert_eq!((checkout.verdicts[0].revision, checkout.looks.len()), (2, 1));
}

#[tokio::test]
async fn a_killed_night_has_no_past() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    let before = past(root.path()).await.unwrap();
    arm(Some("before:verdicts"));
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap_err();
    arm(None);
    assert_eq!(rows(root.path(), "looks").len(), 4);
    assert_eq!(past(root.path()).await.unwrap(), before);
}

/// `OPTIMIZE`, done by Python where `ASSIZE_PYTHON` names one with its requirements.
#[tokio::test]
async fn tables_that_another_tool_compacted_are_read_the_same() {
    let Ok(python) = std::env::var("ASSIZE_PYTHON") else { return };
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    for (day, hash) in [(19, "a"), (20, "b"), (20, "c")] {
        commit(&output, &night_of(date(2026, 10, day), hash)).await.unwrap();
    }
    append_entries(&output, &[queued("by hand", date(2026, 10, 20))]).await.unwrap();
    append_intervention(&output, &intervention(InterventionKind::Accept)).await.unwrap();
    append_intervention(&output, &intervention(InterventionKind::Reject)).await.unwrap();
    let before = (past(root.path()).await.unwrap(), ledger(root.path()).await.unwrap());
    let script = "import deltalake, sys\n\
                  for table in sys.argv[2:]:\n    \
                  deltalake.DeltaTable(sys.argv[1] + '/' + table).optimize.compact()\n";
    let tables = [&TABLES[..], &["interventions"]].concat();
    let mut compact = std::process::Command::new(python);
    let done = compact.args(["-c", script]).arg(root.path()).args(tables).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(files(root.path(), "actions").len(), 1);
    let after = (past(root.path()).await.unwrap(), ledger(root.path()).await.unwrap());
    assert_eq!(after, before);
    // And they are continued.
    commit(&output, &night_of(date(2026, 10, 21), "d")).await.unwrap();
    assert_eq!(ledger(root.path()).await.unwrap().len(), before.1.len() + 1);
    assert_eq!(interventions(root.path()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_column_of_another_type_and_a_word_that_is_not_known_are_told() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let file = files(root.path(), "verdicts").pop_first().unwrap();
    let told = |change: &dyn Fn(RecordBatch) -> RecordBatch| {
        let rows = batches(&file);
        rewrite(&file, &change(rows[0].clone()));
        let root = root.path().to_path_buf();
        let undo = rows[0].clone();
        let file = file.clone();
        async move {
            let error = past(&root).await.unwrap_err();
            rewrite(&file, &undo);
            let cause = std::error::Error::source(&error).unwrap().to_string();
            (error.to_string(), cause.split_once(": ").unwrap().1.to_string())
        }
    };
    let wrong = "table `verdicts`: cannot read a data file".to_string();
    let unknown = told(&|rows| with_text(&rows, "decision", Some("explode"))).await;
    assert_eq!(unknown, (wrong.clone(), "column `decision`, row 1: `explode` is not known".into()));
    let missing = told(&|rows| without(&rows, &["run_id"])).await;
    assert_eq!(missing, (wrong.clone(), "column `run_id`, row 1: is NULL".into()));
    let text = told(&|rows| with_text(&rows, "as_of", Some("tomorrow"))).await;
    assert_eq!(text.0, wrong);
    assert!(text.1.starts_with("column `as_of`: Cast error"), "{}", text.1);
}

fn rewrite(file: &Path, rows: &RecordBatch) {
    let file = File::create(file).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

/// With one text in every row of a column.
fn with_text(rows: &RecordBatch, name: &str, text: Option<&str>) -> RecordBatch {
    let cells = arrow::array::StringArray::from(vec![text; rows.num_rows()]);
    let schema = rows.schema();
    let columns = schema.fields().iter().enumerate().map(|(at, field)| {
        let column: arrow::array::ArrayRef = match field.name() == name {
            true => std::sync::Arc::new(cells.clone()),
            false => rows.column(at).clone(),
        };
        (field.name().clone(), column, true)
    });
    RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).unwrap()
}

pub(super) fn without(rows: &RecordBatch, names: &[&str]) -> RecordBatch {
    let schema = rows.schema();
    let kept =
        schema.fields().iter().enumerate().filter(|(_, f)| !names.contains(&f.name().as_str()));
    rows.project(&kept.map(|(at, _)| at).collect::<Vec<_>>()).unwrap()
}

pub(super) fn write_rows(file: &Path, rows: &RecordBatch) {
    rewrite(file, rows);
}
