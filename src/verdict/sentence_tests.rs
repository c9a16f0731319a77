use jiff::civil::date;

use super::CrossoverCounts;
use super::fixture::Night;
use crate::config::{
    Are, At, Condition, Guardrail, HowMany, Method, Policy, Role, Rule, Then, Those,
};

fn says(night: &Night) -> String {
    night.report().verdict.recommendation
}

fn activation(share: f64) -> Night {
    Night::quiet().rate("activation_rate", "simplified", share)
}

#[test]
fn ship() {
    insta::assert_snapshot!(says(&activation(0.44)), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse.");
    let mut bare = activation(0.44);
    bare.experiment.metrics.truncate(1);
    insta::assert_snapshot!(says(&bare), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), with more than 99.9 % confidence that it is not chance.");
    let two = Night::with_treatments(&["simplified", "loud"])
        .rate("activation_rate", "simplified", 0.44)
        .rate("error_rate", "loud", 0.55);
    insta::assert_snapshot!(says(&two), @"Ship `simplified`: activation rate is up 10 % (between 3.8 % and 16.2 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse. Stop `loud`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better.");
}

#[test]
fn roll_back() {
    insta::assert_snapshot!(says(&activation(0.36)), @"Roll back `simplified`: activation rate is down 10 % (between 4.9 % and 15.1 %), with more than 99.9 % confidence that it is not chance.");
    insta::assert_snapshot!(says(&activation(0.44).rate("error_rate", "simplified", 0.55)), @"Roll back `simplified`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better, with more than 99.9 % confidence that it is not chance.");
    let two = Night::with_treatments(&["simplified", "loud"]).rate("error_rate", "loud", 0.55);
    insta::assert_snapshot!(says(&two), @"Roll back `loud`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better, with more than 99.9 % confidence that it is not chance. `simplified` can keep running.");
    insta::assert_snapshot!(says(&two.rate("activation_rate", "simplified", 0.36)), @"Roll back `simplified` and `loud`: activation rate is down 10 % (between 4.5 % and 15.5 %) for `simplified`, with more than 99.9 % confidence that it is not chance.");
    let from_zero = activation(0.1).rate("activation_rate", "control", 0.0);
    let mut from_zero =
        from_zero.rate("error_rate", "control", 0.0).rate("error_rate", "simplified", 0.02);
    from_zero.experiment.metrics.remove(0);
    insta::assert_snapshot!(says(&from_zero), @"Roll back `simplified`: error rate is up from 0 to 0.02, where lower is better, with more than 99.9 % confidence that it is not chance.");
}

#[test]
fn investigate() {
    let split = Night::quiet().units("control", 5210).units("simplified", 4790);
    insta::assert_snapshot!(says(&split), @"Investigate before trusting any number: 5,210 units in `control` and 4,790 in `simplified`, where a 50/50 split was promised; look at what happens between assignment and exposure.");
    let mut more = split.rate("activation_rate", "simplified", 0.6);
    more.evidence.crossovers = Some(CrossoverCounts { units: 412, ..Default::default() });
    insta::assert_snapshot!(says(&more), @"Investigate before trusting any number: 5,210 units in `control` and 4,790 in `simplified`, where a 50/50 split was promised; look at what happens between assignment and exposure. Also: 412 units (4 %) met more than one variant; look at whether the unit is the one that is randomised. 1 more check failed, too.");
    insta::assert_snapshot!(says(&activation(0.6)), @"Investigate before trusting any number: activation rate of `simplified` differs by 50 %, too good or too bad to be true; look for a change in logging.");
}

#[test]
fn keep_running() {
    let mut night = activation(0.4);
    night.experiment.test.minimum_effect = Some(0.03);
    insta::assert_snapshot!(says(&night), @"Keep running: the planned end on 2026-10-29 will come too early; at this pace it takes about 63 more days until an effect of 3 % could be told from noise, so plan more traffic, more time or a larger change.");
    night.experiment.test.minimum_effect = Some(0.06);
    insta::assert_snapshot!(says(&night), @"Keep running: about 7 more days until an effect of 6 % could be told from noise.");
    night.experiment.test.minimum_effect = Some(0.5);
    insta::assert_snapshot!(says(&night), @"Keep running: an effect of 50 % would have shown by now; the planned end is 2026-10-29.");
    night.experiment.test.minimum_effect = None;
    insta::assert_snapshot!(says(&night), @"Keep running: no difference can be told from noise yet; the planned end is 2026-10-29.");
    insta::assert_snapshot!(says(&night.clone().on(date(2026, 10, 1))), @"Keep running: 1 of at least 7 days has passed.");
    insta::assert_snapshot!(says(&night.clone().on(date(2026, 10, 3)).all_units(42)), @"Keep running: 3 of at least 7 days have passed, and `control` has 42 of at least 100 units.");
    insta::assert_snapshot!(says(&night.method(Method::TTest)), @"Keep running: a t-test decides once, at the planned end on 2026-10-29.");
    insta::assert_snapshot!(says(&activation(0.44).margin(Some(0.01))), @"Keep running: for `simplified` activation rate is up 10 % (between 4.3 % and 15.7 %), but error rate is not yet shown to be safe within 1 %. The planned end is 2026-10-29, in 18 days.");
}

#[test]
fn inconclusive() {
    let last_day = date(2026, 10, 28);
    insta::assert_snapshot!(says(&activation(0.4).on(last_day)), @"Conclude without a winner: the planned end is reached, and the effect on activation rate of `simplified` lies between -5.4 % and 5.4 %, so it may be none. A person decides.");
    insta::assert_snapshot!(says(&activation(0.44).margin(Some(0.01)).on(last_day)), @"Conclude without a winner: the planned end is reached, and for `simplified` activation rate is up 10 % (between 4.3 % and 15.7 %), but error rate is not yet shown to be safe within 1 %. A person decides.");
}

#[test]
fn error() {
    insta::assert_snapshot!(says(&Night::quiet().fail("activation_rate").fail("error_rate")), @"No verdict: activation rate could not be computed: column `amont` is not there.");
    let one = activation(0.44).fail("error_rate");
    insta::assert_snapshot!(says(&one), @"No verdict: error rate could not be computed: column `amont` is not there. The other metrics decide nothing until it can.");
}

#[test]
fn who_leads() {
    let mut night = activation(0.41);
    insta::assert_snapshot!(says(&night), @"Keep running: about 16 more days until an effect of 5 % could be told from noise. So far `simplified` leads: activation rate is up 2.5 % (between -3 % and 8 %), which may be chance.");
    insta::assert_snapshot!(says(&activation(0.39)), @"Keep running: about 14 more days until an effect of 5 % could be told from noise.");
    night.experiment.test.minimum_effect = None;
    insta::assert_snapshot!(says(&night.rate("error_rate", "simplified", 0.49)), @"Keep running: no difference can be told from noise yet; the planned end is 2026-10-29. So far `simplified` leads: activation rate is up 2.5 % (between -3 % and 8 %), which may be chance.");
    let two = Night::with_treatments(&["simplified", "loud"])
        .rate("activation_rate", "simplified", 0.405)
        .rate("activation_rate", "loud", 0.41);
    insta::assert_snapshot!(says(&two), @"Keep running: the planned end on 2026-10-29 will come too early; at this pace it takes about 19 more days until an effect of 5 % could be told from noise, so plan more traffic, more time or a larger change. So far `loud` leads: activation rate is up 2.5 % (between -3.4 % and 8.4 %), which may be chance.");
}

#[test]
fn how_sure() {
    insta::assert_snapshot!(says(&activation(0.427)), @"Ship `simplified`: activation rate is up 6.7 % (between 1.1 % and 12.4 %), with 99.6 % confidence that it is not chance, and no guardrail got worse.");
    let mut night = activation(0.43);
    night.experiment.decision.confidence = 0.999_999;
    insta::assert_snapshot!(says(&night), @"Keep running: for `simplified` activation rate is up 7.5 % (between 1.8 % and 13.2 %), but confidence is below 99.9999 %. The planned end is 2026-10-29, in 18 days.");
    insta::assert_snapshot!(says(&night.on(date(2026, 10, 28))), @"Conclude without a winner: the planned end is reached, and for `simplified` activation rate is up 7.5 % (between 1.8 % and 13.2 %), but confidence is below 99.9999 %. A person decides.");
}

#[test]
fn clear_signals() {
    let night = |activation, orders| {
        Night::quiet()
            .metric("orders", Role::Primary)
            .policy(Policy::ClearSignals)
            .rate("activation_rate", "simplified", activation)
            .rate("orders", "simplified", orders)
    };
    let last_day = date(2026, 10, 28);
    insta::assert_snapshot!(says(&night(0.45, 0.45)), @"Ship `simplified`: activation rate is up 12.5 % (between 6.2 % and 18.8 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse.");
    insta::assert_snapshot!(says(&night(0.45, 0.4)), @"Keep running: for `simplified` activation rate is up 12.5 % (between 6.2 % and 18.8 %), but orders cannot be told from control yet. The planned end is 2026-10-29, in 18 days.");
    insta::assert_snapshot!(says(&night(0.45, 0.4).on(last_day)), @"Conclude without a winner: the planned end is reached, and for `simplified` activation rate is up 12.5 % (between 6.2 % and 18.8 %), but orders cannot be told from control yet. A person decides.");
    insta::assert_snapshot!(says(&night(0.45, 0.35)), @"Keep running: for `simplified` activation rate is up 12.5 % (between 6.2 % and 18.8 %), but orders is down 12.5 % (between 7.1 % and 17.9 %). The planned end is 2026-10-29, in 18 days.");
    insta::assert_snapshot!(says(&night(0.45, 0.35).on(last_day)), @"Conclude without a winner: the planned end is reached, and for `simplified` activation rate is up 12.5 % (between 6.2 % and 18.8 %), but orders is down 12.5 % (between 7.1 % and 17.9 %). A person decides.");
    insta::assert_snapshot!(says(&night(0.4, 0.35)), @"Roll back `simplified`: orders is down 12.5 % (between 7.1 % and 17.9 %), with more than 99.9 % confidence that it is not chance.");
}

#[test]
fn do_no_harm() {
    let night = |share: f64| activation(share).policy(Policy::DoNoHarm);
    let last_day = date(2026, 10, 28);
    insta::assert_snapshot!(says(&night(0.41)), @"Keep running until the planned end on 2026-10-29: if nothing changes, `simplified` ships then. So far `simplified` leads: activation rate is up 2.5 % (between -3 % and 8 %), which may be chance.");
    insta::assert_snapshot!(says(&night(0.41).on(last_day)), @"Ship `simplified`: nothing that counts got worse, and the effect on activation rate of `simplified` lies between -3 % and 8 %, so it may be none.");
    insta::assert_snapshot!(says(&night(0.44)), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse.");
    insta::assert_snapshot!(says(&night(0.41).margin(Some(0.001))), @"Keep running: about 16 more days until an effect of 5 % could be told from noise. So far `simplified` leads: activation rate is up 2.5 % (between -3 % and 8 %), which may be chance.");
    insta::assert_snapshot!(says(&night(0.41).margin(Some(0.001)).on(last_day)), @"Conclude without a winner: the planned end is reached, and for `simplified` error rate is not yet shown to be safe within 0.1 %. A person decides.");
    insta::assert_snapshot!(says(&night(0.36)), @"Roll back `simplified`: activation rate is down 10 % (between 4.9 % and 15.1 %), with more than 99.9 % confidence that it is not chance.");
}

#[test]
fn own_rules() {
    let when = |how_many, of, are| Condition { how_many, of: vec![of], are: vec![are] };
    let because = |words: &str| Some(words.to_owned());
    let better = || when(HowMany::Any, Those::Primaries, Are::Better);
    let rules = [
        Rule {
            when: vec![better(), when(HowMany::Any, Those::Guardrails, Are::Worse)],
            at: At::AnyLook,
            then: Then::Review,
            because: because("errors may be worth it"),
        },
        Rule {
            when: vec![better()],
            at: At::AnyLook,
            then: Then::Ship,
            because: because("the old page goes anyway."),
        },
        Rule {
            when: vec![when(HowMany::All, Those::Primaries, Are::Flat)],
            at: At::PlannedEnd,
            then: Then::RollBack,
            because: None,
        },
    ];
    let night = |share: f64| activation(share).rules(&rules);
    let noisy = |share: f64| night(share).rate("error_rate", "simplified", 0.55);
    let last_day = date(2026, 10, 28);
    insta::assert_snapshot!(says(&night(0.44)), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse. Rule 2 says so: the old page goes anyway.");
    insta::assert_snapshot!(says(&noisy(0.44)), @"Investigate `simplified`: rule 1 asks a person to decide (errors may be worth it); activation rate is up 10 % (between 4.3 % and 15.7 %) and error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better.");
    insta::assert_snapshot!(says(&night(0.4)), @"Keep running until the planned end on 2026-10-29: if nothing changes, `simplified` is rolled back then.");
    insta::assert_snapshot!(says(&night(0.4).on(last_day)), @"Roll back `simplified`: the effect on activation rate of `simplified` lies between -5.4 % and 5.4 %, so it may be none. Rule 3 says so.");
    insta::assert_snapshot!(says(&night(0.36).on(last_day)), @"Conclude without a winner: the planned end is reached, and activation rate is down 10 % (between 4.9 % and 15.1 %). A person decides.");
    insta::assert_snapshot!(says(&noisy(0.44).rules(&rules[1..])), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), with more than 99.9 % confidence that it is not chance, although error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better. Rule 1 says so: the old page goes anyway.");
    let flat = [Rule { then: Then::Review, ..rules[2].clone() }];
    insta::assert_snapshot!(says(&night(0.4).rules(&flat)), @"Keep running until the planned end on 2026-10-29: if nothing changes, `simplified` is reviewed then.");
    insta::assert_snapshot!(says(&night(0.4).rules(&flat).on(last_day)), @"Investigate `simplified`: rule 1 asks a person to decide; the effect on activation rate of `simplified` lies between -5.4 % and 5.4 %, so it may be none.");
}

#[test]
fn a_guardrail_that_cannot_be_tested_is_named() {
    let few = activation(0.44).metric("refunds", Role::Guardrail(Guardrail { margin: None }));
    let few = few.rate("refunds", "control", 5e-4).rate("refunds", "simplified", 5e-4);
    insta::assert_snapshot!(says(&few), @"Keep running: for `simplified` activation rate is up 10 % (between 4.3 % and 15.7 %), but refunds cannot be tested yet. The planned end is 2026-10-29, in 18 days.");
}
