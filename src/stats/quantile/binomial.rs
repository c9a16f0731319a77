//! How many successes are rare?

use std::f64::consts::PI;

use crate::stats::normal;

/// How many of 0, 1, 2, ... successes have a lower tail below `tail`, of `trials` that succeed
/// with probability `share`: the smallest number whose tail reaches it.
///
/// A tail within rounding of `tail` has reached it where `reached_by_tie`, else it is below.
/// Starts from Cornish and Fisher (1938) and gallops, so it takes about a dozen tails.
pub(super) fn count_below(trials: u64, share: f64, tail: f64, reached_by_tie: bool) -> u64 {
    let slack = if reached_by_tie { -1e-13 } else { 1e-13 };
    let log_bound = tail.ln() + slack;
    let below = |successes: u64| log_cdf(successes, trials, share) < log_bound;
    // Invariant: every number under `low` is below, `high` is not.
    let (mut low, mut high) = (0, trials);
    let mut at = start(trials, share, tail);
    let mut stride = 1;
    while low < high {
        if below(at) {
            low = at + 1;
            at = low.saturating_add(stride);
        } else {
            high = at;
            at = high.saturating_sub(stride).max(low);
        }
        stride *= 2;
        if at >= high || stride > 8 {
            at = low + (high - low) / 2;
        }
    }
    low
}

fn start(trials: u64, share: f64, tail: f64) -> u64 {
    let mean = trials as f64 * share;
    let z = -normal::upper_quantile(tail);
    let skew = (z * z - 1.0) * (1.0 - 2.0 * share) / 6.0;
    let guess = mean + z * (mean * (1.0 - share)).sqrt() + skew;
    (guess.max(0.0) as u64).min(trials.saturating_sub(1))
}

/// Natural logarithm of `P(X <= successes)`.
///
/// Probabilities fall off from the largest term by their exact ratios, so the sum ends after
/// about eight standard deviations.
fn log_cdf(successes: u64, trials: u64, share: f64) -> f64 {
    let mode = ((trials as f64 + 1.0) * share) as u64;
    if successes >= trials {
        return 0.0;
    }
    if successes > mode {
        return (-sum_from(trials - successes - 1, trials, 1.0 - share).exp()).ln_1p();
    }
    sum_from(successes, trials, share)
}

/// Logarithm of `P(X <= successes)` below the mode.
fn sum_from(successes: u64, trials: u64, share: f64) -> f64 {
    let odds = (1.0 - share) / share;
    let (mut term, mut sum, mut k) = (1.0, 1.0, successes);
    while k > 0 && term > 1e-17 * sum {
        term *= k as f64 / (trials - k + 1) as f64 * odds;
        sum += term;
        k -= 1;
    }
    log_probability(successes, trials, share) + sum.ln()
}

/// Loader (2000): the saddle point, whose terms do not cancel.
fn log_probability(successes: u64, trials: u64, share: f64) -> f64 {
    let (k, n) = (successes as f64, trials as f64);
    if successes == 0 {
        return n * (-share).ln_1p();
    }
    if successes == trials {
        return n * share.ln();
    }
    let correction = stirling_error(n) - stirling_error(k) - stirling_error(n - k);
    let deviance = deviance(k, n * share) + deviance(n - k, n * (1.0 - share));
    correction - deviance + 0.5 * (n / (2.0 * PI * k * (n - k))).ln()
}

/// `ln n! - (n ln n - n + ln(2 pi n) / 2)`.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * PI).ln();
    }
    let s = 1.0 / (n * n);
    let series =
        1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s / 1188.0)));
    series / n
}

/// `x ln(x / m) + m - x`, also where `x` is close to `m`.
fn deviance(x: f64, mean: f64) -> f64 {
    let v = (x - mean) / (x + mean);
    if v.abs() >= 0.1 {
        return x * (x / mean).ln() + mean - x;
    }
    let mut sum = (x - mean) * v;
    let mut term = 2.0 * x * v;
    for odd in 1..100 {
        term *= v * v;
        let next = sum + term / f64::from(2 * odd + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// Exact sums of fractions; the last two by mpmath at 60 digits.
    #[test]
    fn tails_are_those_of_exact_sums() {
        close(log_cdf(2, 10, 0.5).exp(), 56.0 / 1024.0, 1e-14);
        close(log_cdf(7, 10, 0.5).exp(), 968.0 / 1024.0, 1e-14);
        close(log_cdf(0, 3, 0.25).exp(), 27.0 / 64.0, 1e-14);
        assert_eq!(log_cdf(3, 3, 0.25), 0.0);
    }

    /// Each tail is the sum of the probabilities, and all of them are 1.
    #[test]
    fn tails_are_sums_of_probabilities() {
        for (trials, share) in [(30, 0.1), (30, 0.9), (200, 0.5), (57, 0.99)] {
            let mut sum = 0.0;
            for k in 0..=trials {
                sum += log_probability(k, trials, share).exp();
                close(log_cdf(k, trials, share).exp(), sum, 1e-12);
            }
            close(sum, 1.0, 1e-12);
        }
    }

    #[test]
    fn counting_is_a_linear_search() {
        for (trials, share) in [(1, 0.5), (5, 0.5), (60, 0.9), (200, 0.01), (400, 0.35)] {
            for tail in [1e-12, 0.025, 0.05, 0.4] {
                let by_hand = (0..trials).find(|k| log_cdf(*k, trials, share) >= f64::ln(tail));
                assert_eq!(count_below(trials, share, tail, true), by_hand.unwrap_or(trials));
            }
        }
    }
}
