//! Which of many variants is the best.
//!
//! With independent beliefs `f_i` and `F_i`, variant `i` is the best with probability
//! `∫ f_i Π F_j`, and choosing it costs `E[max] - mean_i = ∫ F_i (1 - Π F_j)` on average, both
//! over `j ≠ i`. The second form does not cancel. Beliefs are about the variants' own values:
//! lifts share a control and are not independent.

use super::Loss;
use crate::stats::Missing;
use crate::stats::numeric::peaks::{Peak, log_integrals};

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

/// The variant with the highest value; relative error about 1e-10, also of tiny probabilities.
///
/// `Err(Overflow)` where one belief is so much wider than another that no double tells places
/// within the narrow one apart.
pub(super) fn highest(beliefs: &[impl Belief]) -> Result<Best, Missing> {
    if beliefs.len() == 1 {
        let loss = vec![Loss::of_log(f64::NEG_INFINITY)];
        return Ok(Best { probability: vec![1.0], log_probability: vec![0.0], loss });
    }
    let rivals = Rivals(beliefs);
    let wins = beliefs.iter().enumerate().map(|(i, one)| vec![rivals.peak_of_winning(i, one)]);
    let losses = beliefs.iter().enumerate().map(|(i, one)| rivals.peaks_of_loss(i, one));
    let peaks: Vec<Vec<Peak>> = wins.chain(losses).collect();
    let bend = |belief: &_| Peak { at: Belief::center(belief), scale: Belief::spread(belief) };
    let bends: Vec<Peak> = beliefs.iter().map(bend).collect();
    let logs = log_integrals(&|x, out| rivals.integrands(x, out), &peaks, &bends);
    let (wins, losses) = logs.split_at(beliefs.len());
    let log_probability: Vec<f64> = wins.iter().map(|log| log.min(0.0)).collect();
    let probability: Vec<f64> = log_probability.iter().map(|log| log.exp()).collect();
    let complete = (probability.iter().sum::<f64>() - 1.0).abs() < 1e-6;
    if !complete || losses.iter().any(|log| log.is_nan()) {
        return Err(Missing::Overflow);
    }
    let loss = losses.iter().map(|&log| Loss::of_log(log)).collect();
    Ok(Best { probability, log_probability, loss })
}

/// Beliefs of which one is looked at beside the others.
struct Rivals<'a, B>(&'a [B]);

impl<'a, B: Belief> Rivals<'a, B> {
    fn others(&self, i: usize) -> impl Iterator<Item = &'a B> {
        self.0.iter().enumerate().filter(move |(j, _)| *j != i).map(|(_, other)| other)
    }

    /// Logarithms of what is integrated: first for the chances, then for the losses.
    fn integrands(&self, x: f64, out: &mut [f64]) {
        let below: Vec<f64> = self.0.iter().map(|belief| belief.log_cdf(x)).collect();
        let (wins, losses) = out.split_at_mut(self.0.len().min(out.len()));
        for (i, ((one, win), loss)) in self.0.iter().zip(wins).zip(losses).enumerate() {
            // A sum without its own term, which may be infinite.
            let others = below.iter().enumerate().filter(|(j, _)| *j != i);
            let all_below: f64 = others.map(|(_, log)| log).sum();
            *win = one.log_density(x) + all_below;
            let own = below.get(i).copied().unwrap_or(f64::NAN);
            *loss = own + self.log_any_above(i, x, all_below) + one.log_unit(x).0;
        }
    }

    /// Logarithm of the chance that any other is above `x`; of a tiny one from its parts.
    fn log_any_above(&self, i: usize, x: f64, log_all_below: f64) -> f64 {
        if log_all_below < -1e-13 {
            return (-log_all_below.exp_m1()).ln();
        }
        let logs: Vec<f64> = self.others(i).map(|other| other.log_sf(x)).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !top.is_finite() {
            return top;
        }
        top + logs.iter().map(|log| (log - top).exp()).sum::<f64>().ln()
    }

    /// Where a variant's value is likeliest if it is the best.
    fn peak_of_winning(&self, i: usize, one: &B) -> Peak {
        let hazards = |x: f64| self.others(i).map(|other| other.hazard_below(x)).sum::<f64>();
        let slope = |x: f64| one.slope(x) + hazards(x);
        let step = self.0.iter().map(B::spread).fold(f64::INFINITY, f64::min);
        Peak::of_slope(&slope, one.center(), step)
    }

    /// For each other variant, where it is likeliest that this one is below and that one above.
    fn peaks_of_loss(&self, i: usize, one: &B) -> Vec<Peak> {
        let against = |other: &B| {
            let slope = |x: f64| one.hazard_below(x) - other.hazard_above(x) + one.log_unit(x).1;
            let start = 0.5 * (one.center() + other.center());
            Peak::of_slope(&slope, start, one.spread().min(other.spread()))
        };
        self.others(i).map(against).collect()
    }
}
