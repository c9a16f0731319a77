use super::*;
use proptest::prelude::*;

const TEST: SequentialQuantile =
    SequentialQuantile { level: 0.5, tuned_for: 100.0, tuned_alpha: 0.05 };

fn ordered(values: impl IntoIterator<Item = f64>) -> Ordered {
    Ordered::new(values.into_iter().collect()).unwrap()
}

/// One value per variant: each may be on either side of the median, so nothing is said.
#[test]
fn one_value_says_nothing() {
    let one = ordered([1.0]);
    assert_eq!(sequential_quantile_test(&one, &ordered([5.0]), &TEST), Ok(0.0));
    assert_eq!(sequential_quantile_test(&one, &one, &TEST), Ok(0.0));
}

/// By definition, over every value and gap of both variants.
fn brute_force(control: &Ordered, treatment: &Ordered, test: &SequentialQuantile) -> f64 {
    let mixture = Mixture::new(test).unwrap();
    let arms = [control, treatment].map(|arm| Arm::new(arm, &mixture).unwrap());
    let all = control.values().iter().chain(treatment.values());
    let least = all.map(|x| arms.iter().map(|arm| arm.log_martingale(*x)).sum::<f64>());
    (-least.fold(f64::INFINITY, f64::min)).min(0.0)
}

#[test]
fn impossible_tunings_have_a_reason() {
    let values = ordered([1.0, 2.0]);
    for (level, tuned_for, tuned_alpha) in [
        (0.0, 1.0, 0.05),
        (1.0, 1.0, 0.05),
        (0.5, 0.0, 0.05),
        (0.5, 1.0, 1.0),
        (0.5, f64::NAN, 0.1),
    ] {
        let test = SequentialQuantile { level, tuned_for, tuned_alpha };
        assert_eq!(sequential_quantile_test(&values, &values, &test), Err(Missing::OutOfRange));
    }
    let none = Missing::TooFewValues { values: 0, needed: 1 };
    assert_eq!(sequential_quantile_test(&ordered([]), &values, &TEST), Err(none.clone()));
    assert_eq!(sequential_quantile_test(&values, &ordered([]), &TEST), Err(none));
}

proptest! {
    /// Only values between the two best candidates matter; order, swap, shift and scale do not.
    #[test]
    fn only_order_matters(
        a in prop::collection::vec(0i8..30, 1..80), b in prop::collection::vec(0i8..60, 1..80),
        level in 0.02..0.98f64,
    ) {
        let test = SequentialQuantile { level, ..TEST };
        let of = |x: &[i8], scale: f64| ordered(x.iter().map(|v| f64::from(*v) * scale + 7.0));
        let log_p = sequential_quantile_test(&of(&a, 1.0), &of(&b, 1.0), &test).unwrap();
        prop_assert!(log_p <= 0.0);
        prop_assert!((log_p - brute_force(&of(&a, 1.0), &of(&b, 1.0), &test)).abs() < 1e-10);
        let swapped = sequential_quantile_test(&of(&b, 1.0), &of(&a, 1.0), &test).unwrap();
        prop_assert!((log_p - swapped).abs() < 1e-10);
        let scaled = sequential_quantile_test(&of(&a, 16.0), &of(&b, 16.0), &test).unwrap();
        prop_assert_eq!(log_p, scaled);
    }
}
