use super::*;
use crate::stats::LiftMethod;
use proptest::prelude::*;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn mean(values: &[f64]) -> Summary {
    let rows: Vec<_> = values.iter().map(|y| [*y, 1.0, 1.0, 1.0]).collect();
    Summary::from_values(&rows)
}

/// Variance from sums, as published libraries print them.
fn sums(units: u64, sum: f64, squares: f64) -> Summary {
    let n = units as f64;
    Summary::from_mean(units, sum / n, (squares - sum * sum / n) / (n - 1.0))
}

/// Student (1908), extra hours of sleep under two drugs: R's `sleep`.
/// Expected values: mpmath at 50 digits.
#[test]
fn welch_reproduces_students_sleep_data() {
    let one = mean(&[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]);
    let two = mean(&[1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    let estimate = compare(&one, &two, 0.05, 5000.0).unwrap();
    close(estimate.statistic, 1.860_813_467_486_853, 1e-14);
    close(estimate.dof, 17.776_473_516_178_49, 1e-14);
    close(estimate.fixed.p_value, 0.079_394_140_187_358_14, 1e-12);
}

/// scipy 1.17, tea-tasting 1.14 and gbstats 0.8 on one data set.
#[test]
fn welch_and_delta_are_those_of_the_libraries() {
    let (a, b) = (sums(12000, 18600.0, 410000.0), sums(11900, 19100.0, 428500.0));
    let estimate = compare(&a, &b, 0.05, 20000.0).unwrap();
    close(estimate.effect, 0.055_042_016_806_722_716, 1e-12);
    close(estimate.std_error, 0.073_870_852_330_461_84, 1e-12);
    close(estimate.dof, 23_870.484_517_376_975, 1e-12);
    close(estimate.fixed.p_value, 0.456_211_692_735_313_4, 1e-11);
    close(estimate.fixed.interval.lower, -0.089_749_534_989_060_74, 1e-11);
    close(estimate.fixed.interval.upper, 0.199_833_568_602_506_17, 1e-11);
    let lift = estimate.lift.unwrap();
    assert_eq!(lift.method, LiftMethod::Delta);
    close(lift.value, 0.035_510_978_584_982_394, 1e-12);
    close(lift.std_error, 0.048_487_005_842_782_19, 1e-12);
    close(lift.fixed.lower, -0.059_526_625_509_543_96, 1e-11);
    close(lift.fixed.upper, 0.130_548_582_679_508_75, 1e-11);
    // With GrowthBook's rho the ends are -0.16927282613483144 and 0.27935685974827684; with
    // the exact rho they differ by less than 0.15 % of the half-width.
    close(estimate.sequential.interval.lower, -0.169_272_826_134_831_44, 2e-3);
    close(estimate.sequential.interval.upper, 0.279_356_859_748_276_84, 2e-3);
    assert_eq!(estimate.sequential.p_value, 1.0);
}

/// Fieller on the same data; the code path was checked against the R package mratios.
#[test]
fn fieller_is_that_of_mratios() {
    let (a, b) = (sums(12000, 18600.0, 410000.0), sums(11900, 19100.0, 428500.0));
    let interval = crate::stats::fieller(&a.point().unwrap(), &b.point().unwrap(), 0.05).unwrap();
    close(interval.lower, -0.055_427_937_587_004_26, 1e-10);
    close(interval.upper, 0.135_254_223_573_879_4, 1e-10);
}

/// gbstats 0.8, `variance_of_ratios`.
#[test]
fn ratio_is_that_of_gbstats() {
    let ratio = |n: u64, m: f64, mm: f64, d: f64, dd: f64, md: f64| {
        let units = n as f64;
        let cov = |p: f64, a: f64, b: f64| (p - a * b / units) / (units - 1.0);
        Summary::from_ratio(
            n,
            [m / units, d / units],
            [cov(mm, m, m), cov(dd, d, d)],
            cov(md, m, d),
        )
    };
    let a = ratio(1000, 1800.0, 6200.0, 4000.0, 19500.0, 8900.0);
    let b = ratio(1050, 2010.0, 7100.0, 4180.0, 20300.0, 9700.0);
    let estimate = compare(&a, &b, 0.05, 5000.0).unwrap();
    close(estimate.effect, 0.030_861_244_019_138_756, 1e-10);
    close(estimate.std_error, 0.016_584_085_590_450_767, 1e-10);
    close(estimate.dof, 2_047.986_501_327_564, 1e-10);
    close(estimate.fixed.p_value, 0.062_902_197_098_131_61, 1e-9);
    close(estimate.lift.unwrap().std_error, 0.038_104_090_974_667_84, 1e-10);
}

/// Cookie Cats by scipy (data/README.md); shares are 0/1 means with divisor n - 1.
#[test]
fn cookie_cats_retention_is_that_of_scipy() {
    let (gate_30, gate_40) = (44_700, 45_489);
    let cases = [
        (20_034, 20_119, -1.784_077_486_703_982_4, 90_155.112_132_551_8, 0.074_414_437_139_538_34),
        (8_502, 8_279, -3.164_028_946_774_232, 90_079.828_140_002_68, 0.001_556_530_181_006_654),
    ];
    for (before, after, t, dof, p) in cases {
        let a = Summary::from_conversions(gate_30, before);
        let b = Summary::from_conversions(gate_40, after);
        let estimate = compare(&a, &b, 0.05, 5000.0).unwrap();
        close(estimate.statistic, t, 1e-11);
        close(estimate.dof, dof, 1e-10);
        close(estimate.fixed.p_value, p, 1e-10);
    }
}

/// NIST StRD AtmWtAg: certified |t| = 3.99333614510387; Welch's t
/// is the pooled one where both instruments have 24 readings. Published readings are these,
/// scaled: between-instrument mean square 3.63834187500000E-09, within 2.28155932971014E-10.
#[test]
fn equal_arms_reproduce_the_certified_t_of_nist() {
    let (between, within) = (3.638_341_875e-9f64, 2.281_559_329_710_14e-10);
    let difference = (between * 2.0 / 24.0).sqrt();
    let a = Summary::from_mean(24, 107.868_136, within);
    let b = Summary::from_mean(24, 107.868_136 + difference, within);
    let estimate = compare(&a, &b, 0.05, 5000.0).unwrap();
    close(estimate.statistic, 3.993_336_145_103_87, 1e-8);
    close(estimate.dof, 46.0, 1e-12);
}

/// What is undefined, and what only looks so.
#[test]
fn edge_cases_are_defined_or_say_why_not() {
    let some = Summary::from_mean(100, 2.0, 1.0);
    let constant = |value| Summary::from_mean(100, value, 0.0);
    let run = |a: &Summary, b: &Summary| compare(a, b, 0.05, 5000.0);
    assert_eq!(run(&Summary::EMPTY, &some), Err(Missing::TooFewUnits { units: 0 }));
    assert_eq!(run(&some, &mean(&[1.0])), Err(Missing::TooFewUnits { units: 1 }));
    assert_eq!(run(&constant(1.0), &constant(1.0)), Err(Missing::NoVariation));
    assert_eq!(run(&constant(1.0), &constant(2.0)), Err(Missing::NoVariation));
    close(run(&constant(1.0), &some).unwrap().dof, 99.0, 1e-12);
    let from_zero = run(&Summary::from_mean(100, 0.0, 1.0), &some).unwrap();
    assert_eq!(from_zero.lift, Err(Missing::ControlNearZero));
    assert_eq!(run(&some, &Summary::from_mean(100, 1.0, -1.0)), Err(Missing::Corrupt));
    assert_eq!(compare(&some, &some, 0.0, 5000.0), Err(Missing::OutOfRange));
    assert_eq!(compare(&some, &some, f64::NAN, 5000.0), Err(Missing::OutOfRange));
}

/// A lift from -10 to -5 is +50 %: the sign follows the effect.
#[test]
fn a_negative_control_keeps_the_sign_of_the_effect() {
    let (a, b) = (Summary::from_mean(1000, -10.0, 4.0), Summary::from_mean(1000, -5.0, 4.0));
    close(compare(&a, &b, 0.05, 5000.0).unwrap().lift.unwrap().value, 0.5, 1e-12);
}

/// Control three standard errors from zero: Fieller, lopsided, and on the right side of a
/// negative control too.
#[test]
fn a_control_near_zero_gets_fiellers_interval() {
    let b = Summary::from_mean(100, 0.6, 1.0);
    let positive = compare(&Summary::from_mean(100, 0.3, 1.0), &b, 0.05, 5000.0).unwrap();
    let lift = positive.lift.unwrap();
    assert_eq!(lift.method, LiftMethod::Fieller);
    assert!(lift.fixed.upper - lift.value > lift.value - lift.fixed.lower);
    let mirrored = Summary::from_mean(100, -0.6, 1.0);
    let negative = compare(&Summary::from_mean(100, -0.3, 1.0), &mirrored, 0.05, 5000.0).unwrap();
    let lift_below = negative.lift.unwrap();
    close(lift_below.fixed.lower, -lift.fixed.upper, 1e-12);
    close(lift_below.fixed.upper, -lift.fixed.lower, 1e-12);
}

#[test]
fn a_trillion_units_are_no_trouble() {
    let (a, b) = (1_000_000_000_000, 999_999_000_000);
    let a = Summary::from_conversions(a, a / 10);
    let b = Summary::from_conversions(b, b / 10 + 1_000_000);
    let estimate = compare(&a, &b, 0.05, 5000.0).unwrap();
    assert!(estimate.fixed.p_value < 0.05 && estimate.fixed.p_value > 0.0);
}

fn ordinary() -> impl Strategy<Value = Summary> {
    (2u64..100_000, -1e3..1e3f64, 1e-3..1e4f64)
        .prop_map(|(units, mean, variance)| Summary::from_mean(units, mean, variance))
}

fn anything() -> impl Strategy<Value = Summary> {
    let number = || prop_oneof![prop::num::f64::ANY, -10.0..10.0f64, Just(0.0), Just(1.0)];
    (any::<u64>(), prop::array::uniform4(number()), prop::array::uniform16(number())).prop_map(
        |(units, mean, m)| {
            let comoment = [0, 4, 8, 12].map(|i| [m[i], m[i + 1], m[i + 2], m[i + 3]]);
            Summary { units, mean, comoment }
        },
    )
}

/// Every number of an estimate that is not an end of an interval is finite; no end is NaN.
fn is_sound(e: &Estimate) -> bool {
    let test = |t: &Test| {
        (0.0..=1.0).contains(&t.p_value) && t.log_p_value <= 0.0 && t.interval.is_finite()
    };
    let numbers = [e.control, e.treatment, e.effect, e.std_error, e.dof, e.statistic];
    let lift = e.lift.as_ref().is_ok_and(|l| {
        let ordered = |i: Interval| i.lower <= l.value && l.value <= i.upper;
        !(l.value.is_finite()
            && l.std_error.is_finite()
            && ordered(l.fixed)
            && ordered(l.sequential))
    });
    numbers.iter().all(|n| n.is_finite()) && test(&e.fixed) && test(&e.sequential) && !lift
}

proptest! {
    /// Naming the treatment control turns every sign.
    #[test]
    fn swapping_the_variants_mirrors(a in ordinary(), b in ordinary()) {
        let (ab, ba) = (compare(&a, &b, 0.05, 5000.0).unwrap(), compare(&b, &a, 0.05, 5000.0).unwrap());
        prop_assert!((ab.effect + ba.effect).abs() < 1e-9);
        prop_assert!((ab.fixed.log_p_value - ba.fixed.log_p_value).abs() < 1e-9 * (1.0 + ab.fixed.log_p_value.abs()));
        prop_assert!((ab.fixed.interval.lower + ba.fixed.interval.upper).abs() < 1e-6);
    }

    /// Cents or euros: the same test.
    #[test]
    fn scaling_the_metric_leaves_the_statistic(a in ordinary(), b in ordinary(), factor in 1e-6..1e6f64) {
        let scale = |s: &Summary| Summary::from_mean(s.units, s.mean[0] * factor, s.comoment[0][0] / (s.units - 1) as f64 * factor * factor);
        let (plain, scaled) = (compare(&a, &b, 0.05, 5000.0).unwrap(), compare(&scale(&a), &scale(&b), 0.05, 5000.0).unwrap());
        prop_assert!((plain.statistic - scaled.statistic).abs() <= 1e-9 * (1.0 + plain.statistic.abs()));
        prop_assert!((plain.dof - scaled.dof).abs() <= 1e-9 * plain.dof);
    }

    /// An interval without 0 is a p-value below its level, and the reverse, in both tests.
    #[test]
    fn intervals_and_p_values_agree(a in ordinary(), b in ordinary(), alpha in 1e-4..0.5f64) {
        let estimate = compare(&a, &b, alpha, 5000.0).unwrap();
        for test in [estimate.fixed, estimate.sequential] {
            let near = (test.p_value / alpha - 1.0).abs() < 1e-9;
            prop_assert!(near || (test.p_value < alpha) != test.interval.contains(0.0));
        }
    }

    /// Whatever the summaries hold, the answer is an estimate with numbers, or a reason.
    #[test]
    fn nothing_is_ever_nan(a in anything(), b in anything(), alpha in 1e-300..1.0f64, tuning in prop::num::f64::ANY) {
        if let Ok(estimate) = compare(&a, &b, alpha, tuning) {
            prop_assert!(is_sound(&estimate), "{estimate:?}");
        }
    }

    /// The same with summaries that are possible but extreme.
    #[test]
    fn extremes_are_never_nan(
        units in (2u64..u64::MAX, 2u64..u64::MAX),
        means in (-300.0..300.0f64, -300.0..300.0f64),
        spreads in (-300.0..300.0f64, -300.0..300.0f64),
        alpha in 1e-300..1.0f64,
    ) {
        let make = |units, mean: f64, spread: f64| Summary::from_mean(units, mean.signum() * 10f64.powf(mean), 10f64.powf(spread));
        let (a, b) = (make(units.0, means.0, spreads.0), make(units.1, means.1, spreads.1));
        if let Ok(estimate) = compare(&a, &b, alpha, 5000.0) {
            prop_assert!(is_sound(&estimate), "{estimate:?}");
        }
    }

    /// So do the guardrail's test, the sample ratio and the units needed.
    #[test]
    fn the_other_answers_are_never_nan_either(
        a in anything(), b in anything(),
        margin in prop::num::f64::ANY, alpha in prop::num::f64::ANY,
        observed in prop::collection::vec(any::<u64>(), 0..4),
        shares in prop::collection::vec(prop_oneof![prop::num::f64::ANY, 0.0..1.0f64], 0..4),
        error in prop::num::f64::ANY, units: u64,
    ) {
        use crate::config::Direction;
        use crate::stats::planning::{AnyTime, PerUnit, Trial};
        use crate::stats::{Alternative, Effect, Rho, non_inferiority, sample_ratio};
        for (margin, alpha) in [(margin, alpha), (0.02, 0.05)] {
            if let Ok(test) = non_inferiority(&a, &b, margin, Direction::Lower, alpha, 5000.0) {
                let p_values = [test.p_value, test.sequential_p_value];
                prop_assert!(p_values.iter().all(|p| (0.0..=1.0).contains(p)), "{test:?}");
            }
            let now = Effect { value: 0.0, std_error: error, dof: f64::INFINITY, units: units as f64 };
            let (design, alternative) = (PerUnit::of(&now, 1.0), Alternative::TwoSided);
            let rule = AnyTime { alternative, alpha, tuning: error, rho: Rho::Exact };
            if let Ok(need) = Trial::new(&design, &rule).units(margin, 0.8) {
                prop_assert!(need.total > 0.0 && need.total <= 1e15, "{need:?}");
            }
        }
        if let Ok(ratio) = sample_ratio(&observed, &shares) {
            prop_assert!((0.0..=1.0).contains(&ratio.p_value) && ratio.log_p_value <= 0.0, "{ratio:?}");
        }
    }
}
