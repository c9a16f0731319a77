use super::*;
use proptest::prelude::*;

#[test]
fn roots_are_found_from_either_side() {
    for guess in [-50.0, 0.0, 1.0, 7.0] {
        let cube = root_of_increasing(|x| x * x * x - 8.0, guess, 0.5, 1e-13).unwrap();
        assert!((cube - 2.0).abs() < 1e-12, "{cube}");
    }
    let steep = root(|x| -(x * 30.0).exp() + 5.0, -40.0, 40.0, 1e-13);
    assert!((steep - 5f64.ln() / 30.0).abs() < 1e-12);
    let cube = root(|x| x * x * x - 2.0, 0.0, 1e6, 0.0);
    assert!((cube - 2f64.cbrt()).abs() < 1e-15, "{cube}");
    let cliff = root(|x| if x < 0.3 { f64::NEG_INFINITY } else { x }, 0.0, 1.0, 0.0);
    assert!((cliff - 0.3).abs() < 1e-15, "{cliff}");
}

#[test]
fn first_roots_are_found_or_not() {
    let found = first_root(|x| x * x - 2.0, 0.0, 0.1, 1e3).unwrap();
    assert!((found - 2f64.sqrt()).abs() < 1e-14, "{found}");
    let steep = first_root(|x| (x - 1e9).tanh(), 1.0, 1.0, 1e15).unwrap();
    assert!((steep - 1e9).abs() < 1e-4, "{steep}");
    assert_eq!(first_root(|_| -1.0, 0.0, 1.0, 1e15), None);
    assert_eq!(first_root(|_| f64::NAN, 0.0, 1.0, 1e15), None);
    assert_eq!(first_root(|_| 1.0, 4.0, 1.0, 1e15), Some(4.0));
    assert_eq!(first_root(|x| if x > 0.0 { 1.0 } else { f64::NAN }, 0.0, 1.0, 9.0), None);
}

#[test]
fn a_line_with_a_bend_takes_a_few_secants() {
    let (bent, slope) = root_of_nearly_linear(|x| x.sinh() - 1.0, (0.5, 1.0), 1e-7).unwrap();
    assert!((bent - 1f64.asinh()).abs() < 1e-12 && (slope - 2f64.sqrt()).abs() < 1e-2);
    assert_eq!(root_of_nearly_linear(|_| 1.0, (0.0, 1.0), 1e-7), None);
    assert_eq!(root_of_nearly_linear(|_| f64::NAN, (0.0, 1.0), 1e-7), None);
}

#[test]
fn newton_ends() {
    let root = newton(4.0, 0.0, |x| (x * x - 2.0, 2.0 * x));
    assert!((root - 2f64.sqrt()).abs() < 1e-15, "{root}");
    assert_eq!(newton(3.0, 1.0, |_| (f64::NAN, 1.0)), 3.0);
    assert_eq!(newton(3.0, 1.0, |_| (1.0, 0.0)), 3.0);
}

#[test]
fn a_function_without_a_root_ends() {
    assert_eq!(root_of_increasing(|_| 1.0, 0.0, 1.0, 1e-12), None);
    assert_eq!(root_of_increasing(|_| f64::NAN, 0.0, 1.0, 1e-12), None);
    assert_eq!(root(|x| x + 5.0, 1.0, 2.0, 1e-12), 1.0);
    assert!(root(|_| f64::NAN, 1.0, 2.0, 1e-12).is_finite());
}

proptest! {
    /// However steep or flat the function is, the root is found.
    #[test]
    fn roots_of_powers_are_found(at in 1e-6..1e6f64, power in 1i32..40) {
        let got = root(|x| (x / at).powi(power) - 1.0, 0.0, 1e7, 0.0);
        prop_assert!((got / at - 1.0).abs() < 1e-12, "{}", got);
    }
}
