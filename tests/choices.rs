//! Where respected libraries give two answers, which one is ours.
//!
//! Each test gives our number and the other library's, by whoever computed them; the
//! versions are gbstats 0.8.0, tea-tasting 1.14.0, spotify-confidence 4.1.0, scipy 1.17.1 and
//! statsmodels 0.15.0.
#![cfg(feature = "engine")]

use assize::aggregates::estimate;
use assize::stats::planning::Family;
use assize::stats::quantile::{Definition, Ordered, QuantilePoint};
use assize::stats::{Rho, Summary};
use serde_json::{Map, Value, json};

/// The answer to two rows, control first.
fn answer(rows: [Value; 2], options: Value) -> Map<String, Value> {
    let row = |(name, row): (&str, &Value)| {
        let mut row = row.as_object().unwrap().clone();
        row.insert("variant".into(), name.into());
        (name.to_owned(), row)
    };
    let rows = ["control", "treatment"].into_iter().zip(&rows).map(row).collect();
    let options = options.as_object().unwrap().clone();
    estimate(rows, options).unwrap().answers[0].object()
}

fn number(answer: &Map<String, Value>, name: &str) -> f64 {
    answer[name].as_f64().unwrap_or_else(|| panic!("{name}: {answer:?}"))
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
}

fn conversions() -> [Value; 2] {
    [json!({"units": 10000, "conversions": 820}), json!({"units": 10050, "conversions": 905})]
}

fn means() -> [Value; 2] {
    [
        json!({"units": 12000, "sum": 18600, "sum_squares": 410000}),
        json!({"units": 11900, "sum": 19100, "sum_squares": 428500}),
    ]
}

/// The p-value that decides is that of the absolute effect (tea-tasting, Spotify), and the
/// lift's own stands beside it: on these data they are on both sides of 0.05.
#[test]
fn the_absolute_effect_decides() {
    let found = answer(conversions(), json!({"method": "t-test", "divisor": "n"}));
    close(number(&found, "p_value"), 0.042_071_721_672_382_17, 1e-3);
    close(number(&found, "lift_p_value"), 0.052_491_182_653_680_47, 1e-9);
}

/// The lift's interval is that of its own statistic, by the delta method (gbstats); not the
/// log ratio (tea-tasting, -0.0553) and not the absolute one over control (Spotify, -0.0579).
#[test]
fn the_lift_is_by_the_delta_method() {
    let found = answer(means(), json!({"method": "t-test"}));
    close(number(&found, "lift_lower"), -0.059_526_625_509_543_96, 1e-9);
    assert_eq!(found["lift_method"], "delta");
}

/// ... until control is within four standard errors of zero.
#[test]
fn near_zero_the_lift_is_by_fieller() {
    let near = |mean: f64| json!({"units": 100, "mean": mean, "variance": 1});
    let found = answer([near(0.3), near(0.6)], json!({"method": "t-test"}));
    assert_eq!(found["lift_method"], "fieller");
    let at_zero = answer([near(0.1), near(0.6)], json!({"method": "t-test"}));
    assert_eq!(at_zero["lift_reason"], "control_near_zero");
    assert!(number(&at_zero, "p_value") < 0.01);
}

/// From -10 to -5 is +50 % (gbstats); tea-tasting says -50 %.
#[test]
fn a_lift_has_the_sign_of_its_effect() {
    let of = |mean: f64| json!({"units": 1000, "mean": mean, "variance": 4});
    close(number(&answer([of(-10.0), of(-5.0)], json!({})), "lift"), 0.5, 1e-12);
}

/// The lift with a covariate is over the unadjusted control (gbstats); tea-tasting's is over
/// the adjusted one: 0.0254146.
#[test]
fn a_covariate_leaves_the_denominator_of_the_lift() {
    let arm = |y: f64, yy: f64, x: f64, xx: f64, yx: f64| {
        json!({
            "units": 2000, "sum": y, "sum_squares": yy, "pre_sum": x, "pre_sum_squares": xx,
            "product_yx": yx,
        })
    };
    let rows = [
        arm(10400.0, 74000.0, 10100.0, 71000.0, 66500.0),
        arm(10700.0, 77500.0, 10150.0, 71500.0, 68500.0),
    ];
    close(number(&answer(rows, json!({})), "lift"), 0.025_457_660_744_882_152, 1e-11);
}

/// For a ratio the slope is the one of least variance; gbstats takes 0.2300 here, tea-tasting
/// 0.2485 (3,000 and 300 units).
#[test]
fn the_slope_of_a_ratio_has_least_variance() {
    let arm = |units: u64, means: [f64; 4], m: [f64; 10]| {
        json!({
            "units": units, "mean": means[0], "denominator_mean": means[1], "pre_mean": means[2],
            "pre_denominator_mean": means[3], "variance": m[0], "covariance_yd": m[1],
            "covariance_yx": m[2], "covariance_ye": m[3], "denominator_variance": m[4],
            "covariance_dx": m[5], "covariance_de": m[6], "pre_variance": m[7],
            "covariance_xe": m[8], "pre_denominator_variance": m[9],
        })
    };
    let rows = || {
        [
            arm(
                3000,
                [1.3843333333333334, 4.064, 1.3776666666666666, 4.054],
                [
                    1.5471369345337336,
                    1.0420833611203735,
                    0.32862631988440594,
                    0.03625808602867622,
                    3.010907635878626,
                    0.049179059686562186,
                    0.0015445148382794264,
                    1.5388808491719461,
                    1.045954651550517,
                    3.0967829276425474,
                ],
            ),
            arm(
                300,
                [1.3733333333333333, 3.9466666666666668, 1.3233333333333333, 3.9366666666666665],
                [
                    1.4721962095875138,
                    0.9062653288740246,
                    0.2936008918617614,
                    0.19429208472686735,
                    2.5790858416945373,
                    0.107603121516165,
                    0.12704570791527314,
                    1.2897547380156076,
                    0.9202118171683389,
                    2.9090189520624303,
                ],
            ),
        ]
    };
    let with = |theta: &str| answer(rows(), json!({"method": "t-test", "theta": theta}));
    close(number(&with("auto"), "theta"), 0.2099, 1e-3);
    close(number(&with("unweighted"), "theta"), 0.230_014_711_417_520_33, 1e-9);
    close(number(&with("pooled"), "theta"), 0.248_480_084_674_090_66, 1e-9);
    let error = |theta: &str| number(&with(theta), "std_error");
    assert!(error("auto") < error("unweighted") && error("auto") < error("pooled"));
}

/// A share is a mean of 0 and 1, with divisor n - 1; gbstats and Spotify divide by n.
#[test]
fn a_share_is_a_mean() {
    let summary = Summary::from_conversions(100, 30).point().unwrap();
    close(summary.variance, 0.3 * 0.7 / 99.0, 1e-12);
}

/// Two shares: each its own variance, no continuity correction (tea-tasting pools and corrects
/// by default); below ten events the score test.
#[test]
fn shares_are_not_pooled_and_not_corrected() {
    let found = answer(conversions(), json!({"method": "proportions"}));
    close(number(&found, "p_value"), 0.042_071_721_672_382_17, 1e-9);
    assert_eq!(found["test"], "unpooled z");
    let few = [json!({"units": 500, "conversions": 4}), json!({"units": 500, "conversions": 12})];
    let found = answer(few, json!({"method": "proportions"}));
    assert_eq!(found["test"], "Miettinen-Nurminen score");
}

/// A relative margin is a contrast of both means, so that control's noise counts; as a fixed
/// part of the observed control p would be 0.02890 (Spotify), by the lift 0.02840 (gbstats).
#[test]
fn a_margin_is_a_contrast() {
    let of = |mean: f64| json!({"units": 8000, "mean": mean, "variance": 400.0 * 8000.0 / 7999.0});
    let p = |scale: &str| {
        let options = json!({"method": "z-test", "margin": 0.02, "margin_scale": scale});
        number(&answer([of(50.0), of(49.6)], options), "margin_p_value")
    };
    close(p("contrast"), 0.027_662_546_457_582_537, 1e-3);
    close(p("fixed"), 0.028_897_606_767_316_56, 1e-3);
    close(p("lift"), 0.028_399_648_601_007_747, 1e-3);
    let options = json!({"method": "z-test", "margin": 0.02});
    close(number(&answer([of(50.0), of(49.6)], options), "margin_p_value"), p("contrast"), 1e-12);
}

/// Guardrails do not share alpha (arXiv 2402.11609); Spotify's library divides theirs too.
/// Their number raises the power of each metric, by one more where there is a primary.
#[test]
fn guardrails_cost_power_and_not_alpha() {
    let family = Family { successes: 3, guardrails: 2, treatments: 2 };
    assert_eq!(family.guardrail_alpha(0.1), Ok(0.1));
    close(family.success_alpha(0.1).unwrap(), 0.1 / 6.0, 1e-12);
    close(family.spot_1_alpha(0.1).unwrap(), 0.1 / 6.0, 1e-12);
    close(family.power(0.8).unwrap(), 1.0 - 0.2 / 3.0, 1e-12);
    let only_guardrails = Family { successes: 0, ..family };
    close(only_guardrails.power(0.8).unwrap(), 1.0 - 0.2 / 2.0, 1e-12);
}

/// The confidence sequence has the exact parameter; GrowthBook's approximation has its name.
#[test]
fn the_parameter_of_the_sequence_is_exact() {
    close(Rho::Exact.squared(0.05, 1.0), 8.211_968_062_068_253, 1e-12);
    close(Rho::GrowthBook.squared(0.05, 1.0), 7.936_154_601_737_565, 1e-12);
    assert_eq!(Rho::default(), Rho::Exact);
}

/// A quantile's interval is made for the number of values; GrowthBook's grid has its name, and
/// takes 100 2^k strictly below it, as its code does and its documentation does not.
#[test]
fn a_quantile_is_read_at_its_own_number() {
    let values = Ordered::new((0..3200).map(f64::from).collect()).unwrap();
    let ours = QuantilePoint::from_values(&values, 0.5, Definition::Linear).unwrap();
    let grid = QuantilePoint::growthbook_from_values(&values, 0.5, Definition::Linear).unwrap();
    assert_eq!((ours.n_star, grid.n_star), (3200, 1600));
}
