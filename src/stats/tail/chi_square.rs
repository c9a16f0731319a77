//! How far in its tail a chi-square is.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Probability of a chi-square above `statistic` with `dof` of at least 1, and its natural
/// logarithm, which survives the underflow.
pub fn upper_tail(statistic: f64, dof: u32) -> (f64, f64) {
    let tail = ChiSquared::new(f64::from(dof)).map_or(1.0, |chi| chi.sf(statistic));
    let tail = if statistic == f64::INFINITY { 0.0 } else { tail.clamp(0.0, 1.0) };
    if tail > 1e-290 { (tail, tail.ln()) } else { (tail, log_gamma_tail(statistic, dof)) }
}

/// `ln Q(dof/2, statistic/2)` far in the tail, where the series in `1/x` has converged;
/// Abramowitz and Stegun (1964) 6.5.32.
fn log_gamma_tail(statistic: f64, dof: u32) -> f64 {
    let (a, x) = (0.5 * f64::from(dof), 0.5 * statistic);
    if x == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 1..=10_000 {
        let next = term * (a - f64::from(i)) / x;
        if f64::abs(next) >= f64::abs(term) || f64::abs(next) < 1e-17 * sum {
            break;
        }
        term = next;
        sum += term;
    }
    (a - 1.0) * x.ln() - x - libm::lgamma(a) + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With 2 degrees of freedom the tail is `exp(-x/2)`; with 1 that of the normal deviate.
    #[test]
    fn logarithm_survives_the_underflow() {
        for x in [1e-3, 3.0, 700.0, 1400.0, 1e6] {
            assert!((upper_tail(x, 2).1 / (-0.5 * x) - 1.0).abs() < 1e-12, "{x}");
            let normal = crate::stats::normal::log_two_sided(x.sqrt());
            assert!((upper_tail(x, 1).1 / normal - 1.0).abs() < 1e-11, "{x}");
        }
        assert_eq!(upper_tail(f64::INFINITY, 3), (0.0, f64::NEG_INFINITY));
    }

    /// mpmath at 30 digits: the terms fall slowly beside many degrees of freedom.
    #[test]
    fn many_degrees_of_freedom_have_many_terms() {
        for (x, dof, want) in
            [(3e3, 400, -902.460_598_242_171_4), (9e3, 2000, -2_001.548_632_813_077)]
        {
            assert!((upper_tail(x, dof).1 / want - 1.0).abs() < 1e-13, "{x} {dof}");
        }
    }
}
