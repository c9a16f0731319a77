//! How far a count is from its expectation.
//!
//! The pieces of Loader (2000), "Fast and accurate computation of binomial probabilities":
//! where differences of `ln Γ` lose every digit, these keep them.

/// `ln(1 + x) - x`, accurate for small `x` too.
///
/// With `r = x / (2 + x)` it is `-x r + 2 r³ (1/3 + r²/5 + r⁴/7 + ...)`.
pub fn log_1p_minus(x: f64) -> f64 {
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
pub fn exp_m1_minus(x: f64) -> f64 {
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

/// `count ln(count / expected) + expected - count`, at least 0: Loader's `bd0`, for a count of
/// at least 0 and a positive expectation.
///
/// `surplus` is `count - expected`, which the caller may know better than the two.
pub fn deviance(count: f64, expected: f64, surplus: f64) -> f64 {
    if count <= 0.0 {
        return expected;
    }
    if surplus.abs() > 0.5 * count {
        return count * (count / expected).ln() - surplus;
    }
    -count * log_1p_minus(-surplus / count)
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
    }

    /// mpmath at 40 digits.
    #[test]
    fn no_digits_cancel() {
        close(deviance(1e12, 1e12 - 1e3, 1e3), 5.000_000_003_333_333e-7, 1e-14);
        close(deviance(1e12, 1e12 + 1e3, -1e3), 4.999_999_996_666_667e-7, 1e-14);
        close(deviance(12.0, 10.0, 2.0), 0.187_858_681_527_455_5, 1e-14);
        close(deviance(12.0, 6.0, 6.0), 2.317_766_166_719_344, 1e-14);
        assert_eq!(deviance(0.0, 7.0, -7.0), 7.0);
        assert_eq!(deviance(1e-310, 7.0, -7.0), 7.0);
        close(deviance(1.0, 1e-20, 1.0), 20.0 * 10f64.ln() - 1.0, 1e-15);
    }
}
