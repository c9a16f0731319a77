use jiff::civil::date;

use super::CrossoverCounts;
use super::fixture::Night;
use crate::config::Method;

fn says(night: &Night) -> String {
    night.report().verdict.recommendation
}

fn activation(share: f64) -> Night {
    Night::quiet().rate("activation_rate", "simplified", share)
}

#[test]
fn ship() {
    insta::assert_snapshot!(says(&activation(0.44)), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %), and no guardrail got worse.");
    let mut bare = activation(0.44);
    bare.experiment.metrics.truncate(1);
    insta::assert_snapshot!(says(&bare), @"Ship `simplified`: activation rate is up 10 % (between 4.3 % and 15.7 %).");
    let two = Night::with_treatments(&["simplified", "loud"])
        .rate("activation_rate", "simplified", 0.44)
        .rate("error_rate", "loud", 0.55);
    insta::assert_snapshot!(says(&two), @"Ship `simplified`: activation rate is up 10 % (between 3.8 % and 16.2 %), and no guardrail got worse. Stop `loud`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better.");
}

#[test]
fn roll_back() {
    insta::assert_snapshot!(says(&activation(0.36)), @"Roll back `simplified`: activation rate is down 10 % (between -15.1 % and -4.9 %).");
    insta::assert_snapshot!(says(&activation(0.44).rate("error_rate", "simplified", 0.55)), @"Roll back `simplified`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better.");
    let two = Night::with_treatments(&["simplified", "loud"]).rate("error_rate", "loud", 0.55);
    insta::assert_snapshot!(says(&two), @"Roll back `loud`: error rate is up 10 % (between 5.4 % and 14.6 %), where lower is better. `simplified` can keep running.");
    insta::assert_snapshot!(says(&two.rate("activation_rate", "simplified", 0.36)), @"Roll back `simplified` and `loud`: activation rate is down 10 % (between -15.5 % and -4.5 %) for `simplified`.");
    let from_zero = activation(0.1).rate("activation_rate", "control", 0.0);
    let mut from_zero =
        from_zero.rate("error_rate", "control", 0.0).rate("error_rate", "simplified", 0.02);
    from_zero.experiment.metrics.remove(0);
    insta::assert_snapshot!(says(&from_zero), @"Roll back `simplified`: error rate is up from 0 to 0.02, where lower is better.");
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
    insta::assert_snapshot!(says(&activation(0.44).margin(Some(0.01))), @"Keep running: for `simplified` activation rate is up 10 % (between 4.3 % and 15.7 %), but error rate is not yet shown to be safe within 1 %.");
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
