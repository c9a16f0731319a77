//! How far in its tail a t statistic is.
//!
//! Not statrs: its quantile does not return from 3e7 degrees of freedom on, its tail has no
//! logarithm, and `1 - cdf` is 0 beyond 9.

use std::f64::consts::LN_2;

use super::{beta, normal};
use crate::stats::numeric::gamma::stirling_remainder;
use crate::stats::numeric::root::newton;

/// From here on Hill's expansion is exact to 1e-14 for `t` up to 8.
const HILL_FROM: f64 = 500.0;
/// From here on it also holds in the far tail, to 3e-11 in the logarithm.
const HILL_ALWAYS_FROM: f64 = 5000.0;
/// From here on Cornish-Fisher is exact to 3e-15.
const CORNISH_FISHER_FROM: f64 = 5000.0;
/// From this many roots of the degrees of freedom on, the tail is a power to the last digit.
const POWER_FROM: f64 = 1e100;

/// Natural logarithm of `P(T > t)` with `dof` degrees of freedom, `dof > 0`; infinitely many
/// are the normal distribution.
pub fn log_sf(t: f64, dof: f64) -> f64 {
    if dof == f64::INFINITY {
        return normal::log_sf(t);
    }
    if t < 0.0 {
        return (-log_sf(-t, dof).exp()).ln_1p();
    }
    if dof >= HILL_ALWAYS_FROM || (dof >= HILL_FROM && t <= 8.0) {
        normal::log_sf(hill(t, dof))
    } else {
        log_two_sided_by_beta(t, dof) - LN_2
    }
}

/// Natural logarithm of `P(|T| > |t|)`.
pub fn log_two_sided(t: f64, dof: f64) -> f64 {
    (LN_2 + log_sf(t.abs(), dof)).min(0.0)
}

/// The `t` with `P(T > t) = tail`, for `tail` in (0, 1); infinite outside.
///
/// Cornish-Fisher (Abramowitz and Stegun 1964, 26.7.5, four terms) for many degrees of
/// freedom; else, and in the far tail, Newton on the logarithm of the tail over `ln t`,
/// which is concave, so it cannot cycle.
pub fn upper_quantile(tail: f64, dof: f64) -> f64 {
    if tail.is_nan() || tail <= 0.0 {
        return f64::INFINITY;
    }
    if tail >= 1.0 {
        return f64::NEG_INFINITY;
    }
    if tail >= 0.5 {
        return -upper_quantile_below_half(1.0 - tail, dof);
    }
    upper_quantile_below_half(tail, dof)
}

fn upper_quantile_below_half(tail: f64, dof: f64) -> f64 {
    if tail == 0.5 {
        return 0.0;
    }
    let z = normal::upper_quantile(tail);
    if dof == f64::INFINITY {
        return z;
    }
    let start = cornish_fisher(z, dof);
    if dof >= CORNISH_FISHER_FROM && tail >= 1e-10 {
        return start;
    }
    inverse(if start.is_finite() && dof >= 10.0 { start } else { z }, tail.ln(), dof)
}

fn inverse(start: f64, log_tail: f64, dof: f64) -> f64 {
    let top = log_top(dof);
    let log_t = newton(start.max(f64::MIN_POSITIVE).ln(), 1.0, |u| {
        let t = u.exp();
        let log_p = log_sf(t, dof);
        let log_density = top - 0.5 * (dof + 1.0) * log_one_plus_square(t / dof.sqrt());
        (log_p - log_tail, -(log_density + u - log_p).exp())
    });
    log_t.exp()
}

/// Natural logarithm of the density at 0, with Stirling's formula in both gamma functions.
fn log_top(dof: f64) -> f64 {
    let a = 0.5 * dof;
    let remainders = stirling_remainder(a + 0.5) - stirling_remainder(a);
    a * (0.5 / a).ln_1p() - 0.5 + remainders - normal::LOG_ROOT_TAU
}

/// `ln(1 + x²)`, also where the square overflows.
fn log_one_plus_square(x: f64) -> f64 {
    if x > 1e150 { 2.0 * x.ln() } else { (x * x).ln_1p() }
}

/// The normal deviate as far in the tail as `t` is; Hill (1970), Algorithm 395.
fn hill(t: f64, dof: f64) -> f64 {
    let a = dof - 0.5;
    let b = 48.0 * a * a;
    let squared = a * log_one_plus_square(t / dof.sqrt());
    let w = squared.sqrt();
    let first = w * (squared + 3.0) / b;
    let second = w * (((4.0 * squared + 33.0) * squared + 240.0) * squared + 855.0)
        / (10.0 * b * (b + 0.8 * squared * squared + 100.0));
    w + first - second
}

fn cornish_fisher(z: f64, dof: f64) -> f64 {
    let s = z * z;
    let g1 = (s + 1.0) * z / 4.0;
    let g2 = ((5.0 * s + 16.0) * s + 3.0) * z / 96.0;
    let g3 = (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) * z / 384.0;
    let g4 = ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) * z / 92160.0;
    z + (g1 + (g2 + (g3 + g4 / dof) / dof) / dof) / dof
}

/// `ln I_x(dof/2, 1/2)` at `x = dof/(dof + t²)`, the tail of both sides of `t >= 0` (Abramowitz
/// and Stegun 1964, 26.7.1).
fn log_two_sided_by_beta(t: f64, dof: f64) -> f64 {
    let ratio = t / dof.sqrt();
    let near = ratio.min(POWER_FROM);
    let square = near * near;
    let (x, y) = (1.0 / (1.0 + square), square / (1.0 + square));
    beta::log_lower(x, y, 0.5 * dof, 0.5) - dof * (ratio / near).max(1.0).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without end the t distribution is the normal one.
    #[test]
    fn infinite_degrees_of_freedom_are_the_normal() {
        for t in [-3.0, 0.0, 1.96, 40.0] {
            assert_eq!(log_sf(t, f64::INFINITY), normal::log_sf(t));
            assert!((log_sf(t, 1e15) - normal::log_sf(t)).abs() < 1e-9);
        }
        assert_eq!(upper_quantile(0.025, f64::INFINITY), normal::upper_quantile(0.025));
    }

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// Closed forms: Cauchy for one degree of freedom, algebraic for two.
    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for t in [0.0, 1e-8, 0.3, 1.0, 12.706, 1e5, 1e200] {
            let cauchy = f64::atan(1.0 / t) / std::f64::consts::PI;
            close(log_sf(t, 1.0), if t == 0.0 { 0.5f64.ln() } else { cauchy.ln() }, 1e-13);
            if t < 1e5 {
                let two = 1.0 / ((2.0 + t * t).sqrt() * ((2.0 + t * t).sqrt() + t));
                close(log_sf(t, 2.0), two.ln(), 1e-12);
            }
        }
    }

    /// mpmath at 60 digits: `sf(40, 1e6) = 6.934e-350`, which a
    /// double cannot hold, and `sf(37, 1e6) = 9.14986543e-300`.
    #[test]
    fn logarithm_survives_the_underflow() {
        close(log_sf(37.0, 1e6), 9.149_865_43e-300f64.ln(), 1e-11);
        close(log_sf(40.0, 1e6), 6.934f64.ln() - 350.0 * 10f64.ln(), 1e-6);
    }

    /// tan(0.475 pi) for one degree of freedom; for 10 and 1000 the finite sum of Abramowitz and
    /// Stegun 26.7.3, solved with 40 digits.
    #[test]
    fn quantiles_are_those_of_finite_sums() {
        close(upper_quantile(0.025, 1.0), 12.706_204_736_174_7, 1e-12);
        close(upper_quantile(0.025, 10.0), 2.228_138_851_986_274, 1e-13);
        close(upper_quantile(0.025, 1000.0), 1.962_339_080_826_408_5, 1e-14);
        close(upper_quantile(0.025, 2e12), 1.959_963_984_540_054, 1e-12);
    }

    /// The distribution is symmetric, as `qt(0.975, 10)` and `qt(0.025, 10)` of R are.
    #[test]
    fn quantiles_go_below_zero() {
        close(upper_quantile(0.975, 10.0), -2.228_138_851_986_274, 1e-13);
        close(upper_quantile(0.975, 1e9), -1.959_963_986_912_06, 1e-12);
        assert_eq!(upper_quantile(0.5, 10.0), 0.0);
        assert_eq!(upper_quantile(1.0, 10.0), f64::NEG_INFINITY);
    }

    /// The quantile undoes the tail everywhere, also where statrs hangs or panics.
    #[test]
    fn quantile_inverts_the_tail() {
        for dof in [1.0, 1.7, 2.0, 5.5, 30.0, 499.0, 501.0, 4999.0, 5001.0, 3e7, 1e12] {
            for tail in [0.4999, 0.25, 0.025, 1e-6, 1e-12, 1e-100, 1e-300] {
                let t = upper_quantile(tail, dof);
                close(log_sf(t, dof), f64::ln(tail), 3e-10);
            }
        }
    }
}
