//! The same night twice, another night, and the same night from other inputs.

use super::*;

fn revisions(root: &Path, table: &str) -> Vec<i64> {
    let mut revisions: Vec<i64> = (rows(root, table).iter())
        .filter(|row| row["experiment"] == "checkout")
        .map(|row| row["revision"].as_i64().unwrap())
        .collect();
    revisions.sort();
    revisions
}

#[tokio::test]
async fn the_same_night_twice_touches_nothing() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    let before = listing(root.path());
    let again = commit(&output, &night("a")).await.unwrap();
    assert_eq!(again, Committed::Unchanged);
    assert_eq!(listing(root.path()), before);
}

#[tokio::test]
async fn changed_inputs_are_a_new_revision_of_the_same_day() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap();
    commit(&output, &night("c")).await.unwrap();
    assert_eq!(revisions(root.path(), "verdicts"), [1, 1, 2]);
    let mut summaries = revisions(root.path(), "summaries");
    summaries.dedup();
    assert_eq!(summaries, [1, 2]);
    assert_eq!(revisions(root.path(), "summaries").len(), 3 * 5);
}

#[tokio::test]
async fn an_experiment_that_was_not_selected_before_starts_at_one() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    let only_broken = Night { reports: vec![broken(date(2026, 10, 20))], ..night("a") };
    commit(&output, &only_broken).await.unwrap();
    commit(&output, &night("b")).await.unwrap();
    assert_eq!(revisions(root.path(), "verdicts"), [1]);
}

/// The log is condensed on the way, and is read through the checkpoint afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn many_nights_stay_readable() {
    many_nights().await;
}

#[tokio::test(flavor = "current_thread")]
async fn many_nights_stay_readable_on_one_thread() {
    many_nights().await;
}

async fn many_nights() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    let day = |n: i64| date(2026, 1, 1).checked_add(jiff::Span::new().days(n)).unwrap();
    for n in 0..12 {
        let committed = commit(&output, &night_of(day(n), "a")).await.unwrap();
        assert!(matches!(committed, Committed::Written { .. }));
    }
    let log = root.path().join("verdicts/_delta_log");
    assert!(log.join("_last_checkpoint").is_file());
    assert!(log.join("00000000000000000009.checkpoint.parquet").is_file());
    assert_eq!(rows(root.path(), "verdicts").len(), 24);
    let listed = live_files(root.path(), "verdicts").await.unwrap();
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), files(root.path(), "verdicts"));
    let again = commit(&output, &night_of(day(3), "a")).await.unwrap();
    assert!(matches!(again, Committed::Unchanged));
    python_reads_the_same(root.path());
}

#[tokio::test]
async fn a_table_of_another_layout_is_refused() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let log = root.path().join("health/_delta_log/00000000000000000000.json");
    let older = fs::read_to_string(&log).unwrap().replace("check_name", "check_kind");
    fs::write(&log, older).unwrap();
    let error = commit(&lock(root.path()), &night("b")).await.unwrap_err();
    let words = "table `health` was laid out by another version of assize: \
                 column 6 is `check_kind string`, not `check_name string`";
    assert_eq!(error.to_string(), words);
}

/// A revision says which files changed and what came out otherwise; a first verdict does not.
#[tokio::test]
async fn a_revision_says_why() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    let mut second = night("b");
    second.inputs[0].size += 1;
    second.inputs.push(InputFile { source: "other".into(), ..second.inputs[0].clone() });
    second.engine_version = "0.2.0".into();
    second.config_hashes.insert("checkout".into(), "decaf".into());
    second.reports[0].verdict.decision = Decision::KeepRunning;
    second.reports[0].verdict.winner = None;
    second.reports[0].verdict.units += 10;
    commit(&output, &second).await.unwrap();
    let told = |experiment: &str, revision: i64| {
        let rows = rows(root.path(), "verdicts");
        let row = rows.iter().find(|row| {
            row["experiment"] == experiment && row["revision"].as_i64() == Some(revision)
        });
        let row = row.unwrap();
        [row["revised_because"].clone(), row["revised"].clone()]
            .map(|cell| cell.as_str().map(str::to_string))
    };
    assert_eq!(told("checkout", 1), [None, None]);
    let [because, changes] = told("checkout", 2);
    assert_eq!(
        because.unwrap(),
        "events: 1 file changed; the experiment's statistical fields changed; assize 0.2.0 instead of 0.1.0"
    );
    let changes = changes.unwrap();
    for words in ["decision: ship -> keep_running", "winner: new -> NULL", "units: "] {
        assert!(changes.contains(words), "{words:?} is not in {changes:?}");
    }
    // Nothing is known of which sources this one reads, so all of them are told.
    let [because, changes] = told("broken", 2);
    assert!(because.unwrap().starts_with("events: 1 file changed; other: 1 file added"));
    assert_eq!(changes.as_deref(), Some(""));
}
