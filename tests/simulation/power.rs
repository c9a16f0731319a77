//! Whether the planned number of units finds what it was planned for.

use assize::stats::planning::{Design, Means, Normal, RelativeMeans, Rule, Shares, Student, Trial};
use assize::stats::proportion::{Conversions, unpooled_z};
use assize::stats::{Alternative, Effect};

use crate::ALPHA;
use crate::band::Promise::Exactly;
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{finds, is_significant, of_units};
use crate::population::{binomial, normal};

const TWO_SIDED: Alternative = Alternative::TwoSided;
const STUDENT: Student = Student { alternative: TWO_SIDED, alpha: ALPHA };
const NORMAL: Normal = Normal { alternative: TWO_SIDED, alpha: ALPHA };

pub fn cells() -> Vec<Cell> {
    vec![
        means(0.8, [1.0, 1.0], 1.0),
        means(0.1, [1.0, 1.0], 1.0),
        means(0.5, [1.0, 2.0], 1.0 / 9.0),
        shares([0.05, 0.06], 1.0),
        shares([0.05, 0.06], 1.0 / 9.0),
        shares([0.06, 0.05], 1.0 / 9.0),
        lift(),
    ]
}

/// Units of control and treatment for 80 %, and the power that whole numbers of them have.
fn plan(design: &impl Design, rule: &impl Rule, effect: f64) -> ([u64; 2], f64) {
    let trial = Trial::new(design, rule);
    let need = trial.units(effect, 0.8).expect("a size");
    let units = [need.control, need.treatment].map(|units| units.ceil() as u64);
    let power = trial.power((units[0] + units[1]) as f64, effect).expect("a power");
    (units, power)
}

fn power(
    method: &str,
    metric: &str,
    (units, power): ([u64; 2], f64),
    finds: impl Fn([u64; 2], &mut Chance) -> bool + Send + Sync + 'static,
) -> Cell {
    let metric = of_units(metric, units[0], units[1]);
    Cell::new(Question::Power, method, metric, Exactly(power), move |chance| finds(units, chance))
}

/// Of these deviations and `ratio` treatment units per control unit.
fn means(effect: f64, deviations: [f64; 2], ratio: f64) -> Cell {
    let [control, treatment] = deviations;
    let design = Means::welch(control * control, treatment * treatment, ratio);
    let metric = format!("normal, effect {effect}, deviations {control} and {treatment}");
    power("Welch's t", &metric, plan(&design, &STUDENT, effect), move |units, chance| {
        let arm = normal(units[0], 0.0, control, chance);
        finds(&arm, &normal(units[1], effect, treatment, chance))
    })
}

/// The share in control, that in treatment, and treatment units per control unit.
fn shares([from, to]: [f64; 2], ratio: f64) -> Cell {
    let sizes = plan(&Shares { control: from, ratio }, &NORMAL, to - from);
    let metric = format!("{} % against {} %", 100.0 * from, 100.0 * to);
    power("two shares, unpooled z", &metric, sizes, move |units, chance| {
        let arm = |units: u64, share: f64, chance: &mut Chance| {
            Conversions::new(units, binomial(units, share, chance))
        };
        let (control, treatment) = (arm(units[0], from, chance), arm(units[1], to, chance));
        unpooled_z(&control, &treatment, 0.0, TWO_SIDED, ALPHA)
            .is_ok_and(|test| test.test.p_value < ALPHA)
    })
}

fn lift() -> Cell {
    let (control_mean, control_variance, treatment_variance) = (10.0, 100.0, 100.0);
    let design = RelativeMeans { control_mean, control_variance, treatment_variance, ratio: 1.0 };
    let sizes = plan(&design, &NORMAL, 0.1);
    power("lift, delta method", "normal, lift 10 %", sizes, move |units, chance| {
        let control = normal(units[0], 10.0, 10.0, chance).point();
        let treatment = normal(units[1], 11.0, 10.0, chance).point();
        let lift = control.and_then(|control| Effect::relative(&control, &treatment?));
        lift.is_ok_and(|lift| is_significant(&lift))
    })
}
