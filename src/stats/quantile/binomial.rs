//! How many successes are rare.

use crate::stats::normal;
use crate::stats::tail::binomial::log_at_most;

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
fn log_cdf(successes: u64, trials: u64, share: f64) -> f64 {
    log_at_most(successes as f64, trials as f64, share)
}

#[cfg(test)]
mod tests {
    use super::*;

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
