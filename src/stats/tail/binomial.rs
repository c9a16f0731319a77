//! How likely one outcome of independent trials is, and all beyond it.

use std::f64::consts::TAU;

use super::beta;
use crate::stats::numeric::deviance::deviance;
use crate::stats::numeric::gamma::stirling_remainder;

/// Natural logarithm of the binomial probability of `hits` in `units` at `share` in (0, 1).
///
/// Loader (2000): Stirling's remainders and deviances, each small, in place of three logarithms
/// of gamma functions. `-inf` for hits outside `0..=units`.
pub fn log_binomial(hits: f64, units: f64, share: f64) -> f64 {
    let misses = units - hits;
    if !(hits >= 0.0 && misses >= 0.0) {
        return f64::NEG_INFINITY;
    }
    if hits == 0.0 {
        return units * (-share).ln_1p();
    }
    if misses == 0.0 {
        return units * share.ln();
    }
    let surplus = share.mul_add(-units, hits);
    let remainders =
        stirling_remainder(units) - stirling_remainder(hits) - stirling_remainder(misses);
    let deviances =
        deviance(hits, units * share, surplus) + deviance(misses, units * (1.0 - share), -surplus);
    remainders - deviances - 0.5 * (TAU * hits * (misses / units)).ln()
}

/// Natural logarithm of the probability of at most `hits` in `units` at `share` in (0, 1).
///
/// The incomplete beta function (Abramowitz and Stegun 1964, 26.5.24); the same time for any
/// number of units.
pub fn log_at_most(hits: f64, units: f64, share: f64) -> f64 {
    if hits < 0.0 {
        return f64::NEG_INFINITY;
    }
    if hits >= units {
        return 0.0;
    }
    beta::log_lower(1.0 - share, share, units - hits, hits + 1.0)
}

/// Natural logarithm of the probability of at least `hits`.
pub fn log_at_least(hits: f64, units: f64, share: f64) -> f64 {
    if hits > units {
        return f64::NEG_INFINITY;
    }
    if hits <= 0.0 {
        return 0.0;
    }
    beta::log_lower(share, 1.0 - share, hits, units - hits + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// mpmath at 40 digits.
    #[test]
    fn masses_are_those_of_forty_digits() {
        close(log_binomial(3.0, 12.0, 0.5), (220.0f64 / 4096.0).ln(), 1e-14);
        close(log_binomial(5e9, 1e10, 0.5), -11.738_716_817_639_956, 1e-14);
        close(log_binomial(5.0002e9, 1e10, 0.5), -19.738_716_818_973_29, 1e-13);
        close(log_binomial(0.0, 1e6, 1e-3), 1e6 * (-1e-3f64).ln_1p(), 1e-15);
    }

    /// By counting: 1 + 12 + 66 + 220 of 4096; and mpmath at 40 digits.
    #[test]
    fn tails_are_those_of_forty_digits() {
        close(log_at_most(3.0, 12.0, 0.5), (299.0f64 / 4096.0).ln(), 1e-13);
        close(log_at_least(9.0, 12.0, 0.5), (299.0f64 / 4096.0).ln(), 1e-13);
        close(log_at_most(5000.0, 10400.0, 0.5), -9.995_937_402_387_757, 1e-12);
        close(log_at_most(49_995_000.0, 1e8, 0.5), -1.840_869_135_485_885_4, 1e-11);
        close(log_at_most(10.0, 1e8, 1e-7), -0.539_499_912_806_738_2, 1e-12);
        close(log_at_most(90.0, 1e8, 1e-7), -3.766_767_505_923_594e-54, 1e-9);
    }

    /// What is at most `k` and what is at least `k + 1` make the whole.
    #[test]
    fn two_tails_make_the_whole() {
        for (units, share) in [(7.0, 0.3), (1e4, 0.5), (1e8, 0.01), (1e12, 0.9)] {
            for z in [-3.0, -0.5, 0.0, 1.0, 4.0] {
                let sd = f64::sqrt(units * share * (1.0 - share));
                let hits = f64::floor(units * share + z * sd).clamp(0.0, units - 1.0);
                let below = log_at_most(hits, units, share).exp();
                let above = log_at_least(hits + 1.0, units, share).exp();
                assert!((below + above - 1.0).abs() < 1e-11, "{units} {share} {z}");
            }
        }
    }
}
