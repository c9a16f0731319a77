//! Any changed byte of a run's files is found.

use super::*;
use crate::output::delta::Table;
use crate::output::verify::verify_table;

#[tokio::test]
async fn the_files_of_a_run_are_what_was_written() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap();
    append_entries(&output, &[queued("by hand", date(2026, 10, 20))]).await.unwrap();
    let found = verify_files(root.path(), &first_run("a")).await.unwrap();
    assert_eq!(found.intact.len(), TABLES.len());
    assert_eq!((found.changed, found.unrecorded), (vec![], vec![]));
    let none = verify_files(root.path(), "2026-10-20-000000000000").await.unwrap();
    assert_eq!(none, FilesVerified::default());
}

#[tokio::test]
async fn every_flipped_byte_is_found() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let spec = crate::output::tables::FOLLOWERS[3];
    let table = Table::open(root.path(), spec).await.unwrap().unwrap();
    let file = files(root.path(), spec.name).pop_first().unwrap();
    let whole = fs::read(&file).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&file, flipped).unwrap();
        let mut found = FilesVerified::default();
        verify_table(&table, &first_run("a"), &mut found).unwrap();
        assert_eq!((found.changed.len(), found.intact.len()), (1, 0), "byte {at}");
    }
    fs::write(&file, whole).unwrap();
    let mut found = FilesVerified::default();
    verify_table(&table, &first_run("a"), &mut found).unwrap();
    assert_eq!(found.intact.len(), 1);
    fs::remove_file(&file).unwrap();
    let gone = verify_files(root.path(), &first_run("a")).await.unwrap();
    assert_eq!(gone.changed.len(), 1);
}
