use jiff::civil::{Date, date};

use super::fixture::{Night, UNITS};
use super::*;
use crate::config::Method;

/// A night's verdict, as the next ones find it.
fn kept(report: &Report, revision: i32) -> PastVerdict {
    PastVerdict {
        revision,
        run_id: format!("{}-{revision:012}", report.as_of),
        input_hash: format!("{}", report.as_of),
        ..PastVerdict::of(report)
    }
}

/// Nights one after the other, each of which knows those before it.
#[derive(Default)]
struct Nights(Past);

impl Nights {
    fn look(&mut self, night: &Night) -> Report {
        let report = self.see(night, &format!("{}", night.as_of));
        if !report.looks.is_empty() {
            let tests = report.looks.clone();
            self.0.looks.push(SpentLook { as_of: night.as_of, tests });
        }
        let before = self.0.verdicts.iter().filter(|verdict| verdict.as_of == night.as_of).count();
        self.0.verdicts.push(kept(&report, before as i32 + 1));
        report
    }

    fn see(&self, night: &Night, input_hash: &str) -> Report {
        let standing = self.0.standing(night.as_of, input_hash);
        let mut night = night.clone();
        night.experiment.decision.confirmations = 2;
        night.after(&Memory { past: &self.0, standing, added: &[] })
    }
}

fn day(day: i8) -> Date {
    date(2026, 10, day)
}

fn better(on: i8) -> Night {
    Night::quiet().rate("activation_rate", "simplified", 0.44).on(day(on))
}

fn worse(on: i8) -> Night {
    Night::quiet().rate("activation_rate", "simplified", 0.36).on(day(on))
}

fn quiet(on: i8) -> Night {
    Night::quiet().on(day(on))
}

fn said(report: &Report) -> (Decision, bool, Vec<&str>) {
    let verdict = &report.verdict;
    let held = verdict.hold_reasons.iter().map(String::as_str).collect();
    (verdict.decision, verdict.actionable, held)
}

#[test]
fn a_ship_needs_two_nights_in_a_row_and_harm_one() {
    let mut nights = Nights::default();
    assert_eq!(said(&nights.look(&better(10))), (Decision::Ship, false, vec!["unconfirmed"]));
    assert_eq!(said(&nights.look(&quiet(11))).0, Decision::KeepRunning);
    assert_eq!(said(&nights.look(&better(12))), (Decision::Ship, false, vec!["unconfirmed"]));
    let second = nights.look(&better(13));
    assert_eq!(said(&second), (Decision::Ship, true, vec![]));
    assert_eq!(second.verdict.confirmed, 2);
    assert_eq!(said(&Nights::default().look(&worse(10))), (Decision::RollBack, true, vec![]));
}

#[test]
fn a_rerun_confirms_nothing() {
    let mut nights = Nights::default();
    nights.look(&better(10));
    let rerun = nights.see(&better(10), "2026-10-10");
    assert_eq!(said(&rerun), (Decision::Ship, false, vec!["unconfirmed"]));
    assert!(rerun.looks.is_empty(), "it spends nothing");
}

#[test]
fn a_day_that_was_passed_over_confirms_nothing() {
    let mut nights = Nights::default();
    nights.look(&better(12));
    assert_eq!(said(&nights.look(&better(11))).2, ["past_night", "unconfirmed"]);
    assert_eq!(nights.see(&better(12), "2026-10-12").verdict.confirmed, 1);
    assert_eq!(nights.look(&better(13)).verdict.confirmed, 2);
}

#[test]
fn what_shipped_stays_shipped_but_for_harm() {
    let mut nights = Nights::default();
    nights.look(&better(10));
    nights.look(&better(11));
    let later = nights.look(&quiet(12));
    assert_eq!(said(&later), (Decision::Ship, true, vec![]));
    assert_eq!(later.verdict.settled_on, Some(day(11)));
    assert_eq!(later.verdict.trace.last().unwrap().rule, "settled");
    assert_eq!(said(&nights.look(&worse(13))), (Decision::RollBack, true, vec![]));
    let after = nights.look(&better(14));
    assert_eq!(after.verdict.decision, Decision::RollBack);
    assert_eq!(after.verdict.settled_on, Some(day(13)));
}

#[test]
fn health_is_told_after_a_ship_and_changes_nothing_for_good() {
    let mut nights = Nights::default();
    nights.look(&better(10));
    nights.look(&better(11));
    let lopsided = better(12).units("simplified", UNITS / 2);
    assert_eq!(said(&nights.look(&lopsided)).0, Decision::Investigate);
    assert_eq!(said(&nights.look(&quiet(13))).0, Decision::Ship);
}

#[test]
fn what_ended_without_a_winner_stays_so() {
    let mut nights = Nights::default();
    assert_eq!(said(&nights.look(&quiet(29))).0, Decision::Inconclusive);
    let later = nights.look(&better(30));
    assert_eq!(said(&later), (Decision::Inconclusive, false, vec![]));
    assert_eq!(later.verdict.settled_on, Some(day(29)));
}

#[test]
fn of_several_treatments_one_is_rolled_back_and_another_may_ship() {
    let two = |on| Night::with_treatments(&["bold", "calm"]).on(day(on));
    let mut nights = Nights::default();
    let harmed = nights.look(&two(10).rate("activation_rate", "bold", 0.36));
    assert_eq!(harmed.verdict.treatment.as_deref(), Some("bold"));
    let good =
        |on| two(on).rate("activation_rate", "bold", 0.36).rate("activation_rate", "calm", 0.44);
    nights.look(&good(11));
    let ships = nights.look(&good(12));
    assert_eq!(said(&ships), (Decision::Ship, true, vec![]));
    assert_eq!(ships.verdict.winner.as_deref(), Some("calm"));
}

#[test]
fn a_revision_acts_on_nothing_and_undoes_nothing() {
    let mut nights = Nights::default();
    nights.look(&better(10));
    nights.look(&better(11));
    let restated = nights.see(&quiet(11), "other files");
    assert!(!said(&restated).1);
    assert!(restated.verdict.hold_reasons.contains(&"revision".to_owned()));
    assert!(restated.looks.is_empty());
    nights.0.verdicts.push(kept(&restated, 2));
    let next = nights.look(&quiet(12));
    assert_eq!(said(&next), (Decision::Ship, true, vec![]), "the ship that was acted upon stands");
}

#[test]
fn a_day_that_was_passed_over_spends_nothing_and_moves_no_boundary() {
    let group = |night: Night| {
        let mut night = night.method(Method::GroupSequential);
        night.experiment.test.target_sample_size = Some(8 * UNITS);
        night
    };
    let mut nights = Nights::default();
    nights.look(&group(better(10).all_units(UNITS)));
    let third = group(better(12).all_units(2 * UNITS));
    let before = nights.see(&third, "2026-10-12");
    nights.look(&third);
    let late = nights.look(&group(better(11).all_units(UNITS + UNITS / 2)));
    assert!(late.looks.is_empty());
    assert!(late.verdict.hold_reasons.contains(&"past_night".to_owned()));
    assert!(late.estimates.iter().all(|row| row.planned.is_none()));
    let again = nights.see(&third, "2026-10-12");
    assert_eq!(again.estimates[0].planned, before.estimates[0].planned);
    assert_eq!(said(&again), said(&before));
}

/// rpact 3.3.4, getDesignGroupSequential(informationRates = c(.25, .6, 1), typeOfDesign = "asOF",
/// alpha = 0.025, sided = 1): 4.33263364605, 2.66886875191, 1.98097633530.
#[test]
fn boundaries_follow_the_information_that_is_there() {
    let mut nights = Nights::default();
    for (on, units, expected) in
        [(10, 2_500, 4.33263364605), (15, 6_000, 2.66886875191), (20, 10_000, 1.98097633530)]
    {
        let mut night = quiet(on).all_units(units).method(Method::GroupSequential);
        night.experiment.test.target_sample_size = Some(20_000);
        let report = nights.look(&night);
        let planned = report.estimates[0].planned.as_ref().unwrap();
        assert!((planned.boundary - expected).abs() < 1e-9, "{planned:?}");
        let spent = &report.looks[0];
        assert_eq!((spent.boundary, spent.spent), (Some(planned.boundary), Some(planned.spent)));
    }
    assert_eq!(nights.0.looks.len(), 3);
    assert!((nights.0.looks[2].tests[0].spent.unwrap() - 0.05).abs() < 1e-12, "all is spent");
}

#[test]
fn a_look_with_less_than_before_counts_as_the_same() {
    let mut nights = Nights::default();
    let night = |on, units| {
        let mut night = quiet(on).all_units(units).method(Method::GroupSequential);
        night.experiment.test.target_sample_size = Some(20_000);
        night
    };
    nights.look(&night(10, 5_000));
    let fewer = nights.look(&night(11, 4_000));
    assert_eq!(fewer.looks[0].information, 0.5);
    assert_eq!(fewer.looks[0].spent, nights.0.looks[0].tests[0].spent);
}

#[test]
fn a_promise_changed_in_hindsight_counts_only_for_units_that_come_later() {
    let mut nights = Nights::default();
    nights.0.lock = Lock { phase: 2, promise: None, seen_before: Some(day(9)) };
    nights.look(&better(10));
    let second = nights.look(&better(11));
    assert_eq!(said(&second), (Decision::Ship, false, vec!["post_hoc"]));
    assert_eq!(second.verdict.lock_phase, 2);
    let fresh = |on| {
        let mut night = better(on);
        night.experiment.start = day(10);
        night
    };
    let mut nights = Nights(Past { lock: nights.0.lock, ..Past::default() });
    nights.look(&fresh(20));
    assert_eq!(said(&nights.look(&fresh(21))), (Decision::Ship, true, vec![]));
}

#[test]
fn a_check_that_a_person_accepted_warns() {
    let lopsided = better(10).units("simplified", UNITS / 2);
    let mut nights = Nights::default();
    nights.0.accepted = vec!["sample_ratio".to_owned()];
    let report = nights.look(&lopsided);
    let check = report.health.iter().find(|row| row.check == "sample_ratio").unwrap();
    assert_eq!(check.outcome, Outcome::Warn);
    assert!(check.detail.ends_with("(accepted by a person)"));
}

#[test]
fn a_t_test_spends_all_of_alpha_at_the_end_and_nothing_before() {
    let mut nights = Nights::default();
    let early = nights.look(&quiet(10).method(Method::TTest));
    assert_eq!((early.looks[0].spent, early.looks[0].boundary), (Some(0.0), None));
    let end = nights.look(&quiet(29).method(Method::TTest));
    assert_eq!(end.looks[0].spent, Some(0.05));
    assert!((end.looks[0].boundary.unwrap() - 1.96).abs() < 1e-2);
}
