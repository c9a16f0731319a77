use super::*;
use proptest::prelude::*;

/// scipy 1.17, documentation of `quantile_test`: 101 values `exp(i / 100)`, third quartile.
#[test]
fn interval_is_that_of_scipy() {
    let values = Ordered::new((0..=100).map(|i| (f64::from(i) / 100.0).exp()).collect()).unwrap();
    let two = exact_interval(&values, 0.75, Alternative::TwoSided, 0.1).unwrap();
    assert!((two.lower - 1.954_237_320_635_939_6).abs() < 1e-14);
    assert!((two.upper - 2.293_318_740_264_183).abs() < 1e-14);
    let less = exact_interval(&values, 0.75, Alternative::Less, 0.05).unwrap();
    assert_eq!((less.lower, less.upper), (f64::NEG_INFINITY, two.upper));
    let greater = exact_interval(&values, 0.75, Alternative::Greater, 0.05).unwrap();
    assert_eq!((greater.lower, greater.upper), (two.lower, f64::INFINITY));
}

/// Nair (1940), table for the median: of 10 values the second and the ninth at 95 %; five are
/// too few for any end.
#[test]
fn few_values_leave_an_end_open() {
    let of = |count: u32| {
        let values = Ordered::new((1..=count).map(f64::from).collect()).unwrap();
        let interval = exact_interval(&values, 0.5, Alternative::TwoSided, 0.05).unwrap();
        (interval.lower, interval.upper)
    };
    assert_eq!(of(10), (2.0, 9.0));
    assert_eq!(of(6), (1.0, 6.0));
    assert_eq!(of(5), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn impossible_options_have_a_reason() {
    let values = Ordered::new(vec![1.0]).unwrap();
    for (level, alpha) in [(0.0, 0.05), (1.0, 0.05), (0.5, 0.0), (0.5, 1.0), (f64::NAN, 0.05)] {
        let interval = exact_interval(&values, level, Alternative::TwoSided, alpha);
        assert_eq!(interval, Err(Missing::OutOfRange));
    }
    let none = exact_interval(&Ordered::new(vec![]).unwrap(), 0.5, Alternative::TwoSided, 0.05);
    assert_eq!(none, Err(Missing::TooFewValues { values: 0, needed: 1 }));
}

proptest! {
    /// A smaller alpha never has a narrower interval, and the quantile is inside.
    #[test]
    fn intervals_hold_the_quantile_and_widen(
        values in prop::collection::vec(-20i8..20, 1..200),
        level in 0.001..0.999f64, one in 1e-12..0.5f64, other in 1e-12..0.5f64,
    ) {
        let values = Ordered::new(values.into_iter().map(f64::from).collect()).unwrap();
        let of = |alpha| exact_interval(&values, level, Alternative::TwoSided, alpha).unwrap();
        let (wide, narrow) = (of(one.min(other)), of(one.max(other)));
        prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
        let value = values.quantile(level, super::super::Definition::InvertedCdf).unwrap();
        prop_assert!(narrow.contains(value), "{value} {narrow:?}");
    }

    /// Any level and alpha end with an interval or a reason.
    #[test]
    fn any_options_end(level in any::<f64>(), alpha in any::<f64>(), tiny in 1e-300..1e-3f64) {
        let values = Ordered::new((0..1000).map(f64::from).collect()).unwrap();
        for (level, alpha) in [(level, alpha), (tiny, alpha), (1.0 - tiny, tiny), (0.5, tiny)] {
            if let Ok(interval) = exact_interval(&values, level, Alternative::TwoSided, alpha) {
                prop_assert!(interval.lower <= interval.upper);
            }
        }
    }
}
