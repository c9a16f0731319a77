//! An experiment whose shares changed on the way, while the metric itself drifted.

use assize::stats::{Effect, Missing, Summary, Twin};

use crate::cell::{Cell, Chance};
use crate::fixed::{false_alarms, finds, is_significant};
use crate::population::binomial;

/// Units of each phase.
const UNITS: u64 = 20_500;

/// Share of units treated, and share of units converting, treated or not.
const PHASES: [(f64, f64); 2] = [(0.1, 0.10), (0.5, 0.08)];

pub fn cells() -> Vec<Cell> {
    vec![false_alarms("stratified ramp", metric(), |chance| {
        stratified(&night(chance)).is_ok_and(|effect| is_significant(&effect))
    })]
}

/// The phases added up as if the shares had always been the same.
pub fn pooled() -> Cell {
    let cell = false_alarms("pooled ramp", metric(), |chance| {
        let [first, second] = night(chance);
        finds(&first[0].merge(&second[0]), &first[1].merge(&second[1]))
    });
    cell.known_to_fail(0.882).near(0.882, 0.015)
}

fn metric() -> String {
    "share, 10 % falling to 8 %; 10 % treated, then 50 %".to_owned()
}

/// Control and treatment of each phase.
fn night(chance: &mut Chance) -> [[Summary; 2]; 2] {
    PHASES.map(|(treated, converting)| {
        let treated = binomial(UNITS, treated, chance);
        [UNITS - treated, treated]
            .map(|units| Summary::from_conversions(units, binomial(units, converting, chance)))
    })
}

fn stratified(phases: &[[Summary; 2]; 2]) -> Result<Effect, Missing> {
    let arm = |arm: usize| {
        let twins = [phases[0][arm].twin()?, phases[1][arm].twin()?];
        // Both phases have the same number of units.
        Ok(Twin::stratified(&twins.map(|twin| (0.5, twin)))?.unadjusted())
    };
    Effect::contrast(&arm(0)?, &arm(1)?, 1.0)
}
