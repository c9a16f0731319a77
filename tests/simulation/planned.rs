//! Looks that were planned: group-sequential designs.

use assize::stats::group::{Design, End, Shape, Spending, Stopped};
use assize::stats::{Alternative, Effect, normal, student};

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{effect, of_units};
use crate::looks::{equal, grow, grow_normal, statistics};
use crate::population::{Population, lognormal, share};

const OBRIEN_FLEMING: Shape = Shape::Spending(Spending::OBrienFleming);
const POCOCK: Shape = Shape::Spending(Spending::Pocock);

/// The drift of the experiments that have an effect: a power of 85 % at a single look.
const DRIFT: f64 = 3.0;

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for (name, shape) in [("O'Brien-Fleming-like", OBRIEN_FLEMING), ("Pocock-like", POCOCK)] {
        cells.extend(
            [5, 14, 28].map(|looks| false_alarms(name, shape, "equal looks", equal(looks))),
        );
        let irregular = vec![0.07, 0.12, 0.31, 0.33, 0.58, 0.9, 1.0];
        cells.push(false_alarms(name, shape, "irregular looks", irregular));
        cells.push(false_alarms(
            name,
            shape,
            "the third of five skipped",
            vec![0.2, 0.4, 0.8, 1.0],
        ));
        cells.push(false_alarms(name, shape, "the last at 120 %", vec![0.25, 0.5, 0.75, 1.2]));
        cells.push(few_units(name, shape));
        cells.extend([5, 28].map(|looks| power(name, shape, looks)));
        cells.extend([5, 28].map(|looks| repeated(name, shape, looks)));
        cells.extend(after_stopping(name, shape, equal(4)));
    }
    let exact = [("O'Brien and Fleming", Shape::OBRIEN_FLEMING), ("Pocock", Shape::POCOCK)];
    cells.extend(exact.map(|(name, shape)| false_alarms(name, shape, "equal looks", equal(5))));
    cells.push(of_population(share(0.05), [500, 500], 14));
    let ramps = [share(0.005), lognormal(2.0)];
    cells.extend(ramps.map(|who| of_population(who, [1_980, 20], 5)));
    cells
}

fn design(shape: Shape, planned: &[f64]) -> Design {
    Design::new(ALPHA, Alternative::TwoSided, shape, None, planned).expect("a design")
}

fn boundaries(shape: Shape, times: &[f64]) -> Vec<f64> {
    let planned = equal(times.len());
    let looks = design(shape, &planned).looks(times, End::AtFullInformation);
    looks.expect("looks").iter().map(|look| look.boundary).collect()
}

fn false_alarms(name: &str, shape: Shape, metric: &str, times: Vec<f64>) -> Cell {
    let (looks, bounds) = (times.len(), boundaries(shape, &times));
    let question = Question::FalseAlarms;
    Cell::new(question, name, known_variance(metric), Exactly(ALPHA), move |chance| {
        statistics(&times, 0.0, chance).zip(&bounds).any(|(z, bound)| z.abs() >= *bound)
    })
    .at_looks(looks)
}

fn known_variance(metric: &str) -> String {
    format!("known variance; {metric}")
}

/// A t-test compared with the level of each look; twenty units in each arm a look.
fn few_units(name: &str, shape: Shape) -> Cell {
    let times = equal(5);
    let looks = design(shape, &times).looks(&times, End::AtFullInformation).expect("looks");
    let (question, metric) = (Question::FalseAlarms, "normal; 20 + 20 units a look");
    Cell::new(question, &format!("{name}, Welch's t"), metric, Exactly(ALPHA), move |chance| {
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
    let (question, method) = (Question::FalseAlarms, "O'Brien-Fleming-like, Welch's t");
    Cell::new(question, method, metric, Exactly(ALPHA), move |chance| {
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
fn stop(bounds: &[f64], statistics: impl Iterator<Item = f64>) -> (usize, f64) {
    let looks = statistics.zip(bounds).enumerate();
    let mut last = (0, 0.0);
    for (look, (z, bound)) in looks {
        last = (look, z);
        if z.abs() >= *bound {
            break;
        }
    }
    last
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
    let metric = known_variance("equal looks, stopped");
    let cell = |method: &str, promise, happens: Box<dyn Fn(&mut Chance) -> bool + Send + Sync>| {
        let method = format!("{name}, {method}");
        Cell::new(Question::Coverage, &method, metric.clone(), promise, happens).at_looks(looks)
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
