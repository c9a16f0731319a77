//! One look at the planned end: means, shares and their margins.

use std::sync::Arc;

use assize::config::Direction;
use assize::stats::{
    Alternative, Effect, Missing, Point, Summary, fieller, non_inferiority, student,
};

use crate::ALPHA;
use crate::band::Promise::{self, Exactly};
use crate::cell::{Cell, Chance, Question};
use crate::population::{Population, lognormal, normal, poisson, revenue, share, student_3};
use crate::table::in_thousands;

/// Where a confidence sequence would be tightest; nothing here depends on it.
const TUNING: f64 = 5_000.0;

pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for units in [50, 500, 5_000, 50_000] {
        cells.push(welch_of_normal(units, units));
        cells.extend(populations().into_iter().map(|who| welch(who, units, units)));
    }
    for (control, treatment) in [(9_000, 1_000), (9_900, 100), (99_000, 1_000)] {
        cells.push(welch_of_normal(control, treatment));
        cells.extend(populations().into_iter().map(|who| welch(who, control, treatment)));
    }
    cells.extend([50, 500, 5_000].map(non_inferior_at_the_margin));
    cells.extend([50, 500, 5_000].map(coverage_of_the_effect));
    cells.extend([50, 500, 5_000].into_iter().flat_map(coverage_of_the_lift));
    cells
}

fn populations() -> [Population; 8] {
    [
        share(0.5),
        share(0.05),
        share(0.005),
        poisson(0.3),
        lognormal(1.0),
        lognormal(2.0),
        revenue(0.03),
        student_3(),
    ]
}

/// Treatment minus control.
pub fn effect(control: &Summary, treatment: &Summary) -> Result<Effect, Missing> {
    Effect::contrast(&control.point()?, &treatment.point()?, 1.0)
}

/// Whether Welch's t-test finds something; a test that is undefined does not.
pub fn finds(control: &Summary, treatment: &Summary) -> bool {
    effect(control, treatment).is_ok_and(|effect| is_significant(&effect))
}

/// What [`Effect::t_test`] says, without its interval, which takes ten times as long.
pub fn is_significant(effect: &Effect) -> bool {
    student::log_two_sided(effect.statistic(0.0), effect.dof) < ALPHA.ln()
}

/// Whether the interval of one look holds the truth; one that is undefined does not.
pub fn covers(effect: Result<Effect, Missing>, truth: f64) -> bool {
    effect.is_ok_and(|effect| {
        effect.t_test(0.0, Alternative::TwoSided, ALPHA).interval.contains(truth)
    })
}

/// `10,000 + 100 units`: control and treatment.
pub fn of_units(name: &str, control: u64, treatment: u64) -> String {
    format!("{name}; {} + {} units", in_thousands(control), in_thousands(treatment))
}

fn welch_of_normal(control: u64, treatment: u64) -> Cell {
    false_alarms("Welch's t", of_units("normal", control, treatment), move |chance| {
        let treatment = normal(treatment, 1.0, 2.0, chance);
        finds(&normal(control, 1.0, 1.0, chance), &treatment)
    })
}

/// Welch's t-test of two samples of the same population.
pub fn welch(who: Population, control: u64, treatment: u64) -> Cell {
    let metric = of_units(&who.name, control, treatment);
    false_alarms("Welch's t", metric, move |chance| {
        finds(&who.sample(control, chance), &who.sample(treatment, chance))
    })
}

/// A cell of one look in which a finding is a false one.
pub fn false_alarms(
    method: &str,
    metric: String,
    finds: impl Fn(&mut Chance) -> bool + Send + Sync + 'static,
) -> Cell {
    Cell::new(Question::FalseAlarms, method, metric, Exactly(ALPHA), finds)
}

/// A treatment that is worse by exactly the margin, taken for one that is not.
fn non_inferior_at_the_margin(units: u64) -> Cell {
    let metric = of_units("normal, 2 % worse", units, units);
    false_alarms("non-inferiority, margin 2 %", metric, move |chance| {
        let control = normal(units, 50.0, 10.0, chance);
        let treatment = normal(units, 49.0, 10.0, chance);
        non_inferiority(&control, &treatment, 0.02, Direction::Higher, ALPHA, TUNING)
            .is_ok_and(|test| test.p_value < ALPHA)
    })
}

fn coverage(
    method: &str,
    metric: String,
    promise: Promise,
    covers: impl Fn(&mut Chance) -> Result<bool, Missing> + Send + Sync + 'static,
) -> Cell {
    Cell::new(Question::Coverage, method, metric, promise, move |chance| {
        covers(chance).unwrap_or(false)
    })
}

fn coverage_of_the_effect(units: u64) -> Cell {
    let metric = of_units("normal, effect 0.3", units, units);
    coverage("Welch's t", metric, Exactly(1.0 - ALPHA), move |chance| {
        let control = normal(units, 1.0, 1.0, chance);
        let treatment = normal(units, 1.3, 2.0, chance);
        Ok(covers(effect(&control, &treatment), 0.3))
    })
}

/// Three intervals of a true lift of 20 % on Poisson counts.
fn coverage_of_the_lift(units: u64) -> [Cell; 3] {
    type Covers = fn(&Point, &Point) -> Result<bool, Missing>;
    let methods: [(&str, Covers); 3] = [
        ("lift, delta method", |control, treatment| {
            Ok(covers(Effect::relative(control, treatment), LIFT))
        }),
        ("lift, log ratio", |control, treatment| {
            Ok(covers(Effect::log_ratio(control, treatment), libm::log1p(LIFT)))
        }),
        ("lift, Fieller", |control, treatment| {
            Ok(fieller(control, treatment, ALPHA)?.contains(LIFT))
        }),
    ];
    let arms = Arc::new((poisson(0.3), poisson(0.3).scaled(1.0 + LIFT)));
    methods.map(|(method, covers)| {
        let (metric, arms) = (of_units("Poisson, mean 0.3, lift 20 %", units, units), arms.clone());
        coverage(method, metric, Exactly(1.0 - ALPHA), move |chance| {
            let control = arms.0.sample(units, chance).point()?;
            covers(&control, &arms.1.sample(units, chance).point()?)
        })
    })
}

const LIFT: f64 = 0.2;
