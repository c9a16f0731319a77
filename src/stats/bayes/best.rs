//! Which of many variants is the best.
//!
//! With independent beliefs `f_i` and `F_i`, variant `i` is the best with probability
//! `∫ f_i Π F_j`, and choosing it costs `E[max] - mean_i = ∫ F_i (1 - Π F_j)` on average, both
//! over `j ≠ i`. The second form does not cancel. Beliefs are about the variants' own values:
//! lifts share a control and are not independent.

use super::Loss;
use crate::stats::tail::{Peak, log_integral};

/// How likely each variant is the best, and what choosing it costs on average.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// In the order of the variants; adds up to 1.
    pub probability: Vec<f64>,
    /// Natural logarithms of `probability`, also where it underflows.
    pub log_probability: Vec<f64>,
    /// In the unit of the metric.
    pub loss: Vec<Loss>,
}

/// A belief about a value on some axis, on which its density is log-concave.
pub(super) trait Belief {
    fn center(&self) -> f64;
    fn spread(&self) -> f64;
    fn log_density(&self, x: f64) -> f64;
    /// Derivative of the logarithm of the density.
    fn slope(&self, x: f64) -> f64;
    fn log_cdf(&self, x: f64) -> f64;
    fn log_sf(&self, x: f64) -> f64;
    /// Density over distribution function.
    fn hazard_below(&self, x: f64) -> f64;
    /// Density over survival function.
    fn hazard_above(&self, x: f64) -> f64;
    /// Logarithm of the metric's change per unit of the axis, and its derivative.
    fn log_unit(&self, x: f64) -> (f64, f64);
}

/// The variant with the highest value; relative error about 1e-11, also of tiny probabilities.
pub(super) fn highest(beliefs: &[impl Belief]) -> Best {
    highest_with(beliefs, &vec![(None, None); beliefs.len()])
}

/// The same where some probabilities and losses are known already.
pub(super) fn highest_with(beliefs: &[impl Belief], known: &[(Option<f64>, Option<f64>)]) -> Best {
    let log = |known: Option<f64>, integral: &dyn Fn() -> f64| known.map_or_else(integral, f64::ln);
    let each = || known.iter().enumerate();
    let log_probability: Vec<f64> = each()
        .map(|(i, (wins, _))| log(*wins, &|| Rivals::of(beliefs, i).log_wins()).min(0.0))
        .collect();
    Best {
        probability: log_probability.iter().map(|log| log.exp()).collect(),
        log_probability,
        loss: each()
            .map(|(i, (_, loss))| log(*loss, &|| Rivals::of(beliefs, i).log_loss()))
            .map(Loss::of_log)
            .collect(),
    }
}

/// One variant and the others.
struct Rivals<'a, B> {
    one: &'a B,
    before: &'a [B],
    after: &'a [B],
}

impl<'a, B: Belief> Rivals<'a, B> {
    fn of(beliefs: &'a [B], i: usize) -> Rivals<'a, B> {
        let (before, rest) = beliefs.split_at(i);
        let (one, after) = rest.split_first().unwrap_or((&beliefs[0], &[]));
        Rivals { one, before, after }
    }

    fn others(&self) -> impl Iterator<Item = &'a B> {
        self.before.iter().chain(self.after)
    }

    /// Logarithm of the chance that all others are below `x`.
    fn log_all_below(&self, x: f64) -> f64 {
        self.others().map(|other| other.log_cdf(x)).sum()
    }

    /// Logarithm of the chance that any other is above `x`; of a tiny one from its parts.
    fn log_any_above(&self, x: f64) -> f64 {
        let below = self.log_all_below(x);
        if below < -1e-13 {
            return (-below.exp_m1()).ln();
        }
        let logs = || self.others().map(|other| other.log_sf(x));
        let top = logs().fold(f64::NEG_INFINITY, f64::max);
        if top.is_finite() {
            top + logs().map(|log| (log - top).exp()).sum::<f64>().ln()
        } else {
            top
        }
    }

    /// The narrowest belief's spread.
    fn step(&self) -> f64 {
        self.others().fold(self.one.spread(), |least, other| least.min(other.spread()))
    }

    fn log_wins(&self) -> f64 {
        if self.others().next().is_none() {
            return 0.0;
        }
        let hazards = |x: f64| self.others().map(|other| other.hazard_below(x)).sum::<f64>();
        let slope = |x: f64| self.one.slope(x) + hazards(x);
        let peak = Peak::of_slope(&slope, self.one.center(), self.step());
        let log_f = |x: f64| self.one.log_density(x) + self.log_all_below(x);
        log_integral(&log_f, &[peak], &self.bends()).min(0.0)
    }

    fn log_loss(&self) -> f64 {
        let peaks: Vec<Peak> = self.others().map(|other| self.peak_against(other)).collect();
        let log_f = |x: f64| self.one.log_cdf(x) + self.log_any_above(x) + self.one.log_unit(x).0;
        log_integral(&log_f, &peaks, &self.bends())
    }

    fn bends(&self) -> Vec<Peak> {
        let bend = |belief: &B| Peak { at: belief.center(), scale: belief.spread() };
        self.others().chain([self.one]).map(bend).collect()
    }

    /// Where it is likeliest that this variant is below and the other above.
    fn peak_against(&self, other: &B) -> Peak {
        let slope =
            |x: f64| self.one.hazard_below(x) - other.hazard_above(x) + self.one.log_unit(x).1;
        let start = 0.5 * (self.one.center() + other.center());
        Peak::of_slope(&slope, start, self.one.spread().min(other.spread()))
    }
}
