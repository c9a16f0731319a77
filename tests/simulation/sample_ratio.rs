//! Units that fall as promised, and whether the check believes it.

use assize::stats::sample_ratio;

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Chance};
use crate::fixed::false_alarms;
use crate::population::binomial;
use crate::table::in_thousands;

/// The level at which the check holds an experiment.
const GATE: f64 = 0.001;

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (name, shares) in SHARES {
        for units in [100, 10_000, 1_000_000] {
            cells.push(one_look(name, shares, units, ALPHA));
        }
        cells.push(one_look(name, shares, 1_000_000, GATE));
    }
    cells
}

const SHARES: [(&str, &[f64]); 4] = [
    ("50/50", &[0.5, 0.5]),
    ("10/90", &[0.1, 0.9]),
    ("1/99", &[0.01, 0.99]),
    ("80/10/10", &[0.8, 0.1, 0.1]),
];

fn one_look(name: &str, shares: &'static [f64], units: u64, level: f64) -> Cell {
    let method = format!("sample ratio, chi-square at {level}");
    let metric = format!("{name}; {} units", in_thousands(units));
    let cell = false_alarms(&method, metric, move |chance| {
        let counts = deal(units, shares, chance);
        sample_ratio(&counts, shares).is_ok_and(|ratio| ratio.p_value < level)
    });
    Cell { promise: Exactly(level), ..cell }
}

/// Units by arm.
pub fn deal(units: u64, shares: &[f64], chance: &mut Chance) -> Vec<u64> {
    let (mut units, mut whole) = (units, 1.0);
    let arm = |share: &f64| {
        let here = binomial(units, share / whole, chance);
        (units, whole) = (units - here, whole - share);
        here
    };
    shares.iter().map(arm).collect()
}

/// The check of one look, made every night at 0.01.
pub fn every_night() -> Cell {
    let (looks, level) = (28, 0.01);
    let cell = false_alarms(
        "sample ratio, chi-square at 0.01 every night",
        "50/50; 1,000 units a night".to_owned(),
        move |chance| {
            let mut counts = [0, 0];
            (0..looks).any(|_| {
                let night = deal(1_000, &[0.5, 0.5], chance);
                counts = [counts[0] + night[0], counts[1] + night[1]];
                sample_ratio(&counts, &[0.5, 0.5]).is_ok_and(|ratio| ratio.p_value < level)
            })
        },
    );
    Cell { promise: Exactly(level), ..cell }.at_looks(looks).known_to_fail(0.073).near(0.073, 0.01)
}
