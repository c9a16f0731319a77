//! Whether p-values are uniform where there is nothing, not only below 0.05.

use assize::stats::student;

use crate::band::Promise::Uniform;
use crate::cell::{Cell, Measure, Question};
use crate::fixed::{effect, of_units};
use crate::population::normal;

pub fn cells() -> Vec<Cell> {
    [50, 500, 5_000].map(welch).into()
}

fn welch(units: u64) -> Cell {
    Cell {
        question: Question::Uniformity,
        method: "Welch's t".to_owned(),
        metric: of_units("normal, deviations 1 and 2", units, units),
        looks: 1,
        promise: Uniform,
        reference: None,
        measure: Measure::Distance(Box::new(move |chance| {
            let control = normal(units, 1.0, 1.0, chance);
            let treatment = normal(units, 1.0, 2.0, chance);
            let effect = effect(&control, &treatment).expect("an effect");
            student::log_two_sided(effect.statistic(0.0), effect.dof).exp()
        })),
    }
}
