//! The statistics against third-party libraries, arbitrated at 60 digits.
//!
//! Cases lie outside the repository, in `../shared/oracle` or `$ASSIZE_SHARED/oracle`; where
//! they are absent, these tests say so and pass. A method under another name is another
//! definition; the ones that we do not offer are listed in `NOT_OURS`, so that a new method in
//! the files is noticed.

use std::path::PathBuf;

use assize::config::Direction;
use assize::stats::{
    Effect, Missing, OneSidedSequence, Rho, Sequence, Summary, compare, exact_binomial, fieller,
    non_inferiority, normal, sample_ratio, student,
};
use serde_json::Value;

/// Definitions that we chose not to offer.
const NOT_OURS: [&str; 17] = [
    "welch.relative_log",
    "proportion.z_pooled",
    "proportion.z_pooled_continuity",
    "proportion.ci_newcombe",
    "proportion.relative_log",
    "ratio.relative_log",
    "sequential.msprt_normal",
    "sequential.msprt_stream",
    "sequential.howard_boundary",
    "sequential.anytime_valid_lm",
    "sequential.counts_multinomial",
    "srm.normal_continuity",
    "srm.sequential_multinomial",
    "noninferiority.relative_fixed_margin_z",
    "noninferiority.relative_delta",
    "noninferiority.absolute_welch",
    "noninferiority.proportion_wald",
];

/// What we computed: named numbers, or why there are none.
type Got = Result<Vec<(&'static str, f64)>, Missing>;

#[test]
fn means() {
    grade("welch", 30);
}

#[test]
fn proportions() {
    grade("proportions", 17);
}

#[test]
fn ratios() {
    grade("ratio", 15);
}

#[test]
fn sequences() {
    grade("sequential", 15);
}

#[test]
fn sample_ratios() {
    grade("srm", 10);
}

#[test]
fn non_inferiorities() {
    grade("noninferiority", 3);
}

/// Every case of one file that is ours must pass, and at least so many must be ours.
fn grade(file: &str, at_least: usize) {
    let Some(cases) = read(file) else { return };
    let mut graded = 0;
    let mut failures = Vec::new();
    for case in &cases {
        let method = case["method"].as_str().unwrap();
        match got(method, case) {
            Some(got) => {
                graded += 1;
                failures.extend(differences(case, &got));
            }
            None => assert!(NOT_OURS.contains(&method), "new method {method}"),
        }
    }
    println!("{file}: {graded} of {} cases graded, {} differences", cases.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(graded >= at_least, "{file}: only {graded} cases");
}

/// 90,189 players of Cookie Cats, gate_40 against gate_30; expected values by scipy 1.17
/// (data/README.md).
#[test]
fn cookie_cats() {
    let Some(text) = read_text("data/cookie_cats.csv") else { return };
    let players: Vec<Vec<&str>> =
        text.lines().skip(1).map(|line| line.trim().split(',').collect()).collect();
    let number = |field: &str| match field {
        "TRUE" => 1.0,
        "FALSE" => 0.0,
        number => number.parse().unwrap(),
    };
    let arm = |gate: &str, column: usize| {
        let players = players.iter().filter(|player| player[1] == gate);
        let rows: Vec<_> = players.map(|p| [number(p[column]), 1.0, 1.0, 1.0]).collect();
        Summary::from_values(&rows)
    };
    let expected = [
        [-0.885437433127067, 58595.481422574, 0.37592438409326173, -3.7197051164946457],
        [-1.7840774867039824, 90155.1121325518, 0.07441443713953834, -0.012392598488234843],
        [-3.164028946774232, 90079.82814000268, 0.001556530181006654, -0.013281677028690975],
    ];
    for (column, want) in (2..).zip(expected) {
        let e = compare(&arm("gate_30", column), &arm("gate_40", column), 0.05, 5000.0).unwrap();
        let got = [e.statistic, e.dof, e.fixed.p_value, e.fixed.interval.lower];
        for (got, want) in got.iter().zip(want) {
            assert!((got / want - 1.0).abs() < 1e-9, "{got} is not {want}");
        }
    }
}

fn read(file: &str) -> Option<Vec<Value>> {
    let text = read_text(&format!("oracle/{file}.json"))?;
    let whole: Value = serde_json::from_str(&text).unwrap();
    Some(whole["cases"].as_array().unwrap().clone())
}

fn read_text(file: &str) -> Option<String> {
    let shared = std::env::var_os("ASSIZE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join(file);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: nothing at {}", path.display());
    }
    text
}

fn got(method: &str, case: &Value) -> Option<Got> {
    Some(match method {
        "welch.absolute" | "proportion.t_absolute" | "ratio.absolute" | "ratio.cluster_mean" => {
            absolute(case)
        }
        "welch.relative_delta" | "proportion.t_relative" | "ratio.relative_delta" => relative(case),
        "welch.relative_fieller" => relative_by_fieller(case),
        "proportion.z_unpooled" => z_unpooled(case),
        "sequential.asymp_cs_growthbook_absolute" => sequence(case, false),
        "sequential.asymp_cs_growthbook_relative" => sequence(case, true),
        "sequential.asymp_cs_growthbook_one_sided" => one_sided_sequence(case),
        "sequential.asymp_cs_unit_margin_exact_rho" => Ok(unit_margin(case)),
        "srm.chi_square" => srm(case),
        "srm.exact_binomial" => binomial(case),
        "noninferiority.relative_linear_contrast" => contrast(case),
        _ => return None,
    })
}

/// One- and two-sided answers from one estimate: a one-sided bound at alpha is an end of the
/// two-sided interval at 2 alpha.
fn sided(
    case: &Value,
    effect: f64,
    std_error: f64,
    width: f64,
    log_sf: impl Fn(f64) -> f64,
) -> Vec<(&'static str, f64)> {
    let statistic = effect / std_error;
    let (lower, upper) = (effect - width * std_error, effect + width * std_error);
    let (log_p_value, lower, upper) = match alternative(case) {
        "greater" => (log_sf(statistic), lower, f64::INFINITY),
        "less" => (log_sf(-statistic), f64::NEG_INFINITY, upper),
        _ => ((2f64.ln() + log_sf(statistic.abs())).min(0.0), lower, upper),
    };
    vec![
        ("estimate", effect),
        ("standard_error", std_error),
        ("statistic", statistic),
        ("log_p_value", log_p_value),
        ("p_value", log_p_value.exp()),
        ("ci_lower", lower),
        ("ci_upper", upper),
    ]
}

fn absolute(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let e = compare(&control, &treatment, two_sided_alpha(case), 5000.0)?;
    let width = student::upper_quantile(0.5 * two_sided_alpha(case), e.dof);
    let mut fields = sided(case, e.effect, e.std_error, width, |t| student::log_sf(t, e.dof));
    let at = |arm: &Summary| arm.point().map(|p| p.variance * arm.units as f64);
    fields.extend([
        ("df", e.dof),
        ("control_ratio", e.control),
        ("treatment_ratio", e.treatment),
        ("control_variance", at(&control)?),
        ("treatment_variance", at(&treatment)?),
    ]);
    if alternative(case) == "two-sided" {
        fields.retain(|(name, _)| !matches!(*name, "ci_lower" | "ci_upper" | "log_p_value"));
        fields.push(("ci_lower", e.fixed.interval.lower));
        fields.push(("ci_upper", e.fixed.interval.upper));
        fields.push(("log_p_value", e.fixed.log_p_value));
    }
    Ok(fields)
}

/// The delta method, also where the engine itself would choose Fieller's interval.
fn relative(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let e = compare(&control, &treatment, two_sided_alpha(case), 5000.0)?;
    let Effect { value, std_error, .. } = Effect::relative(&control.point()?, &treatment.point()?)?;
    let width = student::upper_quantile(0.5 * two_sided_alpha(case), e.dof);
    let mut fields = sided(case, value, std_error, width, |t| student::log_sf(t, e.dof));
    fields.push(("df", e.dof));
    Ok(fields)
}

fn relative_by_fieller(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let interval = fieller(&control.point()?, &treatment.point()?, two_sided_alpha(case))?;
    let ratio = treatment.point()?.value / control.point()?.value - 1.0;
    let greater = alternative(case) == "greater";
    let upper = if greater { f64::INFINITY } else { interval.upper };
    Ok(vec![("estimate", ratio), ("ci_lower", interval.lower), ("ci_upper", upper)])
}

fn z_unpooled(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let e = compare(&control, &treatment, 0.05, 5000.0)?;
    let width = normal::upper_quantile(0.5 * two_sided_alpha(case));
    Ok(sided(case, e.effect, e.std_error, width, normal::log_sf))
}

fn sequence(case: &Value, relative: bool) -> Got {
    let (control, treatment) = arms(case);
    let (alpha, tuning) = (option(case, "alpha"), option(case, "tuning_parameter"));
    let e = compare(&control, &treatment, alpha, tuning)?;
    let (effect, std_error) = match e.lift {
        Ok(lift) if relative => (lift.value, lift.std_error),
        _ => (e.effect, e.std_error),
    };
    let units = (control.units + treatment.units) as f64;
    let sequence = Sequence::new(alpha, tuning, Rho::GrowthBook);
    let (statistic, width) = (effect / std_error, sequence.width(units));
    let log_p_value = sequence.log_p_value(statistic, units);
    Ok(vec![
        ("estimate", effect),
        ("standard_error", std_error),
        ("rho", sequence.rho()),
        ("log_e_value", sequence.log_e_value(statistic, units)),
        ("log_p_value", log_p_value),
        ("p_value", log_p_value.exp()),
        ("ci_lower", effect - width * std_error),
        ("ci_upper", effect + width * std_error),
        ("fixed_horizon_ci_inflation", width / normal::upper_quantile(0.5 * alpha)),
    ])
}

fn one_sided_sequence(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let (alpha, tuning) = (option(case, "alpha"), option(case, "tuning_parameter"));
    let e = compare(&control, &treatment, alpha, tuning)?;
    let sequence = OneSidedSequence::new(alpha, tuning, Rho::GrowthBook);
    let reach = sequence.width((control.units + treatment.units) as f64) * e.std_error;
    let greater = alternative(case) == "greater";
    let lower = if greater { e.effect - reach } else { f64::NEG_INFINITY };
    let upper = if greater { f64::INFINITY } else { e.effect + reach };
    Ok(vec![
        ("estimate", e.effect),
        ("standard_error", e.std_error),
        ("rho", sequence.rho()),
        ("ci_lower", lower),
        ("ci_upper", upper),
    ])
}

fn unit_margin(case: &Value) -> Vec<(&'static str, f64)> {
    let (alpha, best, t) =
        (option(case, "alpha"), option(case, "t_opt"), number(&case["inputs"]["t"]));
    let exact = Sequence::new(alpha, best, Rho::Exact);
    vec![
        ("rho2_exact", Rho::Exact.squared(alpha, best)),
        ("rho2_approx_growthbook", Rho::GrowthBook.squared(alpha, best)),
        ("unit_variance_margin", exact.width(t) / t.sqrt()),
    ]
}

fn srm(case: &Value) -> Got {
    let (observed, weights) = (counts(case), numbers(&case["options"]["weights"]));
    let ratio = sample_ratio(&observed, &weights)?;
    if case["expected"]["status"] == "mismatch" {
        assert_eq!(ratio.p_value, 0.0);
    }
    Ok(vec![
        ("statistic", ratio.statistic),
        ("df", f64::from(ratio.dof)),
        ("p_value", ratio.p_value),
        ("log_p_value", ratio.log_p_value),
    ])
}

fn binomial(case: &Value) -> Got {
    let (observed, weights) = (counts(case), numbers(&case["options"]["weights"]));
    let share = weights[0] / (weights[0] + weights[1]);
    let log_p_value = exact_binomial(observed[0], observed[0] + observed[1], share)?;
    Ok(vec![("p_value", log_p_value.exp())])
}

fn contrast(case: &Value) -> Got {
    let (control, treatment) = arms(case);
    let better = match case["options"]["preferred_direction"].as_str() {
        Some("increase") => Direction::Higher,
        _ => Direction::Lower,
    };
    let (margin, alpha) = (option(case, "nim"), option(case, "alpha"));
    let test = non_inferiority(&control, &treatment, margin, better, alpha, 5000.0)?;
    assert_eq!(case["expected"]["noninferior"].as_bool(), Some(test.p_value < alpha));
    Ok(vec![
        ("ratio_null", test.null_ratio),
        ("standard_error", test.std_error),
        ("df", test.dof),
        ("statistic_toward_noninferior", test.statistic),
        ("p_value", test.p_value),
    ])
}

fn arms(case: &Value) -> (Summary, Summary) {
    (summary(&case["inputs"]["control"]), summary(&case["inputs"]["treatment"]))
}

fn summary(arm: &Value) -> Summary {
    let rows = |clusters: &Vec<Value>| -> Vec<[f64; 4]> {
        let sums = |c: &Value| numbers(c).iter().sum::<f64>();
        clusters.iter().map(|c| [sums(c), numbers(c).len() as f64, 1.0, 1.0]).collect()
    };
    let units = arm["n"].as_u64().unwrap_or(0);
    let field = |name: &str| number(&arm[name]);
    if let Some(clusters) = arm["clusters"].as_array() {
        Summary::from_values(&rows(clusters))
    } else if let Some(conversions) = arm["conversions"].as_u64() {
        // The libraries divide by n here, and we by n - 1; their variance, our test.
        let share = conversions as f64 / units as f64;
        Summary::from_mean(units, share, share * (1.0 - share))
    } else if arm.get("numerator_mean").is_some() {
        Summary::from_ratio(
            units,
            [field("numerator_mean"), field("denominator_mean")],
            [field("numerator_variance"), field("denominator_variance")],
            field("covariance"),
        )
    } else {
        Summary::from_mean(units, field("mean"), field("variance"))
    }
}

fn alternative(case: &Value) -> &str {
    case["options"]["alternative"].as_str().unwrap_or("two-sided")
}

fn two_sided_alpha(case: &Value) -> f64 {
    let alpha = option(case, "alpha");
    if alternative(case) == "two-sided" { alpha } else { 2.0 * alpha }
}

fn option(case: &Value, name: &str) -> f64 {
    number(&case["options"][name])
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or(f64::NAN),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn counts(case: &Value) -> Vec<u64> {
    case["inputs"]["observed"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
}

fn differences(case: &Value, got: &Got) -> Vec<String> {
    let (id, expected) = (case["id"].as_str().unwrap(), &case["expected"]);
    match (expected["status"].as_str(), got) {
        (Some("mismatch"), _) => vec![],
        (Some(_), Err(_)) => vec![],
        (Some(status), Ok(_)) => vec![format!("{id}: {status}, but we have numbers")],
        (None, Err(missing)) => vec![format!("{id}: {missing}")],
        (None, Ok(fields)) => fields
            .iter()
            .filter_map(|(name, got)| {
                let want = expected.get(*name).filter(|want| !want.is_null()).map(number)?;
                let passes = within(case, name, *got, want);
                (!passes).then(|| format!("{id}: {name} is {got:e}, not {want:e}"))
            })
            .collect(),
    }
}

fn within(case: &Value, name: &str, got: f64, want: f64) -> bool {
    let tolerance = case["tolerance"]["per_field"].get(name).unwrap_or(&case["tolerance"]);
    let of = |kind: &str| tolerance[kind].as_f64().unwrap_or(0.0);
    if want.is_infinite() {
        return got == want;
    }
    (got - want).abs() <= of("abs") || (got - want).abs() <= of("rel") * want.abs()
}
