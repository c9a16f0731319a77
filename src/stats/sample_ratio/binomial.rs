//! Whether units fell into two arms as promised, by counting outcomes.

use crate::stats::numeric::log_sum;
use crate::stats::tail::binomial::{log_at_least, log_at_most, log_binomial};
use crate::stats::tail::unlikely::{SLACK, first_unlikely, last_unlikely};
use crate::stats::{Missing, normal};

/// Natural logarithm of the two-sided p-value of `hits` in `units` at a promised `share`.
///
/// The probability of every outcome that is no more likely than the one seen (R `binom.test`
/// and scipy `binomtest`, with their relative slack of 1e-7). Both tails are incomplete beta
/// integrals and the start of the far one is found by halving, so the time does not grow with
/// the units. `Err` for a share outside (0, 1) and for more hits than units.
pub fn exact_binomial(hits: u64, units: u64, share: f64) -> Result<f64, Missing> {
    if !(share > 0.0 && share < 1.0 && hits <= units) {
        return Err(Missing::OutOfRange);
    }
    let mass = |k: u64| log_binomial(k as f64, units as f64, share);
    let slack = mass(hits) + SLACK;
    let mode = (((units as f64 + 1.0) * share) as u64).min(units);
    if mass(mode) <= slack {
        return Ok(0.0);
    }
    let (below, above) = if hits < mode {
        (Some(hits), first_unlikely(mode, units, |k| mass(k) <= slack))
    } else {
        (last_unlikely(mode, 0, |k| mass(k) <= slack), Some(hits))
    };
    let whole = units as f64;
    let low = below.map_or(f64::NEG_INFINITY, |k| log_at_most(k as f64, whole, share));
    let high = above.map_or(f64::NEG_INFINITY, |k| log_at_least(k as f64, whole, share));
    Ok(log_sum(low, high).min(0.0))
}

/// Natural logarithm of the two-sided p-value of `hits` in `units` at a promised `share`, by
/// the normal distribution with a continuity correction of one half.
///
/// Yates (1934); tea-tasting `SampleRatio(method="norm")`. The correction never takes the
/// surplus beyond 0. `Err` as for [`exact_binomial`], and without units.
pub fn normal_continuity(hits: u64, units: u64, share: f64) -> Result<f64, Missing> {
    if units == 0 {
        return Err(Missing::TooFewUnits { units });
    }
    if !(share > 0.0 && share < 1.0 && hits <= units) {
        return Err(Missing::OutOfRange);
    }
    let whole = units as f64;
    let surplus = share.mul_add(-whole, hits as f64).abs();
    let deviation = (whole * share * (1.0 - share)).sqrt();
    Ok(normal::log_two_sided((surplus - 0.5).max(0.0) / deviation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// scipy 1.17 `binomtest` and tea-tasting 1.14.
    #[test]
    fn p_values_are_those_of_the_libraries() {
        let exact = |hits, units, share| exact_binomial(hits, units, share).unwrap().exp();
        close(exact(5000, 10400, 0.5), 9.116_949_314_541_157e-5, 1e-11);
        close(exact(9100, 10060, 0.9), 0.130_465_527_003_455_82, 1e-11);
        close(exact(3, 12, 0.5), 0.145_996_093_75, 1e-13);
        close(exact(1000, 2000, 0.5), 1.0, 0.0);
        let normal = |hits, units, share| normal_continuity(hits, units, share).unwrap().exp();
        close(normal(9100, 10060, 0.9), 0.130_499_003_775_236_8, 1e-11);
        close(normal(500_000, 1_037_200, 0.5), 4.316_360_757_457_467_5e-292, 1e-9);
        close(normal(1000, 2000, 0.5), 1.0, 0.0);
    }

    #[test]
    fn many_units_take_no_longer() {
        let log = exact_binomial(5_000_000_000, 10_000_200_000, 0.5).unwrap();
        // The chi-square of the same counts has p = 0.0455024235.
        close(log.exp(), 0.045_502_423_5, 1e-3);
        assert!(exact_binomial(u64::MAX / 2 + 9, u64::MAX, 0.5).unwrap() <= 0.0);
        assert!(exact_binomial(0, u64::MAX, 0.5).unwrap() < -1e18);
    }

    proptest! {
        /// Adding up every outcome gives the same.
        #[test]
        fn it_is_the_sum_of_the_unlikely(
            units in 1u64..300, hit in 0.0..=1.0f64, share in 0.001..0.999f64,
        ) {
            let hits = (hit * units as f64) as u64;
            let mass = |k: u64| log_binomial(k as f64, units as f64, share);
            let slack = mass(hits) + SLACK;
            let sum: f64 = (0..=units).map(mass).filter(|m| *m <= slack).map(f64::exp).sum();
            let got = exact_binomial(hits, units, share).unwrap();
            let close = (got.exp() - sum.min(1.0)).abs() <= 1e-10 * sum + 1e-290;
            prop_assert!(close, "{} {}", got.exp(), sum);
        }
    }
}
