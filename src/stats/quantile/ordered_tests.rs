use super::*;
use proptest::prelude::*;

const ALL: [Definition; 9] = [
    Definition::InvertedCdf,
    Definition::AveragedInvertedCdf,
    Definition::ClosestObservation,
    Definition::InterpolatedInvertedCdf,
    Definition::Hazen,
    Definition::Weibull,
    Definition::Linear,
    Definition::MedianUnbiased,
    Definition::NormalUnbiased,
];

/// numpy 2.4, `quantile(x, level, method=...)` in the order above.
#[test]
fn definitions_are_those_of_numpy() {
    let x = [2.0, 3.5, 1.0, 8.0, 13.0, 5.5, 21.0, 34.25, 55.0, 90.0];
    let cases = [
        (0.01, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.09, 1.0, 1.0]),
        (0.1, [1.0, 1.5, 1.0, 1.0, 1.5, 1.1, 1.9, 1.3666666666666667, 1.4]),
        (0.25, [3.5, 3.5, 2.0, 2.75, 3.5, 3.125, 4.0, 3.375, 3.40625]),
        (
            0.37,
            [
                5.5,
                5.5,
                5.5,
                4.9,
                6.0,
                5.675000000000001,
                6.325,
                5.8916666666666675,
                5.918750000000001,
            ],
        ),
        (0.5, [8.0, 10.5, 8.0, 8.0, 10.5, 10.5, 10.5, 10.5, 10.5]),
        (
            0.65,
            [
                21.0,
                21.0,
                13.0,
                17.0,
                21.0,
                22.987500000000004,
                19.800000000000004,
                21.662499999999998,
                21.496874999999996,
            ],
        ),
        (
            0.9,
            [
                55.0,
                72.5,
                55.0,
                55.0,
                72.5,
                86.50000000000001,
                58.499999999999986,
                77.16666666666666,
                75.99999999999999,
            ],
        ),
        (0.99, [90.0, 90.0, 90.0, 86.50000000000001, 90.0, 90.0, 86.85000000000001, 90.0, 90.0]),
    ];
    for (level, wanted) in cases {
        for (definition, want) in ALL.into_iter().zip(wanted) {
            let got = sample_quantile(&mut x.clone(), level, definition).unwrap();
            assert!((got - want).abs() < 1e-12 * want, "{definition:?} {level}: {got}, {want}");
        }
    }
}

/// 0.07 * 100 is 7.000000000000001 in doubles; the seventh value is meant.
#[test]
fn a_rank_within_rounding_of_a_whole_number_is_that_number() {
    let mut x: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(sample_quantile(&mut x, 0.07, Definition::InvertedCdf), Ok(7.0));
    assert_eq!(sample_quantile(&mut x, 0.29, Definition::InvertedCdf), Ok(29.0));
}

#[test]
fn what_has_no_quantile_says_why() {
    let none = Missing::TooFewValues { values: 0, needed: 1 };
    assert_eq!(sample_quantile(&mut [], 0.5, Definition::Linear), Err(none));
    assert_eq!(
        sample_quantile(&mut [1.0, f64::NAN], 0.5, Definition::Linear),
        Err(Missing::Corrupt)
    );
    for level in [-0.1, 1.1, f64::NAN] {
        let quantile = sample_quantile(&mut [1.0], level, Definition::Linear);
        assert_eq!(quantile, Err(Missing::OutOfRange));
    }
    let mut ends = [f64::NEG_INFINITY, f64::INFINITY];
    assert_eq!(sample_quantile(&mut ends, 0.5, Definition::Linear), Err(Missing::Overflow));
    let mut wide = [-1.7e308, 1.7e308];
    assert_eq!(sample_quantile(&mut wide, 0.5, Definition::Linear), Ok(0.0));
    assert_eq!(Ordered::new(vec![f64::NAN]), Err(Missing::Corrupt));
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let any = prop_oneof![-1e3..1e3f64, (-3i8..3).prop_map(f64::from), Just(1e300), Just(5e-324)];
    prop::collection::vec(any, 1..60)
}

proptest! {
    /// Selection and sorting find the same value, between the extremes, in any order of values.
    #[test]
    fn order_of_values_is_of_no_account(mut x in values(), level in 0.0..=1.0f64, kind in 0usize..9) {
        let sorted = Ordered::new(x.clone()).unwrap();
        let want = sorted.quantile(level, ALL[kind]);
        prop_assert_eq!(sample_quantile(&mut x.clone(), level, ALL[kind]), want.clone());
        x.reverse();
        prop_assert_eq!(sample_quantile(&mut x, level, ALL[kind]), want.clone());
        let (low, high) = (sorted.values()[0], sorted.values()[x.len() - 1]);
        let value = want.unwrap();
        prop_assert!(low <= value && value <= high);
    }

    /// A higher level never has a lower quantile.
    #[test]
    fn quantiles_rise_with_their_level(x in values(), a in 0.0..=1.0f64, b in 0.0..=1.0f64, kind in 0usize..9) {
        let sorted = Ordered::new(x).unwrap();
        let at = |level| sorted.quantile(level, ALL[kind]).unwrap();
        prop_assert!(at(a.min(b)) <= at(a.max(b)));
    }

    /// Whole numbers shift and scale without rounding, so equivariance is exact for the
    /// definitions that pick a value.
    #[test]
    fn quantiles_follow_shift_and_scale(
        x in prop::collection::vec(-1000i32..1000, 1..60), level in 0.0..=1.0f64, shift in -99i32..99,
    ) {
        let of = |scale: i32, shift: i32| {
            let mut x: Vec<f64> = x.iter().map(|v| f64::from(v * scale + shift)).collect();
            sample_quantile(&mut x, level, Definition::InvertedCdf).unwrap()
        };
        prop_assert_eq!(of(4, shift), 4.0 * of(1, 0) + f64::from(shift));
    }
}
