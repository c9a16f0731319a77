//! What each policy says of the same numbers.

use jiff::civil::date;
use proptest::prelude::*;

use super::fixture::Night;
use super::{Decision, Report, RuleTried, Verdict};
use crate::config::{
    Are, At, Condition, Guardrail, HowMany, Method, Policy, Role, Rule, Then, Those,
};

const UP: f64 = 0.44;
const FLAT: f64 = 0.4;
const DOWN: f64 = 0.36;
/// Error rates: lower is better.
const CALM: f64 = 0.5;
const NOISY: f64 = 0.55;

/// Two primaries, and a guardrail with a margin of 5 %.
fn night(activation: f64, orders: f64, errors: f64) -> Night {
    Night::quiet()
        .metric("orders", Role::Primary)
        .rate("activation_rate", "simplified", activation)
        .rate("orders", "simplified", orders)
        .rate("error_rate", "simplified", errors)
}

fn decision(night: &Night) -> Decision {
    night.report().verdict.decision
}

#[test]
fn what_each_policy_says_of_the_same_numbers() {
    use Decision::{Inconclusive as End, KeepRunning as Keep, RollBack as Back, Ship};
    let at_end = date(2026, 10, 28);
    let policies = [Policy::RiskAware, Policy::ClearSignals, Policy::DoNoHarm];
    //   activation, orders, errors    risk-aware  clear-signals  do-no-harm, at the end of each
    let cases = [
        ((UP, UP, CALM), [Ship, Ship, Ship], [Ship, Ship, Ship]),
        ((UP, FLAT, CALM), [Ship, Keep, Ship], [Ship, End, Ship]),
        ((FLAT, FLAT, CALM), [Keep, Keep, Keep], [End, End, Ship]),
        ((UP, DOWN, CALM), [Back, Keep, Back], [Back, End, Back]),
        ((FLAT, DOWN, CALM), [Back, Back, Back], [Back, Back, Back]),
        ((UP, UP, NOISY), [Back, Back, Back], [Back, Back, Back]),
    ];
    for ((activation, orders, errors), now, then) in cases {
        for (place, policy) in policies.into_iter().enumerate() {
            let night = night(activation, orders, errors).policy(policy);
            let say = format!("{policy:?} {activation} {orders} {errors}");
            assert_eq!(decision(&night), now[place], "{say}");
            assert_eq!(decision(&night.on(at_end)), then[place], "{say} at the end");
        }
    }
}

/// GrowthBook has no margins, and lets what could not be tested pass.
#[test]
fn a_guardrail_that_is_not_shown_to_hold_ships_under_no_policy() {
    let at_end = date(2026, 10, 28);
    for policy in [Policy::RiskAware, Policy::ClearSignals, Policy::DoNoHarm] {
        let unproven = night(UP, UP, CALM).policy(policy).margin(Some(0.001)).on(at_end);
        assert_eq!(decision(&unproven), Decision::Inconclusive, "{policy:?}");
        assert_eq!(decision(&unproven.margin(None)), Decision::Ship, "{policy:?}");
        let few = night(UP, UP, 5e-4).policy(policy).rate("error_rate", "control", 5e-4).on(at_end);
        assert_eq!(decision(&few.margin(None)), Decision::Inconclusive, "{policy:?}");
    }
}

#[test]
fn a_policy_changes_nothing_about_health_and_the_minimum() {
    for policy in [Policy::RiskAware, Policy::ClearSignals, Policy::DoNoHarm] {
        let early = night(UP, UP, CALM).policy(policy).on(date(2026, 10, 3));
        assert_eq!(decision(&early), Decision::KeepRunning);
        let harmed = night(UP, UP, NOISY).policy(policy).on(date(2026, 10, 3));
        assert_eq!(decision(&harmed), Decision::RollBack);
        let split = night(UP, UP, NOISY).policy(policy).units("control", 12_000);
        assert_eq!(decision(&split), Decision::Investigate);
        assert_eq!(decision(&night(UP, UP, CALM).policy(policy).fail("orders")), Decision::Error);
        let once = night(UP, UP, CALM).policy(policy).method(Method::TTest);
        assert_eq!(decision(&once), Decision::KeepRunning);
        assert_eq!(decision(&once.on(date(2026, 10, 28))), Decision::Ship);
    }
}

fn when<const N: usize>(how_many: HowMany, of: Those, are: [Are; N]) -> Condition {
    Condition { how_many, of: vec![of], are: are.to_vec() }
}

fn rule<const N: usize>(when: [Condition; N], at: At, then: Then) -> Rule {
    Rule { when: when.to_vec(), at, then, because: None }
}

/// Ship a better primary; else ask a person where a guardrail is worse; at the end roll back what
/// did nothing.
fn own() -> Vec<Rule> {
    let better = || when(HowMany::Any, Those::Primaries, [Are::Better]);
    let mut review = rule(
        [better(), when(HowMany::Any, Those::Guardrails, [Are::Worse])],
        At::AnyLook,
        Then::Review,
    );
    review.because = Some("errors cost more than they seem to".to_owned());
    let clear = when(HowMany::None, Those::Guardrails, [Are::Worse]);
    let nothing = when(HowMany::All, Those::Primaries, [Are::Flat, Are::Worse]);
    vec![
        review,
        rule([better(), clear], At::AnyLook, Then::Ship),
        rule([nothing], At::PlannedEnd, Then::RollBack),
    ]
}

fn traced(report: &Report) -> String {
    let line = |t: &RuleTried| {
        format!("{}{} {}\n", if t.matched { "→ " } else { "  " }, t.rule, t.because)
    };
    report.verdict.trace.iter().skip(2).map(line).collect()
}

#[test]
fn own_rules_are_tried_in_their_order() {
    let night = |activation, errors| night(activation, FLAT, errors).rules(&own());
    assert_eq!(decision(&night(UP, CALM)), Decision::Ship);
    assert_eq!(decision(&night(FLAT, CALM)), Decision::KeepRunning);
    let review = night(UP, NOISY).report();
    assert_eq!(review.verdict.decision, Decision::Investigate);
    assert!(!review.verdict.actionable);
    assert_eq!(review.verdict.treatment.as_deref(), Some("simplified"));
    let report = night(FLAT, CALM).on(date(2026, 10, 28)).report();
    assert_eq!(report.verdict.decision, Decision::RollBack);
    assert_eq!(report.verdict.metric, "activation_rate");
}

#[test]
fn the_trace_has_the_numbers_of_every_rule() {
    let trace = |night: Night| traced(&night.report());
    insta::assert_snapshot!(trace(night(UP, FLAT, CALM)), @"
      harm `simplified`: no primary and no guardrail is worse at 0.05: activation rate better (adjusted p 1.4e-6), orders flat (adjusted p 1.0000) and error rate safe (adjusted p 1.0000)
    → benefit `simplified`: activation rate is better: adjusted p 1.4e-6, below 0.05; every guardrail holds at 0.05: error rate safe (adjusted p 1.0000, p 0.0086 for its margin of 5 %)
    ");
    insta::assert_snapshot!(trace(night(UP, FLAT, CALM).margin(Some(0.01))), @"
      harm `simplified`: no primary and no guardrail is worse at 0.05: activation rate better (adjusted p 1.4e-6), orders flat (adjusted p 1.0000) and error rate flat (adjusted p 1.0000)
      benefit `simplified`: activation rate is better: adjusted p 1.4e-6, below 0.05; but not every guardrail holds at 0.05: error rate flat (adjusted p 1.0000, p 1.0000 for its margin of 1 %)
      planned_end day 10 of 28
    → keep_running no other rule matched, 21 days short of the precision asked for
    ");
    insta::assert_snapshot!(trace(night(UP, FLAT, CALM).policy(Policy::ClearSignals)), @"
      benefit `simplified`: not every primary is better at 0.05: activation rate better (adjusted p 1.4e-6) and orders flat (adjusted p 1.0000)
      harm `simplified`: no guardrail is worse at 0.05: error rate safe (adjusted p 1.0000)
      harm `simplified`: no primary is worse at 0.05: activation rate better (adjusted p 1.4e-6) and orders flat (adjusted p 1.0000)
      planned_end day 10 of 28
    → keep_running no other rule matched, 21 days short of the precision asked for
    ");
    insta::assert_snapshot!(trace(night(FLAT, DOWN, CALM).policy(Policy::ClearSignals)), @"
      benefit `simplified`: not every primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders worse (adjusted p 8.0e-7)
      harm `simplified`: no guardrail is worse at 0.05: error rate safe (adjusted p 1.0000)
    → harm `simplified`: orders is worse: adjusted p 8.0e-7, below 0.05; no primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders worse (adjusted p 8.0e-7)
    ");
    insta::assert_snapshot!(trace(night(FLAT, FLAT, CALM).policy(Policy::DoNoHarm)), @"
      harm `simplified`: no primary and no guardrail is worse at 0.05: activation rate flat (adjusted p 1.0000), orders flat (adjusted p 1.0000) and error rate safe (adjusted p 1.0000)
      benefit `simplified`: no primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders flat (adjusted p 1.0000)
      benefit `simplified`: it waits for the planned end; this is day 10 of 28
      planned_end day 10 of 28
    → keep_running no other rule matched, 18 days short of the precision asked for
    ");
    insta::assert_snapshot!(trace(night(FLAT, FLAT, CALM).policy(Policy::DoNoHarm).on(date(2026, 10, 28))), @"
      harm `simplified`: no primary and no guardrail is worse at 0.05: activation rate flat (adjusted p 1.0000), orders flat (adjusted p 1.0000) and error rate safe (adjusted p 1.0000)
      benefit `simplified`: no primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders flat (adjusted p 1.0000)
    → benefit `simplified`: every primary and every guardrail holds at 0.05: activation rate flat (adjusted p 1.0000), orders flat (adjusted p 1.0000) and error rate safe (adjusted p 1.0000, p 0.0086 for its margin of 5 %)
    ");
    insta::assert_snapshot!(trace(night(UP, FLAT, NOISY).rules(&own())), @"→ review `simplified`, rule 1: activation rate is better: adjusted p 1.4e-6, below 0.05; error rate is worse: adjusted p 1.5e-10, below 0.05");
    insta::assert_snapshot!(trace(night(FLAT, FLAT, CALM).rules(&own())), @"
      review `simplified`, rule 1: no primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders flat (adjusted p 1.0000)
      benefit `simplified`, rule 2: no primary is better at 0.05: activation rate flat (adjusted p 1.0000) and orders flat (adjusted p 1.0000)
      harm `simplified`, rule 3: it waits for the planned end; this is day 10 of 28
      planned_end day 10 of 28
    → keep_running no other rule matched, 18 days short of the precision asked for
    ");
}

#[test]
fn a_rule_that_does_not_rest_on_harm_waits_for_the_minimum() {
    let flat =
        rule([when(HowMany::All, Those::Primaries, [Are::Flat])], At::AnyLook, Then::RollBack);
    let night = night(FLAT, FLAT, CALM).rules(&[flat]);
    assert_eq!(decision(&night), Decision::RollBack);
    let early = night.on(date(2026, 10, 3)).report();
    assert_eq!(early.verdict.decision, Decision::KeepRunning);
    assert_eq!(early.verdict.trace.last().unwrap().rule, "minimum_runtime");
}

#[test]
fn where_a_rule_reviews_one_treatment_another_may_ship() {
    let two = |loud: f64| {
        Night::with_treatments(&["simplified", "loud"])
            .rules(&own())
            .rate("activation_rate", "simplified", 0.45)
            .rate("error_rate", "simplified", 0.56)
            .rate("activation_rate", "loud", loud)
            .report()
            .verdict
    };
    let ship = two(0.45);
    assert_eq!((ship.decision, ship.winner.as_deref()), (Decision::Ship, Some("loud")));
    assert_eq!(two(FLAT).decision, Decision::Investigate);
}

#[test]
fn equal_treatments_ship_in_the_order_of_the_experiment() {
    let both = Night::with_treatments(&["simplified", "loud", "third"])
        .rate("activation_rate", "simplified", 0.43)
        .rate("activation_rate", "loud", 0.45)
        .rate("activation_rate", "third", 0.45);
    assert_eq!(both.report().verdict.winner.as_deref(), Some("loud"));
}

/// More is better, then less.
#[test]
fn the_probability_to_be_best_knows_the_direction() {
    let report = Night::quiet().rate("activation_rate", "simplified", 0.41).report();
    let best = report.verdict.probability_best.unwrap();
    // Normal approximation by hand: z = 0.01 / sqrt(0.24/9999 + 0.2419/9999) = 1.4404.
    assert!((best - 0.925_12).abs() < 1e-4, "{best}");
    let mut less = Night::quiet().rate("activation_rate", "simplified", 0.41);
    let metric = less.metrics.get_mut("activation_rate").unwrap();
    metric.better = crate::config::Direction::Lower;
    let turned = less.report().verdict.probability_best.unwrap();
    assert!((best + turned - 1.0).abs() < 1e-12);
    let three = Night::with_treatments(&["simplified", "loud"]).report();
    assert!((three.verdict.probability_best.unwrap() - 1.0 / 3.0).abs() < 1e-9);
    let nothing = Night::quiet().fail("activation_rate").report();
    assert_eq!(nothing.verdict.probability_best, None);
    let guardrail = Guardrail { margin: None };
    let mut bare = Night::quiet().metric("orders", Role::Guardrail(guardrail));
    bare.experiment.metrics.retain(|used| used.role != Role::Primary);
    assert_eq!(bare.report().verdict.probability_best, None);
}

fn share() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.35, 0.37, 0.39, 0.4, 0.41, 0.43, 0.45])
}

proptest! {
    /// The policies with a name, from the most cautious to the boldest: what one ships the next
    /// one ships, and none ships what another rolls back.
    #[test]
    fn policies_differ_in_boldness_only(
        shares in prop::array::uniform4(share()),
        errors in prop::array::uniform2(prop::sample::select(vec![0.47, 0.5, 0.53, 0.55])),
        margin in proptest::option::of(prop::sample::select(vec![0.01, 0.05, 0.2])),
        day in 2i8..31,
        t_test: bool,
        failed in proptest::option::weighted(0.1, Just("orders")),
    ) {
        let mut night = Night::with_treatments(&["simplified", "loud"])
            .metric("orders", Role::Primary)
            .margin(margin)
            .on(date(2026, 10, day));
        for (place, treatment) in ["simplified", "loud"].into_iter().enumerate() {
            night = night
                .rate("activation_rate", treatment, shares[2 * place])
                .rate("orders", treatment, shares[2 * place + 1])
                .rate("error_rate", treatment, errors[place]);
        }
        if t_test {
            night = night.method(Method::TTest);
        }
        if let Some(metric) = failed {
            night = night.fail(metric);
        }
        let [cautious, middle, bold] = [Policy::ClearSignals, Policy::RiskAware, Policy::DoNoHarm]
            .map(|policy| night.clone().policy(policy).report().verdict);
        let ships = |verdict: &Verdict| verdict.decision == Decision::Ship;
        prop_assert!(!ships(&cautious) || ships(&middle));
        prop_assert!(!ships(&middle) || ships(&bold));
        prop_assert!(failed.is_none() || bold.decision == Decision::Error);
        let fixed = |verdict: &Verdict| {
            matches!(verdict.decision, Decision::Error)
                || (verdict.decision == Decision::Investigate && !verdict.hold_reasons.is_empty())
        };
        prop_assert_eq!(fixed(&cautious), fixed(&bold));
        prop_assert_eq!(fixed(&middle), fixed(&bold));
        for verdict in [&cautious, &middle, &bold] {
            let worse = |of: &str| {
                let rows = night.report().estimates;
                rows.into_iter().any(|row| row.treatment == of && row.state == super::State::Worse)
            };
            let winner = verdict.winner.as_deref().filter(|_| ships(verdict));
            prop_assert!(!winner.is_some_and(worse));
        }
    }
}
