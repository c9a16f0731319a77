//! How far in the tail a normal deviate is.
//!
//! Through `libm::erfc`, because statrs' is only good to 5e-11.

use std::f64::consts::{LN_2, PI, SQRT_2};

use statrs::distribution::{ContinuousCDF, Normal};

/// Natural logarithm of `P(Z > z)`, accurate past the underflow of the probability.
///
/// Beyond 37 by the asymptotic series (Abramowitz and Stegun 1964, 26.2.12).
pub fn log_sf(z: f64) -> f64 {
    if z < -1.0 {
        return (-0.5 * libm::erfc(-z / SQRT_2)).ln_1p();
    }
    if z < 37.0 {
        return (0.5 * libm::erfc(z / SQRT_2)).ln();
    }
    let v = 1.0 / (z * z);
    let series = -v * (1.0 - v * (3.0 - v * (15.0 - v * 105.0)));
    -0.5 * z * z - 0.5 * (2.0 * PI).ln() - z.ln() + series.ln_1p()
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

    /// The two branches meet: no step at 37, where the probability is 5.7e-300.
    #[test]
    fn series_continues_erfc() {
        let slope = log_sf(37.0 - 1e-9) - log_sf(37.0);
        assert!((slope - 37.0e-9).abs() < 1e-10, "{slope}");
    }
}
