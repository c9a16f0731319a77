//! Shares of converted units, also where few convert.

use assize::stats::proportion::{
    Conversions, ProportionTest, ScoreVariance, agresti_caffo, fisher, newcombe, pooled_z, score,
    two_proportions, unpooled_z,
};
use assize::stats::{Alternative, Interval, Missing};

use crate::ALPHA;
use crate::band::Promise::{AtMost, Exactly};
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{false_alarms, of_units};
use crate::population::binomial;

const TWO_SIDED: Alternative = Alternative::TwoSided;

/// Share, units of control and treatment.
const ARMS: [(f64, u64, u64); 7] = [
    (0.5, 50, 50),
    (0.05, 500, 500),
    (0.005, 500, 500),
    (0.005, 2_000, 2_000),
    (0.05, 9_900, 100),
    (0.005, 99_000, 1_000),
    (0.05, 50_000, 50_000),
];

type Compare = fn(&Conversions, &Conversions) -> Result<f64, Missing>;

const TESTS: [(&str, Compare); 4] = [
    ("two shares, unpooled z", |a, b| p_value(unpooled_z(a, b, 0.0, TWO_SIDED, ALPHA))),
    ("two shares, pooled z", |a, b| p_value(pooled_z(a, b, TWO_SIDED, ALPHA))),
    ("two shares, score", |a, b| p_value(by_score(a, b))),
    ("two shares, z or score", |a, b| p_value(two_proportions(a, b, TWO_SIDED, ALPHA))),
];

type Limits = fn(&Conversions, &Conversions) -> Result<Interval, Missing>;

const INTERVALS: [(&str, Limits); 4] = [
    ("two shares, score", |a, b| Ok(by_score(a, b)?.test.interval)),
    ("two shares, Newcombe", |a, b| newcombe(a, b, TWO_SIDED, ALPHA)),
    ("two shares, Agresti-Caffo", |a, b| agresti_caffo(a, b, TWO_SIDED, ALPHA)),
    ("two shares, Wald", |a, b| Ok(unpooled_z(a, b, 0.0, TWO_SIDED, ALPHA)?.test.interval)),
];

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for arms in ARMS {
        cells.extend(TESTS.map(|(method, compare)| nothing_there(method, arms, compare)));
    }
    let exact: Compare = |a, b| Ok(fisher(a, b, TWO_SIDED)?.exp());
    let fisher = nothing_there("two shares, Fisher's exact", (0.05, 100, 100), exact);
    cells.push(Cell { promise: AtMost(ALPHA), ..fisher });
    for units in [100, 2_000] {
        cells.extend(INTERVALS.map(|(method, limits)| coverage(method, units, limits)));
    }
    cells
}

fn p_value(test: Result<ProportionTest, Missing>) -> Result<f64, Missing> {
    test.map(|test| test.test.p_value)
}

fn by_score(control: &Conversions, treatment: &Conversions) -> Result<ProportionTest, Missing> {
    score(control, treatment, 0.0, ScoreVariance::default(), TWO_SIDED, ALPHA)
}

fn arm(units: u64, share: f64, chance: &mut Chance) -> Conversions {
    Conversions::new(units, binomial(units, share, chance))
}

fn nothing_there(method: &str, arms: (f64, u64, u64), compare: Compare) -> Cell {
    let (share, control, treatment) = arms;
    let metric = of_units(&format!("share of {} %", 100.0 * share), control, treatment);
    false_alarms(method, metric, move |chance| {
        let (a, b) = (arm(control, share, chance), arm(treatment, share, chance));
        compare(&a, &b).is_ok_and(|p| p < ALPHA)
    })
}

fn coverage(method: &str, units: u64, limits: Limits) -> Cell {
    let metric = of_units("5 % against 10 %", units, units);
    Cell::new(Question::Coverage, method, metric, Exactly(1.0 - ALPHA), move |chance| {
        let (a, b) = (arm(units, 0.05, chance), arm(units, 0.1, chance));
        limits(&a, &b).is_ok_and(|interval| interval.contains(0.05))
    })
}
