use super::*;
use crate::stats::{Alternative, Missing};
use proptest::prelude::*;

const BOTH: Alternative = Alternative::TwoSided;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn arms(a: (u64, u64), b: (u64, u64)) -> (Conversions, Conversions) {
    (Conversions::new(a.0, a.1), Conversions::new(b.0, b.1))
}

/// statsmodels 0.15.
#[test]
fn each_method_is_that_of_its_library() {
    let (a, b) = arms((10_000, 820), (10_050, 905));
    let pooled = pooled_z(&a, &b, BOTH, 0.05).unwrap();
    close(pooled.statistic, 2.032_385_734_286_290_5, 1e-12);
    close(pooled.test.p_value, 0.042_114_621_148_926_05, 1e-11);
    let wald = unpooled_z(&a, &b, 0.0, BOTH, 0.05).unwrap();
    close(wald.statistic, 2.032_810_007_663_820_3, 1e-12);
    close(wald.test.interval.lower, 0.000_288_463_930_733_469_55, 1e-10);
    close(wald.test.interval.upper, 0.015_811_038_556_828_704, 1e-12);
    let ratio = log_ratio(&a, &b, BOTH, 0.05).unwrap();
    close(ratio.test.interval.lower, 0.003_298_997_121_540_914, 1e-9);
    close(ratio.test.interval.upper, 0.202_006_875_915_315_3, 1e-12);
}

/// tea-tasting 1.14; a correction that would pass 0 leaves a statistic of 0.
#[test]
fn continuity_is_that_of_tea_tasting() {
    let (a, b) = arms((4000, 31), (4100, 18));
    let corrected = pooled_z_continuity(&a, &b, BOTH, 0.1).unwrap();
    close(corrected.statistic, -1.806_314_542_876_410_5, 1e-12);
    close(corrected.test.p_value, 0.070_869_221_496_208_67, 1e-12);
    let (a, b) = arms((1000, 250), (1000, 250));
    assert_eq!(pooled_z_continuity(&a, &b, BOTH, 0.1).unwrap().test.p_value, 1.0);
}

/// statsmodels 0.15, `confint_proportions_2indep`.
#[test]
fn intervals_are_those_of_statsmodels() {
    let (a, b) = arms((28, 14), (30, 16));
    let newcombe = newcombe(&a, &b, BOTH, 0.05).unwrap();
    close(newcombe.lower, -0.211_031_128_496_109_8, 1e-12);
    close(newcombe.upper, 0.272_434_514_295_178_2, 1e-12);
    let caffo = agresti_caffo(&a, &b, BOTH, 0.05).unwrap();
    close(caffo.lower, -0.217_559_810_610_667_2, 1e-12);
    close(caffo.upper, 0.280_059_810_610_667_2, 1e-12);
}

/// mpmath, the likelihood maximised by halving with 30 digits: conversions below and above one
/// half, and none at all in an arm.
#[test]
fn score_is_the_maximised_likelihood() {
    let check = |a, b, null, variance, want| {
        let (a, b) = arms(a, b);
        close(score(&a, &b, null, variance, BOTH, 0.05).unwrap().statistic, want, 1e-13);
    };
    let (one, other) = (ScoreVariance::FarringtonManning, ScoreVariance::MiettinenNurminen);
    check((127, 88), (238, 131), 0.1, one, -4.472_970_953_418_505);
    check((57, 47), (303, 188), -0.05, other, -2.303_536_499_393_797);
    check((108, 65), (176, 156), 0.1, other, 3.594_079_741_249_817_3);
}

/// R `fisher.test` on Fisher's tea (1935): 0.4857143, one-sided 0.2428571; and a table by scipy.
#[test]
fn fisher_is_that_of_r() {
    let (a, b) = arms((4, 1), (4, 3));
    close(fisher(&a, &b, BOTH).unwrap().exp(), 34.0 / 70.0, 1e-13);
    close(fisher(&a, &b, Alternative::Greater).unwrap().exp(), 17.0 / 70.0, 1e-13);
    close(fisher(&a, &b, Alternative::Less).unwrap().exp(), 69.0 / 70.0, 1e-13);
    let (a, b) = arms((153, 110), (20, 2));
    close(fisher(&a, &b, BOTH).unwrap().exp(), 1.123_006_341_289_318e-7, 1e-11);
    let (a, b) = arms((100_000_000, 50_000_000), (100_000_000, 49_000_000));
    assert!(fisher(&a, &b, BOTH).unwrap() < -1e4);
}

#[test]
fn what_is_undefined_says_so() {
    let (none, some, all) =
        (Conversions::new(1000, 0), Conversions::new(1000, 12), Conversions::new(900, 900));
    for same in [&none, &all] {
        assert_eq!(pooled_z(same, same, BOTH, 0.05), Err(Missing::NoVariation));
        assert_eq!(unpooled_z(same, same, 0.0, BOTH, 0.05), Err(Missing::NoVariation));
        let answer = two_proportions(same, same, BOTH, 0.05).unwrap();
        assert_eq!(answer.test.p_value, 1.0);
        assert!(answer.test.interval.contains(0.0));
        assert!(answer.test.interval.upper < 0.01);
    }
    assert_eq!(log_ratio(&none, &some, BOTH, 0.05), Err(Missing::ControlNearZero));
    assert_eq!(log_ratio(&some, &none, BOTH, 0.05), Err(Missing::ZeroDenominator));
    assert!(pooled_z(&none, &some, BOTH, 0.05).is_ok());
    let impossible = Conversions::new(10, 11);
    assert_eq!(two_proportions(&some, &impossible, BOTH, 0.05), Err(Missing::Corrupt));
    let empty = Conversions::new(0, 0);
    assert_eq!(newcombe(&empty, &some, BOTH, 0.05), Err(Missing::TooFewUnits { units: 0 }));
    assert_eq!(two_proportions(&some, &some, BOTH, f64::NAN), Err(Missing::OutOfRange));
}

#[test]
fn few_conversions_call_for_the_score_test() {
    let method = |a, b| {
        let (a, b) = arms(a, b);
        two_proportions(&a, &b, BOTH, 0.05).unwrap().method
    };
    assert_eq!(method((1000, 10), (1000, 10)), ProportionMethod::UnpooledZ);
    assert_eq!(method((1000, 9), (1000, 10)), ProportionMethod::MiettinenNurminen);
    assert_eq!(method((1000, 10), (1000, 991)), ProportionMethod::MiettinenNurminen);
    // However many converted by luck, the small arm expects 5 to 6 of 612, or units without.
    assert_eq!(method((99_000, 600), (1000, 12)), ProportionMethod::MiettinenNurminen);
    assert_eq!(method((99_000, 98_400), (1000, 988)), ProportionMethod::MiettinenNurminen);
    assert_eq!(method((99_000, 1200), (1000, 12)), ProportionMethod::UnpooledZ);
}

prop_compose! {
    fn any_arm()(units in prop_oneof![1u64..50, 1u64..1_000_000_000_000], share in 0.0..=1.0f64)
        -> Conversions {
        Conversions::new(units, ((units as f64 * share) as u64).min(units))
    }
}

fn any_alternative() -> impl Strategy<Value = Alternative> {
    prop_oneof![Just(Alternative::TwoSided), Just(Alternative::Greater), Just(Alternative::Less)]
}

proptest! {
    /// The chosen test always has an answer, and its interval agrees with its p-value.
    #[test]
    fn test_and_interval_agree(
        a in any_arm(), b in any_arm(), alternative in any_alternative(), alpha in 1e-6..0.4f64,
    ) {
        let answer = two_proportions(&a, &b, alternative, alpha).unwrap();
        let test = answer.test;
        prop_assert!((0.0..=1.0).contains(&test.p_value));
        prop_assert!(test.interval.lower <= answer.effect && answer.effect <= test.interval.upper);
        let clear = (test.log_p_value - alpha.ln()).abs() > 1e-6;
        if clear {
            prop_assert_eq!(test.p_value < alpha, !test.interval.contains(0.0), "{:?}", answer);
        }
    }

    /// Exchanging the arms turns every answer round.
    #[test]
    fn arms_may_be_exchanged(a in any_arm(), b in any_arm(), null in -0.9..0.9f64) {
        let v = ScoreVariance::FarringtonManning;
        let one = score(&a, &b, null, v, Alternative::Greater, 0.05).unwrap();
        let other = score(&b, &a, -null, v, Alternative::Less, 0.05).unwrap();
        let scale = one.statistic.abs().max(1.0);
        prop_assert!((one.statistic + other.statistic).abs() <= 1e-9 * scale);
        let (lower, upper) = (one.test.interval.lower, -other.test.interval.upper);
        prop_assert!((lower - upper).abs() <= 1e-9);
    }

    /// A smaller level gives a wider interval.
    #[test]
    fn certainty_is_width(a in any_arm(), b in any_arm(), alpha in 1e-6..0.4f64) {
        let of = |alpha| {
            let v = ScoreVariance::MiettinenNurminen;
            let score = score(&a, &b, 0.0, v, BOTH, alpha).unwrap().test.interval;
            [score, newcombe(&a, &b, BOTH, alpha).unwrap(), agresti_caffo(&a, &b, BOTH, alpha).unwrap()]
        };
        for (sure, surer) in of(alpha).into_iter().zip(of(0.5 * alpha)) {
            prop_assert!(surer.lower <= sure.lower + 1e-12 && sure.upper <= surer.upper + 1e-12);
        }
    }
}
