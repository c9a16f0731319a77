//! Whether p-values are uniform where there is nothing, not only below 0.05.

use assize::config::Direction;
use assize::stats::{Summary, non_inferiority, student};

use crate::ALPHA;
use crate::band::Promise::Uniform;
use crate::cell::{Cell, Chance, Measure, Question};
use crate::fixed::{effect, of_units};
use crate::population::normal;
use crate::sessions::users;

pub fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = [50, 500, 5_000].map(welch).into();
    cells.push(at_the_margin(500));
    cells.push(ratio(5_000));
    cells
}

fn uniform(
    method: &str,
    metric: String,
    p_value: impl Fn(&mut Chance) -> f64 + Send + Sync + 'static,
) -> Cell {
    let measure = Measure::Distance(Box::new(p_value));
    let cell = Cell::new(Question::Uniformity, method, metric, Uniform, |_| false);
    Cell { measure, ..cell }
}

fn welch(units: u64) -> Cell {
    let metric = of_units("normal, deviations 1 and 2", units, units);
    uniform("Welch's t", metric, move |chance| {
        p_value(&normal(units, 1.0, 1.0, chance), &normal(units, 1.0, 2.0, chance))
    })
}

fn p_value(control: &Summary, treatment: &Summary) -> f64 {
    let effect = effect(control, treatment).expect("an effect");
    student::log_two_sided(effect.statistic(0.0), effect.dof).exp()
}

fn ratio(units: u64) -> Cell {
    let who = users();
    uniform("ratio, delta method", of_units(&who.name, units, units), move |chance| {
        p_value(&who.sample(units, chance), &who.sample(units, chance))
    })
}

fn at_the_margin(units: u64) -> Cell {
    let metric = of_units("normal, 2 % worse", units, units);
    uniform("non-inferiority, margin 2 %", metric, move |chance| {
        let control = normal(units, 50.0, 10.0, chance);
        let treatment = normal(units, 49.0, 10.0, chance);
        let test = non_inferiority(&control, &treatment, 0.02, Direction::Higher, ALPHA, 5_000.0);
        test.expect("a test").p_value
    })
}
