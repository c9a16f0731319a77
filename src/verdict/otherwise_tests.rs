//! What people read about other verdicts.

use jiff::civil::date;

use super::fixture::Night;
use super::{CrossoverCounts, Otherwise};
use crate::config::{Method, Policy};

fn says(night: &Night) -> String {
    let line = |other: &Otherwise| {
        let decision = other.decision.map_or("-", super::Decision::code);
        format!("{decision}: {}\n", other.words)
    };
    night.report().verdict.otherwise.iter().map(line).collect()
}

fn night(activation: f64, errors: f64) -> Night {
    Night::quiet().rate("activation_rate", "simplified", activation).rate(
        "error_rate",
        "simplified",
        errors,
    )
}

#[test]
fn keep_running() {
    insta::assert_snapshot!(says(&night(0.4, 0.5)), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 5.4 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if activation rate's lower end (now -5.4 %) rose above 0.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.5).margin(Some(0.01))), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 15.7 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if error rate were shown to be less than 1 % worse (upper end now 4.4 %).
    ");
    insta::assert_snapshot!(says(&night(0.4, 0.5).on(date(2026, 10, 3)).all_units(42)), @"
    roll_back: `simplified` would be rolled back if activation rate could be tested (`control` has 42 of at least 100 units) and were worse or error rate could be tested (`control` has 42 of at least 100 units) and were worse.
    ship: `simplified` would ship after 7 days and with 100 units in each variant if activation rate could be tested (`control` has 42 of at least 100 units) and were better and error rate could be tested (`control` has 42 of at least 100 units) and held.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.5).on(date(2026, 10, 3))), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 15.7 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship after 7 days and with 100 units in each variant if nothing changed.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.5).method(Method::TTest)), @"
    roll_back: `simplified` would be rolled back at the planned end on 2026-10-29 if activation rate's upper end (now 13.6 %) fell below 0 or error rate's lower end (now -2.8 %) rose above 0.
    ship: `simplified` would ship at the planned end on 2026-10-29 if nothing changed.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.5).policy(Policy::ClearSignals).margin(Some(0.01))), @"
    ship: `simplified` would ship if error rate were shown to be less than 1 % worse (upper end now 4.4 %).
    roll_back: `simplified` would be rolled back if error rate's lower end (now -4.4 %) rose above 0.
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 15.7 %) fell below 0.
    ");
    insta::assert_snapshot!(says(&night(0.4, 0.5).policy(Policy::DoNoHarm)), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 5.4 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if activation rate's lower end (now -5.4 %) rose above 0.
    ship: `simplified` would ship at the planned end on 2026-10-29 if nothing changed.
    ");
    let mut sure = night(0.43, 0.5);
    sure.experiment.decision.confidence = 0.999_999;
    insta::assert_snapshot!(says(&sure), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 13.2 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if confidence in activation rate (now 99.92 %) reached 99.9999 %.
    ");
}

#[test]
fn ship() {
    insta::assert_snapshot!(says(&night(0.44, 0.5)), @"
    -: `simplified` would not ship if activation rate's lower end (now 4.3 %) fell to 0 or error rate were no longer shown to be less than 5 % worse.
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 15.7 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.5).margin(None)), @"
    -: `simplified` would not ship if activation rate's lower end (now 4.3 %) fell to 0 or error rate's lower end (now -4.4 %) rose above 0.
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 15.7 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ");
    insta::assert_snapshot!(says(&night(0.4, 0.5).policy(Policy::DoNoHarm).on(date(2026, 10, 28))), @"
    -: `simplified` would not ship if activation rate's upper end (now 5.4 %) fell below 0 or error rate were no longer shown to be less than 5 % worse.
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 5.4 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ");
}

#[test]
fn roll_back() {
    insta::assert_snapshot!(says(&night(0.36, 0.5)), @"
    -: `simplified` would not be rolled back if activation rate's upper end (now -4.9 %) rose to 0.
    ship: `simplified` would ship if activation rate's lower end (now -15.1 %) rose above 0.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.55)), @"
    -: `simplified` would not be rolled back if error rate's lower end (now 5.4 %) fell to 0.
    ship: `simplified` would ship if error rate's lower end (now 5.4 %) fell to 0.
    ");
    insta::assert_snapshot!(says(&night(0.44, 0.55).policy(Policy::ClearSignals)), @"
    -: `simplified` would not be rolled back if error rate's lower end (now 5.4 %) fell to 0.
    ship: `simplified` would ship if error rate's lower end (now 5.4 %) fell to 0.
    ");
    let two = Night::with_treatments(&["simplified", "loud"]).rate("error_rate", "loud", 0.55);
    insta::assert_snapshot!(says(&two), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 5.8 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if activation rate's lower end (now -5.8 %) rose above 0.
    -: `loud` would not be rolled back if error rate's lower end (now 5.4 %) fell to 0.
    ship: `loud` would ship if activation rate's lower end (now -5.8 %) rose above 0 and error rate's lower end (now 5.4 %) fell to 0.
    ");
}

#[test]
fn investigate() {
    let split = Night::quiet().units("control", 5210).units("simplified", 4790);
    insta::assert_snapshot!(says(&split), @"-: It would no longer be investigated if units were split as promised (now 47.9 % of them are where 50 % should be, p now 2.7e-5, at least 0.001 is needed).");
    let mut more = split.rate("activation_rate", "simplified", 0.6);
    more.evidence.crossovers = Some(CrossoverCounts { units: 412, ..Default::default() });
    insta::assert_snapshot!(says(&more), @"-: It would no longer be investigated if units were split as promised (now 47.9 % of them are where 50 % should be, p now 2.7e-5, at least 0.001 is needed), at most 1 % of units met more than one variant (now 4 %) and no primary differed by more than 30 % (now 50 %).");
}

#[test]
fn inconclusive() {
    insta::assert_snapshot!(says(&night(0.4, 0.5).on(date(2026, 10, 28))), @"
    roll_back: `simplified` would be rolled back if activation rate's upper end (now 5.4 %) fell below 0 or error rate's lower end (now -4.4 %) rose above 0.
    ship: `simplified` would ship if activation rate's lower end (now -5.4 %) rose above 0.
    ");
}

#[test]
fn error() {
    insta::assert_snapshot!(says(&night(0.4, 0.5).fail("error_rate")), @"-: There would be a verdict if error rate could be computed: column `amont` is not there.");
}
