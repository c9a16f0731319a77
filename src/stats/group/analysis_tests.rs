use super::*;
use crate::stats::group::fixture::any_spending;
use crate::stats::group::{Shape, Spending};
use proptest::prelude::*;

const THIRDS: [f64; 3] = [1.0 / 3.0, 2.0 / 3.0, 1.0];

fn lan_demets(alternative: Alternative) -> Design {
    let alpha = if alternative == Alternative::TwoSided { 0.05 } else { 0.025 };
    Design::new(alpha, alternative, Shape::Spending(Spending::OBrienFleming), None, &[1.0]).unwrap()
}

/// An effect whose unit is the drift: `z / sqrt t` with standard error `1 / sqrt t`.
fn drift(z: f64, t: f64) -> Effect {
    Effect { value: z / t.sqrt(), std_error: 1.0 / t.sqrt(), dof: f64::INFINITY, units: 1e4 }
}

fn close(got: f64, want: f64, absolute: f64) {
    assert!((got - want).abs() <= absolute, "got {got}, want {want}");
}

/// Simpson's rule on 2001 points a look and scipy's brentq, in Python, from the same
/// boundaries: adjusted p-value, lower limit, median-unbiased estimate and upper limit.
#[test]
fn estimates_after_stopping_are_those_of_plain_quadrature() {
    let cases = [
        (2, 2.7, [0.0070271044, 0.9025411258, 3.3048383477, 5.7059803645]),
        (2, 5.0, [0.0002073121, 2.9597871493, 5.8105686908, 8.3520203821]),
        (3, 1.5, [0.1347809840, -0.4651218824, 1.4968887788, 3.4577828927]),
        (3, 2.2, [0.0330741818, 0.1757105992, 2.1653394993, 4.1372428924]),
        (3, -0.4, [0.6891685232, -2.3599529007, -0.3999848578, 1.5599870482]),
        (3, -2.6, [0.0175874660, -4.4970670053, -2.5007832479, -0.4491921847]),
        (3, 4.0, [0.0121004892, 0.6728658167, 3.0562874598, 5.3393869822]),
    ];
    for (looks, z, [p, lower, median, upper]) in cases {
        let fractions = &THIRDS[..looks];
        let effect = drift(z, fractions[looks - 1]);
        let design = lan_demets(Alternative::TwoSided);
        let test = design.test(fractions, &[], End::AtFullInformation, &effect, 0.0).unwrap();
        let stopped = test.stopped.unwrap();
        close(stopped.adjusted.p_value, p, 1e-9);
        close(stopped.adjusted.interval.lower, lower, 1e-8);
        close(stopped.estimate, median, 1e-8);
        close(stopped.adjusted.interval.upper, upper, 1e-8);
    }
}

/// With one look everything is Student's t-test.
#[test]
fn one_look_is_a_t_test() {
    for alternative in [Alternative::TwoSided, Alternative::Greater, Alternative::Less] {
        let design = lan_demets(alternative);
        for dof in [3.0, 20.0, 1e6, f64::INFINITY] {
            let effect = Effect { value: 1.7, std_error: 0.6, dof, units: 50.0 };
            let test = design.test(&[1.0], &[], End::AtFullInformation, &effect, 0.2).unwrap();
            let stopped = test.stopped.unwrap();
            let want = match dof.is_infinite() {
                true => effect.z_test(0.2, alternative, design.alpha),
                false => effect.t_test(0.2, alternative, design.alpha),
            };
            close(stopped.adjusted.log_p_value, want.log_p_value, 1e-8);
            // Above 0.9 a repeated p-value is given as 1.
            let repeated = if want.p_value > 0.9 { 0.0 } else { want.log_p_value };
            close(test.repeated.log_p_value, repeated, 1e-6);
            close(stopped.estimate, 1.7, 1e-9);
            for interval in [stopped.adjusted.interval, test.repeated.interval] {
                let same = |a: f64, b: f64| a == b || (a - b).abs() < 1e-8;
                assert!(same(interval.lower, want.interval.lower));
                assert!(same(interval.upper, want.interval.upper));
            }
        }
    }
}

/// Jennison and Turnbull (1989): the effect plus or minus the boundary, here of rpact.
#[test]
fn the_repeated_interval_uses_the_boundary() {
    let design = lan_demets(Alternative::TwoSided);
    let effect = Effect { value: 3.0, std_error: 2.0, dof: f64::INFINITY, units: 100.0 };
    let test = design.test(&THIRDS[..2], &[], End::AtFullInformation, &effect, 0.0).unwrap();
    close(test.repeated.interval.lower, 3.0 - 2.0 * 2.511_427_481_251_3, 1e-8);
    assert!(test.stopped.is_none() && test.crossed.is_none());
    // Before anything may be spent nothing is said.
    let early = design.test(&[0.001], &[], End::AtFullInformation, &effect, 0.0).unwrap();
    assert_eq!(early.repeated.interval, Interval::UNBOUNDED);
    assert_eq!(early.look.boundary, f64::INFINITY);
}

/// An earlier look that crossed stays crossed, and the estimates are of that look.
#[test]
fn a_crossing_is_remembered() {
    let design = lan_demets(Alternative::TwoSided);
    let then = design.test(&THIRDS[..2], &[], End::AtFullInformation, &drift(2.7, 2.0 / 3.0), 0.0);
    let now = drift(1.0, 1.0);
    let test = design.test(&THIRDS, &[None, Some(2.7)], End::AtFullInformation, &now, 0.0).unwrap();
    assert_eq!(test.crossed, Some(1));
    let (then, stopped) = (then.unwrap().stopped.unwrap(), test.stopped.unwrap());
    assert_eq!(stopped.look, 1);
    close(stopped.estimate, then.estimate, 1e-9);
    close(stopped.adjusted.p_value, then.adjusted.p_value, 1e-12);
    assert!(test.repeated.p_value < 0.05);
    let unknown = design.test(&THIRDS, &[], End::AtFullInformation, &now, 0.0).unwrap();
    assert_eq!(unknown.crossed, None);
    assert_eq!(unknown.stopped.unwrap().look, 2);
}

#[test]
fn numbers_that_are_none_have_a_reason() {
    let design = lan_demets(Alternative::TwoSided);
    let full = End::AtFullInformation;
    let test = |effect: &Effect| design.test(&THIRDS, &[], full, effect, 0.0).err();
    let good = drift(1.0, 1.0);
    assert_eq!(test(&Effect { value: f64::NAN, ..good }), Some(Missing::Corrupt));
    assert_eq!(test(&Effect { value: f64::INFINITY, ..good }), Some(Missing::Overflow));
    assert_eq!(test(&Effect { std_error: 0.0, ..good }), Some(Missing::NoVariation));
    assert_eq!(test(&Effect { dof: 0.0, ..good }), Some(Missing::Corrupt));
    assert_eq!(design.test(&[], &[], full, &good, 0.0), Err(Missing::OutOfRange));
    assert_eq!(design.test(&[1.0], &[None], full, &good, 0.0), Err(Missing::OutOfRange));
    let nan = [Some(f64::NAN)];
    assert_eq!(design.test(&THIRDS, &nan, full, &good, 0.0), Err(Missing::Corrupt));
}

/// Statistics so far out that their p-values underflow keep finite logarithms.
#[test]
fn far_statistics_keep_their_logarithm() {
    for alternative in [Alternative::TwoSided, Alternative::Greater] {
        let design = lan_demets(alternative);
        let mut before = f64::INFINITY;
        for z in [5.0, 7.9, 7.999, 8.0, 8.001, 9.0, 20.0, 50.0, 1e4, 1e100] {
            let effect = drift(z, 1.0);
            let test = design.test(&THIRDS, &[], End::AtFullInformation, &effect, 0.0).unwrap();
            assert!(test.repeated.log_p_value.is_finite() && test.repeated.log_p_value <= before);
            before = test.repeated.log_p_value;
            let first = design.test(&[1.0], &[], End::AtFullInformation, &effect, 0.0).unwrap();
            close(
                first.repeated.log_p_value / first.stopped.unwrap().adjusted.log_p_value,
                1.0,
                1e-6,
            );
        }
    }
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let wang_tsiatis = (-0.5..0.7f64).prop_map(|delta| Shape::WangTsiatis { delta });
    prop_oneof![3 => any_spending().prop_map(Shape::Spending), 1 => wang_tsiatis]
}

fn any_alternative() -> impl Strategy<Value = Alternative> {
    prop_oneof![Just(Alternative::TwoSided), Just(Alternative::Greater), Just(Alternative::Less)]
}

proptest! {
    /// The p-values, the intervals and the decision tell the same story.
    #[test]
    fn p_values_intervals_and_decision_agree(
        shape in any_shape(), alternative in any_alternative(), alpha in 0.001..0.2f64,
        mut fractions in prop::collection::vec(0.02..1.1f64, 1..6),
        z in -6.0..6.0f64, past in prop::option::of(-3.0..3.0f64),
        dof in prop_oneof![Just(f64::INFINITY), 5.0..1e5f64], ended in any::<bool>(),
    ) {
        fractions.sort_by(f64::total_cmp);
        let design = Design::new(alpha, alternative, shape, None, &[0.25, 0.5, 0.75, 1.0]).unwrap();
        let effect = Effect { value: 2.0 * z, std_error: 2.0, dof, units: 1e4 };
        let earlier = if fractions.len() > 1 { vec![past] } else { vec![] };
        let end = if ended { End::AtThisLook } else { End::AtFullInformation };
        let test = design.test(&fractions, &earlier, end, &effect, 0.0).unwrap();
        let repeated = test.repeated;
        prop_assert!((0.0..=1.0).contains(&repeated.p_value));
        prop_assert!(repeated.interval.lower <= effect.value && effect.value <= repeated.interval.upper);
        if (repeated.p_value / alpha - 1.0).abs() > 1e-5 {
            prop_assert_eq!(repeated.p_value < alpha, test.crossed.is_some(), "{:?}", test);
        }
        if let Some(stopped) = test.stopped {
            let Test { p_value, interval, .. } = stopped.adjusted;
            prop_assert!((0.0..=1.0).contains(&p_value));
            prop_assert!(interval.lower <= stopped.estimate && stopped.estimate <= interval.upper);
            if (p_value / alpha - 1.0).abs() > 1e-7 {
                prop_assert_eq!(p_value < alpha, !interval.contains(0.0), "{:?}", test);
                prop_assert_eq!(p_value < alpha, test.crossed.is_some(), "{:?}", test);
            }
        }
    }

    /// Below is above in a mirror.
    #[test]
    fn less_mirrors_greater(z in -5.0..5.0f64, first in 0.1..0.9f64) {
        let test = |alternative, z: f64| {
            let design = lan_demets(alternative);
            design.test(&[first, 1.0], &[], End::AtFullInformation, &drift(z, 1.0), 0.0).unwrap()
        };
        let (more, less) = (test(Alternative::Greater, z), test(Alternative::Less, -z));
        prop_assert_eq!(more.repeated.p_value, less.repeated.p_value);
        prop_assert_eq!(more.repeated.interval.lower, -less.repeated.interval.upper);
        let (more, less) = (more.stopped.unwrap(), less.stopped.unwrap());
        prop_assert_eq!(more.estimate, -less.estimate);
        prop_assert_eq!(more.adjusted.interval.lower, -less.adjusted.interval.upper);
    }

    /// No number makes it panic, hang or answer with NaN.
    #[test]
    fn any_numbers_are_safe(
        value in any::<f64>(), std_error in any::<f64>(), dof in any::<f64>(),
        past in any::<f64>(), first in any::<f64>(), second in any::<f64>(),
    ) {
        for alternative in [Alternative::TwoSided, Alternative::Greater, Alternative::Less] {
            let design = lan_demets(alternative);
            let effect = Effect { value, std_error, dof, units: 10.0 };
            for fractions in [vec![first, second], vec![0.3, 0.7], vec![first.abs().min(1e300), 1.0]] {
                for earlier in [None, Some(past)] {
                    let test =
                        design.test(&fractions, &[earlier], End::AtThisLook, &effect, 0.0);
                    let Ok(test) = test else { continue };
                    prop_assert!(!test.repeated.log_p_value.is_nan());
                    prop_assert!(!test.repeated.interval.lower.is_nan());
                    if let Some(stopped) = test.stopped {
                        prop_assert!(!stopped.estimate.is_nan());
                        prop_assert!(!stopped.adjusted.log_p_value.is_nan());
                        prop_assert!(!stopped.adjusted.interval.lower.is_nan());
                        prop_assert!(!stopped.adjusted.interval.upper.is_nan());
                    }
                }
            }
        }
    }
}

/// A statistic thirty standard errors below after two looks that did not reject: the median is
/// where one of them would have rejected half of the time, and inside its interval.
#[test]
fn a_late_collapse_keeps_its_sign() {
    let design = lan_demets(Alternative::TwoSided);
    let effect = Effect { value: -1.0, std_error: 1.0 / 30.0, dof: 54_000.0, units: 54_095.0 };
    let fractions = [0.3, 0.6, 1.0];
    let test = design.test(&fractions, &[], End::AtFullInformation, &effect, 0.0).unwrap();
    let stopped = test.stopped.unwrap();
    assert!(stopped.estimate < 0.0, "{stopped:?}");
    assert!(stopped.adjusted.interval.contains(stopped.estimate), "{stopped:?}");
}

proptest! {
    /// However the statistic came out, the estimate lies in its interval.
    #[test]
    fn the_median_is_inside(z in -60.0..60.0f64, first in 0.05..0.5f64, side in 0usize..3) {
        let alternative = [Alternative::TwoSided, Alternative::Greater, Alternative::Less][side];
        let effect = Effect { value: z, std_error: 1.0, dof: f64::INFINITY, units: 1e4 };
        let fractions = [first, 0.6, 1.0];
        let design = lan_demets(alternative);
        let test = design.test(&fractions, &[], End::AtFullInformation, &effect, 0.0).unwrap();
        let stopped = test.stopped.unwrap();
        let interval = stopped.adjusted.interval;
        prop_assert!(interval.contains(stopped.estimate), "{:?}", stopped);
    }
}
