//! Quantiles, of units and of the events of units.

use assize::stats::quantile::{Clusters, Definition, Ordered, QuantilePoint};
use assize::stats::{Effect, Missing, Point};
use rand::Rng;

use crate::cell::{Cell, Chance};
use crate::fixed::{false_alarms, is_significant};
use crate::population::deviate;

pub fn cells() -> Vec<Cell> {
    vec![of_units(0.5, 100), of_units(0.9, 200), of_events(0.5, 100), of_events(0.9, 100)]
}

fn of_units(level: f64, units: usize) -> Cell {
    let metric = format!("normal; {units} + {units} units");
    false_alarms(&name("quantile", level), metric, move |chance| {
        let point = |chance: &mut Chance| {
            let values = Ordered::new((0..units).map(|_| deviate(chance)).collect())?;
            QuantilePoint::from_values(&values, level, Definition::default())?.point()
        };
        differ(point, chance)
    })
}

/// One to three events of a unit, half of whose variance is the unit's own.
fn of_events(level: f64, units: usize) -> Cell {
    let metric = format!("normal; {units} + {units} units, 1 to 3 events each");
    false_alarms(&name("quantile of events", level), metric, move |chance| {
        let point = |chance: &mut Chance| {
            let clusters: Vec<Vec<f64>> = (0..units).map(|_| events(chance)).collect();
            let values = Ordered::new(clusters.concat())?;
            let quantile = QuantilePoint::from_values(&values, level, Definition::default())?;
            Clusters::count(clusters.iter().map(Vec::as_slice), quantile.value).point(&quantile)
        };
        differ(point, chance)
    })
}

fn name(what: &str, level: f64) -> String {
    format!("{what}, p{}", 100.0 * level)
}

fn events(chance: &mut Chance) -> Vec<f64> {
    let own = deviate(chance);
    (0..chance.random_range(1..=3)).map(|_| own + deviate(chance)).collect()
}

fn differ(point: impl Fn(&mut Chance) -> Result<Point, Missing>, chance: &mut Chance) -> bool {
    let effect = point(chance).and_then(|control| Effect::contrast(&control, &point(chance)?, 1.0));
    effect.is_ok_and(|effect| is_significant(&effect))
}
