//! Where a monotone function crosses zero.

const ITERATIONS: usize = 100;

/// The place in `[low, high]` where a function changes its sign, or the end nearer to zero if
/// it does not.
///
/// Chandrupatla (1997): inverse quadratic interpolation where it is safe, bisection elsewhere.
/// Always ends; values that are no number count as above zero.
pub(super) fn root(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let f = |x: f64| usable(f(x));
    let (mut b, mut a) = (low, high);
    let (mut fb, mut fa) = (f(b), f(a));
    if fa.signum() == fb.signum() {
        return if fa.abs() < fb.abs() { a } else { b };
    }
    let mut share = 0.5;
    for _ in 0..ITERATIONS {
        let x = a + share * (b - a);
        let fx = f(x);
        let (c, fc);
        if fx.signum() == fa.signum() {
            (c, fc) = (a, fa);
        } else {
            (c, fc) = (b, fb);
            (b, fb) = (a, fa);
        }
        (a, fa) = (x, fx);
        let best = if fa.abs() < fb.abs() { a } else { b };
        let limit = (2.0 * f64::EPSILON * best.abs() + 0.5 * tolerance) / (b - a).abs();
        if limit > 0.5 || fa == 0.0 || fb == 0.0 {
            return if fa == 0.0 { a } else { best };
        }
        share = next_share(a, fa, b, fb, c, fc).clamp(limit, 1.0 - limit);
    }
    a
}

/// How far from `a` towards `b` to look next.
fn next_share(a: f64, fa: f64, b: f64, fb: f64, c: f64, fc: f64) -> f64 {
    let xi = (a - b) / (c - b);
    let phi = (fa - fb) / (fc - fb);
    let safe = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    let share =
        fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
    if safe && share.is_finite() { share } else { 0.5 }
}

/// Keeps interpolation finite: the logarithm of a probability of 0 is far down, not infinite.
fn usable(value: f64) -> f64 {
    if value.is_nan() { 1e5 } else { value.clamp(-1e5, 1e5) }
}

/// The root of an increasing function of any real number, from a guess and a first step.
///
/// `None` if the function keeps its sign as far as forty doublings of the step reach.
pub(super) fn root_of_increasing(
    f: impl Fn(f64) -> f64,
    guess: f64,
    step: f64,
    tolerance: f64,
) -> Option<f64> {
    let towards = if usable(f(guess)) > 0.0 { -step } else { step };
    let mut near = guess;
    let mut stride = towards;
    for _ in 0..40 {
        let far = near + stride;
        if (usable(f(far)) > 0.0) == (towards > 0.0) {
            return Some(root(&f, near.min(far), near.max(far), tolerance));
        }
        near = far;
        stride *= 2.0;
    }
    None
}

/// The root of a function that is nearly a straight line, from a guess of the root and of the
/// slope; with the slope there.
///
/// Secants, of which a handful do; a step below `settled` is the last, and leaves an error of
/// about its square. `None` if there are too many, so that a caller can bracket instead.
pub(super) fn root_of_nearly_linear(
    f: impl Fn(f64) -> f64,
    (guess, slope): (f64, f64),
    settled: f64,
) -> Option<(f64, f64)> {
    let (mut x, mut fx, mut slope) = (guess, f(guess), slope);
    for step in 0..12 {
        let next = x - fx / slope;
        if !next.is_finite() {
            return None;
        }
        // A slope that is only a guess settles nothing.
        if fx == 0.0 || step > 0 && (next - x).abs() < settled {
            return Some((next, slope));
        }
        // So near that rounding would make the slope.
        let next = if (next - x).abs() < 1e-6 { x + 1e-6f64.copysign(next - x) } else { next };
        let value = f(next);
        slope = (value - fx) / (next - x);
        (x, fx) = (next, value);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_from_either_side() {
        for guess in [-50.0, 0.0, 1.0, 7.0] {
            let cube = root_of_increasing(|x| x * x * x - 8.0, guess, 0.5, 1e-13).unwrap();
            assert!((cube - 2.0).abs() < 1e-12, "{cube}");
        }
        let steep = root(|x| -(x * 30.0).exp() + 5.0, -40.0, 40.0, 1e-13);
        assert!((steep - 5f64.ln() / 30.0).abs() < 1e-12);
    }

    #[test]
    fn a_line_with_a_bend_takes_a_few_secants() {
        let (bent, slope) = root_of_nearly_linear(|x| x.sinh() - 1.0, (0.5, 1.0), 1e-7).unwrap();
        assert!((bent - 1f64.asinh()).abs() < 1e-12 && (slope - 2f64.sqrt()).abs() < 1e-2);
        assert_eq!(root_of_nearly_linear(|_| 1.0, (0.0, 1.0), 1e-7), None);
        assert_eq!(root_of_nearly_linear(|_| f64::NAN, (0.0, 1.0), 1e-7), None);
    }

    #[test]
    fn a_function_without_a_root_ends() {
        assert_eq!(root_of_increasing(|_| 1.0, 0.0, 1.0, 1e-12), None);
        assert_eq!(root_of_increasing(|_| f64::NAN, 0.0, 1.0, 1e-12), None);
        assert_eq!(root(|x| x + 5.0, 1.0, 2.0, 1e-12), 1.0);
        assert!(root(|_| f64::NAN, 1.0, 2.0, 1e-12).is_finite());
    }
}
