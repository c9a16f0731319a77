//! Where a monotone function is zero.

/// A bracket whose ends have different signs, and the last of it.
#[derive(Debug, Clone, Copy)]
pub struct Root {
    pub from: f64,
    pub to: f64,
}

const STEPS: usize = 200;

/// A root of `f` between the ends of `bracket`; the end nearer zero if both have one sign.
///
/// Illinois (Dowell and Jarratt 1971) with a halving whenever three steps did not halve the
/// bracket, so at most 200 evaluations; usually about ten.
pub fn root(f: impl Fn(f64) -> f64, bracket: Root) -> f64 {
    let (mut a, mut b) = (bracket.from, bracket.to);
    let (mut at_a, mut at_b) = (f(a), f(b));
    let crosses = (at_a < 0.0 && at_b > 0.0) || (at_a > 0.0 && at_b < 0.0);
    if !crosses {
        return if at_a.abs() <= at_b.abs() { a } else { b };
    }
    let mut last_size = (b - a).abs();
    for step in 1..=STEPS {
        let halve = step % 3 == 0 && (b - a).abs() > 0.5 * last_size;
        if step % 3 == 0 {
            last_size = (b - a).abs();
        }
        let secant = b - at_b * (b - a) / (at_b - at_a);
        let inside = secant > a.min(b) && secant < a.max(b);
        let c = if halve || !inside { a + 0.5 * (b - a) } else { secant };
        let at_c = f(c);
        if at_c == 0.0 || c == a || c == b {
            return c;
        }
        if at_c.signum() == at_b.signum() {
            at_a *= 0.5;
        } else {
            (a, at_a) = (b, at_b);
        }
        (b, at_b) = (c, at_c);
        if (b - a).abs() <= 2.0 * f64::EPSILON * b.abs() {
            break;
        }
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cube_roots_are_found() {
        let got = root(|x| x * x * x - 2.0, Root { from: 0.0, to: 1e6 });
        assert!((got - 2f64.cbrt()).abs() < 1e-15, "{got}");
        assert_eq!(root(|x| x + 1.0, Root { from: 0.0, to: 1.0 }), 0.0);
        assert!(root(|_| f64::NAN, Root { from: 0.0, to: 1.0 }).is_finite());
    }

    proptest! {
        /// However steep or flat the function is, the root is found.
        #[test]
        fn roots_of_powers_are_found(at in 1e-6..1e6f64, power in 1i32..40) {
            let f = |x: f64| (x / at).powi(power) - 1.0;
            let got = root(f, Root { from: 0.0, to: 1e7 });
            prop_assert!((got / at - 1.0).abs() < 1e-12, "{}", got);
        }
    }
}
