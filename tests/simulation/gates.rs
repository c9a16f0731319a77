//! The confidence sequence where it may decide by itself, and only there.
//!
//! At the first looks of a ramp the sequence rejects true hypotheses in 40 % and more of all
//! experiments (see `domain.rs`). A verdict does not rest on it before ten converted units are
//! expected in the smaller arm, and sets nothing in motion while the smaller of two unequal arms
//! has too few units for the skewness of the values.

use assize::stats::normality::units_needed;
use assize::stats::proportion::{Conversions, ENOUGH, ScoreVariance, expected, fewest, score};
use assize::stats::{Alternative, Rho, Sequence, Summary};

use crate::ALPHA;
use crate::band::Promise::AtMost;
use crate::cell::{Cell, Chance, Question};
use crate::fixed::{effect, of_units};
use crate::looks::grow;
use crate::population::{Population, lognormal, revenue, share};

const TUNING: f64 = 5_000.0;

pub fn cells() -> Vec<Cell> {
    let mut cells: Vec<Cell> = [
        (0.005, [1_980, 20], 7),
        (0.005, [19_800, 200], 28),
        (0.05, [9_900, 100], 14),
        (0.001, [2_000, 2_000], 28),
    ]
    .map(|(of, units, looks)| if_ten_are_expected(share(of), units, looks))
    .into();
    cells.extend(
        [
            (lognormal(2.0), [1_980, 20], 7),
            (revenue(0.03), [1_980, 20], 7),
            (lognormal(1.0), [198_000, 2_000], 28),
            // Balanced, so that no number is asked for.
            (lognormal(2.0), [300, 100], 28),
            (revenue(0.03), [300, 100], 28),
        ]
        .map(|(who, units, looks)| if_tails_are_light(who, units, looks)),
    );
    cells
}

fn held(method: &str, who: &Population, units: [u64; 2], looks: usize) -> impl Fn(Finds) -> Cell {
    let (method, who) = (method.to_owned(), who.name.clone());
    move |finds| {
        let metric = format!("{} a look", of_units(&who, units[0], units[1]));
        let promise = AtMost(ALPHA);
        Cell::new(Question::FalseAlarmsAtAnyLook, &method, metric, promise, finds).at_looks(looks)
    }
}

type Finds = Box<dyn Fn(&mut Chance) -> bool + Send + Sync>;

fn sequence() -> Sequence {
    Sequence::new(ALPHA, TUNING, Rho::Exact)
}

fn by_sequence([control, treatment]: &[Summary; 2]) -> bool {
    effect(control, treatment).is_ok_and(|effect| {
        sequence().log_p_value(effect.statistic(0.0), effect.units) < ALPHA.ln()
    })
}

fn if_ten_are_expected(who: Population, units: [u64; 2], looks: usize) -> Cell {
    let name = "confidence sequence, ten expected";
    held(name, &who.clone(), units, looks)(Box::new(move |chance| {
        let arms = grow(|| units.map(|units| who.sample(units, chance)));
        arms.take(looks).any(|arms| {
            let [a, b] = arms.map(converted);
            expected(&a, &b) >= ENOUGH
                && if fewest(&a, &b) < ENOUGH { by_score(&a, &b) } else { by_sequence(&arms) }
        })
    }))
}

fn converted(arm: Summary) -> Conversions {
    Conversions::new(arm.units, (arm.mean[0] * arm.units as f64).round() as u64)
}

fn by_score(control: &Conversions, treatment: &Conversions) -> bool {
    let (variance, sides) = (ScoreVariance::default(), Alternative::TwoSided);
    let units = (control.units + treatment.units) as f64;
    score(control, treatment, 0.0, variance, sides, ALPHA)
        .is_ok_and(|found| sequence().log_p_value(found.statistic, units) < ALPHA.ln())
}

fn if_tails_are_light(who: Population, units: [u64; 2], looks: usize) -> Cell {
    let name = "confidence sequence, light tails";
    held(name, &who.clone(), units, looks)(Box::new(move |chance| {
        let mut powers = [[0.0; 4]; 2];
        (0..looks).any(|_| {
            for (sums, units) in powers.iter_mut().zip(units) {
                let night = who.powers(units, chance);
                sums.iter_mut().zip(night).for_each(|(sum, power)| *sum += power);
            }
            let arms = powers.map(of_powers);
            let skewness = powers.map(|sums| skewness(sums).abs());
            let needed = units_needed(arms.map(|arm| arm.units), skewness[0].max(skewness[1]));
            let smaller = arms[0].units.min(arms[1].units);
            smaller as f64 >= needed && by_sequence(&arms)
        })
    }))
}

fn of_powers([units, sum, squares, _]: [f64; 4]) -> Summary {
    let mean = sum / units;
    let variance = (squares / units - mean * mean) * units / (units - 1.0);
    Summary::from_mean(units as u64, mean, variance)
}

fn skewness([units, sum, squares, cubes]: [f64; 4]) -> f64 {
    let (mean, square, cube) = (sum / units, squares / units, cubes / units);
    let variance = square - mean * mean;
    let third = cube - 3.0 * mean * square + 2.0 * mean * mean * mean;
    if variance > 0.0 { third / variance.powf(1.5) } else { 0.0 }
}
