//! Killed anywhere, a rerun ends where an undisturbed run ends.

use std::process::{Child, Command, Stdio};
use std::time::{Instant, SystemTime};

use super::*;
use crate::output::failpoint::tests::{arm, passed};

/// Yesterday is committed, tonight is about to be.
async fn yesterday() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night_of(date(2026, 10, 19), "y")).await.unwrap();
    root
}

/// What the tables hold after a night without incidents.
async fn undisturbed() -> BTreeMap<&'static str, Vec<String>> {
    let root = yesterday().await;
    commit(&lock(root.path()), &night("a")).await.unwrap();
    all_rows(root.path())
}

/// Runs in other tables that `verdicts` does not have.
fn debris(root: &Path) -> Vec<PathBuf> {
    let runs = |table| files(root, table).into_iter().map(|file| (run(&file), file));
    let whole: BTreeSet<String> = runs("verdicts").map(|(run, _)| run).collect();
    TABLES.into_iter().flat_map(runs).filter(|(run, _)| !whole.contains(run)).map(|f| f.1).collect()
}

fn run(file: &Path) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    crate::output::data_file::run_of(name).unwrap().to_string()
}

/// Every place a commit comes by, found by coming by.
async fn places() -> Vec<String> {
    let root = yesterday().await;
    passed();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    passed()
}

#[tokio::test]
async fn a_crash_at_any_failpoint_and_a_rerun_is_an_undisturbed_night() {
    let expected = undisturbed().await;
    let places = places().await;
    assert_eq!(places.len(), 15);
    for place in places {
        let root = yesterday().await;
        arm(Some(&place));
        let stopped = commit(&lock(root.path()), &night("a")).await;
        arm(None);
        assert!(matches!(stopped, Err(OutputError::Failpoint(_))), "{place}: {stopped:?}");
        commit(&lock(root.path()), &night("a")).await.unwrap();
        assert_eq!(all_rows(root.path()), expected, "{place}");
        assert_eq!(debris(root.path()), Vec::<PathBuf>::new(), "{place}");
    }
}

/// V03: the recovery itself is killed, at each of its places, then another night comes first.
#[tokio::test]
async fn a_crash_while_recovering_is_recovered_from() {
    let expected = undisturbed().await;
    for table in ["summaries", "estimates", "health", "looks", "actions", "runs"] {
        for place in [format!("before:recover:{table}"), format!("after:recover:{table}")] {
            let root = yesterday().await;
            for place in ["before:verdicts", &place] {
                arm(Some(place));
                commit(&lock(root.path()), &night("a")).await.unwrap_err();
            }
            arm(None);
            commit(&lock(root.path()), &night("a")).await.unwrap();
            assert_eq!(all_rows(root.path()), expected, "{place}");
            assert_eq!(debris(root.path()), Vec::<PathBuf>::new(), "{place}");
        }
    }
}

#[tokio::test]
async fn recovery_names_the_run_and_spares_whole_ones() {
    let root = yesterday().await;
    arm(Some("after:health"));
    commit(&lock(root.path()), &night("a")).await.unwrap_err();
    arm(None);
    assert_eq!(debris(root.path()).len(), 3);
    let recovered = recover(&lock(root.path())).await.unwrap();
    assert_eq!(recovered.runs, BTreeSet::from([first_run("a")]));
    assert_eq!(debris(root.path()), Vec::<PathBuf>::new());
    assert_eq!(rows(root.path(), "summaries").len(), 5);
    assert_eq!(recover(&lock(root.path())).await.unwrap(), Recovered::default());
}

/// V31: old, ours and unnamed is deleted; young, foreign or named stays.
#[tokio::test]
async fn orphans_are_deleted_when_old_and_foreign_files_never() {
    let root = yesterday().await;
    arm(Some("before:summaries"));
    commit(&lock(root.path()), &night("a")).await.unwrap_err();
    arm(None);
    let table = root.path().join("verdicts");
    for name in ["foreign.parquet", "assize-notes.parquet", ".assize-tmp-0"] {
        fs::write(table.join(name), "x").unwrap();
    }
    let since = |time: SystemTime| Timestamp::try_from(time).unwrap();
    let young = Output::lock(root.path(), since(SystemTime::now())).unwrap();
    assert_eq!(recover(&young).await.unwrap().files, 0);
    drop(young);
    let later = SystemTime::now() + Duration::from_secs(2 * 60 * 60);
    let old = Output::lock(root.path(), since(later)).unwrap();
    assert_eq!(recover(&old).await.unwrap().files, 8);
    assert!(
        table.join("foreign.parquet").is_file() && table.join("assize-notes.parquet").is_file()
    );
    assert_eq!(rows(root.path(), "verdicts").len(), 2);
    commit(&old, &night("a")).await.unwrap();
    assert_eq!(all_rows(root.path()), undisturbed().await);
}

/// A lost `verdicts` folder must not take the other tables along.
#[tokio::test]
async fn without_verdicts_nothing_is_taken_back() {
    let root = yesterday().await;
    fs::rename(root.path().join("verdicts"), root.path().join("moved")).unwrap();
    let before = listing(root.path());
    let output = lock(root.path());
    for error in
        [commit(&output, &night("a")).await.unwrap_err(), recover(&output).await.unwrap_err()]
    {
        assert!(matches!(error, OutputError::NoVerdicts { .. }), "{error}");
    }
    let data = |listing: BTreeSet<String>| -> BTreeSet<String> {
        listing.into_iter().filter(|line| line.contains(".parquet")).collect()
    };
    assert_eq!(data(listing(root.path())), data(before));
}

/// Another tool has rewritten `verdicts` into a file of its own name.
#[tokio::test]
async fn a_compacted_verdicts_table_still_says_which_runs_are_whole() {
    let root = yesterday().await;
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let log = root.path().join("verdicts/_delta_log");
    for file in files(root.path(), "verdicts") {
        let name = file.file_name().unwrap().to_str().unwrap().to_string();
        let foreign = format!("part-{}.parquet", run(&file));
        fs::rename(&file, file.with_file_name(&foreign)).unwrap();
        for entry in fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().path()) {
            let text = fs::read_to_string(&entry).unwrap();
            fs::write(&entry, text.replace(&name, &foreign)).unwrap();
        }
    }
    let again = commit(&lock(root.path()), &night("a")).await.unwrap();
    assert!(matches!(again, Committed::Unchanged));
    commit(&lock(root.path()), &night("b")).await.unwrap();
    let revisions = rows(root.path(), "verdicts").iter().filter(|r| r["revision"] == 2).count();
    assert_eq!(revisions, 2);
    assert_eq!(rows(root.path(), "runs").len(), 3);
}

/// The process that the next tests kill. Also writes the sample for `tests/read_tables.py`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by other tests, with ASSIZE_TEST_OUTPUT"]
async fn child() {
    let root = std::env::var("ASSIZE_TEST_OUTPUT").unwrap();
    let inputs = std::env::var("ASSIZE_TEST_INPUTS").unwrap_or("a".into());
    let output = Output::lock(Path::new(&root), at("2026-10-21T02:00:00Z"));
    let committed = match output {
        Ok(output) => commit(&output, &night(&inputs)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = committed {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        panic!("{error}: {cause:?}; {}", error.hint());
    }
}

fn spawn(root: &Path, failpoint: &str, inputs: &str) -> Child {
    // Where there is one, the link holds even if a build replaces the file meanwhile.
    let link = Path::new("/proc/self/exe");
    let program = if link.exists() { link.into() } else { std::env::current_exe().unwrap() };
    Command::new(program)
        .args(["output::tests::crash::child", "--exact", "--ignored"])
        .env("ASSIZE_TEST_OUTPUT", root)
        .env("ASSIZE_FAILPOINT", failpoint)
        .env("ASSIZE_TEST_INPUTS", inputs)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn an_aborted_process_frees_the_slot_and_leaves_nothing_visible() {
    let expected = undisturbed().await;
    for place in places().await {
        let root = yesterday().await;
        assert!(!spawn(root.path(), &place, "a").wait().unwrap().success(), "{place}");
        assert_eq!(rows(root.path(), "verdicts").len() == 4, place == "after:verdicts", "{place}");
        commit(&lock(root.path()), &night("a")).await.unwrap();
        assert_eq!(all_rows(root.path()), expected, "{place}");
        assert_eq!(debris(root.path()), Vec::<PathBuf>::new(), "{place}");
    }
}

/// Starts a process on a new folder and returns once it has begun to write.
fn begin(root: &Path) -> Child {
    let mut child = spawn(root, "", "a");
    let begun = root.join("summaries/_delta_log/00000000000000000000.json");
    while !begun.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(100));
    }
    child
}

/// The tables but for the order in which nights came into the ledger.
fn without_order(
    mut tables: std::collections::BTreeMap<&'static str, Vec<String>>,
) -> std::collections::BTreeMap<&'static str, Vec<String>> {
    for row in tables.get_mut("actions").into_iter().flatten() {
        let mut line: Value = serde_json::from_str(row).unwrap();
        for place in ["line", "previous_hash", "hash"] {
            line[place].take();
        }
        *row = line.to_string();
    }
    tables.get_mut("actions").into_iter().for_each(|rows| rows.sort());
    tables
}

/// V01: killed at instants spread over the time it takes to write.
#[tokio::test]
async fn a_killed_process_at_any_instant_is_recovered_from() {
    const KILLS: u32 = 30;
    let expected = undisturbed().await;
    let root = tempfile::tempdir().unwrap();
    let mut child = begin(root.path());
    let start = Instant::now();
    child.wait().unwrap();
    let whole = start.elapsed();
    for kill in 0..KILLS {
        let root = tempfile::tempdir().unwrap();
        let mut child = begin(root.path());
        std::thread::sleep(whole * kill / KILLS);
        child.kill().unwrap();
        child.wait().unwrap();
        commit(&lock(root.path()), &night_of(date(2026, 10, 19), "y")).await.unwrap();
        commit(&lock(root.path()), &night("a")).await.unwrap();
        // A night that was whole before it was killed has its lines in the ledger first.
        let found = without_order(all_rows(root.path()));
        assert_eq!(found, without_order(expected.clone()), "kill {kill} of {KILLS}");
        assert_eq!(debris(root.path()), Vec::<PathBuf>::new());
    }
}

/// V08: a process either commits its whole night or is told to come back.
#[tokio::test]
async fn of_eight_processes_at_once_none_writes_half_a_night() {
    let root = yesterday().await;
    let nights: Vec<String> = (0..8).map(|n| n.to_string()).collect();
    let spawned: Vec<Child> = nights.iter().map(|night| spawn(root.path(), "", night)).collect();
    let ended = spawned.into_iter().map(|mut child| child.wait().unwrap().success());
    let committed = ended.filter(|success| *success).count();
    assert!(committed >= 1);
    let tonight = |row: &&Value| row["as_of"] == "2026-10-20" && row["experiment"] == "checkout";
    let verdicts = rows(root.path(), "verdicts");
    let mut revisions: Vec<i64> =
        verdicts.iter().filter(tonight).map(|row| row["revision"].as_i64().unwrap()).collect();
    revisions.sort();
    assert_eq!(revisions, (1..=committed as i64).collect::<Vec<_>>());
    assert_eq!(rows(root.path(), "runs").len(), committed + 1);
    assert_eq!(debris(root.path()), Vec::<PathBuf>::new());
}
