use super::*;
use proptest::prelude::*;

fn log_cdf(x: f64, a: f64, b: f64) -> f64 {
    log_lower(x, 1.0 - x, a, b)
}

fn log_sf(x: f64, a: f64, b: f64) -> f64 {
    log_lower(1.0 - x, x, b, a)
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

/// The hypergeometric series (DLMF 8.17.8) with mpmath at 60 digits.
#[test]
fn tails_are_those_of_sixty_digits() {
    let cases = [
        (0.2, 200_001.0, 800_001.0, -0.693_945_383_011_120_5),
        (0.199, 200_001.0, 800_001.0, -5.093_337_837_093_593),
        (0.203, 200_001.0, 800_001.0, -3.974_242_777_238_44e-14),
        (0.19, 200_001.0, 800_001.0, -324.821_158_075_179_54),
        (0.5, 1e8, 1e8, -std::f64::consts::LN_2),
        (0.4999, 1e8, 1e8, -6.058_088_522_493_426),
        (0.49, 1e8, 1e8, -40_014.565_975_959_5),
        (0.500_05, 1e8, 1e8, -0.081_914_862_600_310_57),
        (1e-8, 1.0, 1e8, -0.458_675_142_477_198_3),
        (3e-8, 2.0, 1e8, -0.222_079_448_309_911_14),
        (0.999, 300.0, 1.5, -0.109_536_787_346_731_02),
        (0.01, 199.0, 20_000.0, -0.522_599_036_980_424_2),
        (0.01, 201.0, 20_000.0, -0.620_462_484_593_780_2),
        (0.3, 0.5, 0.5, -0.996_931_211_020_778_1),
        (1e-10, 0.5, 0.5, -11.964_508_170_243_016),
        (0.05, 5.0, 100.0, -0.512_395_211_673_355_6),
        (0.9, 1000.0, 50.0, -22.499_279_333_617_682),
        (0.7, 1000.0, 50.0, -220.429_140_882_350_4),
        (0.001, 1000.0, 1e6, -0.660_077_161_451_393_7),
        (0.001_01, 1000.0, 1e6, -0.446_796_635_372_442),
        (0.001_5, 150.0, 1e5, -0.657_474_297_754_196_9),
    ];
    for (x, a, b, want) in cases {
        close(log_cdf(x, a, b), want, 1e-12);
    }
    close(log_sf(0.99, 1000.0, 50.0), 5.958_757_515_434_742e-19f64.ln(), 1e-13);
    close(log_sf(0.203, 200_001.0, 800_001.0), 3.974_242_777_238_36e-14f64.ln(), 1e-12);
    close(log_sf(0.5, 150.0, 1e5), 4.123_992_867_942_524f64.ln() - 29_664.0 * 10f64.ln(), 1e-13);
}

/// scipy 1.17 (Boost).
#[test]
fn quantiles_are_those_of_boost() {
    close(lower_quantile(0.025, 1.0, 51.0), 0.000_496_304_407_737_770_6, 1e-12);
    close(lower_quantile(0.975, 1.0, 51.0), 0.069_777_030_749_538_64, 1e-12);
    assert_eq!(lower_quantile(0.0, 2.0, 3.0), 0.0);
    assert_eq!(lower_quantile(1.0, 2.0, 3.0), 1.0);
}

proptest! {
    /// Every parameter gives a probability, and both tails together are one.
    #[test]
    fn tails_are_probabilities(x in 0.0..1.0f64, a in -2.0..8.0f64, b in -2.0..8.0f64) {
        let (a, b) = (10f64.powf(a), 10f64.powf(b));
        let (low, high) = (log_cdf(x, a, b), log_sf(x, a, b));
        prop_assert!(low <= 0.0 && high <= 0.0);
        prop_assert!((low.exp() + high.exp() - 1.0).abs() < 1e-11, "{low} {high}");
    }

    #[test]
    fn quantile_inverts_the_tail(tail in 1e-12..0.999f64, a in -0.5..8.0f64, b in -0.5..8.0f64) {
        let (a, b) = (10f64.powf(a), 10f64.powf(b));
        let x = lower_quantile(tail, a, b);
        prop_assume!(x > 1e-290 && x < 1.0 - 1e-6);
        // As far as the neighbors of `x` tell tails apart.
        let slope = (log_odds_density(x, 1.0 - x, a, b) - log_cdf(x, a, b)).exp() / (1.0 - x);
        let error = (log_cdf(x, a, b) - tail.ln()).abs();
        prop_assert!(error < 1e-11 + 1e-15 * slope, "{x} {error}");
    }
}

#[test]
fn impossible_arguments_return() {
    for v in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e-310, 1e300] {
        for w in [f64::NAN, 2.0, 0.0, 1e300, 1e-310] {
            let _ = (log_cdf(0.3, v, w), log_cdf(v, 2.0, w), lower_quantile(0.3, v, w));
            let _ = (log_cdf(1e-310, v, w), lower_quantile(v, 2.0, w));
        }
    }
}
