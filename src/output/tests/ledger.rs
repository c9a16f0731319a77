//! Lines are added, never changed, and one breaks the chain where it was tampered with.

use super::*;
use crate::output::line::{Head, first_break, lines};

async fn with_one_order() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    commit(&lock(root.path()), &night("a")).await.unwrap();
    root
}

/// Every kind of order, with and without what may be absent.
fn entries() -> Vec<Entry> {
    let day = date(2026, 10, 20);
    let of = |number: u32, kind| {
        let mut entry = queued(&format!("order-{number}"), day);
        entry.order = Order { number, kind, ..entry.order };
        entry
    };
    let mut bare = of(4, Kind::Conclude { winner: None });
    bare.order = Order { flag: None, confidence: None, lift: None, ..bare.order };
    let mut full = of(5, Kind::Notify { event: "shipped".into() });
    full.seen_after = Some("{}".into());
    full.detail = Some("\"quoted\", größer\n".into());
    full.order.needs_approval = true;
    vec![
        of(1, Kind::SetRollout { variant: "new".into(), percent: 100 }),
        of(2, Kind::Disable),
        of(3, Kind::Conclude { winner: Some("new".into()) }),
        bare,
        full,
    ]
}

#[tokio::test]
async fn what_is_appended_is_read_back_in_order_whoever_wrote_it() {
    let root = with_one_order().await;
    let output = lock(root.path());
    let first = queued("ship-2026-10-20", date(2026, 10, 20));
    append_entries(&output, &entries()).await.unwrap();
    append_entries(&output, &[next(&first, EntryState::Sending)]).await.unwrap();
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap();
    let expected = [
        vec![first.clone()],
        entries(),
        vec![next(&first, EntryState::Sending)],
        vec![queued("ship-2026-10-21", date(2026, 10, 21))],
    ]
    .concat();
    assert_eq!(ledger(root.path()).await.unwrap(), expected);
    let lines: Vec<i64> = (rows(root.path(), "actions").iter())
        .map(|row| row["line"].as_i64().unwrap())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(lines, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_order_is_enqueued_once_and_a_look_is_spent_once() {
    let root = with_one_order().await;
    let output = lock(root.path());
    let first = queued("ship-2026-10-20", date(2026, 10, 20));
    append_entries(&output, &[next(&first, EntryState::Sending)]).await.unwrap();
    let again = commit(&output, &night("b")).await.unwrap();
    let Committed::Written { versions, .. } = again else { panic!("{again:?}") };
    let tables: Vec<&str> = versions.iter().map(|(table, _)| *table).collect();
    assert_eq!(tables, ["summaries", "estimates", "health", "runs", "verdicts"]);
    assert_eq!(ledger(root.path()).await.unwrap().len(), 2);
    assert_eq!(rows(root.path(), "looks").len(), 2);
    // In another phase of the lock the day is looked at anew.
    let mut unlocked = night("c");
    unlocked.reports[0].verdict.lock_phase = 2;
    commit(&output, &unlocked).await.unwrap();
    assert_eq!(rows(root.path(), "looks").len(), 4);
}

#[tokio::test]
async fn a_line_that_somebody_else_has_added_is_a_lost_race() {
    let root = with_one_order().await;
    let output = lock(root.path());
    let first = queued("ship-2026-10-20", date(2026, 10, 20));
    let sending = next(&first, EntryState::Sending);
    // Two that read before either has written, as where the lock does not reach.
    let (mut fast, mut slow) =
        (Ledger::open(&output).await.unwrap(), Ledger::open(&output).await.unwrap());
    fast.append(std::slice::from_ref(&sending)).await.unwrap();
    fast.append(&[next(&sending, EntryState::Applied)]).await.unwrap();
    assert_eq!(fast.entries().len(), 3);
    let before = listing(root.path());
    let lost = slow.append(std::slice::from_ref(&sending)).await.unwrap_err();
    assert!(matches!(lost, OutputError::LostRace { table: "actions", version: 2 }), "{lost}");
    // One that reads afterwards, but adds what it decided on before.
    let late = append_entries(&output, &[sending]).await.unwrap_err();
    assert!(matches!(late, OutputError::LostRace { table: "actions", .. }), "{late}");
    let names = |listing: BTreeSet<String>| -> BTreeSet<String> {
        listing.iter().map(|line| line.split(' ').next().unwrap().to_string()).collect()
    };
    assert_eq!(names(listing(root.path())), names(before), "nothing is left of a lost race");
    assert_eq!(ledger(root.path()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_lines_of_a_killed_night_do_not_count_and_break_no_chain() {
    let root = with_one_order().await;
    let output = lock(root.path());
    crate::output::failpoint::tests::arm(Some("before:verdicts"));
    commit(&output, &night_of(date(2026, 10, 21), "b")).await.unwrap_err();
    crate::output::failpoint::tests::arm(None);
    assert_eq!(rows(root.path(), "actions").len(), 2);
    assert_eq!(ledger(root.path()).await.unwrap().len(), 1);
    append_entries(&output, &entries()).await.unwrap();
    assert_eq!(ledger(root.path()).await.unwrap().len(), 6);
    assert_eq!(rows(root.path(), "actions").len(), 6);
}

#[test]
fn a_changed_missing_or_moved_line_breaks_the_chain() {
    let whole = lines(&Head::default(), Some("run"), &entries());
    assert_eq!(first_break(&whole), None);
    for at in 0..whole.len() {
        let line = at as u64 + 1;
        let broken = |change: &dyn Fn(&mut Vec<crate::output::line::Line>)| {
            let mut changed = whole.clone();
            change(&mut changed);
            first_break(&changed).map(|(line, _)| line)
        };
        assert_eq!(broken(&|lines| lines[at].entry.order.reason.push('.')), Some(line));
        assert_eq!(broken(&|lines| lines[at].entry.attempts += 1), Some(line));
        assert_eq!(broken(&|lines| lines[at].entry.order.lift = Some(0.2)), Some(line));
        assert_eq!(broken(&|lines| lines[at].run_id = None), Some(line));
        assert_eq!(broken(&|lines| lines[at].previous_hash = "0".repeat(63)), Some(line));
        if at + 1 < whole.len() {
            assert_eq!(broken(&|lines| drop(lines.remove(at))), Some(line + 1));
            assert_eq!(broken(&|lines| lines.swap(at, at + 1)), Some(line + 1));
        }
    }
    let followed = lines(&whole[1].head(), Some("run"), &entries()[2..]);
    assert_eq!(followed, whole[2..]);
}

#[tokio::test]
async fn nobody_acts_on_a_ledger_that_was_tampered_with() {
    let root = with_one_order().await;
    let output = lock(root.path());
    append_entries(&output, &entries()).await.unwrap();
    // A second folder's ledger has other lines of the same number.
    let other = tempfile::tempdir().unwrap();
    commit(&lock(other.path()), &night_of(date(2026, 10, 22), "z")).await.unwrap();
    let (ours, theirs) = (files(root.path(), "actions"), files(other.path(), "actions"));
    let ours = ours.iter().find(|file| !file.to_string_lossy().contains("by-command")).unwrap();
    fs::copy(theirs.first().unwrap(), ours).unwrap();
    // Let its run be one that is whole.
    let night = night_of(date(2026, 10, 22), "z");
    let lone = Night { orders: vec![], ..night };
    commit(&output, &lone).await.unwrap();
    let words = "table `actions`: line 2 is not as it was written: \
                 its `previous_hash` is not the hash of the line before";
    assert_eq!(ledger(root.path()).await.unwrap_err().to_string(), words);
    assert_eq!(append_entries(&output, &[]).await.unwrap_err().to_string(), words);
}
