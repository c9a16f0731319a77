//! One writer at a time, and a folder that can be written to.

use super::*;

#[tokio::test]
async fn the_second_writer_is_told_who_holds_the_slot() {
    let root = tempfile::tempdir().unwrap();
    let first = lock(root.path());
    let error = Output::lock(root.path(), at("2026-10-21T03:00:00Z")).unwrap_err();
    let OutputError::Held { by, .. } = &error else { panic!("{error}") };
    assert!(by.starts_with(&format!("process {} on ", std::process::id())), "{by}");
    assert!(by.ends_with(", since 2026-10-21T02:00:00Z"), "{by}");
    commit(&first, &night("a")).await.unwrap();
    drop(first);
    lock(root.path());
}

#[test]
fn the_slot_leaves_nothing_but_its_file() {
    let root = tempfile::tempdir().unwrap();
    drop(lock(&root.path().join("new/out")));
    let names: Vec<_> = (fs::read_dir(root.path().join("new/out")).unwrap())
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, [".assize.lock"]);
}

#[test]
fn a_path_that_cannot_be_a_folder_fails_before_any_computation() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("out");
    fs::write(&file, "not a folder").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Output::lock(&path, at("2026-10-21T02:00:00Z")).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write to {}", path.display()));
        assert!(std::error::Error::source(&error).is_some());
        assert!(error.hint().starts_with("move away the file"), "{}", error.hint());
    }
}

/// Where the lock does not reach: two writers that both hold "the" slot.
#[tokio::test]
async fn a_lost_race_is_an_error_and_never_a_double_write() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    let specs = crate::output::tables::COMMIT_POINT;
    let mut slow = crate::output::delta::Table::open(root.path(), specs).await.unwrap().unwrap();
    commit(&output, &night("b")).await.unwrap();
    let before = listing(root.path());
    let operation = deltalake_core::protocol::DeltaOperation::Delete { predicate: None };
    let lost = slow.commit(vec![], operation, Value::Null).await.unwrap_err();
    assert!(matches!(lost, OutputError::LostRace { table: "verdicts", version: 2 }), "{lost}");
    let names = |listing: BTreeSet<String>| -> Vec<String> {
        listing.iter().map(|line| line.split(' ').next().unwrap().to_string()).collect()
    };
    assert_eq!(names(listing(root.path())), names(before));
}

/// Two tasks at once: one commits, the other is told to come back.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_tasks_one_commits_and_one_is_held() {
    let root = tempfile::tempdir().unwrap();
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let task = |hash: &'static str| {
        let (path, barrier) = (root.path().to_path_buf(), barrier.clone());
        tokio::spawn(async move {
            let slot = Output::lock(&path, at("2026-10-21T02:00:00Z"));
            barrier.wait().await;
            match slot {
                Ok(output) => commit(&output, &night(hash)).await.map(|_| true),
                Err(OutputError::Held { .. }) => Ok(false),
                Err(other) => Err(other),
            }
        })
    };
    let (a, b) = (task("a"), task("b"));
    let (a, b) = (a.await.unwrap().unwrap(), b.await.unwrap().unwrap());
    assert!(a != b, "{a} {b}");
    assert_eq!(rows(root.path(), "verdicts").len(), 2);
}

#[tokio::test]
async fn a_folder_may_have_any_name_but_one_that_readers_misread() {
    let root = tempfile::tempdir().unwrap();
    for name in ["out dir", "#1", "a?b*", "größe", "a+b&c=d;e@f:g,h!'(i)[j]{k}~$", "d/e/f"] {
        let folder = root.path().join(name);
        commit(&lock(&folder), &night("a")).await.unwrap();
        let again = commit(&lock(&folder), &night("a")).await.unwrap();
        assert!(matches!(again, Committed::Unchanged), "{name}");
        assert_eq!(rows(&folder, "verdicts").len(), 2, "{name}");
    }
    let error = Output::lock(&root.path().join("100%25"), at("2026-10-21T02:00:00Z")).unwrap_err();
    assert!(error.hint().starts_with("give `"), "{}", error.hint());
}
