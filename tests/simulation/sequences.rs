//! What is valid however often one looks, looked at every night.

use assize::stats::planning::{AnyTime, Means, Trial};
use assize::stats::{
    Alternative, DEFAULT_CONCENTRATION, Effect, ExactOneSidedSequence, LinearMixture, Mixture,
    OneSidedSequence, Rho, Sequence, log_bayes_factor,
};

use crate::ALPHA;
use crate::band::Promise::{AtLeast, AtMost};
use crate::cell::{Cell, Chance, Question};
use crate::fixed::effect;
use crate::looks::{UNITS, equal, grow, grow_normal, statistics};
use crate::population::{Population, lognormal, revenue, share};
use crate::sample_ratio::deal;
use crate::table::in_thousands;

const NIGHTS: usize = 28;

/// Units at which the sequences are tightest; the nights end with 5,600.
const TUNING: f64 = 5_000.0;

pub fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = [UNITS, 5].map(sequence_of_normal).into();
    cells.extend([share(0.05), revenue(0.03)].map(sequence));
    cells.extend([share(0.005), revenue(0.03), lognormal(2.0)].map(sequence_of_a_ramp));
    cells.extend(one_sided());
    cells.extend([(0.1, 0.0048), (1.0, 0.0162)].map(|(tau, rate)| mixture(tau, rate)));
    cells.push(linear_model());
    cells.extend([("50/50", 0.5, ALPHA), ("1/99", 0.01, ALPHA), ("50/50", 0.5, 0.001)].map(counts));
    cells.push(simultaneous_coverage());
    cells.push(power_of_the_planned_size());
    cells
}

fn always_valid(
    method: &str,
    metric: impl Into<String>,
    finds: impl Fn(&mut Chance) -> bool + Send + Sync + 'static,
) -> Cell {
    Cell::new(Question::FalseAlarmsAtAnyLook, method, metric, AtMost(ALPHA), finds).at_looks(NIGHTS)
}

fn a_night(name: &str, units: u64) -> String {
    format!("{name}; {units} + {units} units a night")
}

fn finds(sequence: &Sequence, effect: &Effect) -> bool {
    sequence.log_p_value(effect.statistic(0.0), effect.units) < ALPHA.ln()
}

fn sequence_of_normal(units: u64) -> Cell {
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    always_valid("confidence sequence", a_night("normal", units), move |chance| {
        let mut arms = grow_normal(units, 0.0, chance).take(NIGHTS);
        arms.any(|[a, b]| effect(&a, &b).is_ok_and(|effect| finds(&sequence, &effect)))
    })
}

fn sequence(who: Population) -> Cell {
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    always_valid("confidence sequence", a_night(&who.name, UNITS), move |chance| {
        let mut arms = grow(|| [(), ()].map(|()| who.sample(UNITS, chance))).take(NIGHTS);
        arms.any(|[a, b]| effect(&a, &b).is_ok_and(|effect| finds(&sequence, &effect)))
    })
}

/// One percent of the units is treated, and the first looks have very few of them.
fn sequence_of_a_ramp(who: Population) -> Cell {
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    let metric = format!("{}; 1,980 + 20 units a look", who.name);
    always_valid("confidence sequence", metric, move |chance| {
        let mut arms = grow(|| [1_980, 20].map(|units| who.sample(units, chance))).take(7);
        arms.any(|[a, b]| effect(&a, &b).is_ok_and(|effect| finds(&sequence, &effect)))
    })
    .at_looks(7)
}

/// Of both forms, on statistics whose variance is known.
fn one_sided() -> [Cell; 2] {
    let metric = "known variance; 200 units a night";
    let units = |time: f64| time * (2 * UNITS * NIGHTS as u64) as f64;
    let closed = OneSidedSequence::new(ALPHA, TUNING, Rho::Exact);
    let exact = ExactOneSidedSequence::new(ALPHA, TUNING, Rho::Exact);
    [
        always_valid("confidence sequence, one-sided", metric, move |chance| {
            at_any_night(chance, |time, z| closed.log_p_value(z, units(time)) < ALPHA.ln())
        }),
        always_valid("confidence sequence, one-sided, exact", metric, move |chance| {
            at_any_night(chance, |time, z| exact.log_p_value(z, units(time)) < ALPHA.ln())
        }),
    ]
}

fn at_any_night(chance: &mut Chance, finds: impl Fn(f64, f64) -> bool) -> bool {
    let times = equal(NIGHTS);
    times.iter().zip(statistics(&times, 0.0, chance)).any(|(time, z)| finds(*time, z))
}

/// mSPRT with a variance of the mixture relative to that of one night's estimate.
fn mixture(tau_squared: f64, rate: f64) -> Cell {
    let mixture = Mixture::new(tau_squared).expect("a variance");
    let metric = format!("known variance; tau² {tau_squared} of a night's");
    always_valid("mSPRT", metric, move |chance| {
        at_any_night(chance, |time, z| {
            let std_error = (time * NIGHTS as f64).sqrt().recip();
            let night = Effect { value: z * std_error, std_error, dof: f64::INFINITY, units: 1.0 };
            let test = mixture.test(&night, 0.0, Alternative::TwoSided, ALPHA);
            test.is_ok_and(|test| test.p_value < ALPHA)
        })
    })
    .near(rate, 0.004)
}

/// Exact for normal units however few: five in each arm a night.
fn linear_model() -> Cell {
    let mixture = LinearMixture::new(1.0).expect("a positive number");
    always_valid("anytime-valid linear model", a_night("normal", 5), move |chance| {
        let mut arms = grow_normal(5, 0.0, chance).take(NIGHTS);
        arms.any(|[a, b]| {
            let effect = effect(&a, &b).expect("an effect");
            // Arms of one size: Welch's statistic is that of the pooled variance.
            let (z, units) = (effect.statistic(0.0), effect.units);
            -mixture.log_bayes_factor(z, units - 2.0, units) < ALPHA.ln()
        })
    })
}

/// Units that fall as promised, counted every night.
fn counts((name, share, level): (&str, f64, f64)) -> Cell {
    let shares = [share, 1.0 - share];
    let method = format!("sample ratio at every look, at {level}");
    let cell = always_valid(&method, format!("{name}; 1,000 units a night"), move |chance| {
        let mut counts = [0, 0];
        (0..NIGHTS).any(|_| {
            let night = deal(1_000, &shares, chance);
            counts = [counts[0] + night[0], counts[1] + night[1]];
            let evidence = log_bayes_factor(&counts, &shares, DEFAULT_CONCENTRATION);
            evidence.is_ok_and(|evidence| -evidence < level.ln())
        })
    });
    Cell { promise: AtMost(level), ..cell }
}

/// The interval of every look must hold the truth, all of them together.
fn simultaneous_coverage() -> Cell {
    let sequence = Sequence::new(ALPHA, TUNING, Rho::Exact);
    let (metric, promise) = (a_night("normal, effect 0.1", UNITS), AtLeast(1.0 - ALPHA));
    Cell::new(Question::Coverage, "confidence sequence", metric, promise, move |chance| {
        let mut arms = grow_normal(UNITS, 0.1, chance).take(NIGHTS);
        arms.all(|[a, b]| {
            let effect = effect(&a, &b).expect("an effect");
            (effect.value - 0.1).abs() <= sequence.width(effect.units) * effect.std_error
        })
    })
    .at_looks(NIGHTS)
}

/// At the size whose last look alone would find the effect with 80 %; earlier looks help.
fn power_of_the_planned_size() -> Cell {
    let (alternative, minimum_effect) = (Alternative::TwoSided, 0.1);
    let rule = AnyTime { alternative, alpha: ALPHA, tuning: TUNING, rho: Rho::Exact };
    let design = Means::welch(1.0, 1.0, 1.0);
    let need = Trial::new(&design, &rule).units(minimum_effect, 0.8).expect("a size");
    let size = need.total.ceil();
    let (sequence, times) = (Sequence::new(ALPHA, TUNING, Rho::Exact), equal(NIGHTS));
    let drift = minimum_effect * size.sqrt() / 2.0;
    let units = in_thousands(size as u64);
    let metric = format!("known variance, at its planned size of {units} units");
    Cell::new(Question::Power, "confidence sequence", metric, AtLeast(0.8), move |chance| {
        let mut looks = times.iter().zip(statistics(&times, drift, chance));
        looks.any(|(time, z)| sequence.log_p_value(z, time * size) < ALPHA.ln())
    })
    .at_looks(NIGHTS)
}
