//! Who the units are, and what a sample of them adds up to.
//!
//! A metric takes a few values with known probabilities, so that a sample of any size is one
//! multinomial draw and costs the same for 500 units as for 50,000. A lognormal metric is
//! rounded to quarters of a standard deviation of its logarithm, which leaves all its moments
//! as they are (the trapezoidal rule of a Gaussian is exact to `exp(-2 pi² 16)`).

use assize::stats::Summary;
use rand::Rng;
use rand_distr::{Binomial, ChiSquared, Distribution, StandardNormal};

use crate::cell::Chance;

/// A unit's `[y, d, x, e]`, as of [`Summary`], and how likely it is.
#[derive(Clone)]
pub struct Population {
    pub name: String,
    values: Vec<[f64; 4]>,
    /// Of the values before this one; one entry more than there are values.
    cumulative: Vec<f64>,
    /// How many of the four columns vary: the first, the first two, or all.
    columns: usize,
}

impl Population {
    /// Of values with weights, which need not sum to 1.
    pub fn new(name: &str, cells: impl IntoIterator<Item = (f64, [f64; 4])>) -> Population {
        let (weights, values): (Vec<f64>, Vec<[f64; 4]>) = cells.into_iter().unzip();
        let whole: f64 = weights.iter().sum();
        let sums = weights.iter().scan(0.0, |sum, weight| {
            *sum += weight / whole;
            Some(*sum)
        });
        let cumulative = std::iter::once(0.0).chain(sums).collect();
        let varies = |i: usize| values.iter().any(|value| value[i] != values[0][i]);
        let columns = if varies(2) || varies(3) { 4 } else { 1 + usize::from(varies(1)) };
        Population { name: name.to_owned(), values, cumulative, columns }
    }

    /// Of a mean: only `y` varies.
    pub fn of_values(name: &str, cells: impl IntoIterator<Item = (f64, f64)>) -> Population {
        Population::new(name, cells.into_iter().map(|(weight, y)| (weight, [y, 1.0, 1.0, 1.0])))
    }

    /// Each unit's `y` times `factor`: an effect.
    pub fn scaled(&self, factor: f64) -> Population {
        let values = self.values.iter().map(|[y, d, x, e]| [factor * y, *d, *x, *e]).collect();
        Population { values, ..self.clone() }
    }

    /// What `units` of these add up to.
    pub fn sample(&self, units: u64, chance: &mut Chance) -> Summary {
        let mut counts = Vec::with_capacity(self.values.len());
        self.split(0, self.values.len(), units, &mut counts, chance);
        self.summary(units, &counts)
    }

    /// Sums over `units` of the numbers' powers 0 to 3, which tell their skewness.
    pub fn powers(&self, units: u64, chance: &mut Chance) -> [f64; 4] {
        let mut counts = Vec::with_capacity(self.values.len());
        self.split(0, self.values.len(), units, &mut counts, chance);
        let power = |k: i32| counts.iter().map(|(at, n)| n * self.values[*at][0].powi(k)).sum();
        [0, 1, 2, 3].map(power)
    }

    /// What infinitely many of these are like, as a summary of many: mean and covariances.
    pub fn truth(&self) -> Summary {
        const MANY: f64 = 1e15;
        let weight = |i: usize| (self.cumulative[i + 1] - self.cumulative[i]) * MANY;
        let counts: Vec<_> = (0..self.values.len()).map(|i| (i, weight(i))).collect();
        self.summary(MANY as u64, &counts)
    }

    /// Deals `units` to the values `low..high`: how many to either half, and so on.
    fn split(
        &self,
        low: usize,
        high: usize,
        units: u64,
        counts: &mut Vec<(usize, f64)>,
        chance: &mut Chance,
    ) {
        if units == 0 {
            return;
        }
        if high - low == 1 {
            counts.push((low, units as f64));
            return;
        }
        let middle = (low + high) / 2;
        let mass = |from: usize, to: usize| self.cumulative[to] - self.cumulative[from];
        let left = binomial(units, mass(low, middle) / mass(low, high), chance);
        self.split(low, middle, left, counts, chance);
        self.split(middle, high, units - left, counts, chance);
    }

    fn summary(&self, units: u64, counts: &[(usize, f64)]) -> Summary {
        let mut summary = Summary { units, mean: self.values[0], comoment: [[0.0; 4]; 4] };
        for i in 0..self.columns {
            let sum: f64 = counts.iter().map(|(at, count)| count * self.values[*at][i]).sum();
            summary.mean[i] = sum / units as f64;
        }
        for i in 0..self.columns {
            for j in 0..=i {
                let product = |(at, count): &(usize, f64)| {
                    let value = &self.values[*at];
                    count * (value[i] - summary.mean[i]) * (value[j] - summary.mean[j])
                };
                summary.comoment[i][j] = counts.iter().map(product).sum();
                summary.comoment[j][i] = summary.comoment[i][j];
            }
        }
        summary
    }
}

/// How many of `units` something of this probability happens to.
pub fn binomial(units: u64, probability: f64, chance: &mut Chance) -> u64 {
    let probability = probability.clamp(0.0, 1.0);
    Binomial::new(units, probability).expect("a probability").sample(chance)
}

/// A standard normal deviate.
pub fn deviate(chance: &mut Chance) -> f64 {
    chance.sample(StandardNormal)
}

/// What `units` of a normal metric add up to.
pub fn normal(units: u64, mean: f64, deviation: f64, chance: &mut Chance) -> Summary {
    let freedom = units as f64 - 1.0;
    let squares: f64 = ChiSquared::new(freedom).expect("more than one unit").sample(chance);
    let of_mean = deviation / (units as f64).sqrt() * deviate(chance);
    Summary::from_mean(units, mean + of_mean, deviation * deviation * squares / freedom)
}

/// A share: 1 with this probability, else 0.
pub fn share(probability: f64) -> Population {
    let cells = [(1.0 - probability, 0.0), (probability, 1.0)];
    Population::of_values(&format!("share of {} %", 100.0 * probability), cells)
}

/// Counts of rare events, up to 15.
pub fn poisson(mean: f64) -> Population {
    let weights = (0..16).scan(1.0, |weight, k| {
        let now = *weight;
        *weight *= mean / f64::from(k + 1);
        Some((now, f64::from(k)))
    });
    Population::of_values(&format!("Poisson, mean {mean}"), weights)
}

/// `exp(sigma Z)`.
pub fn lognormal(sigma: f64) -> Population {
    Population::of_values(&format!("lognormal, sigma {sigma}"), lognormal_values(sigma))
}

/// Revenue: nothing from most units, lognormal with sigma 1 from the others.
pub fn revenue(share_of_payers: f64) -> Population {
    let whole: f64 = lognormal_values(1.0).map(|(weight, _)| weight).sum();
    let nothing = (whole * (1.0 - share_of_payers) / share_of_payers, 0.0);
    let cells = std::iter::once(nothing).chain(lognormal_values(1.0));
    let zeros = (100.0 * (1.0 - share_of_payers)).round();
    Population::of_values(&format!("revenue, {zeros} % zeros"), cells)
}

/// Eight standard deviations of the logarithm to either side, in quarters.
fn lognormal_values(sigma: f64) -> impl Iterator<Item = (f64, f64)> {
    (-32..=32).map(move |quarter| {
        let z = 0.25 * f64::from(quarter);
        (libm::exp(-0.5 * z * z), libm::exp(sigma * z))
    })
}

/// Student's t with three degrees of freedom, to 1,100 on either side: no third moment.
pub fn student_3() -> Population {
    let cells = (-31..=31).map(|step| {
        let u = 0.25 * f64::from(step);
        let (value, spacing) = (libm::sinh(u), libm::cosh(u));
        (spacing / ((1.0 + value * value / 3.0) * (1.0 + value * value / 3.0)), value)
    });
    Population::of_values("t with 3 degrees of freedom", cells)
}
