//! Where does a function first reach zero?

/// The least `x` of at least `start` with `f(x) >= 0`, looked for at `start` and at ever larger
/// `step`s from it; `None` if there is none up to `limit`, or where `f` is no number.
pub(super) fn first_root(f: impl Fn(f64) -> f64, start: f64, step: f64, limit: f64) -> Option<f64> {
    let mut low = (start, f(start));
    if low.1 >= 0.0 {
        return Some(start);
    }
    let mut distance = step;
    for _ in 0..2000 {
        let x = (start + distance).min(limit);
        let high = (x, f(x));
        if high.1.is_nan() {
            return None;
        }
        if high.1 >= 0.0 {
            return Some(root(f, low, high));
        }
        if x >= limit || x <= low.0 {
            return None;
        }
        low = high;
        distance *= 2.0;
    }
    None
}

/// The root between two places of opposite sign, to 1e-13 of its size.
///
/// False position that halves the weight of an end it keeps (Dowell and Jarratt 1971,
/// "Illinois"); every fourth step bisects, for functions on which that is slow.
fn root(f: impl Fn(f64) -> f64, low: (f64, f64), high: (f64, f64)) -> f64 {
    let (mut low, mut high) = (low, high);
    let (mut kept_low, mut last) = (None, f64::NAN);
    for i in 1..=200 {
        let share = low.1 / (low.1 - high.1);
        let secant = i % 4 != 0 && share.is_finite();
        let x = low.0 + (high.0 - low.0) * if secant { share } else { 0.5 };
        let settled = secant && (x - last).abs() <= 1e-13 * x.abs();
        let value = f(x);
        if settled || value == 0.0 || value.is_nan() || x <= low.0 || x >= high.0 {
            return x;
        }
        // An end that is kept twice in a row counts half.
        if value > 0.0 {
            high = (x, value);
            low.1 *= if kept_low == Some(true) { 0.5 } else { 1.0 };
        } else {
            low = (x, value);
            high.1 *= if kept_low == Some(false) { 0.5 } else { 1.0 };
        }
        kept_low = Some(value > 0.0);
        last = x;
    }
    high.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_or_not() {
        let found = first_root(|x| x * x - 2.0, 0.0, 0.1, 1e3).unwrap();
        assert!((found - 2f64.sqrt()).abs() < 1e-14, "{found}");
        let steep = first_root(|x| (x - 1e9).tanh(), 1.0, 1.0, 1e15).unwrap();
        assert!((steep - 1e9).abs() < 1e-4, "{steep}");
        assert_eq!(first_root(|_| -1.0, 0.0, 1.0, 1e15), None);
        assert_eq!(first_root(|_| f64::NAN, 0.0, 1.0, 1e15), None);
        assert_eq!(first_root(|_| 1.0, 4.0, 1.0, 1e15), Some(4.0));
    }
}
