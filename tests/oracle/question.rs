//! What each method of the files is called here, and what its results are.

use assize::aggregates::estimate;
use serde_json::{Map, Value, json};

use crate::rows::{Row, arms, each, with, with_options};

/// Named numbers by the files' names, or why there are none.
pub type Got = Result<Vec<(String, f64)>, String>;

/// Absolute effects.
const EFFECT: &[(&str, &str)] = &[
    ("estimate", "effect"),
    ("standard_error", "std_error"),
    ("statistic", "statistic"),
    ("df", "dof"),
    ("p_value", "p_value"),
    ("log_p_value", "log_p_value"),
    ("ci_lower", "lower"),
    ("ci_upper", "upper"),
    ("control_ratio", "control_value"),
    ("treatment_ratio", "treatment_value"),
    ("control_variance", "control_variance"),
    ("treatment_variance", "treatment_variance"),
    ("rho", "rho"),
    ("log_e_value", "log_e_value"),
    ("fixed_horizon_ci_inflation", "inflation"),
    ("variance_of_difference", "variance_of_effect"),
    ("log_lambda", "log_e_value"),
    ("pooled_proportion", "pooled_share"),
];

/// Relative effects.
const LIFT: &[(&str, &str)] = &[
    ("estimate", "lift"),
    ("standard_error", "lift_std_error"),
    ("statistic", "lift_statistic"),
    ("df", "lift_dof"),
    ("p_value", "lift_p_value"),
    ("log_p_value", "lift_log_p_value"),
    ("ci_lower", "lift_lower"),
    ("ci_upper", "lift_upper"),
    ("rho", "rho"),
    ("log_e_value", "lift_log_e_value"),
    ("fixed_horizon_ci_inflation", "inflation"),
    ("log_ratio_standard_error", "lift_log_std_error"),
    ("log_ratio_df", "lift_log_dof"),
    ("theta", "theta"),
    ("control_mean_unadjusted", "unadjusted_control_value"),
    ("treatment_mean_unadjusted", "unadjusted_treatment_value"),
    ("control_ratio", "unadjusted_control_value"),
    ("treatment_ratio", "unadjusted_treatment_value"),
];

/// With a covariate.
const ADJUSTED: &[(&str, &str)] = &[
    ("estimate", "effect"),
    ("standard_error", "std_error"),
    ("statistic", "statistic"),
    ("df", "dof"),
    ("p_value", "p_value"),
    ("log_p_value", "log_p_value"),
    ("ci_lower", "lower"),
    ("ci_upper", "upper"),
    ("theta", "theta"),
    ("control_adjusted_recentred", "control_value"),
    ("treatment_adjusted_recentred", "treatment_value"),
    ("control_adjusted_variance", "control_variance"),
    ("treatment_adjusted_variance", "treatment_variance"),
];

const MARGIN: &[(&str, &str)] = &[
    ("estimate", "margin_effect"),
    ("standard_error", "margin_std_error"),
    ("df", "margin_dof"),
    ("statistic", "margin_statistic"),
    ("statistic_toward_noninferior", "margin_statistic"),
    ("p_value", "margin_p_value"),
    ("ratio_null", "margin_ratio"),
    ("null_hypothesis", "margin_null"),
    ("signed_bound", "margin_bound"),
    ("noninferior", "non_inferior"),
];

/// What we answer to a case; `None` for a method that is not ours.
pub fn got(method: &str, case: &Value) -> Option<Got> {
    let (group, variant) = method.split_once('.').unwrap();
    let rows = || with_options(arms(case), case);
    let t = |rows| with(rows, "method", "t-test");
    Some(match (group, variant) {
        ("welch" | "ratio", "absolute" | "cluster_mean") => first(t(rows()), EFFECT),
        ("welch" | "ratio", "relative_delta") => first(with(t(rows()), "lift", "delta"), LIFT),
        ("welch" | "ratio", "relative_log") => first(with(t(rows()), "lift", "log"), LIFT),
        ("welch", "relative_fieller") => first(with(t(rows()), "lift", "fieller"), LIFT),
        ("welch", "variance_of_effect") => variance_of_lift(t(rows())),
        ("proportion", "t_absolute") => first(with(t(rows()), "divisor", "n"), EFFECT),
        ("proportion", "t_relative") => {
            first(with(with(t(rows()), "divisor", "n"), "lift", "delta"), LIFT)
        }
        ("cuped", "mean_absolute") => first(t(rows()), ADJUSTED),
        ("cuped", "mean_relative_delta") => first(with(t(rows()), "lift", "delta"), LIFT),
        ("cuped", "mean_relative_log") => first(with(t(rows()), "lift", "log"), LIFT),
        ("cuped", "ratio_absolute_gb") => first(with(t(rows()), "theta", "unweighted"), ADJUSTED),
        ("cuped", "ratio_absolute_tea") => first(with(t(rows()), "theta", "pooled"), TEA_RATIO),
        ("cuped", "ratio_relative_gb") => {
            first(with(with(t(rows()), "theta", "unweighted"), "lift", "delta"), LIFT)
        }
        ("cuped", "ratio_relative_log_tea") => {
            first(with(with(t(rows()), "theta", "pooled"), "lift", "log"), LIFT)
        }
        ("noninferiority", "relative_linear_contrast") => margin(t(rows()), "contrast"),
        ("noninferiority", "relative_delta") => margin(t(rows()), "lift"),
        ("noninferiority", "absolute_welch") => margin(t(rows()), "absolute"),
        ("noninferiority", "relative_fixed_margin_z") => {
            margin(with(rows(), "method", "z-test"), "fixed")
        }
        ("cuped", "proportion_relative_delta") => first(share_with_covariate(t(rows())), LIFT),
        ("cuped", "theta_pooled") => first(t(paired_values(rows())), LIFT),
        ("srm", "chi_square") => first(weighted(case, "observed", "sample-ratio"), TEST),
        ("srm", "exact_binomial") => first(weighted(case, "observed", "sample-ratio-exact"), TEST),
        ("aggregate", "moments") => first(values_of(case), MOMENTS),
        ("aggregate", "merge") => first(partitions(case), MOMENTS),
        ("aggregate", "covariance") => first(pairs_of(case), MOMENTS),
        _ => return None,
    })
}

const TEST: &[(&str, &str)] = &[
    ("statistic", "statistic"),
    ("df", "dof"),
    ("p_value", "p_value"),
    ("log_p_value", "log_p_value"),
];

const MOMENTS: &[(&str, &str)] = &[
    ("n", "units"),
    ("mean", "mean"),
    ("variance", "variance"),
    ("m2", "c_yy"),
    ("covariance", "covariance_yx"),
    ("mean_x", "mean_x"),
    ("mean_y", "mean_y"),
];

/// Metric and covariate are shares: their sums count conversions, their squares do not count.
fn share_with_covariate(rows: Vec<Row>) -> Vec<Row> {
    let rows = rows.into_iter().map(|mut row| {
        for (theirs, ours) in [("post", "conversions"), ("pre", "pre_conversions")] {
            row.remove(&format!("{theirs}_sum_squares"));
            let sum = row.remove(&format!("{theirs}_sum")).unwrap();
            row.insert(ours.into(), sum);
        }
        row.insert("divisor".into(), "n".into());
        row
    });
    with(rows.collect(), "lift", "delta")
}

fn paired_values(rows: Vec<Row>) -> Vec<Row> {
    let rows = rows.into_iter().map(|mut row| {
        let values = row.remove("post_values").unwrap();
        row.insert("values".into(), values);
        row
    });
    rows.collect()
}

/// A variant for each count, with its weight.
fn weighted(case: &Value, counts: &str, method: &str) -> Vec<Row> {
    let mut rows = each("units", &case["inputs"][counts]);
    let weights = [&case["options"]["weights"], &case["options"]["expected_proportions"]];
    let weights = weights.into_iter().find_map(Value::as_array).unwrap();
    for (row, weight) in rows.iter_mut().zip(weights) {
        row.insert("weight".into(), weight.clone());
    }
    with(rows, "method", method)
}

fn one(row: Value) -> Vec<Row> {
    vec![row.as_object().unwrap().clone()]
}

fn values_of(case: &Value) -> Vec<Row> {
    one(json!({ "method": "summaries", "values": case["inputs"]["values"] }))
}

/// Where the partitions are not given, the values.
fn partitions(case: &Value) -> Vec<Row> {
    let parts = case["inputs"]["partitions"].as_array().unwrap().iter().enumerate();
    let row = |(i, part): (usize, &Value)| {
        let row = json!({
            "method": "summaries", "variant": "all", "partition": i,
            "units": part["n"], "mean_y": part["mean"], "c_yy": part["m2"],
        });
        row.as_object().unwrap().clone()
    };
    parts.map(row).collect()
}

fn pairs_of(case: &Value) -> Vec<Row> {
    let inputs = &case["inputs"];
    let Some(parts) = inputs["partitions"].as_array() else {
        return one(json!({
            "method": "summaries", "values": inputs["y"], "pre_values": inputs["x"],
        }));
    };
    let row = |(i, part): (usize, &Value)| {
        let row = json!({
            "method": "summaries", "variant": "all", "partition": i, "units": part["n"],
            "mean_y": part["mean_y"], "mean_x": part["mean_x"], "c_yy": part["m2_y"],
            "c_xx": part["m2_x"], "c_yx": part["cxy"],
        });
        row.as_object().unwrap().clone()
    };
    parts.iter().enumerate().map(row).collect()
}

const TEA_RATIO: &[(&str, &str)] = &[
    ("estimate", "effect"),
    ("standard_error", "std_error"),
    ("statistic", "statistic"),
    ("df", "dof"),
    ("p_value", "p_value"),
    ("log_p_value", "log_p_value"),
    ("ci_lower", "lower"),
    ("ci_upper", "upper"),
    ("theta", "theta"),
    ("control_adjusted_ratio", "control_value"),
    ("treatment_adjusted_ratio", "treatment_value"),
];

fn margin(rows: Vec<Row>, scale: &str) -> Got {
    first(with(rows, "margin_scale", scale), MARGIN)
}

fn variance_of_lift(rows: Vec<Row>) -> Got {
    let fields = first(rows, &[("variance", "lift_std_error")])?;
    Ok(fields.into_iter().map(|(name, error)| (name, error * error)).collect())
}

/// Results of the first answer.
fn first(rows: Vec<Row>, names: &[(&str, &str)]) -> Got {
    let answers = ask(rows)?;
    pick(answers.first().ok_or("no answer")?, names)
}

fn pick(answer: &Row, names: &[(&str, &str)]) -> Got {
    if let Some(reason) = answer.get("message").and_then(Value::as_str) {
        return Err(reason.to_owned());
    }
    if let Some(reason) = answer.get("lift_reason").and_then(Value::as_str)
        && names == LIFT
    {
        return Err(reason.to_owned());
    }
    let found =
        |(theirs, ours): &(&str, &str)| Some(((*theirs).to_owned(), number(answer.get(*ours)?)?));
    Ok(names.iter().filter_map(found).collect())
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    }
}

/// The answers to rows, as `assize estimate` prints them.
fn ask(rows: Vec<Row>) -> Result<Vec<Row>, String> {
    let placed = rows.into_iter().enumerate().map(|(i, row)| (format!("row {}", i + 1), row));
    let estimated = estimate(placed.collect(), Map::new()).map_err(|error| {
        error.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    })?;
    Ok(estimated.answers.iter().map(|answer| answer.object()).collect())
}
