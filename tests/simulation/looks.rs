//! The same experiment looked at again and again.

use assize::stats::Summary;

use crate::cell::{Cell, Chance};
use crate::fixed::{false_alarms, finds};
use crate::population::{deviate, normal};

/// Units of each arm that a night adds.
pub const UNITS: u64 = 100;

/// Looks after equal shares of the information.
pub fn equal(looks: usize) -> Vec<f64> {
    (1..=looks).map(|look| look as f64 / looks as f64).collect()
}

/// Statistics at looks after these shares of the information: a Brownian motion with this
/// drift, over the root of its time. That is what every metric's are with many units.
pub fn statistics<'a>(
    times: &'a [f64],
    drift: f64,
    chance: &'a mut Chance,
) -> impl Iterator<Item = f64> + 'a {
    let (mut score, mut before) = (0.0, 0.0);
    times.iter().map(move |time| {
        score += drift * (time - before) + (time - before).sqrt() * deviate(chance);
        before = *time;
        score / time.sqrt()
    })
}

/// Both arms as they grow, look by look.
pub fn grow(mut night: impl FnMut() -> [Summary; 2]) -> impl Iterator<Item = [Summary; 2]> {
    let mut so_far = [Summary::EMPTY; 2];
    std::iter::from_fn(move || {
        let [control, treatment] = night();
        so_far = [so_far[0].merge(&control), so_far[1].merge(&treatment)];
        Some(so_far)
    })
}

/// Two normal arms of `units` a night, the second with this effect.
pub fn grow_normal(
    units: u64,
    effect: f64,
    chance: &mut Chance,
) -> impl Iterator<Item = [Summary; 2]> {
    grow(move || [1.0, 1.0 + effect].map(|mean| normal(units, mean, 1.0, chance)))
}

/// The test of one look, made at every one.
pub fn fixed_test_at_every_look(looks: usize, rate: f64) -> Cell {
    let metric = "normal; 100 + 100 units a look".to_owned();
    false_alarms("Welch's t at every look", metric, move |chance| {
        let mut arms = grow_normal(UNITS, 0.0, chance).take(looks);
        arms.any(|[control, treatment]| finds(&control, &treatment))
    })
    .at_looks(looks)
    .known_to_fail(rate)
    .near(rate, 0.015)
}
