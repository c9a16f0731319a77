//! What is known to be wrong: the check must say so, or it would say nothing of the rest.

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::Cell;
use crate::population::lognormal;
use crate::{fixed, looks, many, ramp, sample_ratio, sessions};

/// Each with the rate that somebody else measured.
pub fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = [(2, 0.0835), (5, 0.1422), (7, 0.1666), (14, 0.2211), (28, 0.2748)]
        .map(|(looks, rate)| looks::fixed_test_at_every_look(looks, rate))
        .into();
    cells.push(many::uncorrected());
    cells.push(sessions::sessions_as_units());
    cells.push(ramp::pooled());
    cells.push(sample_ratio::every_night());
    cells.push(false_harm(0.240));
    cells.push(skewed(3.0, 200, 200, 0.0185));
    cells
}

/// A t-test of a metric too skewed for its number of units.
fn skewed(sigma: f64, control: u64, treatment: u64, rate: f64) -> Cell {
    fixed::welch(lognormal(sigma), control, treatment).known_to_fail(rate).near(rate, 0.02)
}

/// The same, where the few units are the treated ones: nearly every false alarm is of harm.
fn false_harm(rate: f64) -> Cell {
    let (who, control, treatment) = (lognormal(2.0), 9_900, 100);
    let metric = fixed::of_units(&who.name, control, treatment);
    let cell = fixed::false_alarms("Welch's t, finds harm", metric, move |chance| {
        let effect = fixed::effect(&who.sample(control, chance), &who.sample(treatment, chance));
        effect.is_ok_and(|effect| effect.value < 0.0 && fixed::is_significant(&effect))
    });
    Cell { promise: Exactly(0.5 * ALPHA), ..cell }.known_to_fail(rate).near(rate, 0.02)
}
