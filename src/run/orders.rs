//! What a night's verdicts set in motion: lines for the ledger, and nothing else.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::memory::{Remembered, treatments};
use crate::action::{Approval, Destination, Entry, EntryState, Intent, plan};
use crate::config::{Approve, Experiment, Project, TargetKind, config_hash};
use crate::verdict::{Decision, Report};

/// A verdict that many share is more likely a fault of measurement than so much harm at once.
pub(super) const MANY_ROLL_BACKS: &str = "many_roll_backs";

/// Holds all that a night would set in motion where too much of it is a roll back: more than
/// five, or at least two and more than a fifth of the experiments. A person may accept
/// `many_roll_backs` for an experiment.
pub fn hold_many_roll_backs(reports: &mut [Report], remembered: &Remembered) {
    let is_new = |report: &&Report| {
        report.verdict.decision == Decision::RollBack
            && report.verdict.actionable
            && report.verdict.settled_on.is_none()
    };
    let new = reports.iter().filter(is_new).count();
    if !(new > 5 || (new >= 2 && 5 * new > reports.len())) {
        return;
    }
    let all = reports.len();
    let words = format!(
        " {new} of {all} experiments would be rolled back in one night, so nothing is set in motion \
         before a person has looked at what they share."
    );
    for report in reports.iter_mut().filter(|report| report.verdict.actionable) {
        let accepted = &remembered.past(&report.experiment).accepted;
        if !accepted.iter().any(|check| check == MANY_ROLL_BACKS) {
            report.verdict.hold(MANY_ROLL_BACKS);
            report.verdict.recommendation.push_str(&words);
        }
    }
}

/// The lines that follow from a night's new verdicts.
pub fn enqueue(
    project: &Project,
    reports: &[&Report],
    remembered: &Remembered,
    ledger: &[Entry],
    now: Timestamp,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for report in reports {
        let experiment = project.experiments.iter().find(|e| e.key == report.experiment);
        let (Some(experiment), Some(actionable)) = (experiment, report.actionable()) else {
            continue;
        };
        let mine: Vec<&Entry> = ledger
            .iter()
            .filter(|entry| {
                entry.order.experiment == report.experiment
                    && entry.order.lock_phase == report.verdict.lock_phase
            })
            .collect();
        let settled = remembered.past(&report.experiment).settled(report.as_of);
        let intent = intent(project, experiment, report.as_of);
        let orders = plan(actionable, &settled, &intent, &mine, now);
        entries.extend(orders.into_iter().map(|order| Entry {
            order,
            sequence: 0,
            state: EntryState::Queued,
            attempts: 0,
            at: now,
            by: "assize run".to_owned(),
            seen_before: None,
            sent: None,
            seen_after: None,
            detail: None,
        }));
    }
    entries
}

/// Until when a verdict on a day may be acted upon: so long after the day is over.
pub fn expires_at(project: &Project, as_of: jiff::civil::Date) -> Timestamp {
    let zone: &TimeZone = &project.timezone;
    let over = as_of.tomorrow().ok().and_then(|day| day.to_zoned(zone.clone()).ok());
    let over = over.map_or(Timestamp::MIN, |midnight| midnight.timestamp());
    over.checked_add(project.actions.expires.microseconds()).unwrap_or(Timestamp::MAX)
}

fn intent(project: &Project, experiment: &Experiment, as_of: jiff::civil::Date) -> Intent {
    let rollout = experiment.rollout.as_ref();
    Intent {
        destinations: destinations(project, experiment),
        steps: rollout.map(|rollout| rollout.steps.clone()).unwrap_or_default(),
        every: rollout.map_or(0, |rollout| rollout.every),
        approval: match project.actions.approve {
            Approve::Never => Approval::Never,
            Approve::Ship => Approval::Ship,
            Approve::Always => Approval::Always,
        },
        expires_at: expires_at(project, as_of),
        treatments: treatments(experiment),
        config_hash: config_hash(project, experiment),
    }
}

/// Targets of the rollout; without one, those that are told of everything.
fn destinations(project: &Project, experiment: &Experiment) -> Vec<Destination> {
    let rollout = experiment.rollout.as_ref();
    let targets = project.targets.values().filter(|target| match rollout {
        Some(rollout) => rollout.targets.contains(&target.name),
        None => is_told_everything(&target.kind),
    });
    let destination = |target: &crate::config::TargetConfig| Destination {
        target: target.name.clone(),
        flag: rollout.map(|rollout| rollout.flag.clone()),
        takes_rollouts: rollout.is_some(),
        takes_conclusions: !matches!(target.kind, TargetKind::Flagd { .. }),
        takes_notices: is_told_everything(&target.kind),
    };
    targets.map(destination).collect()
}

fn is_told_everything(kind: &TargetKind) -> bool {
    matches!(kind, TargetKind::File { .. } | TargetKind::Webhook { .. } | TargetKind::Exec { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::fixture::Night;

    /// Reports of experiments of which so many would be rolled back.
    fn night(harmed: usize, quiet: usize) -> Vec<Report> {
        let report = |n: usize, rate: f64| {
            let mut night = Night::quiet().rate("activation_rate", "simplified", rate);
            night.experiment.key = format!("experiment-{n}");
            night.report()
        };
        let harmed = (0..harmed).map(|n| report(n, 0.36));
        let mut reports: Vec<Report> = harmed.collect();
        let more = (0..quiet).map(|n| report(reports.len() + n, 0.4)).collect::<Vec<_>>();
        reports.extend(more);
        hold_many_roll_backs(&mut reports, &Remembered::default());
        reports
    }

    fn held(reports: &[Report]) -> usize {
        let is_held = |r: &&Report| r.verdict.hold_reasons == [MANY_ROLL_BACKS];
        reports.iter().filter(is_held).count()
    }

    /// A08: a fault of measurement looks like harm everywhere.
    #[test]
    fn a08_too_many_roll_backs_in_one_night_wait_for_a_person() {
        for (harmed, quiet, expected) in
            [(1, 0, 0), (1, 3, 0), (2, 8, 0), (2, 7, 2), (5, 20, 0), (5, 19, 5), (6, 100, 6)]
        {
            let reports = night(harmed, quiet);
            assert_eq!(held(&reports), expected, "{harmed} of {}", harmed + quiet);
            let act = reports.iter().filter(|report| report.actionable().is_some()).count();
            assert_eq!(act, harmed - expected);
        }
        let words = &night(2, 0)[0].verdict.recommendation;
        assert!(words.ends_with(
            "2 of 2 experiments would be rolled back in one night, so nothing is set in motion \
             before a person has looked at what they share."
        ));
    }
}
