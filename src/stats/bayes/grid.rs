//! Which of some variants is the best, where their beliefs are about as wide.

use super::{Best, Loss, Posterior};
use crate::stats::normal;

/// Spreads that differ by more are left to the adaptive integral.
const WIDEST: f64 = 8.0;
const MOST_POINTS: f64 = 1000.0;
/// Beyond so many deviations a normal density holds less than a double's last digit.
const REACH: f64 = 9.0;

/// The integrals of `highest` by the trapezoidal rule, whose error for a product of `k` normal
/// curves falls like `exp(-(2π s / h)² / 2k)` with the step `h` and the narrowest deviation `s`
/// (Trefethen and Weideman 2014, section 5): here `exp(-41)`.
///
/// `None` for beliefs too different in width or too far apart, and where a variant is so surely
/// not the best, or so surely the best, that only the adaptive integral has all digits.
pub(super) fn on_a_grid(variants: &[Posterior]) -> Option<Best> {
    let of = |end: fn(&Posterior) -> f64, pick: fn(f64, f64) -> f64| {
        variants.iter().map(end).reduce(pick)
    };
    let narrow = of(|v| v.std_dev, f64::min)?;
    let wide = of(|v| v.std_dev, f64::max)?;
    let low = of(|v| v.mean - REACH * v.std_dev, f64::min)?;
    let high = of(|v| v.mean + REACH * v.std_dev, f64::max)?;
    let step = narrow * 0.69 / (variants.len() as f64).sqrt();
    let points = (high - low) / step;
    if !(wide <= WIDEST * narrow && points <= MOST_POINTS) {
        return None;
    }
    let (mut wins, mut losses) = (vec![0.0; variants.len()], vec![0.0; variants.len()]);
    let mut tails = vec![Tails::default(); variants.len()];
    for point in 0..=points as usize {
        let x = low + step * point as f64;
        for (tails, variant) in tails.iter_mut().zip(variants) {
            *tails = Tails::at(variant.z(x));
        }
        for (i, variant) in variants.iter().enumerate() {
            let others = || tails.iter().enumerate().filter(|(j, _)| *j != i).map(|other| other.1);
            let all_below: f64 = others().map(|other| other.below).product();
            let any_above = others().fold(0.0, |any, other| any + other.above * (1.0 - any));
            wins[i] += variant.density(x) * all_below;
            losses[i] += tails[i].below * any_above;
        }
    }
    let usable = |sums: Vec<f64>, least: f64| -> Option<Vec<f64>> {
        let value = |sum: &f64| Some(sum * step).filter(|value| *value >= least);
        sums.iter().map(value).collect()
    };
    // What makes smaller ones lies beyond the grid.
    let (wins, losses) = (usable(wins, 1e-30)?, usable(losses, 1e-30 * narrow)?);
    Some(Best {
        log_probability: wins.iter().map(|win| win.ln().min(0.0)).collect(),
        probability: wins.iter().map(|win| win.min(1.0)).collect(),
        loss: losses.iter().map(|loss| Loss::of_log(loss.ln())).collect(),
    })
}

/// Chances to be below and above a place, without the cancellation of `1 - p`.
#[derive(Debug, Clone, Copy, Default)]
struct Tails {
    below: f64,
    above: f64,
}

impl Tails {
    fn at(z: f64) -> Tails {
        let small = normal::sf(z.abs());
        match z > 0.0 {
            true => Tails { below: 1.0 - small, above: small },
            false => Tails { below: small, above: 1.0 - small },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::bayes::best::highest;
    use proptest::prelude::*;

    proptest! {
        /// Where the grid answers it has the digits of the adaptive integral.
        #[test]
        fn the_grid_is_the_integral(
            variants in prop::collection::vec((-8.0..8.0f64, 0.5..3.0f64), 3..6),
        ) {
            let posterior = |(mean, std_dev): &(f64, f64)| Posterior::new(*mean, *std_dev).unwrap();
            let variants: Vec<Posterior> = variants.iter().map(posterior).collect();
            let Some(fast) = on_a_grid(&variants) else { return Ok(()) };
            let slow = highest(&variants).unwrap();
            for i in 0..variants.len() {
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
                prop_assert!(near(fast.log_probability[i], slow.log_probability[i]));
                prop_assert!(near(fast.loss[i].log, slow.loss[i].log));
            }
        }
    }
}
