//! How likely one two-by-two table is among those with its margins, and all beyond it.

use super::binomial::log_binomial;

/// The distribution of conversions in one arm, given both arms' units and all conversions.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    pub units: u64,
    pub other_units: u64,
    pub conversions: u64,
}

impl Tables {
    /// The fewest and the most conversions that the arm may have.
    pub fn range(&self) -> (u64, u64) {
        (self.conversions.saturating_sub(self.other_units), self.conversions.min(self.units))
    }

    /// The most likely number of conversions.
    pub fn mode(&self) -> u64 {
        let (low, high) = self.range();
        let whole = self.units as u128 + self.other_units as u128 + 2;
        let mode = (self.units as u128 + 1) * (self.conversions as u128 + 1) / whole;
        (mode as u64).clamp(low, high)
    }

    /// Natural logarithm of the probability of exactly `hits`; three binomials (Loader 2000).
    pub fn log_mass(&self, hits: u64) -> f64 {
        let (low, high) = self.range();
        if hits < low || hits > high {
            return f64::NEG_INFINITY;
        }
        let (a, b) = (self.units as f64, self.other_units as f64);
        let (x, rest) = (hits as f64, (self.conversions - hits) as f64);
        let all = self.conversions as f64;
        let share = all / (a + b);
        if low == high || share <= 0.0 || share >= 1.0 {
            return 0.0;
        }
        log_binomial(x, a, share) + log_binomial(rest, b, share) - log_binomial(all, a + b, share)
    }

    /// Natural logarithm of the probability of `hits` and all beyond them, away from the mode.
    ///
    /// Each term follows from the one before, until they no longer count: some ten standard
    /// deviations at most, one of which is 3,500 at 1e8 units. `None` beyond `TERMS`.
    pub fn log_tail(&self, hits: u64, upward: bool) -> Option<f64> {
        let (low, high) = self.range();
        if hits < low || hits > high {
            return Some(f64::NEG_INFINITY);
        }
        let (mut term, mut sum, mut at) = (1.0, 1.0, hits);
        for _ in 0..TERMS {
            if at == if upward { high } else { low } {
                return Some((self.log_mass(hits) + f64::ln(sum)).min(0.0));
            }
            term *= if upward { self.step(at) } else { 1.0 / self.step(at - 1) };
            at = if upward { at + 1 } else { at - 1 };
            sum += term;
            if term < 1e-18 * sum {
                return Some((self.log_mass(hits) + f64::ln(sum)).min(0.0));
            }
        }
        None
    }

    /// Mass of `hits + 1` over that of `hits`.
    fn step(&self, hits: u64) -> f64 {
        let both_missed = (hits as f64 + 1.0) * (self.gap() + hits as f64 + 1.0);
        (self.units - hits) as f64 * (self.conversions - hits) as f64 / both_missed
    }

    /// Units of the other arm that stay without, less the conversions.
    fn gap(&self) -> f64 {
        (self.other_units as i128 - self.conversions as i128) as f64
    }
}

const TERMS: usize = 1 << 22;

#[cfg(test)]
mod tests {
    use super::*;

    /// Fisher's (1935) lady: of 70 tables one has all four cups right, 16 have three.
    #[test]
    fn tea_is_tasted() {
        let cups = Tables { units: 4, other_units: 4, conversions: 4 };
        assert_eq!((cups.range(), cups.mode()), ((0, 4), 2));
        assert!((cups.log_mass(4).exp() - 1.0 / 70.0).abs() < 1e-15);
        assert!((cups.log_mass(3).exp() - 16.0 / 70.0).abs() < 1e-15);
        assert!((cups.log_tail(3, true).unwrap().exp() - 17.0 / 70.0).abs() < 1e-15);
        assert!((cups.log_tail(1, false).unwrap().exp() - 17.0 / 70.0).abs() < 1e-15);
    }
}
