//! What commands write stands by itself, whatever becomes of nights.

use std::time::SystemTime;

use super::*;
use crate::output::failpoint::tests::{arm, passed};

pub(super) fn intervention(kind: InterventionKind) -> Intervention {
    Intervention {
        experiment: "checkout".into(),
        lock_phase: 1,
        kind,
        subject: (kind == InterventionKind::Accept).then(|| "sample_ratio".into()),
        reason: "a bot was \"found\"".into(),
        by: "ann on desk".into(),
        at: at("2026-10-21T08:00:00.000001Z"),
        seen_through: Some(date(2026, 10, 20)),
    }
}

fn concluded() -> Concluded {
    Concluded {
        experiment: "checkout".into(),
        lock_phase: 1,
        winner: Some("new".into()),
        metric: Some("activation".into()),
        confidence: Some(0.97),
        lift: Some(0.18),
        lift_lower: Some(0.02),
        lift_upper: None,
        started: date(2026, 10, 1),
        ended: date(2026, 10, 20),
        days: 20,
        units: 2000,
        decision: Decision::Ship,
        reason: "Ship `new`.".into(),
        concluded_at: at("2026-10-21T09:00:00Z"),
        action_id: "ship".into(),
    }
}

#[tokio::test]
async fn what_people_do_is_written_once_and_read_back() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(interventions(root.path()).await.unwrap(), []);
    let output = lock(root.path());
    let accept = intervention(InterventionKind::Accept);
    let unlock = Intervention {
        seen_through: None,
        at: at("2026-10-20T08:00:00Z"),
        ..intervention(InterventionKind::Unlock)
    };
    assert!(append_intervention(&output, &accept).await.unwrap());
    assert!(append_intervention(&output, &unlock).await.unwrap());
    assert!(!append_intervention(&output, &accept).await.unwrap());
    assert_eq!(interventions(root.path()).await.unwrap(), [unlock, accept]);
    // A first night comes later.
    commit(&output, &night("a")).await.unwrap();
    assert_eq!(rows(root.path(), "interventions").len(), 2);
}

#[tokio::test]
async fn an_experiment_is_concluded_once_in_each_phase() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(programme(root.path()).await.unwrap(), []);
    let output = lock(root.path());
    assert!(append_programme(&output, &concluded()).await.unwrap());
    let again = Concluded { winner: None, action_id: "other".into(), ..concluded() };
    assert!(!append_programme(&output, &again).await.unwrap());
    let next = Concluded { lock_phase: 2, concluded_at: at("2026-11-21T09:00:00Z"), ..again };
    assert!(append_programme(&output, &next).await.unwrap());
    assert_eq!(programme(root.path()).await.unwrap(), [concluded(), next]);
}

/// One commit of each kind.
async fn all_commands(output: &Output) -> Result<(), OutputError> {
    let first = queued("ship-2026-10-19", date(2026, 10, 19));
    append_intervention(output, &intervention(InterventionKind::Accept)).await?;
    append_programme(output, &concluded()).await?;
    let is_there = Ledger::open(output).await?.entries().len() > 1;
    if !is_there {
        append_entries(output, &[next(&first, EntryState::Sending)]).await?;
    }
    Ok(())
}

const WRITTEN: [&str; 3] = ["interventions", "programme", "actions"];

fn held(root: &Path) -> Vec<Vec<String>> {
    let sorted = |table| {
        let mut rows: Vec<String> = rows(root, table).iter().map(Value::to_string).collect();
        rows.sort();
        rows
    };
    WRITTEN.map(sorted).to_vec()
}

/// Killed anywhere, the command is there whole or not at all, and doing it again ends as if
/// nothing had happened; no night takes it back.
#[tokio::test]
async fn a_crash_of_a_command_at_any_failpoint_is_all_or_nothing() {
    let yesterday = || async {
        let root = tempfile::tempdir().unwrap();
        commit(&lock(root.path()), &night_of(date(2026, 10, 19), "y")).await.unwrap();
        root
    };
    let undisturbed = yesterday().await;
    passed();
    all_commands(&lock(undisturbed.path())).await.unwrap();
    let places = passed();
    assert_eq!(places.len(), 9);
    commit(&lock(undisturbed.path()), &night("a")).await.unwrap();
    let expected = held(undisturbed.path());
    for place in places {
        let root = yesterday().await;
        arm(Some(&place));
        let stopped = all_commands(&lock(root.path())).await;
        arm(None);
        assert!(matches!(stopped, Err(OutputError::Failpoint(_))), "{place}: {stopped:?}");
        all_commands(&lock(root.path())).await.unwrap();
        commit(&lock(root.path()), &night("a")).await.unwrap();
        assert_eq!(held(root.path()), expected, "{place}");
        assert_eq!(ledger(root.path()).await.unwrap().len(), 3, "{place}");
        // What the kill left on the disk is swept; what the tables name is not.
        let later = Timestamp::try_from(SystemTime::now() + Duration::from_secs(7200)).unwrap();
        let swept = recover(&Output::lock(root.path(), later).unwrap()).await.unwrap();
        assert_eq!(swept.files, usize::from(place.starts_with("command:before")), "{place}");
        assert_eq!(held(root.path()), expected, "{place}");
    }
}

/// The same, of a process that dies.
#[tokio::test]
async fn a_killed_night_after_a_command_takes_back_its_own_lines_only() {
    let root = tempfile::tempdir().unwrap();
    let output = lock(root.path());
    commit(&output, &night_of(date(2026, 10, 19), "y")).await.unwrap();
    all_commands(&output).await.unwrap();
    let before = held(root.path());
    for place in ["after:looks", "after:actions", "before:verdicts"] {
        arm(Some(place));
        commit(&output, &night("a")).await.unwrap_err();
        arm(None);
        recover(&output).await.unwrap();
        assert_eq!(held(root.path()), before, "{place}");
        assert_eq!(rows(root.path(), "looks").len(), 2, "{place}");
    }
}
