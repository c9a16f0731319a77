//! What sums of values and of their products say of a variant.

use super::{Missing, Summary};

impl Summary {
    /// The summary of units that are known by raw sums alone: sums of `[y, d, x, e]` and of
    /// their products, of which the upper triangle is read.
    ///
    /// Nothing is lost here beyond what the sums lost already: `P - S S / n` is taken with
    /// twice the digits (Dekker 1971, with a fused multiply-add). A sum of squares `Q` that was
    /// itself rounded, once per unit at worst, leaves a variance uncertain by `n eps Q`, so
    /// `Err(Corrupt)` for one below that: it cannot be told from zero, nor zero from it. It
    /// stays legal where sums are whole numbers, which have no rounding, or where it is zero to
    /// the last digit: a column of ones is constant. `Err(Corrupt)` also for a negative
    /// variance and for NaN, `Err(Overflow)` for infinities.
    pub fn from_sums(
        units: u64,
        sums: [f64; 4],
        products: [[f64; 4]; 4],
    ) -> Result<Summary, Missing> {
        check_sums(units, &sums, &products)?;
        if units == 0 {
            return Ok(Summary::EMPTY);
        }
        let n = units as f64;
        let mut comoment = [[0.0; 4]; 4];
        for i in 0..4 {
            comoment[i][i] = second_moment(n, sums[i], products[i][i])?;
        }
        for i in 0..4 {
            for j in i + 1..4 {
                if comoment[i][i] > 0.0 && comoment[j][j] > 0.0 {
                    comoment[i][j] = central_product(n, sums[i], sums[j], products[i][j]);
                    comoment[j][i] = comoment[i][j];
                }
            }
        }
        Ok(Summary { units, mean: sums.map(|sum| sum / n), comoment })
    }
}

fn check_sums(units: u64, sums: &[f64; 4], products: &[[f64; 4]; 4]) -> Result<(), Missing> {
    let numbers = || sums.iter().chain(products.iter().flatten());
    if numbers().any(|v| v.is_nan()) || (units == 0 && numbers().any(|v| *v != 0.0)) {
        return Err(Missing::Corrupt);
    }
    if numbers().any(|v| v.is_infinite()) { Err(Missing::Overflow) } else { Ok(()) }
}

/// `Q - S² / n`, refused where it says nothing.
fn second_moment(n: f64, sum: f64, squares: f64) -> Result<f64, Missing> {
    let moment = central_product(n, sum, sum, squares);
    if !moment.is_finite() {
        return Err(Missing::Overflow);
    }
    let noise = n * f64::EPSILON * squares.abs();
    let resolved = moment > noise || (moment > 0.0 && is_exact(sum) && is_exact(squares));
    // The square of a single unit may have been rounded, and is no variation.
    if moment == 0.0 || (n == 1.0 && moment.abs() <= noise) {
        return Ok(0.0);
    }
    if resolved && n > 1.0 { Ok(moment) } else { Err(Missing::Corrupt) }
}

/// Whole numbers that a double counts up to add without rounding.
fn is_exact(sum: f64) -> bool {
    sum.fract() == 0.0 && sum.abs() < 9_007_199_254_740_992.0
}

/// `product - one * other / n`, rounded about once.
fn central_product(n: f64, one: f64, other: f64, product: f64) -> f64 {
    let high = one * other;
    let low = one.mul_add(other, -high);
    let quotient = high / n;
    let rest = (-quotient).mul_add(n, high) + low;
    (product - quotient) - rest / n
}

#[cfg(test)]
#[path = "raw_sums_tests.rs"]
mod tests;
