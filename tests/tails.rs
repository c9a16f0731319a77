//! Why the tails are our own, and not those of statrs.
//!
//! Natural logarithms of upper tails by mpmath at 60 digits (the incomplete beta function by its
//! series, `erfc` for the normal).

use assize::stats::{normal, student};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Statistic, degrees of freedom, logarithm of the tail.
const STUDENT: [(f64, f64, f64); 10] = [
    (2.0, 10.0, -3.305_141_551_232_453_3),
    (5.0, 100.0, -13.612_498_935_450_482),
    (2.5, 2e4, -5.081_008_875_575_175),
    (1.96, 1e6, -3.688_958_105_501_48),
    (3.3, 1e8, -7.634_615_798_541_455),
    (8.0, 1e6, -35.012_381_426_772_535),
    (37.0, 1e6, -688.561_788_726_039_7),
    (40.0, 1e6, -803.968_324_750_342),
    (200.0, 30.0, -110.570_323_647_855_39),
    (12.0, 6.0, -11.497_672_081_802_888),
];

const NORMAL: [(f64, f64); 8] = [
    (0.5, -1.175_911_761_593_618_5),
    (1.96, -3.688_963_651_729_638_5),
    (5.0, -15.064_998_393_988_725),
    (8.2, -36.657_428_601_438_66),
    (37.0, -689.030_585_576_890_6),
    (38.5, -745.695_270_290_411),
    (60.0, -1_805.013_560_680_567),
    (1000.0, -500_007.826_694_812_16),
];

#[test]
fn tails_of_t_have_their_digits_past_1e_300() {
    for (t, dof, want) in STUDENT {
        let got = student::log_sf(t, dof);
        assert!((got - want).abs() <= 2e-12 * want.abs(), "{t}, {dof}: {got}, not {want}");
    }
}

#[test]
fn tails_of_the_normal_have_their_digits_past_1e_300() {
    for (z, want) in NORMAL {
        let got = normal::log_sf(z);
        assert!((got - want).abs() <= 1e-14 * want.abs(), "{z}: {got}, not {want}");
    }
}

/// If one of these fails, statrs has become better, and some of our code can go.
#[test]
fn statrs_has_fewer() {
    let of_statrs = |dof: f64| StudentsT::new(0.0, 1.0, dof).unwrap().sf(1.0).ln();
    assert!((of_statrs(1e8) - student::log_sf(1.0, 1e8)).abs() > 1e-8);
    // With a trillion degrees of freedom it is the normal one to twelve digits.
    assert!((of_statrs(1e12) - normal::log_sf(1.0)).abs() > 1e-3);
    let of_statrs = |z: f64| Normal::new(0.0, 1.0).unwrap().sf(z).ln();
    assert!((of_statrs(1.96) + 3.688_963_651_729_638_5).abs() > 1e-11);
    assert_eq!(of_statrs(38.5), f64::NEG_INFINITY);
}
