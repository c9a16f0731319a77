//! An experiment whose shares changed on the way, while the metric itself drifted.

use assize::stats::{Alternative, Effect, Missing, Summary, Twin};

use crate::ALPHA;
use crate::band::Promise::Published;
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{false_alarms, finds};
use crate::population::binomial;

/// Units of each phase.
const UNITS: u64 = 20_500;

/// Share of units treated, and share of units converting, treated or not.
const PHASES: [(f64, f64); 2] = [(0.1, 0.10), (0.5, 0.08)];

pub fn cells() -> Vec<Cell> {
    vec![false_alarms("stratified ramp", metric(), |chance| {
        stratified(&night(chance)).is_ok_and(|p| p < ALPHA)
    })]
}

/// The phases added up as if the shares had always been the same.
pub fn pooled() -> Cell {
    let cell = false_alarms("pooled ramp", metric(), |chance| {
        let [first, second] = night(chance);
        finds(&first[0].merge(&second[0]), &first[1].merge(&second[1]))
    });
    Cell {
        question: Question::Controls,
        promise: Published(0.882),
        reference: Some((0.882, 0.015)),
        ..cell
    }
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

fn stratified(phases: &[[Summary; 2]; 2]) -> Result<f64, Missing> {
    let arm = |arm: usize| {
        let twins = [phases[0][arm].twin()?, phases[1][arm].twin()?];
        // Both phases have the same number of units.
        Ok(Twin::stratified(&twins.map(|twin| (0.5, twin)))?.unadjusted())
    };
    let effect = Effect::contrast(&arm(0)?, &arm(1)?, 1.0)?;
    Ok(effect.t_test(0.0, Alternative::TwoSided, ALPHA).p_value)
}
