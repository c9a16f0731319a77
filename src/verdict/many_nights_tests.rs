//! Whole decisions, night after night, on experiments whose truth is known.
//!
//! 1,000 experiments of 28 nights each; `ASSIZE_DECISIONS=10000` for more.

use jiff::ToSpan;
use jiff::civil::date;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};

use super::fixture::Night;
use super::*;
use crate::config::{Method, Spending};

const NIGHTS: i64 = 28;
const UNITS_A_NIGHT: u64 = 200;

/// What became of many experiments: how many shipped, and how many were rolled back.
#[derive(Debug, Default)]
struct Ends {
    ships: u32,
    roll_backs: u32,
}

fn experiments(usual: u32) -> u32 {
    let asked = std::env::var("ASSIZE_DECISIONS").ok().and_then(|text| text.parse().ok());
    asked.map_or(usual, |asked: u32| asked * usual / 1_000)
}

/// Runs experiments to their end through [`decide`], each night knowing those before it.
fn run(method: Method, experiments: u32, activation: [f64; 2], seed: u64) -> Ends {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut ends = Ends::default();
    for _ in 0..experiments {
        match one(method, activation, &mut random) {
            Some(Decision::Ship) => ends.ships += 1,
            Some(Decision::RollBack) => ends.roll_backs += 1,
            _ => {}
        }
    }
    ends
}

/// Boundaries of 28 looks take their time without optimisation.
fn looks_every(method: Method) -> i64 {
    if method == Method::GroupSequential { 7 } else { 1 }
}

/// The first verdict of an experiment that may be acted upon.
fn one(method: Method, activation: [f64; 2], random: &mut ChaCha8Rng) -> Option<Decision> {
    // To show that a guardrail holds within 5 % takes more units than these.
    let mut night = Night::quiet().method(method).margin(None);
    night.experiment.decision.confirmations = 2;
    night.experiment.test.target_sample_size = Some(2 * UNITS_A_NIGHT * NIGHTS as u64);
    night.experiment.test.spending = Spending::OBrienFleming;
    // A t-test has one look, and boundaries are looked at every week.
    if method != Method::Sequential {
        night.experiment.decision.confirmations = 1;
    }
    let mut past = Past::default();
    let mut seen = [[0_u64; 2]; 2];
    for n in 1..=NIGHTS {
        let units = UNITS_A_NIGHT * n as u64;
        night.as_of = date(2026, 9, 30).checked_add(n.days()).unwrap();
        night = night.all_units(units);
        for (arm, variant) in ["control", "simplified"].into_iter().enumerate() {
            let rates = [("activation_rate", activation[arm]), ("error_rate", 0.5)];
            for (metric, (name, rate)) in rates.into_iter().enumerate() {
                let drawn = Binomial::new(UNITS_A_NIGHT, rate).unwrap().sample(random);
                seen[arm][metric] += drawn;
                night = night.rate(name, variant, seen[arm][metric] as f64 / units as f64);
            }
        }
        if n % looks_every(method) != 0 {
            continue;
        }
        let report = night.after(&Memory { past: &past, standing: Standing::New, added: &[] });
        let verdict = &report.verdict;
        if verdict.actionable {
            return Some(verdict.decision);
        }
        past.looks.push(SpentLook { as_of: night.as_of, tests: report.looks.clone() });
        past.verdicts.push(PastVerdict::of(&report));
    }
    None
}

/// The most that chance leaves of a promised rate once in a thousand times.
fn most(rate: f64, experiments: u32) -> f64 {
    let experiments = f64::from(experiments);
    experiments * rate + 3.29 * (experiments * rate * (1.0 - rate)).sqrt()
}

/// Nothing differs: a ship is a false alarm in one direction of the primary, a roll back one of
/// the primary or of the guardrail, each at 5 % two-sided.
fn keeps_its_promise(method: Method, usual: u32) {
    let experiments = experiments(usual);
    let ends = run(method, experiments, [0.4, 0.4], 20_261_130);
    assert!(f64::from(ends.ships) <= most(0.025, experiments), "{ends:?} of {experiments}");
    assert!(f64::from(ends.roll_backs) <= most(0.05, experiments), "{ends:?} of {experiments}");
}

#[test]
fn nothing_ships_by_chance_more_often_than_promised() {
    keeps_its_promise(Method::Sequential, 1_000);
}

#[test]
fn nor_by_a_t_test_at_the_planned_end() {
    keeps_its_promise(Method::TTest, 1_000);
}

#[test]
fn nor_by_spending_alpha_every_week() {
    keeps_its_promise(Method::GroupSequential, 500);
}

/// A lift of 15 % is 6.4 standard errors at the end: found by any method, and never the other way.
#[test]
fn a_real_lift_ships() {
    for method in [Method::Sequential, Method::GroupSequential] {
        let experiments = experiments(60);
        let ends = run(method, experiments, [0.4, 0.46], 7);
        assert!(f64::from(ends.ships) >= 0.9 * f64::from(experiments), "{method:?}: {ends:?}");
    }
}

/// Power as planned: 5,600 units a variant find `delta` = (1.9600 + 0.8416) * sqrt((0.24 + p (1 -
/// p)) / 5,600), which is 0.02606 from 0.4 to `p` = 0.42606, with a power of 0.8 (Fleiss, Levin
/// and Paik 2003, equation 4.14, without continuity correction). The guardrail, in which nothing
/// differs, keeps a share of 0.025 from shipping.
///
/// Four looks by O'Brien and Fleming would need 1.024 times as many units for the same power
/// (Jennison and Turnbull 2000, table 2.4): with these they have a power of 0.79.
#[test]
fn a_lift_that_was_planned_for_ships_as_often_as_planned() {
    for (method, usual, power) in
        [(Method::TTest, 1_000, 0.8), (Method::GroupSequential, 500, 0.79)]
    {
        let experiments = experiments(usual);
        let ends = run(method, experiments, [0.4, 0.426_06], 11);
        let (rate, n) = (power * 0.975, f64::from(experiments));
        let slack = 3.29 * (n * rate * (1.0 - rate)).sqrt() + 0.01 * n;
        let ships = f64::from(ends.ships);
        assert!((ships - n * rate).abs() <= slack, "{method:?}: {ends:?} of {experiments}");
    }
}
