//! How far in its tail a normal deviate is.
//!
//! Through `libm::erfc`, because statrs' is only good to 5e-11.

use std::f64::consts::{LN_2, SQRT_2};

use statrs::distribution::{ContinuousCDF, Normal};

use crate::stats::numeric::root::newton;

/// `ln(2π) / 2`.
pub const LOG_ROOT_TAU: f64 = 0.918_938_533_204_672_8;

/// Natural logarithm of the density at `z`.
pub fn log_density(z: f64) -> f64 {
    -0.5 * z * z - LOG_ROOT_TAU
}

/// `P(Z > z)`; 0 from 39 on, where [`log_sf`] goes on.
pub fn sf(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// Natural logarithm of `P(Z > z)`, accurate past the underflow of the probability.
///
/// Beyond 37 by the asymptotic series (Abramowitz and Stegun 1964, 26.2.12).
pub fn log_sf(z: f64) -> f64 {
    if z < -1.0 {
        return (-sf(-z)).ln_1p();
    }
    if z < 37.0 {
        return sf(z).ln();
    }
    let v = 1.0 / (z * z);
    let series = -v * (1.0 - v * (3.0 - v * (15.0 - v * 105.0)));
    log_density(z) - z.ln() + series.ln_1p()
}

/// Density over upper tail at `z`: about `z` far up, and 0 far down.
///
/// Beyond 37 by the same series.
pub fn hazard(z: f64) -> f64 {
    if z < 37.0 {
        return (log_density(z) - log_sf(z)).exp();
    }
    let v = 1.0 / (z * z);
    z / (1.0 - v * (1.0 - v * (3.0 - v * (15.0 - v * 105.0))))
}

/// Natural logarithm of `P(|Z| > |z|)`.
pub fn log_two_sided(z: f64) -> f64 {
    (LN_2 + log_sf(z.abs())).min(0.0)
}

/// The `z` with `P(Z > z) = tail`, for `tail` in (0, 1); infinite outside.
pub fn upper_quantile(tail: f64) -> f64 {
    if tail.is_nan() || tail <= 0.0 {
        return f64::INFINITY;
    }
    if tail >= 1.0 {
        return f64::NEG_INFINITY;
    }
    -Normal::standard().inverse_cdf(tail)
}

/// The `z` whose upper tail has this natural logarithm; infinite from 0 on.
pub fn upper_quantile_of_log(log_tail: f64) -> f64 {
    if log_tail > -650.0 {
        return upper_quantile(log_tail.exp());
    }
    let start = (-2.0 * log_tail).sqrt();
    newton(start, 0.0, |z| (log_tail - log_sf(z), hazard(z)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath at 60 digits: `P(Z > 1.96) = 0.0249978951482204`.
    #[test]
    fn tails_are_those_of_tables() {
        assert!((log_sf(1.96).exp() - 0.024_997_895_148_220_4).abs() < 1e-16);
        assert!((upper_quantile(0.025) - 1.959_963_984_540_054).abs() < 1e-15);
        assert!((upper_quantile(0.975) + 1.959_963_984_540_054).abs() < 1e-14);
    }

    /// By the series itself: `log_sf(50)` is -1254.831361 (Abramowitz and Stegun 1964, 26.2.12).
    #[test]
    fn quantiles_go_on_where_probabilities_end() {
        assert!((log_sf(50.0) + 1_254.831_361).abs() < 1e-6);
        for log_tail in [-1e-9, -0.5, -649.9, -650.1, -1e6, -1e300] {
            let z = upper_quantile_of_log(log_tail);
            assert!((log_sf(z) / log_tail - 1.0).abs() < 1e-7, "{log_tail} {z}");
        }
        assert_eq!(upper_quantile_of_log(f64::NEG_INFINITY), f64::INFINITY);
    }

    /// The two branches meet: no step at 37, where the probability is 5.7e-300.
    #[test]
    fn series_continues_erfc() {
        let slope = log_sf(37.0 - 1e-9) - log_sf(37.0);
        assert!((slope - 37.0e-9).abs() < 1e-10, "{slope}");
    }
}
