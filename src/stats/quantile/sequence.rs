//! Whether two variants' quantiles differ, at whatever look.

use statrs::function::gamma::digamma;

use super::Ordered;
use crate::stats::Missing;
use crate::stats::numeric::root::root;

/// How the always-valid test of a quantile is tuned, once and before the first look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequentialQuantile {
    /// Level of the quantile, in (0, 1).
    pub level: f64,
    /// Values per variant at which the test is tightest.
    pub tuned_for: f64,
    /// Level of the test that it is tightest for, in (0, 1).
    pub tuned_alpha: f64,
}

/// Natural logarithm of the always-valid p-value that two variants have the same quantile.
///
/// Howard and Ramdas (2022), theorem 5, with the two-sided beta-binomial mixture, as
/// `confseq.quantiles.quantile_ab_p_value` has it. At any look it needs all values so far, in
/// any order; the smallest p-value of all looks is an always-valid p-value as well.
///
/// `Err` for a variant without values or a tuning out of range.
pub fn sequential_quantile_test(
    control: &Ordered,
    treatment: &Ordered,
    test: &SequentialQuantile,
) -> Result<f64, Missing> {
    let mixture = Mixture::new(test)?;
    let (control, treatment) = (Arm::new(control, &mixture)?, Arm::new(treatment, &mixture)?);
    let (first, second) =
        if control.end <= treatment.end { (&control, &treatment) } else { (&treatment, &control) };
    // Evidence against a common quantile falls with it in `second` and grows in `first`, so it
    // is least at the best of `first` or where `second` steps.
    let against = |x: f64| first.log_martingale(x) + second.log_martingale(x);
    let mut least = against(first.end).min(against(second.start));
    let from = second.values.at_most(first.end).saturating_sub(1);
    let to = second.values.at_most(second.start);
    for x in second.values.values().get(from..to).unwrap_or_default() {
        least = least.min(against(*x));
    }
    Ok((-least).min(0.0))
}

/// Beta-binomial martingale of the number of values below a true quantile.
///
/// The count is binomial with share `level`; a beta prior with that mean and weight `r` gives
/// `k ln(1/level) + (n-k) ln(1/(1-level)) + ln B(a + k, b + n - k) - ln B(a, b)`.
struct Mixture {
    log_odds: f64,
    log_below: f64,
    log_above: f64,
    a: f64,
    b: f64,
}

impl Mixture {
    fn new(test: &SequentialQuantile) -> Result<Mixture, Missing> {
        let inside = |v: f64| v > 0.0 && v < 1.0;
        let tuned = test.tuned_for.is_finite() && test.tuned_for > 0.0;
        if !(inside(test.level) && inside(test.tuned_alpha) && tuned) {
            return Err(Missing::OutOfRange);
        }
        let spread = test.level * (1.0 - test.level);
        let log = -2.0 * test.tuned_alpha.ln();
        // Howard et al. (2021), proposition 3: the best weight of a normal mixture.
        let weight = spread * test.tuned_for / (log + log.ln_1p());
        let weight = (weight - spread).max(1e-3 * spread);
        Ok(Mixture {
            log_odds: test.level.ln() - (-test.level).ln_1p(),
            log_below: test.level.ln(),
            log_above: (-test.level).ln_1p(),
            a: weight / (1.0 - test.level),
            b: weight / test.level,
        })
    }

    fn log_martingale(&self, below: f64, values: f64) -> f64 {
        let beta = log_beta(self.a + below, self.b + values - below) - log_beta(self.a, self.b);
        beta - below * self.log_below - (values - below) * self.log_above
    }

    /// The number below, whole or not, that says least against the quantile.
    fn least_at(&self, values: f64) -> f64 {
        let slope = |k: f64| digamma(self.a + k) - digamma(self.b + values - k) - self.log_odds;
        root(slope, 0.0, values, 0.0)
    }
}

fn log_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// One variant, and where its evidence against a common quantile is least.
struct Arm<'a> {
    values: &'a Ordered,
    mixture: &'a Mixture,
    least_at: f64,
    start: f64,
    end: f64,
}

impl<'a> Arm<'a> {
    fn new(values: &'a Ordered, mixture: &'a Mixture) -> Result<Arm<'a>, Missing> {
        let sorted = values.values();
        let count = sorted.len();
        let least_at = mixture.least_at(count as f64);
        let at = |rank: f64| sorted.get((rank as usize).clamp(1, count.max(1)) - 1).copied();
        let ends = at(least_at.ceil()).zip(at(least_at.floor() + 1.0));
        let (start, end) = ends.ok_or(Missing::TooFewValues { values: 0, needed: 1 })?;
        Ok(Arm { values, mixture, least_at, start, end })
    }

    /// Evidence that the quantile is not `x`: ties at `x` count on whichever side says less.
    fn log_martingale(&self, x: f64) -> f64 {
        let (below, at_most) = (self.values.below(x) as f64, self.values.at_most(x) as f64);
        let count = self.least_at.max(below).min(at_most);
        self.mixture.log_martingale(count, self.values.values().len() as f64)
    }
}

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod tests;
