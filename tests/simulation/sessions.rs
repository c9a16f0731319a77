//! Units that are met more than once: ratios of sums over users with several sessions.

use assize::stats::Summary;

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Question};
use crate::fixed::{covers, effect, false_alarms, finds, of_units};
use crate::population::Population;

pub fn cells() -> Vec<Cell> {
    let arms = [(50, 50), (500, 500), (5_000, 5_000), (9_000, 1_000), (9_900, 100)];
    let mut cells: Vec<Cell> = arms.map(delta_method).into();
    cells.extend([50, 500, 5_000].map(coverage_of_the_ratio));
    cells
}

/// Users with one session and on average three more, of which half convert hardly ever and
/// half more often than not: `y` sessions converted of `d`.
pub fn users() -> Population {
    let mut cells = Vec::new();
    for sessions in 1..=12 {
        let likely = poisson_mass(sessions - 1, 3.0);
        for converted in 0..=sessions {
            let mass = |share: f64| binomial_mass(converted, sessions, share);
            let weight = likely * (mass(0.02) + mass(0.57));
            cells.push((weight, [f64::from(converted), f64::from(sessions), 1.0, 1.0]));
        }
    }
    Population::new("sessions converted", cells)
}

pub fn poisson_mass(k: i32, mean: f64) -> f64 {
    (1..=k).fold(libm::exp(-mean), |mass, i| mass * mean / f64::from(i))
}

pub fn binomial_mass(k: i32, n: i32, share: f64) -> f64 {
    let ways = (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1));
    ways * share.powi(k) * (1.0 - share).powi(n - k)
}

fn delta_method((control, treatment): (u64, u64)) -> Cell {
    let who = users();
    let metric = of_units(&who.name, control, treatment);
    false_alarms("ratio, delta method", metric, move |chance| {
        finds(&who.sample(control, chance), &who.sample(treatment, chance))
    })
}

fn coverage_of_the_ratio(units: u64) -> Cell {
    let (control, treatment) = (users(), users().scaled(1.1));
    let value = |who: &Population| who.truth().mean[0] / who.truth().mean[1];
    let truth = value(&treatment) - value(&control);
    let metric = of_units("sessions converted, lift 10 %", units, units);
    let promise = Exactly(1.0 - ALPHA);
    Cell::new(Question::Coverage, "ratio, delta method", metric, promise, move |chance| {
        covers(effect(&control.sample(units, chance), &treatment.sample(units, chance)), truth)
    })
}

/// Every session taken for a unit of its own.
pub fn sessions_as_units() -> Cell {
    let (units, who) = (2_000, users());
    let metric = of_units("sessions converted, each taken as a unit", units, units);
    let cell = false_alarms("Welch's t", metric, move |chance| {
        let flat = |users: Summary| {
            let sum = |i: usize| (users.mean[i] * units as f64).round() as u64;
            Summary::from_conversions(sum(1), sum(0))
        };
        finds(&flat(who.sample(units, chance)), &flat(who.sample(units, chance)))
    });
    cell.known_to_fail(0.203).near(0.203, 0.015)
}
