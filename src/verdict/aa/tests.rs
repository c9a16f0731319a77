//! Shuffled experiments of known chance: a chain that keeps its promise, and chains that do not.

use jiff::ToSpan;
use jiff::civil::date;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

use super::*;
use crate::config::{Method, MetricKind, Policy, Role};
use crate::stats::Summary;
use crate::verdict::fixture::Night;
use crate::verdict::{SummaryRow, Tails};

const NIGHTS: i64 = 14;
const UNITS_A_NIGHT: u64 = 200;

/// Each of `every` new units counts `times`, as sessions of one unit would that are taken for
/// units.
fn shuffles(count: u32, method: Method, times: u64) -> (Night, Vec<Shuffled>) {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut night = Night::quiet().method(method).margin(None);
    night.experiment.test.target_sample_size = None;
    night.experiment.end = date(2026, 10, 15);
    let accepted = never_by_chance(&night.experiment);
    let one = |_| {
        let mut shuffled = Shuffled::new(accepted.clone());
        let mut seen = [[0u64; 2]; 2];
        let mut night = night.clone();
        for n in 1..=NIGHTS {
            let units = UNITS_A_NIGHT * n as u64;
            night.as_of = date(2026, 9, 30).checked_add(n.days()).unwrap();
            night = night.all_units(times * units);
            for (arm, variant) in ["control", "simplified"].into_iter().enumerate() {
                for (metric, (name, rate)) in
                    [("activation_rate", 0.4), ("error_rate", 0.5)].into_iter().enumerate()
                {
                    seen[arm][metric] +=
                        Binomial::new(UNITS_A_NIGHT, rate).unwrap().sample(&mut random);
                    night = night.rate(name, variant, seen[arm][metric] as f64 / units as f64);
                }
            }
            let evidence = night.evidence.clone();
            shuffled.night(&night.experiment, night.as_of, &night.metrics, evidence);
        }
        shuffled
    };
    let shuffled = (0..count).map(one).collect();
    (night.on(date(2026, 10, 14)), shuffled)
}

fn report_of(count: u32, method: Method, times: u64) -> AaReport {
    let (night, shuffled) = shuffles(count, method, times);
    aa_report(&night.experiment, (&shuffled, 1), &night.report(), Vec::new())
}

#[test]
fn a_sound_chain_keeps_its_promise() {
    for method in [Method::Sequential, Method::TTest] {
        let report = report_of(400, method, 1);
        assert_eq!(report.keeping, Keeping::Kept, "{report:?}");
        assert_eq!((report.ship.promised, report.roll_back.promised), (Some(0.025), Some(0.05)));
        assert!(report.sentence.starts_with("The chain keeps its promise"), "{}", report.sentence);
        assert_eq!((report.nights, report.shuffles), (14, 400));
        let activation = &report.metrics[0];
        assert_eq!((activation.tested, activation.alpha), (400, 0.05));
        assert_eq!(activation.better + activation.worse, activation.either.count);
        assert!(report.roll_back.count >= activation.worse.min(report.metrics[1].worse));
    }
}

/// A t-test is asked once, whatever it says on other nights: at 5 %, four in a hundred to six.
#[test]
fn a_t_test_counts_at_its_one_look() {
    let report = report_of(1_000, Method::TTest, 1);
    for metric in &report.metrics {
        let share = metric.either.share().unwrap();
        assert!((0.03..0.075).contains(&share), "{metric:?}");
    }
}

/// Units that count four times have half the standard error they should have.
#[test]
fn a_broken_chain_is_found_and_says_which_metric() {
    let report = report_of(300, Method::Sequential, 4);
    assert_eq!(report.keeping, Keeping::Broken);
    assert!(report.sentence.starts_with("The chain breaks its promise"), "{}", report.sentence);
    assert!(report.sentence.contains("Look at the values of `"), "{}", report.sentence);
    assert_eq!(report.roll_back.keeping(), Some(Keeping::Broken));
    assert!(report.ship.interval.unwrap().lower > 0.025, "{:?}", report.ship);
}

#[test]
fn nights_before_the_minimum_say_so() {
    let (mut night, _) = shuffles(0, Method::TTest, 1);
    night.as_of = date(2026, 10, 3);
    let mut shuffled = Shuffled::new(Vec::new());
    shuffled.night(&night.experiment, night.as_of, &night.metrics, night.evidence.clone());
    let report = aa_report(&night.experiment, (&[shuffled], 1), &night.report(), Vec::new());
    assert_eq!(
        report.sentence,
        "Nothing could be decided on any of these nights: a t-test decides at the planned end, on \
         2026-10-15."
    );
    assert_eq!(report.metrics[0].tested, 0);
}

/// Chance makes a sample ratio of 5,300 to 4,700 once in a million times: a false alarm.
#[test]
fn a_failed_check_is_a_false_alarm_beside_its_own_promise() {
    let night = Night::quiet().units("control", 10_600).units("simplified", 9_400);
    let mut shuffled = vec![Shuffled::new(Vec::new()); 4];
    let quiet = Night::quiet();
    for (place, one) in shuffled.iter_mut().enumerate() {
        let of = if place == 0 { &night } else { &quiet };
        one.night(&of.experiment, of.as_of, &of.metrics, of.evidence.clone());
    }
    let report = aa_report(&night.experiment, (&shuffled, 1), &night.report(), Vec::new());
    assert_eq!((report.alarm.count, report.alarm.shuffles), (1, 4));
    let [(check, rate)] = report.checks.as_slice() else { panic!("{:?}", report.checks) };
    assert_eq!((check.as_str(), rate.count, rate.promised), ("sample_ratio", 1, Some(0.01)));
    assert_eq!(report.fails.len(), 1, "the real data fail it, too");
}

/// What all units have in common is no chance, however they are dealt.
#[test]
fn checks_that_cannot_differ_are_taken_out() {
    let mut night = Night::quiet().metric("revenue", Role::Primary);
    let revenue = night.metrics.get_mut("revenue").unwrap();
    revenue.kind = MetricKind::Count(revenue.kind.filter().unwrap().clone());
    night.evidence.summaries.retain(|row| row.metric != "revenue");
    for variant in ["control", "simplified"] {
        let tails = Some(Tails { smallest: 0.0, largest: 1e6, skewness: None });
        let summary = Summary::from_mean(10_000, 10.0, 1e6);
        let row = SummaryRow { tails, ..SummaryRow::of_all("revenue", variant, summary) };
        night.evidence.summaries.push(row);
    }
    let real = night.report();
    assert_eq!(real.verdict.hold_reasons, ["dominant_unit:revenue"]);
    let mut shuffled = Shuffled::new(never_by_chance(&night.experiment));
    shuffled.night(&night.experiment, night.as_of, &night.metrics, night.evidence.clone());
    let report = aa_report(&night.experiment, (&[shuffled], 1), &real, Vec::new());
    assert_eq!(report.alarm.count, 0, "{:?}", report.checks);
    assert_eq!(report.fails.len(), 1, "and told all the same");
}

#[test]
fn rules_promise_what_they_ask_for() {
    let promised = |policy| {
        let night = Night::quiet().policy(policy);
        (promised::ship(&night.experiment), promised::roll_back(&night.experiment))
    };
    assert_eq!(promised(Policy::RiskAware), (Some(0.025), Some(0.05)));
    assert_eq!(promised(Policy::ClearSignals), (Some(0.025), Some(0.05)));
    // What is not worse at the planned end ships: that is meant to happen.
    assert_eq!(promised(Policy::DoNoHarm), (None, Some(0.05)));
    let mut night = Night::with_treatments(&["simplified", "shorter"]);
    night.experiment.decision.confidence = 0.99;
    let (ship, back) = (promised::ship(&night.experiment), promised::roll_back(&night.experiment));
    assert!((ship.unwrap() - 0.005).abs() < 1e-12);
    // One test for the primaries, which share alpha, and one guardrail for each treatment.
    assert!((back.unwrap() - 0.075).abs() < 1e-12);
}
