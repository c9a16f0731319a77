use super::*;
use crate::stats::{Alternative, Effect};
use proptest::prelude::*;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn given(values: u64, value: f64, lower: f64, upper: f64) -> QuantilePoint {
    QuantilePoint { values, level: 0.9, value, lower, upper, n_star: 3200 }
}

/// gbstats 0.8: variances 15043.357926600922 and 12667.702230319686 of one value,
/// p = 0.03291167551196117 for the difference.
#[test]
fn a_test_from_given_bounds_is_gbstats() {
    let control = given(5000, 120.0, 116.0, 124.5).point().unwrap();
    let treatment = given(5100, 125.0, 121.2, 129.0).point().unwrap();
    close(control.variance * 5000.0, 15_043.357_926_600_922, 1e-14);
    close(treatment.variance * 5100.0, 12_667.702_230_319_686, 1e-12);
    let effect = Effect::contrast(&control, &treatment, 1.0).unwrap();
    close(effect.std_error, 2.343_615_746_605_192, 1e-12);
    close(effect.dof, 9_986.932_437_656_127, 1e-12);
    let test = effect.t_test(0.0, Alternative::TwoSided, 0.05);
    close(test.p_value, 0.032_911_675_511_961_17, 1e-11);
    close(test.interval.lower, 0.406_040_780_037_197_46, 1e-10);
}

#[test]
fn levels_are_those_of_the_grid() {
    let (low, high) = levels(0.9, 3200);
    close(low, 0.889_605_721_317_377_5, 1e-15);
    close(high, 0.910_394_278_682_622_5, 1e-15);
    assert_eq!(levels(0.999, 1).1, 1.0 - 1e-8);
    assert_eq!(levels(0.001, 1).0, 1e-8);
}

/// The 99th percentile needs more than 380 values.
#[test]
fn too_few_values_are_refused() {
    let values = |count: u64| Ordered::new((0..count).map(|i| i as f64).collect()).unwrap();
    let of = |count| QuantilePoint::from_values(&values(count), 0.99, Definition::Linear);
    assert_eq!(of(380), Err(Missing::TooFewValues { values: 380, needed: 381 }));
    assert!(of(381).is_ok());
    let low = QuantilePoint::from_values(&values(380), 0.01, Definition::Linear);
    assert_eq!(low, Err(Missing::TooFewValues { values: 380, needed: 381 }));
    let none = QuantilePoint::from_values(&values(0), 0.5, Definition::Linear);
    assert_eq!(none, Err(Missing::TooFewValues { values: 0, needed: 4 }));
}

#[test]
fn impossible_bounds_have_a_reason() {
    assert_eq!(given(5000, 1.0, 2.0, 1.0).point(), Err(Missing::Corrupt));
    assert_eq!(given(5000, f64::NAN, 1.0, 2.0).point(), Err(Missing::Corrupt));
    assert_eq!(given(5000, 1.0, 1.0, 1.0).point(), Err(Missing::TiedQuantile));
    assert_eq!(given(5000, 1.0, 1.0, f64::INFINITY).point(), Err(Missing::Overflow));
    assert_eq!(given(5000, 1.0, -1e308, 1e308).point(), Err(Missing::Overflow));
    for level in [0.0, 1.0, -1.0, f64::NAN] {
        let point = QuantilePoint { level, ..given(5000, 1.0, 0.0, 2.0) };
        assert_eq!(point.point(), Err(Missing::OutOfRange));
    }
}

proptest! {
    /// In any order, shifted or scaled, the same quantile with the same standard error.
    #[test]
    fn points_follow_shift_and_scale(
        mut x in prop::collection::vec(0i32..50, 50..300), level in 0.2..0.8f64, shift in -99i32..99,
    ) {
        let of = |x: &[i32], scale: i32, shift: i32| {
            let values = x.iter().map(|v| f64::from(v * scale + shift)).collect();
            let values = Ordered::new(values).unwrap();
            QuantilePoint::from_values(&values, level, Definition::InvertedCdf)?.point()
        };
        let plain = of(&x, 1, 0);
        let moved = of(&x, 4, shift);
        x.reverse();
        prop_assert_eq!(of(&x, 1, 0), plain.clone());
        match (plain, moved) {
            (Ok(plain), Ok(moved)) => {
                prop_assert_eq!(moved.value, 4.0 * plain.value + f64::from(shift));
                prop_assert_eq!(moved.variance, 16.0 * plain.variance);
                prop_assert!(plain.variance > 0.0);
            }
            (plain, moved) => prop_assert_eq!(plain, moved),
        }
    }

    /// Whatever the bounds, a finite positive variance or a reason.
    #[test]
    fn a_point_is_a_number_or_a_reason(
        values in 0u64..2000, level in any::<f64>(), value in any::<f64>(),
        lower in any::<f64>(), upper in any::<f64>(), n_star in 0u64..2000,
    ) {
        for level in [level, 0.5, 0.9] {
            let point = QuantilePoint { values, level, value, lower, upper, n_star };
            for point in [point.point(), point.growthbook_point()].into_iter().flatten() {
                prop_assert!(point.variance.is_finite() && point.variance >= 0.0);
                prop_assert!(point.value.is_finite() && point.units >= 2);
            }
        }
    }
}
