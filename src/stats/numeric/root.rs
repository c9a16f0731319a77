//! Where a function crosses zero.

const ITERATIONS: usize = 200;

/// A place and the value there.
type Place = (f64, f64);

/// The place between `low` and `high` where a function changes its sign, or the end nearer to
/// zero if it does not; to `tolerance`, or to the last digit of a double where that is more.
///
/// Chandrupatla (1997): inverse quadratic interpolation where it is safe, bisection elsewhere.
/// Values that are no number count as above zero.
pub fn root(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let (at_low, at_high) = (usable(f(low)), usable(f(high)));
    between(f, (low, at_low), (high, at_high), tolerance)
}

fn between(f: impl Fn(f64) -> f64, low: Place, high: Place, tolerance: f64) -> f64 {
    let ((mut b, mut fb), (mut a, mut fa)) = (low, high);
    if fa == 0.0 || fb == 0.0 || fa.signum() == fb.signum() {
        return if fa.abs() < fb.abs() { a } else { b };
    }
    let mut share = 0.5;
    for _ in 0..ITERATIONS {
        let x = a + share * (b - a);
        let fx = usable(f(x));
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
        if limit > 0.5 || fa == 0.0 {
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
    if value.is_nan() { FAR } else { value.clamp(-FAR, FAR) }
}

const FAR: f64 = 1e100;

/// The least `x` of at least `start` with `f(x) >= 0`, looked for at `start` and at ever larger
/// `step`s from it; `None` if there is none up to `limit`, or where `f` is no number.
pub fn first_root(f: impl Fn(f64) -> f64, start: f64, step: f64, limit: f64) -> Option<f64> {
    let mut low = (start, f(start));
    if low.1 >= 0.0 {
        return Some(start);
    }
    let mut distance = step;
    for _ in 0..2000 {
        let x = (start + distance).min(limit);
        let high = (x, f(x));
        if low.1.is_nan() || high.1.is_nan() {
            return None;
        }
        if high.1 >= 0.0 {
            return Some(between(f, (low.0, usable(low.1)), (x, usable(high.1)), 0.0));
        }
        if x >= limit || x <= low.0 {
            return None;
        }
        low = high;
        distance *= 2.0;
    }
    None
}

/// The root of an increasing function of any real number, from a guess and a first step.
///
/// `None` if the function keeps its sign as far as forty doublings of the step reach.
pub fn root_of_increasing(
    f: impl Fn(f64) -> f64,
    guess: f64,
    step: f64,
    tolerance: f64,
) -> Option<f64> {
    let mut near = (guess, usable(f(guess)));
    let mut stride = if near.1 > 0.0 { -step } else { step };
    let upward = stride > 0.0;
    for _ in 0..40 {
        let x = near.0 + stride;
        let far = (x, usable(f(x)));
        if (far.1 > 0.0) == upward {
            let (low, high) = if upward { (near, far) } else { (far, near) };
            return Some(between(f, low, high, tolerance));
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
pub fn root_of_nearly_linear(
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

/// The root of a function that does not bend away, by its value and slope, from `start`:
/// Newton, which a convex or concave function cannot lead astray.
///
/// To 1e-15 of the root, or of `least` where the root is smaller. Stops where a step is no
/// number, and where one turns back after the second, which only rounding can make it do.
pub fn newton(start: f64, least: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut x, mut last) = (start, 0.0);
    for i in 0..500 {
        let (value, slope) = f(x);
        let step = value / slope;
        if !step.is_finite() {
            break;
        }
        x -= step;
        let turned = i > 1 && step * last < 0.0;
        if turned || step.abs() <= 1e-15 * x.abs().max(least) {
            break;
        }
        last = step;
    }
    x
}

#[cfg(test)]
#[path = "root_tests.rs"]
mod tests;
