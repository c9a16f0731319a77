//! What the time before the experiment takes out of the noise (CUPED).

use assize::stats::{Adjustment, Effect, Missing, Slope, Summary, Twin, adjustment};

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Question};
use crate::fixed::{covers, false_alarms, is_significant, of_units};
use crate::population::Population;
use crate::sessions::{binomial_mass, poisson_mass};

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for arms in [(50, 50), (500, 500), (5_000, 5_000), (9_000, 1_000), (9_900, 100)] {
        cells.push(nothing_there("CUPED, mean", buyers(), arms));
        cells.push(nothing_there("CUPED, ratio", visitors(), arms));
    }
    for units in [50, 500] {
        cells.push(coverage_of_the_effect("CUPED, mean", buyers(), units));
        cells.push(coverage_of_the_effect("CUPED, ratio", visitors(), units));
        cells.push(coverage_of_the_lift(units));
    }
    cells
}

/// Purchases now and before, of users who buy seldom, sometimes or often.
fn buyers() -> Population {
    let mut cells = Vec::new();
    for now in 0..=9 {
        for before in 0..=9 {
            let both = |mean: f64| poisson_mass(now, mean) * poisson_mass(before, mean);
            let weight = both(0.1) + both(0.5) + both(2.0);
            cells.push((weight, [f64::from(now), 1.0, f64::from(before), 1.0]));
        }
    }
    Population::new("purchases", cells)
}

/// Visits converted now and before, of one to three visits each time, by users who convert
/// seldom or often.
fn visitors() -> Population {
    let mut cells = Vec::new();
    let outcomes = || (1..=3).flat_map(|visits| (0..=visits).map(move |hits| (hits, visits)));
    for (y, d) in outcomes() {
        for (x, e) in outcomes() {
            let both = |share: f64| binomial_mass(y, d, share) * binomial_mass(x, e, share);
            cells.push((both(0.1) + both(0.6), [y, d, x, e].map(f64::from)));
        }
    }
    Population::new("visits converted", cells)
}

/// Two samples, adjusted: the adjustment and both arms.
fn adjusted(control: Summary, treatment: Summary) -> Result<(Adjustment, Twin, Twin), Missing> {
    let adjustment = adjustment(&[control, treatment], Slope::Auto)?;
    Ok((adjustment, control.twin()?, treatment.twin()?))
}

fn effect(control: Summary, treatment: Summary) -> Result<Effect, Missing> {
    let (adjustment, control, treatment) = adjusted(control, treatment)?;
    Effect::contrast(&adjustment.point(&control), &adjustment.point(&treatment), 1.0)
}

fn lift(control: Summary, treatment: Summary) -> Result<Effect, Missing> {
    let (adjustment, control, treatment) = adjusted(control, treatment)?;
    adjustment.lift(&control, &treatment)
}

fn nothing_there(method: &str, who: Population, arms: (u64, u64)) -> Cell {
    let metric = of_units(&who.name, arms.0, arms.1);
    false_alarms(method, metric, move |chance| {
        let effect = effect(who.sample(arms.0, chance), who.sample(arms.1, chance));
        effect.is_ok_and(|effect| is_significant(&effect))
    })
}

fn coverage_of_the_effect(method: &str, who: Population, units: u64) -> Cell {
    let better = who.scaled(1.1);
    let value = |who: &Population| who.truth().mean[0] / who.truth().mean[1];
    let truth = value(&better) - value(&who);
    let metric = of_units(&format!("{}, lift 10 %", who.name), units, units);
    Cell::new(Question::Coverage, method, metric, Exactly(1.0 - ALPHA), move |chance| {
        covers(effect(who.sample(units, chance), better.sample(units, chance)), truth)
    })
}

fn coverage_of_the_lift(units: u64) -> Cell {
    let (who, better) = (buyers(), buyers().scaled(1.1));
    let metric = of_units("purchases, lift 10 %", units, units);
    Cell::new(Question::Coverage, "CUPED, lift", metric, Exactly(1.0 - ALPHA), move |chance| {
        covers(lift(who.sample(units, chance), better.sample(units, chance)), 0.1)
    })
}
