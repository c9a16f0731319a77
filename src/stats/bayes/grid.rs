//! Which of some variants is the best, where their beliefs are about as wide.

use std::f64::consts::SQRT_2;

use super::Posterior;

/// Spreads that differ by more are left to the adaptive integral.
const WIDEST: f64 = 8.0;
const MOST_POINTS: f64 = 1000.0;
/// Beyond so many deviations a normal density holds less than a double's last digit.
const REACH: f64 = 9.0;

/// Probability of being the best and expected loss of choosing it, variant by variant; `None`
/// where only the adaptive integral has all digits.
type Found = (Option<f64>, Option<f64>);

/// The integrals of `highest` by the trapezoidal rule, whose error for a product of `k` normal
/// curves falls like `exp(-(2π s / h)² / 2k)` with the step `h` and the narrowest deviation `s`
/// (Trefethen and Weideman 2014, section 5): here `exp(-41)`.
///
/// `None` for beliefs too different in width or too far apart.
pub(super) fn on_a_grid(variants: &[Posterior]) -> Option<Vec<Found>> {
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
    let mut below = vec![0.0; variants.len()];
    for point in 0..=points as usize {
        let x = low + step * point as f64;
        for (share, variant) in below.iter_mut().zip(variants) {
            *share = 0.5 * libm::erfc(-variant.z(x) / SQRT_2);
        }
        for (i, variant) in variants.iter().enumerate() {
            let others: f64 =
                below.iter().enumerate().filter(|(j, _)| *j != i).map(|b| b.1).product();
            wins[i] += variant.density(x) * others;
            losses[i] += below[i] * (1.0 - others);
        }
    }
    let usable = |sum: f64, least: f64| Some(sum * step).filter(|value| *value >= least);
    // Smaller ones lie beyond the grid, or were differences of nearly equal numbers.
    let found = |(win, loss): (&f64, &f64)| (usable(*win, 1e-12), usable(*loss, 1e-4 * narrow));
    Some(wins.iter().zip(&losses).map(found).collect())
}
