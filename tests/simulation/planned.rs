//! Looks that were planned: group-sequential designs.

use assize::stats::group::{Design, End, Shape, Spending};
use assize::stats::{Alternative, normal, student};

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Question};
use crate::fixed::{effect, false_alarms, of_units};
use crate::looks::{equal, grow, grow_normal, statistics};
use crate::population::{Population, lognormal, share};
use crate::stopped;

const OBRIEN_FLEMING: Shape = Shape::Spending(Spending::OBrienFleming);
const POCOCK: Shape = Shape::Spending(Spending::Pocock);

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (name, shape) in [("O'Brien-Fleming-like", OBRIEN_FLEMING), ("Pocock-like", POCOCK)] {
        let of = |metric: &str, times: Vec<f64>| nothing_there(name, shape, metric, times);
        cells.extend([5, 14, 28].map(|looks| of("equal looks", equal(looks))));
        cells.push(of("irregular looks", vec![0.07, 0.12, 0.31, 0.33, 0.58, 0.9, 1.0]));
        cells.push(of("the third of five skipped", vec![0.2, 0.4, 0.8, 1.0]));
        cells.push(of("the last at 120 %", vec![0.25, 0.5, 0.75, 1.2]));
        cells.push(few_units(name, shape));
        cells.extend([5, 28].map(|looks| power(name, shape, looks)));
        cells.extend(stopped::cells(name, shape));
    }
    let exact = [("O'Brien and Fleming", Shape::OBRIEN_FLEMING), ("Pocock", Shape::POCOCK)];
    cells.extend(exact.map(|(name, shape)| nothing_there(name, shape, "equal looks", equal(5))));
    cells.push(of_population(share(0.05), [500, 500], 14));
    let ramps = [share(0.005), lognormal(2.0)];
    cells.extend(ramps.map(|who| of_population(who, [1_980, 20], 5)));
    cells
}

pub fn design(shape: Shape, planned: &[f64]) -> Design {
    Design::new(ALPHA, Alternative::TwoSided, shape, None, planned).expect("a design")
}

pub fn boundaries(shape: Shape, times: &[f64]) -> Vec<f64> {
    let planned = equal(times.len());
    let looks = design(shape, &planned).looks(times, End::AtFullInformation);
    looks.expect("looks").iter().map(|look| look.boundary).collect()
}

fn nothing_there(name: &str, shape: Shape, metric: &str, times: Vec<f64>) -> Cell {
    let (looks, bounds) = (times.len(), boundaries(shape, &times));
    false_alarms(name, format!("known variance; {metric}"), move |chance| {
        statistics(&times, 0.0, chance).zip(&bounds).any(|(z, bound)| z.abs() >= *bound)
    })
    .at_looks(looks)
}

/// A t-test compared with the level of each look; twenty units in each arm a look.
fn few_units(name: &str, shape: Shape) -> Cell {
    let times = equal(5);
    let looks = design(shape, &times).looks(&times, End::AtFullInformation).expect("looks");
    let (method, metric) = (format!("{name}, Welch's t"), "normal; 20 + 20 units a look");
    false_alarms(&method, metric.to_owned(), move |chance| {
        grow_normal(20, 0.0, chance).zip(&looks).any(|([a, b], look)| {
            let effect = effect(&a, &b).expect("an effect");
            let log_p_value = student::log_two_sided(effect.statistic(0.0), effect.dof);
            log_p_value <= look.log_nominal_p_value
        })
    })
    .at_looks(times.len())
}

/// The same of many units or of too few, by the statistic alone.
fn of_population(who: Population, units: [u64; 2], looks: usize) -> Cell {
    let bounds = boundaries(OBRIEN_FLEMING, &equal(looks));
    let metric = format!("{} a look", of_units(&who.name, units[0], units[1]));
    false_alarms("O'Brien-Fleming-like, Welch's t", metric, move |chance| {
        let arms = grow(|| units.map(|units| who.sample(units, chance)));
        arms.zip(&bounds).any(|([a, b], bound)| {
            effect(&a, &b).is_ok_and(|effect| effect.statistic(0.0).abs() >= *bound)
        })
    })
    .at_looks(looks)
}

/// At the size of a single look's 80 %, times what the design says it costs.
fn power(name: &str, shape: Shape, looks: usize) -> Cell {
    let times = equal(looks);
    let inflation = design(shape, &times).inflation_factor(0.8).expect("a size");
    let single = normal::upper_quantile(0.5 * ALPHA) - normal::upper_quantile(0.8);
    let (drift, bounds) = (single * inflation.sqrt(), boundaries(shape, &times));
    let metric = format!("known variance; size x {inflation:.3}");
    Cell::new(Question::Power, name, metric, Exactly(0.8), move |chance| {
        let stop = stop(&bounds, statistics(&times, drift, chance));
        stop.1 >= bounds[stop.0]
    })
    .at_looks(looks)
}

/// The look that stops, and its statistic; the last one if none does.
pub fn stop(bounds: &[f64], statistics: impl Iterator<Item = f64>) -> (usize, f64) {
    let mut last = (0, 0.0);
    for (look, (z, bound)) in statistics.zip(bounds).enumerate() {
        last = (look, z);
        if z.abs() >= *bound {
            break;
        }
    }
    last
}
