use super::*;
use proptest::prelude::*;

/// Quadrature with mpmath at 40 digits; scipy 1.17 (Boost) agrees to 1e-12 where it has a
/// value, and gives (45, 30, 40).
#[test]
fn tails_are_those_of_forty_digits() {
    let cases = [
        (1.9842, 198.0, 2.1213, -0.588_346_171_006_815_1),
        (1.96, 1e9, 2.8, -0.223_711_454_227_103_1),
        (12.7, 1.0, 3.0, -1.680_951_196_821_308_7),
        (12.7, 1.0, 0.0, -3.688_393_018_655_966),
        (2.0, 5.5, -3.0, -11.943_014_007_001_04),
        (45.0, 30.0, 40.0, -1.522_640_014_399_412_5),
        (60.0, 1000.0, 40.0, -78.372_595_615_631_5),
        (3.0, 1e6, -10.0, -87.989_327_694_194_18),
        (2.2, 12.3, 0.5, -2.743_351_840_057_255_5),
        (-2.0, 10.0, -8.0, -17.564_688_306_396_666),
        (-2.0, 10.0, 1.0, -0.003_307_951_008_657_623),
        (0.0, 7.0, -2.5, -5.081_648_277_278_69),
        (5.0, 1.5, 2.0, -1.505_801_825_146_459_8),
    ];
    for (t, dof, noncentrality, want) in cases {
        let got = log_sf(t, dof, noncentrality);
        assert!((got - want).abs() < 2e-12 * (1.0 + want.abs()), "{t} {dof}: {got}, {want}");
    }
    assert!(log_sf(2.0, 30.0, 40.0).abs() < 1e-12);
}

/// Without an effect it is Student's t, which has its own algorithm.
#[test]
fn without_an_effect_it_is_student() {
    for dof in [1.0, 2.5, 30.0, 4000.0, 1e7, 1e12] {
        for t in [0.1, 1.96, 7.0, 20.0] {
            let (got, want) = (log_sf(t, dof, 0.0), crate::stats::student::log_sf(t, dof));
            assert!((got - want).abs() < 1e-11 * (1.0 + want.abs()), "{t} {dof}: {got}, {want}");
        }
    }
}

proptest! {
    #[test]
    fn tails_are_probabilities(t in -60.0..60.0f64, d in -40.0..40.0f64, dof in 0.0..10.0f64) {
        let dof = 10f64.powf(dof);
        let (up, down) = (log_sf(t, dof, d), log_cdf(t, dof, d));
        prop_assert!(up <= 0.0 && down <= 0.0);
        prop_assert!((up.exp() + down.exp() - 1.0).abs() < 1e-11, "{up} {down}");
        prop_assert!(log_sf(t, dof, d + 0.1) >= up - 1e-12);
    }
}

#[test]
fn impossible_arguments_return() {
    for v in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, 1e-310, 1e300, -1e300] {
        for w in [f64::NAN, f64::INFINITY, 2.0, 1e300] {
            let _ = (log_sf(v, 3.0, w), log_sf(2.0, v, w), log_sf(v, 1e300, v), log_sf(v, w, 1.0));
        }
    }
}
