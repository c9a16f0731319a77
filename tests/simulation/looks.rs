//! The same experiment looked at again and again.

use assize::stats::{OneSidedSequence, Rho, Sequence, Summary};

use crate::ALPHA;
use crate::band::Promise::{AtLeast, AtMost, Published};
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{effect, finds};
use crate::population::{Population, deviate, lognormal, normal, poisson, share};

/// Nights that the sequences here are looked at, and units of each arm a night.
const NIGHTS: usize = 28;
const UNITS: u64 = 100;

/// Units at which the sequences are tightest; the nights end with 5,600.
const TUNING: f64 = 5_000.0;

pub fn cells() -> Vec<Cell> {
    let mut cells = vec![sequence_of_normal()];
    cells.extend([share(0.05), poisson(0.3), lognormal(1.0)].map(sequence));
    cells.push(one_sided());
    cells.push(simultaneous_coverage());
    cells
}

/// Statistics at looks after these shares of the information: a Brownian motion with this
/// drift, over the root of its time.
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

/// Looks after equal shares of the information.
pub fn equal_looks(looks: usize) -> Vec<f64> {
    (1..=looks).map(|look| look as f64 / looks as f64).collect()
}

/// Both arms as they grow, look by look.
fn grow(mut night: impl FnMut() -> [Summary; 2]) -> impl Iterator<Item = [Summary; 2]> {
    let mut so_far = [Summary::EMPTY; 2];
    std::iter::from_fn(move || {
        let [control, treatment] = night();
        so_far = [so_far[0].merge(&control), so_far[1].merge(&treatment)];
        Some(so_far)
    })
}

/// The test of one look, made at every one.
pub fn fixed_test_at_every_look(looks: usize, rate: f64) -> Cell {
    let metric = "normal; 100 + 100 units a look";
    let cell = Cell::new(
        Question::Controls,
        "Welch's t at every look",
        metric,
        Published(rate),
        move |chance| {
            let arms = grow(|| [(), ()].map(|()| normal(UNITS, 1.0, 1.0, chance)));
            arms.take(looks).any(|[control, treatment]| finds(&control, &treatment))
        },
    );
    Cell { reference: Some((rate, 0.015)), ..cell.at_looks(looks) }
}

fn finds_at_this_look(sequence: &Sequence, [control, treatment]: [Summary; 2]) -> bool {
    effect(&control, &treatment)
        .is_ok_and(|effect| sequence.log_p_value(effect.statistic(0.0), effect.units) < ALPHA.ln())
}

/// Whether the interval of this look holds the truth.
fn covers_at_this_look(sequence: &Sequence, arms: [Summary; 2], truth: f64) -> bool {
    effect(&arms[0], &arms[1]).is_ok_and(|effect| {
        (effect.value - truth).abs() <= sequence.width(effect.units) * effect.std_error
    })
}

fn always_valid(
    method: &str,
    metric: String,
    finds: impl Fn(&mut Chance) -> bool + Send + Sync + 'static,
) -> Cell {
    Cell::new(Question::FalseAlarmsAtAnyLook, method, metric, AtMost(ALPHA), finds).at_looks(NIGHTS)
}

fn sequence_of_normal() -> Cell {
    let metric = format!("normal; {UNITS} + {UNITS} units a night");
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    always_valid("confidence sequence", metric, move |chance| {
        let arms = grow(|| [(), ()].map(|()| normal(UNITS, 1.0, 1.0, chance)));
        arms.take(NIGHTS).any(|arms| finds_at_this_look(&sequence, arms))
    })
}

fn sequence(who: Population) -> Cell {
    let metric = format!("{}; {UNITS} + {UNITS} units a night", who.name);
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    always_valid("confidence sequence", metric, move |chance| {
        let arms = grow(|| [(), ()].map(|()| who.sample(UNITS, chance)));
        arms.take(NIGHTS).any(|arms| finds_at_this_look(&sequence, arms))
    })
}

fn one_sided() -> Cell {
    let metric = "known variance; 200 units a night".to_owned();
    let sequence = OneSidedSequence::new(ALPHA, TUNING, Rho::Exact);
    always_valid("confidence sequence, one-sided", metric, move |chance| {
        let times = equal_looks(NIGHTS);
        let looks = times.iter().zip(statistics(&times, 0.0, chance));
        looks.into_iter().any(|(time, statistic)| {
            let units = time * (2 * UNITS * NIGHTS as u64) as f64;
            sequence.log_p_value(statistic, units) < ALPHA.ln()
        })
    })
}

/// The interval of every look must hold the truth, all of them together.
fn simultaneous_coverage() -> Cell {
    let metric = format!("normal, effect 0.1; {UNITS} + {UNITS} units a night");
    let promise = AtLeast(1.0 - ALPHA);
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    Cell::new(Question::Coverage, "confidence sequence", metric, promise, move |chance| {
        let night = || [normal(UNITS, 1.0, 1.0, chance), normal(UNITS, 1.1, 1.0, chance)];
        grow(night).take(NIGHTS).all(|arms| covers_at_this_look(&sequence, arms, 0.1))
    })
    .at_looks(NIGHTS)
}
