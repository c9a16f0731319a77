use super::*;
use crate::stats::Sequence;
use proptest::prelude::*;

const BOTH: Alternative = Alternative::TwoSided;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn effect(value: f64, variance: f64) -> Effect {
    Effect { value, std_error: variance.sqrt(), dof: f64::INFINITY, units: 20_000.0 }
}

/// confseq 0.0.11, `normal_log_mixture` and `normal_mixture_bound` with `v = 1/V`, `s = d/V`.
#[test]
fn ratio_and_interval_are_those_of_confseq() {
    let effect = effect(0.055_042_016_806_722_716, 0.005_456_902_824_028_9);
    let mixture = Mixture::new(0.04).unwrap();
    close(mixture.log_lambda(&effect, 0.0, BOTH), -0.815_670_258_960_193_2, 1e-12);
    let test = mixture.test(&effect, 0.0, BOTH, 0.05).unwrap();
    assert_eq!(test.p_value, 1.0);
    close(test.interval.lower, -0.169_237_467_347_392_06, 1e-12);
    close(test.interval.upper, 0.279_321_500_960_837_5, 1e-12);
}

/// The mixture tuned by units is the confidence sequence of that tuning, on all three sides.
#[test]
fn tuned_by_units_it_is_the_confidence_sequence() {
    let effect = effect(0.3, 0.01);
    for alternative in [BOTH, Alternative::Greater, Alternative::Less] {
        let mixture = Mixture::tightest_at(3000.0, 0.05, alternative, &effect).unwrap();
        let one = mixture.test(&effect, 0.1, alternative, 0.05).unwrap();
        let other = Sequence::new(0.05, 3000.0, Rho::Exact).test(&effect, 0.1, alternative);
        let other = other.unwrap();
        assert!((one.log_p_value - other.log_p_value).abs() < 1e-12);
        let ends = |test: &Test| test.interval.lower.max(-1e9) - test.interval.upper.min(1e9);
        close(ends(&one), ends(&other), 1e-12);
    }
}

#[test]
fn extremes_are_numbers_or_reasons() {
    let tiny = Mixture::new(1e-6).unwrap();
    let small_variance = Effect { std_error: 1e-160, ..effect(0.0, 1.0) };
    let test = tiny.test(&small_variance, 0.0, BOTH, 0.05).unwrap();
    assert_eq!(test.p_value, 1.0);
    assert!(test.interval.upper < 1e-158);
    let far = Effect { value: 1e5, ..effect(0.0, 1.0) };
    let wide = Mixture::of_effect(-2.0).unwrap();
    close(wide.test(&far, 0.0, BOTH, 0.05).unwrap().log_p_value, -4e9, 1e-8);
    assert_eq!(
        Mixture::new(1.0).unwrap().test(&effect(1e200, 1.0), 0.0, BOTH, 0.05),
        Err(Missing::Overflow)
    );
    assert_eq!(tiny.test(&effect(1.0, 0.0), 0.0, BOTH, 0.05), Err(Missing::NoVariation));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Mixture::new(bad), Err(Missing::OutOfRange));
    }
}

proptest! {
    /// Whatever is put in, it is a test that agrees with its interval, or a reason.
    #[test]
    fn test_and_interval_agree(
        value in -1e3..1e3f64, log_error in -60.0..60f64, log_tau in -60.0..60f64,
        alpha in 1e-9..0.49f64, side in 0usize..3,
    ) {
        let alternative = [BOTH, Alternative::Greater, Alternative::Less][side];
        let effect = Effect { std_error: log_error.exp(), ..effect(value, 1.0) };
        let mixture = Mixture::new(log_tau.exp()).unwrap();
        if let Ok(test) = mixture.test(&effect, 0.0, alternative, alpha) {
            prop_assert!((0.0..=1.0).contains(&test.p_value));
            prop_assert!(test.interval.contains(value));
            let clear = (test.log_p_value - alpha.ln()).abs() > 1e-6;
            if clear {
                prop_assert_eq!(test.p_value < alpha, !test.interval.contains(0.0));
            }
        }
    }
}
