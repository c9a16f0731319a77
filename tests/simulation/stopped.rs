//! What a group-sequential design says of the effect, at every look and once it has stopped.

use assize::stats::Effect;
use assize::stats::group::{End, Shape, Stopped};

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Chance, Experiment, Question};
use crate::looks::{equal, statistics};
use crate::planned::{boundaries, design, stop};

/// Of the effect, in standard errors at the end: a power of 85 % at a single look.
const DRIFT: f64 = 3.0;

pub fn cells(name: &str, shape: Shape) -> Vec<Cell> {
    let mut cells: Vec<Cell> = [5, 28].map(|looks| repeated(name, shape, looks)).into();
    cells.extend(after_stopping(name, shape, equal(4)));
    cells
}

/// An effect that is measured in standard errors at the end, so that the truth is the drift.
fn effect_of(statistic: f64, time: f64) -> Effect {
    let std_error = time.sqrt().recip();
    Effect { value: statistic * std_error, std_error, dof: f64::INFINITY, units: 1.0 }
}

/// Repeated intervals, all of which must hold the truth.
fn repeated(name: &str, shape: Shape, looks: usize) -> Cell {
    let (times, design) = (equal(looks), design(shape, &equal(looks)));
    let half_width = |look: usize| {
        let tonight = effect_of(0.0, times[look]);
        let test = design.test(&times[..=look], &[], End::AtFullInformation, &tonight, 0.0);
        test.expect("a test").repeated.interval.upper
    };
    let widths: Vec<f64> = (0..looks).map(half_width).collect();
    let method = format!("{name}, repeated intervals");
    let (metric, promise) = ("known variance; equal looks", Exactly(1.0 - ALPHA));
    Cell::new(Question::Coverage, &method, metric, promise, move |chance| {
        let looks = statistics(&times, DRIFT, chance).zip(&times).zip(&widths);
        let mut misses = looks.map(|((z, time), width)| (z / time.sqrt() - DRIFT).abs() - width);
        misses.all(|miss| miss <= 0.0)
    })
    .at_looks(looks)
}

/// The interval and the estimate of an experiment that ended where its boundary was crossed.
fn after_stopping(name: &str, shape: Shape, times: Vec<f64>) -> [Cell; 2] {
    let looks = times.len();
    let lower = Above::new(shape, &times, |stopped| stopped.adjusted.interval.lower);
    let upper = Above::new(shape, &times, |stopped| stopped.adjusted.interval.upper);
    let median = Above::new(shape, &times, |stopped| stopped.estimate);
    let covers = move |chance: &mut Chance| {
        let end = lower.stop(chance);
        !lower.is_above(end) && upper.is_above(end)
    };
    let is_high = move |chance: &mut Chance| {
        let end = median.stop(chance);
        median.is_above(end)
    };
    let metric = "known variance; equal looks, stopped";
    let cell = |method: &str, promise, happens: Experiment<bool>| {
        let method = format!("{name}, {method}");
        Cell::new(Question::Coverage, &method, metric, promise, happens).at_looks(looks)
    };
    [
        cell("interval by stages", Exactly(1.0 - ALPHA), Box::new(covers)),
        cell("estimate above the truth", Exactly(0.5), Box::new(is_high)),
    ]
}

/// For which ends of an experiment a number is above the truth.
///
/// It grows with the statistic at any one look and side, so it is enough to know where it
/// passes the truth, which is found once and not for every experiment.
struct Above {
    times: Vec<f64>,
    bounds: Vec<f64>,
    /// Of each look, where the number passes the truth if it stopped below or above.
    passes: Vec<[f64; 2]>,
}

impl Above {
    fn new(shape: Shape, times: &[f64], number: fn(&Stopped) -> f64) -> Above {
        let (design, bounds) = (design(shape, times), boundaries(shape, times));
        let is_above = |look: usize, z: f64| {
            let tonight = effect_of(z, times[look]);
            let unknown = vec![None; look];
            let test =
                design.test(&times[..=look], &unknown, End::AtFullInformation, &tonight, 0.0);
            number(&test.expect("a test").stopped.expect("it stopped")) > DRIFT
        };
        let passes = |look: usize| {
            let bound = bounds[look].min(FAR);
            let regions = match look + 1 == times.len() {
                true => [(-FAR, FAR); 2],
                false => [(-bound - FAR, -bound), (bound, bound + FAR)],
            };
            regions.map(|(from, to)| first_true(from, to, |z| is_above(look, z)))
        };
        Above { times: times.to_vec(), passes: (0..times.len()).map(passes).collect(), bounds }
    }

    fn stop(&self, chance: &mut Chance) -> (usize, f64) {
        stop(&self.bounds, statistics(&self.times, DRIFT, chance))
    }

    fn is_above(&self, (look, z): (usize, f64)) -> bool {
        z > self.passes[look][usize::from(z > 0.0)]
    }
}

/// No statistic goes so far.
const FAR: f64 = 9.0;

/// Where something becomes true, to a ten thousandth of the way.
fn first_true(mut from: f64, mut to: f64, is_true: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..14 {
        let middle = 0.5 * (from + to);
        if is_true(middle) { to = middle } else { from = middle }
    }
    0.5 * (from + to)
}
