//! How likely a share with a beta distribution is below a value.
//!
//! Not statrs: its distribution function is 8e-5 off at (200001, 800001) and leaves [0, 1] at
//! 1e8, its quantile may not return, and neither has a logarithm.

use std::f64::consts::PI;

use crate::stats::numeric::deviance::{deviance, exp_m1_minus, log_1p_minus};
use crate::stats::numeric::gamma::stirling_remainder;
use crate::stats::numeric::legendre::panel;
use crate::stats::numeric::root::newton;

/// Where the smaller parameter is below this, the continued fraction needs few terms.
const FRACTION_BELOW: f64 = 200.0;
const ITERATIONS: u32 = 2000;

/// The `x` with `P(X <= x) = tail`, for `tail` in (0, 1); 0 and 1 outside.
///
/// Newton on the logarithm of the smaller tail over the log odds of `x`, in which it is
/// concave, so it cannot cycle.
pub fn lower_quantile(tail: f64, a: f64, b: f64) -> f64 {
    if tail.is_nan() || tail <= 0.0 {
        return 0.0;
    }
    if tail >= 1.0 {
        return 1.0;
    }
    if tail > 0.5 {
        return odds(log_odds_of((-tail).ln_1p(), b, a)).1;
    }
    odds(log_odds_of(tail.ln(), a, b)).0
}

/// Natural logarithm of the density with respect to the log odds of `x`, `x + y = 1`:
/// `x^a y^b / B(a, b)`; Loader (2000).
pub fn log_odds_density(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let above = excess(x, y, a, b);
    let scale = 0.5 * (a / n * b / (2.0 * PI)).ln();
    let correction = stirling_remainder(n) - stirling_remainder(a) - stirling_remainder(b);
    scale + correction - deviance(a, n * x, above) - deviance(b, n * y, -above)
}

/// `(x, 1 - x)` of log odds, both accurate.
pub fn odds(log_odds: f64) -> (f64, f64) {
    let small = (-log_odds.abs()).exp();
    let (less, more) = (small / (1.0 + small), 1.0 / (1.0 + small));
    if log_odds < 0.0 { (less, more) } else { (more, less) }
}

/// `a - (a + b) x`, from the smaller of `x` and `y`, which is the more exact.
fn excess(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    if x <= y { (-n).mul_add(x, a) } else { -(-n).mul_add(y, b) }
}

/// Natural logarithm of `P(X <= x)`, the regularized incomplete beta function `I_x(a, b)`, for
/// `a, b > 0` up to 1e15, with `y = 1 - x` known by itself; NaN for parameters that are none.
///
/// `P(X > x)` is the same with `x` and `y`, and `a` and `b`, exchanged.
pub fn log_lower(x: f64, y: f64, a: f64, b: f64) -> f64 {
    log_lower_and_density(x, y, a, b).0
}

/// The same beside its [`log_odds_density`], which it needs.
pub fn log_lower_and_density(x: f64, y: f64, a: f64, b: f64) -> (f64, f64) {
    if x.is_nan() || y.is_nan() || !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 || y <= 0.0 {
        return (if x <= 0.0 { f64::NEG_INFINITY } else { 0.0 }, f64::NEG_INFINITY);
    }
    let density = log_odds_density(x, y, a, b);
    let log_lower = if is_below_mean(x, a, b) {
        density + multiple(x, y, a, b).ln()
    } else {
        (-(density.exp() * multiple(y, x, b, a)).min(1.0)).ln_1p()
    };
    (log_lower.min(0.0), density)
}

/// Natural logarithm of the integral of `u^(a-1) (1-u)^(b-1)` below `x`, over `x^a y^b`.
pub fn log_integral_over_power(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if x > 0.0 && y > 0.0 && is_below_mean(x, a, b) {
        return multiple(x, y, a, b).ln();
    }
    let (log_lower, density) = log_lower_and_density(x, y, a, b);
    log_lower - density
}

fn is_below_mean(x: f64, a: f64, b: f64) -> bool {
    x * (a + b + 2.0) <= a + 1.0
}

/// The integral over the log odds below `x`, as a multiple of the integrand at `x`, where `x`
/// is at most about its mean.
fn multiple(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if a.min(b) < FRACTION_BELOW { fraction(x, y, a, b) } else { below(x, y, a, b) }
}

/// The multiple by quadrature.
///
/// At log odds `s` below, the integrand has fallen by
/// `e s + n (x (exp(-s) - 1 + s) + ln(1 + w) - w)` nats, where `e` is `a - n x` and
/// `w = x (exp(-s) - 1)`; above one half by the same in `y`.
fn below(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let (n, excess) = (a + b, excess(x, y, a, b));
    let (share, sign) = if x <= y { (x, -1.0) } else { (y, 1.0) };
    let fall = |s: f64| {
        let turned = sign * s;
        let bend = share * exp_m1_minus(turned) + log_1p_minus(share * turned.exp_m1());
        (-excess * s - n * bend).exp()
    };
    let end = 80.0 / (excess + (excess * excess + 80.0 * n * x * y).sqrt());
    (0..3).map(|i| panel(&fall, f64::from(i) / 3.0 * end, f64::from(i + 1) / 3.0 * end)).sum()
}

/// The multiple by the even part of the continued fraction 26.5.8 of Abramowitz and Stegun (1964), in the form of
/// DiDonato and Morris (1992, ACM TOMS 708), whose terms do not cancel; modified Lentz.
fn fraction(x: f64, y: f64, a: f64, b: f64) -> f64 {
    let excess = excess(x, y, a, b);
    let away = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut value = away(a * ((excess + 1.0) / (a + 1.0)));
    let (mut c, mut d) = (value, 0.0);
    for i in 1..=ITERATIONS {
        let m = f64::from(i);
        let at = a + 2.0 * m;
        let step = m * x * ((b - m) / (at - 1.0));
        let top = (a + m - 1.0) / (at - 1.0) * (a + b + m - 1.0) * x * step;
        let bottom = m + step + (a + m) / (at + 1.0) * (excess + 1.0 + m * (1.0 + y));
        d = 1.0 / away(bottom + top * d);
        c = away(bottom + top / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 2e-16 {
            break;
        }
    }
    1.0 / value
}

/// Log odds of the value below which `X` is with a logarithm of at most `ln 0.5`.
fn log_odds_of(log_tail: f64, a: f64, b: f64) -> f64 {
    // Below the mode the tail is about `x^a / (a B(a, b))`.
    let spread = (1.0 / a + 1.0 / b).sqrt();
    let start = (a / b).ln() - spread * (-2.0 * log_tail).sqrt();
    newton(start, 1.0, |u| {
        let (x, y) = odds(u);
        let (log_p, density) = log_lower_and_density(x, y, a, b);
        (log_p - log_tail, (density - log_p).exp())
    })
}

#[cfg(test)]
#[path = "beta_tests.rs"]
mod tests;
