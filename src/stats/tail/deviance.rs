//! How far a count is from its expectation, without cancellation.
//!
//! The pieces of Loader (2000), "Fast and accurate computation of binomial probabilities":
//! where differences of `ln Γ` lose every digit, these keep them.

/// `ln(1 + x) - x`, accurate for small `x` too.
///
/// With `r = x / (2 + x)` it is `-x r + 2 r³ (1/3 + r²/5 + r⁴/7 + ...)`.
pub(super) fn log_1p_minus(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 0.5 {
        return x.ln_1p() - x;
    }
    let r = x / (2.0 + x);
    let square = r * r;
    let (mut power, mut sum) = (1.0, 0.0);
    for i in 1..40 {
        let term = power / f64::from(2 * i + 1);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
        power *= square;
    }
    2.0 * r * square * sum - x * r
}

/// `exp(x) - 1 - x`, accurate for small `x` too.
pub(super) fn exp_m1_minus(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 0.5 {
        return x.exp_m1() - x;
    }
    let (mut term, mut sum) = (0.5 * x * x, 0.0);
    for i in 3..30 {
        sum += term;
        if term.abs() <= 1e-17 * sum {
            break;
        }
        term *= x / f64::from(i);
    }
    sum
}

/// `count ln(count / expected) + expected - count`, at least 0; `difference` is
/// `count - expected`, which the caller may know better than the two.
pub(super) fn deviance(count: f64, expected: f64, difference: f64) -> f64 {
    if difference.abs() > 0.5 * count {
        let ratio = expected / count;
        count * (ratio - 1.0 - ratio.ln())
    } else {
        -count * log_1p_minus(-difference / count)
    }
}

/// `ln Γ(k)` minus Stirling's formula `(k - 1/2) ln k - k + ln(2π)/2`, for `k > 0`.
///
/// Abramowitz and Stegun (1964), 6.1.41, from 10 on.
pub(super) fn stirling_error(k: f64) -> f64 {
    if k < 10.0 {
        let half_log_two_pi = 0.918_938_533_204_672_8;
        return libm::lgamma(k) - (k - 0.5) * k.ln() + k - half_log_two_pi;
    }
    let v = 1.0 / (k * k);
    let tail = 1.0 / 1188.0 - v * (691.0 / 360_360.0 - v / 156.0);
    (1.0 / 12.0 - v * (1.0 / 360.0 - v * (1.0 / 1260.0 - v * (1.0 / 1680.0 - v * tail)))) / k
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// mpmath at 40 digits.
    #[test]
    fn small_arguments_keep_their_digits() {
        close(log_1p_minus(1e-5), -4.999_966_666_916_665e-11, 1e-15);
        close(log_1p_minus(-0.4), -0.110_825_623_765_990_68, 1e-15);
        close(exp_m1_minus(-1e-5), 4.999_983_333_375e-11, 1e-15);
        close(exp_m1_minus(0.3), 0.049_858_807_576_003_1, 1e-14);
        close(stirling_error(10.0), 0.008_330_563_433_362_87, 1e-14);
        close(stirling_error(9.999), 0.008_331_396_020_466_343, 1e-12);
    }
}
