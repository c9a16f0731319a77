//! A night is compared with what is stored of it, cell by cell.

use std::collections::BTreeSet;

use super::*;
use crate::output::{Again, Cell, MadeFrom, NightRows, compare, verdicts_of_run, verify_rows};

async fn stored(root: &Path, run: &str) -> NightRows {
    let keys = ["checkout", "broken"].map(|key| (run.to_string(), key.to_string()));
    NightRows::stored(root, &BTreeSet::from(keys)).await.unwrap()
}

#[tokio::test]
async fn what_is_stored_is_what_was_written() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night("a")).await.unwrap();
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap();
    let rows = stored(root.path(), &first_run("a")).await;
    let again = NightRows::of(&night("a")).unwrap();
    assert!(again.estimates() > 1);
    assert_eq!(compare(&rows, &again, 0.0).unwrap(), []);
    assert_eq!(compare(&again, &rows, 0.0).unwrap(), []);
}

#[tokio::test]
async fn a_cell_and_a_row_that_differ_are_told() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let rows = stored(root.path(), &first_run("a")).await;
    let mut other = night("a");
    let lift = other.reports[0].verdict.lift.unwrap();
    other.reports[0].verdict.lift = Some(lift * (1.0 + 1e-6));
    let gone = other.reports[0].estimates.pop().unwrap();
    let other = NightRows::of(&other).unwrap();
    let changes = compare(&rows, &other, 1e-9).unwrap();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert_eq!((changes[0].table, changes[0].column.as_deref()), ("verdicts", Some("lift")));
    assert_eq!(changes[0].before, Cell::Number(lift));
    assert_eq!((&changes[1].before, &changes[1].now), (&Cell::Row, &Cell::NoRow));
    assert_eq!(changes[1].row[..2], [gone.metric, gone.treatment]);
    assert_eq!(compare(&rows, &other, 1e-5).unwrap().len(), 1);
}

/// From summaries only what follows from them is compared.
#[tokio::test]
async fn rows_are_verified_by_what_they_were_made_from() {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    let verdicts = verdicts_of_run(root.path(), &first_run("a")).await.unwrap();
    let verdict = verdicts.iter().find(|verdict| verdict.experiment == "checkout").unwrap();
    let mut report = night("a").reports.remove(0);
    let verify = async |report: &Report, from| {
        verify_rows(root.path(), verdict, report.clone(), from).await.unwrap()
    };
    for from in [MadeFrom::Summaries, MadeFrom::Sources] {
        let same = verify(&report, from).await;
        assert!(matches!(same, Again::Same { estimates: 2.., is_exact: true }), "{same:?}");
    }
    report.health[0].detail.push('!');
    let same = verify(&report, MadeFrom::Summaries).await;
    assert!(matches!(same, Again::Same { .. }));
    let Again::Differs(changes) = verify(&report, MadeFrom::Sources).await else { panic!() };
    assert_eq!((changes[0].table, changes[0].column.as_deref()), ("health", Some("detail")));
    report.health[0].detail.pop();
    let lift = report.verdict.lift.as_mut().unwrap();
    *lift *= 1.0 + 1e-13;
    let same = verify(&report, MadeFrom::Summaries).await;
    assert!(matches!(same, Again::Same { is_exact: false, .. }), "{same:?}");
}
