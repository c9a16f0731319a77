//! How far a count is from what was expected of it.

/// `a ln(a / e) - (a - e)` for a count `a >= 0` and `surplus = a - e`, with `e > 0`.
///
/// Loader (2000), "Fast and accurate computation of binomial probabilities", his `bd0`: near
/// `a = e` the three terms cancel, so a series in `(a - e)/(a + e)` takes their place. The
/// surplus is an argument because it is often known better than the difference.
pub fn deviance(count: f64, surplus: f64) -> f64 {
    let expected = count - surplus;
    if count <= 0.0 {
        return expected;
    }
    if surplus.abs() >= 0.1 * (count + expected) {
        return count * (count / expected).ln() - surplus;
    }
    let v = surplus / (count + expected);
    let mut term = 2.0 * count * v;
    let mut sum = surplus * v;
    for j in 1..60 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
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

    /// mpmath at 40 digits.
    #[test]
    fn no_digits_cancel() {
        let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-14, "{got} {want}");
        close(deviance(1e12, 1e3), 5.000_000_003_333_333e-7);
        close(deviance(1e12, -1e3), 4.999_999_996_666_667e-7);
        close(deviance(12.0, 2.0), 0.187_858_681_527_455_5);
        close(deviance(12.0, 6.0), 2.317_766_166_719_344);
        assert_eq!(deviance(0.0, -7.0), 7.0);
    }
}
