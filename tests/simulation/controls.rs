//! What is known to be wrong: the check must say so, or it would say nothing of the rest.

use crate::band::Promise::Published;
use crate::cell::{Cell, Question};
use crate::population::lognormal;
use crate::{fixed, looks, ramp, sample_ratio, sessions};

/// Each with the rate that somebody else measured.
pub fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = [(2, 0.0835), (5, 0.1422), (7, 0.1666), (14, 0.2211), (28, 0.2748)]
        .map(|(looks, rate)| looks::fixed_test_at_every_look(looks, rate))
        .into();
    cells.push(sessions::sessions_as_units());
    cells.push(ramp::pooled());
    cells.push(sample_ratio::every_night());
    cells.push(skewed(2.0, 9_900, 100, 0.240));
    cells.push(skewed(3.0, 200, 200, 0.0185));
    cells
}

/// A t-test of a metric too skewed for its number of units.
fn skewed(sigma: f64, control: u64, treatment: u64, rate: f64) -> Cell {
    let cell = fixed::welch(lognormal(sigma), control, treatment);
    Cell {
        question: Question::Controls,
        promise: Published(rate),
        reference: Some((rate, 0.02)),
        ..cell
    }
}
