use super::*;
use crate::stats::Alternative;
use proptest::prelude::*;

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

/// A mean and its covariate from sums, as published libraries print them.
fn sums(units: u64, y: [f64; 2], x: [f64; 2], product: f64) -> Summary {
    let n = units as f64;
    let mut summary = Summary::from_mean(units, y[0] / n, (y[1] - y[0] * y[0] / n) / (n - 1.0));
    summary.mean[2] = x[0] / n;
    summary.comoment[2][2] = x[1] - x[0] * x[0] / n;
    summary.comoment[0][2] = product - y[0] * x[0] / n;
    summary.comoment[2][0] = summary.comoment[0][2];
    summary
}

/// gbstats 0.8 and tea-tasting 1.14 on one data set.
#[test]
fn an_adjusted_mean_is_that_of_the_libraries() {
    let a = sums(2000, [10400.0, 74000.0], [10100.0, 71000.0], 66500.0);
    let b = sums(2000, [10700.0, 77500.0], [10150.0, 71500.0], 68500.0);
    let adjustment = adjustment(&[a, b], Slope::Auto).unwrap();
    let (a, b) = (a.twin().unwrap(), b.twin().unwrap());
    close(adjustment.theta, 0.704_806_565_064_478_4, 1e-12);
    let (control, treatment) = (adjustment.point(&a), adjustment.point(&b));
    close(control.value, 5.208_810_082_063_306, 1e-12);
    close(treatment.value, 5.341_189_917_936_694, 1e-12);
    let effect = Effect::contrast(&control, &treatment, 1.0).unwrap();
    let test = effect.t_test(0.0, Alternative::TwoSided, 0.05);
    close(effect.value, 0.132_379_835_873_387_2, 1e-11);
    close(effect.std_error, 0.071_287_813_601_040_61, 1e-11);
    close(effect.dof, 3_997.993_798_612_088_5, 1e-11);
    close(test.p_value, 0.063_387_910_859_256_55, 1e-10);
    close(test.interval.lower, -0.007_384_023_635_102_21, 1e-9);
    let lift = adjustment.lift(&a, &b).unwrap();
    close(lift.value, 0.025_457_660_744_882_152, 1e-11);
    close(lift.t_test(0.0, Alternative::TwoSided, 0.05).p_value, 0.067_284_515_801_360_86, 1e-9);
    let log = Effect::log_ratio(&control, &treatment).unwrap();
    close(log.value.exp_m1(), 0.025_414_602_142_865_84, 1e-10);
    let interval = log.t_test(0.0, Alternative::TwoSided, 0.05).interval;
    close(interval.lower.exp_m1(), -0.001_403_360_935_017_583_5, 1e-8);
    close(interval.upper.exp_m1(), 0.052_952_779_084_397_106, 1e-9);
}

fn arm() -> impl Strategy<Value = Summary> {
    let unit = (-5.0..5.0f64, 0.5..3.0f64, -5.0..5.0f64, 0.5..3.0f64);
    (prop::collection::vec(unit, 3..40), -1.0..1.0f64).prop_map(|(units, tie)| {
        let rows: Vec<_> = units.iter().map(|u| [u.0 + tie * 3.0 * u.2, u.1, u.2, u.3]).collect();
        Summary::from_values(&rows)
    })
}

proptest! {
    /// A covariate never costs precision, whatever the sizes and shape.
    #[test]
    fn never_less_sharp_than_without(a in arm(), b in arm(), c in arm()) {
        let adjustment = adjustment(&[a, b, c], Slope::Auto).unwrap();
        for (a, b) in [(a, b), (a, c), (b, c)] {
            let (a, b) = (a.twin().unwrap(), b.twin().unwrap());
            let plain = a.variance + b.variance;
            let adjusted = adjustment.point(&a).variance + adjustment.point(&b).variance;
            prop_assert!(adjusted <= plain * (1.0 + 1e-9));
            prop_assert!((0.0..=1.0).contains(&adjustment.variance_reduction(&a, &b)));
        }
    }

    /// A covariate that is the same for everyone is none.
    #[test]
    fn a_constant_covariate_is_none(a in arm(), b in arm(), constant in -10.0..10.0f64) {
        let with = |mut s: Summary| {
            s = s.without_covariate();
            s.mean[2] = constant;
            s
        };
        let (a, b) = (with(a), with(b));
        let adjustment = adjustment(&[a, b], Slope::Auto).unwrap();
        prop_assert_eq!(adjustment.theta, 0.0);
        prop_assert_eq!(adjustment.point(&a.twin().unwrap()), a.point().unwrap());
    }

    /// Whatever is added to, or multiplies, the covariate, the adjusted effect stays.
    #[test]
    fn the_unit_of_the_covariate_does_not_matter(a in arm(), b in arm(), factor in 0.1..10.0f64) {
        let scaled = |mut s: Summary| {
            s.mean[2] *= factor;
            for i in 0..4 {
                s.comoment[2][i] *= factor;
                s.comoment[i][2] *= factor;
            }
            s
        };
        let effect = |a: &Summary, b: &Summary| {
            let adjustment = adjustment(&[*a, *b], Slope::LeastVariance).unwrap();
            let point = |s: &Summary| adjustment.point(&s.twin().unwrap());
            Effect::contrast(&point(a), &point(b), 1.0).unwrap()
        };
        let (plain, other) = (effect(&a, &b), effect(&scaled(a), &scaled(b)));
        prop_assert!((plain.value - other.value).abs() <= 1e-8 * (1.0 + plain.value.abs()));
        prop_assert!((plain.std_error - other.std_error).abs() <= 1e-8 * plain.std_error);
    }
}

/// gbstats' slope, `(cov_a + cov_b) / (var_a + var_b)`, where it does more harm than good: who
/// asks for another library's definition gets it, and the default leaves the covariate out.
#[test]
fn a_slope_that_is_asked_for_is_not_left_out() {
    let arm = |units: u64, covariance: f64| {
        let mut arm = Summary::from_mean(units, 1.0, 2.0);
        let freedom = (units - 1) as f64;
        arm.comoment[2][2] = 4.0 * freedom;
        (arm.comoment[0][2], arm.comoment[2][0]) = (covariance * freedom, covariance * freedom);
        arm
    };
    let arms = [arm(3000, 2.0), arm(100, -1.0)];
    let asked = adjustment(&arms, Slope::Unweighted).unwrap();
    assert!((asked.theta - 0.125).abs() < 1e-12);
    let [a, b] = arms.map(|arm| arm.twin().unwrap());
    assert!(asked.variance_reduction(&a, &b) < -0.1);
    assert_eq!(adjustment(&arms, Slope::Auto).unwrap().theta, 0.0);
}

/// 10 % then 50 % of units treated while conversion falls from 10 % to 8 %: pooled, the
/// treatment looks worse; phase by phase there is no effect at all.
#[test]
fn phases_are_combined_and_not_pooled() {
    let share =
        |units: u64, rate: f64| Summary::from_conversions(units, (units as f64 * rate) as u64);
    let (before, after) =
        ([share(9000, 0.10), share(1000, 0.10)], [share(5000, 0.08), share(5000, 0.08)]);
    let pooled = |arm: usize| before[arm].merge(&after[arm]).point().unwrap();
    let stratified = |arm: usize| {
        let phases = [(0.5, before[arm].twin().unwrap()), (0.5, after[arm].twin().unwrap())];
        Twin::stratified(&phases).unwrap().unadjusted()
    };
    let test = |a: Point, b: Point| Effect::contrast(&a, &b, 1.0).unwrap().statistic(0.0);
    assert!(test(pooled(0), pooled(1)) < -2.0);
    assert!(test(stratified(0), stratified(1)).abs() < 1e-9);
}
