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
        ("cuped", "mean_absolute") => first(with(t(rows()), "theta", "pooled"), ADJUSTED),
        ("cuped", "mean_relative_delta") => {
            first(with(with(t(rows()), "theta", "pooled"), "lift", "delta"), LIFT)
        }
        ("cuped", "mean_relative_log") => {
            first(with(with(t(rows()), "theta", "pooled"), "lift", "log"), LIFT)
        }
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
        ("srm", "chi_square") => first(weighted(case, "observed", "sample-ratio-chi-square"), TEST),
        ("srm", "exact_binomial") => first(weighted(case, "observed", "sample-ratio-exact"), TEST),
        ("aggregate", "moments") => first(values_of(case), MOMENTS),
        ("aggregate", "merge") => first(partitions(case), MOMENTS),
        ("aggregate", "covariance") => first(pairs_of(case), MOMENTS),
        ("proportion", "z_pooled") => first(with(rows(), "method", "z-pooled"), EFFECT),
        ("proportion", "z_unpooled") => first(with(rows(), "method", "z-unpooled"), EFFECT),
        ("proportion", "z_pooled_continuity") => {
            first(with(rows(), "method", "z-pooled-continuity"), CONTINUITY).map(sizes)
        }
        ("proportion", "ci_newcombe") => first(with(rows(), "method", "newcombe"), EFFECT),
        ("proportion", "relative_log") => first(with(rows(), "method", "z-unpooled"), LIFT),
        ("noninferiority", "proportion_wald") => {
            let rows = with(rows(), "margin_scale", "absolute");
            first(with(rows, "method", "z-unpooled"), MARGIN)
        }
        ("sequential", "asymp_cs_growthbook_absolute" | "asymp_cs_growthbook_one_sided") => {
            first(sequence(rows()), EFFECT)
        }
        (
            "sequential",
            "asymp_cs_growthbook_relative"
            | "asymp_cs_growthbook_one_sided_relative"
            | "asymp_cs_growthbook_cuped_relative",
        ) => first(sequence(rows()), LIFT),
        ("sequential", "asymp_cs_growthbook_relative_proportion") => {
            first(with(sequence(rows()), "divisor", "n"), LIFT)
        }
        ("sequential", "asymp_cs_growthbook_cuped_ratio_relative") => {
            first(with(sequence(rows()), "theta", "unweighted"), LIFT)
        }
        ("sequential", "asymp_cs_unit_margin_exact_rho") => unit_margin(case),
        ("sequential", "msprt_normal") => first(with(rows(), "method", "msprt"), EFFECT),
        ("sequential", "msprt_stream") => stream(case, rows()),
        ("sequential", "anytime_valid_lm") => first(linear_model(case), EFFECT),
        ("sequential", "howard_boundary") => first(howard(case), &[("boundary", "boundary")]),
        ("sequential", "counts_multinomial") => first(counts(case, "counts"), COUNTS),
        ("srm", "normal_continuity") => {
            first(weighted(case, "observed", "sample-ratio-continuity"), TEST)
        }
        ("srm", "sequential_multinomial") => sequential_counts(case),
        ("group_sequential", "boundary") => boundary(case),
        ("group_sequential", "crossing_probability") => crossing(case),
        ("quantile", "unit" | "cluster") => quantile(case, rows()),
        ("quantile", "one_sample_ci_binomial") => {
            let row = json!({
                "method": "quantile-interval", "values": case["inputs"]["values"],
                "quantile": case["options"]["quantile"], "alpha": case["options"]["alpha"],
            });
            first(one(row), EFFECT)
        }
        ("quantile", "sequential_ab_pvalue") => {
            let rows = with(rows(), "method", "quantile-sequential");
            let rows = with(rows, "tuning", case["options"]["t_opt"].clone());
            let rows = with(rows, "alpha", case["options"]["alpha_opt"].clone());
            first(with(rows, "quantile", case["options"]["quantile"].clone()), TEST)
        }
        ("winsorize", "two_sided_count") => winsorized(case),
        ("winsorize", "absolute" | "percentile_pooled") => capped(case, rows()),
        ("multiple", "adjusted_p_values") => corrections(case),
        ("multiple", "adjusted_ci_growthbook") => widened(case),
        ("multiple", "adjusted_ci_one_sided_spotify") => one_sided(case),
        ("bayesian", "gaussian_effect" | "ratio_effect") => posterior(case, rows()),
        ("bayesian", "gaussian_effect_proportion") => posterior(case, with(rows(), "divisor", "n")),
        ("bayesian", "quantile_effect") => {
            let rows = with(rows(), "quantile", case["options"]["quantile"].clone());
            posterior(case, rows)
        }
        ("bayesian", "expected_loss_normal") => {
            let inputs = &case["inputs"];
            let row = json!({
                "method": "bayesian", "effect": inputs["mean"], "std_error": inputs["sd"],
            });
            first(one(row), POSTERIOR)
        }
        ("bayesian", "prob_best_gaussian") => {
            let mut rows = each("mean", &case["inputs"]["means"]);
            for (row, sd) in rows.iter_mut().zip(case["inputs"]["sds"].as_array().unwrap()) {
                row.insert("std_error".into(), sd.clone());
            }
            best(with(rows, "method", "best"))
        }
        ("bayesian", "prob_best_beta_binomial") => {
            let variants = case["inputs"]["variants"].as_array().unwrap().iter().enumerate();
            let row = |(i, variant): (usize, &Value)| {
                let mut row = variant.as_object().unwrap().clone();
                row.insert("variant".into(), i.to_string().into());
                row
            };
            let rows = with(variants.map(row).collect(), "method", "best-share");
            best(with(rows, "alpha", case["options"]["alpha"].clone()))
        }
        _ => return crate::power::got(method, case),
    })
}

const POSTERIOR: &[(&str, &str)] = &[
    ("posterior_mean", "posterior_mean"),
    ("posterior_sd", "posterior_std_dev"),
    ("chance_to_win", "chance_to_beat_control"),
    ("log_chance_to_lose", "log_chance_to_lose"),
    ("expected_loss_control", "loss_of_control"),
    ("expected_loss_treatment", "loss_of_treatment"),
    ("ci_lower", "lower"),
    ("ci_upper", "upper"),
];

const LIFT_POSTERIOR: &[(&str, &str)] = &[
    ("posterior_mean", "lift_posterior_mean"),
    ("posterior_sd", "lift_posterior_std_dev"),
    ("chance_to_win", "lift_chance_to_beat_control"),
    ("log_chance_to_lose", "lift_log_chance_to_lose"),
    ("expected_loss_control", "lift_loss_of_control"),
    ("expected_loss_treatment", "lift_loss_of_treatment"),
    ("ci_lower", "lift_lower"),
    ("ci_upper", "lift_upper"),
];

fn posterior(case: &Value, rows: Vec<Row>) -> Got {
    let options = &case["options"];
    let mut rows = with(rows, "method", "bayesian");
    if let Some(prior) = options["prior"].as_object() {
        rows = with(rows, "prior_mean", prior["mean"].clone());
        rows = with(rows, "prior_variance", prior["variance"].clone());
    }
    if options["inverse_metric"] == true {
        rows = with(rows, "better", "lower");
    }
    match options["difference"] == "relative" {
        true => first(rows, LIFT_POSTERIOR),
        false => first(rows, POSTERIOR),
    }
}

fn best(rows: Vec<Row>) -> Got {
    let mut fields = Vec::new();
    for (i, answer) in ask(rows)?.iter().enumerate() {
        for (theirs, ours) in [
            ("probability_best", "probability_best"),
            ("expected_loss", "expected_loss"),
            ("posterior_means", "posterior_mean"),
        ] {
            if let Some(value) = answer.get(ours).and_then(number) {
                fields.push((format!("{theirs}.{i}"), value));
            }
        }
        for (end, ours) in ["lower", "upper"].iter().enumerate() {
            if let Some(value) = answer.get(*ours).and_then(number) {
                fields.push((format!("credible_intervals.{i}.{end}"), value));
            }
        }
    }
    Ok(fields)
}

const CONTINUITY: &[(&str, &str)] = &[
    ("estimate", "effect"),
    ("statistic_abs", "statistic"),
    ("p_value", "p_value"),
    ("log_p_value", "log_p_value"),
];

fn sizes(fields: Vec<(String, f64)>) -> Vec<(String, f64)> {
    let size = |(name, value): (String, f64)| match name.as_str() {
        "statistic_abs" => (name, value.abs()),
        _ => (name, value),
    };
    fields.into_iter().map(size).collect()
}

fn sequence(rows: Vec<Row>) -> Vec<Row> {
    with(with(with(rows, "method", "sequential"), "rho", "growthbook"), "lift", "delta")
}

/// The half-width of the mean of values with variance 1.
fn unit_margin(case: &Value) -> Got {
    let units = case["inputs"]["t"].as_f64().unwrap();
    let rows = one(json!({
        "effect": 0, "std_error": 1.0 / units.sqrt(), "units": units, "method": "sequential",
        "alpha": case["options"]["alpha"], "tuning": case["options"]["t_opt"],
    }));
    let exact = first(rows.clone(), &[("rho", "rho"), ("upper", "upper")])?;
    let near = first(with(rows, "rho", "growthbook"), &[("rho", "rho")])?;
    Ok(vec![
        ("rho2_exact".into(), exact[0].1 * exact[0].1),
        ("unit_variance_margin".into(), exact[1].1),
        ("rho2_approx_growthbook".into(), near[0].1 * near[0].1),
    ])
}

fn stream(case: &Value, rows: Vec<Row>) -> Got {
    let mut rows = with(rows, "method", "msprt-stream");
    if let Some(sigma) = case["options"]["sigma_known"].as_f64() {
        rows = with(rows, "sigma", sigma);
    }
    let answers = ask(rows)?;
    let found = answers.first().ok_or("no answer")?;
    let list = |name: &str| numbers(&found[name]);
    let looks = list("pairs").into_iter().zip(list("log_e_values"));
    let mut fields: Vec<_> =
        looks.map(|(pairs, log)| (format!("lambda_at_n.{pairs}"), log.exp())).collect();
    if let Some(pairs) = number(&found["pairs_to_reject"]) {
        fields.push(("first_n_with_lambda_above_1_over_alpha".into(), pairs));
    }
    Ok(fields)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map(|items| items.iter().filter_map(number).collect()).unwrap_or_default()
}

/// The units of each variant apart.
fn linear_model(case: &Value) -> Vec<Row> {
    let inputs = &case["inputs"];
    let (y, treated) = (numbers(&inputs["y"]), numbers(&inputs["treatment"]));
    let covariate = numbers(&inputs["covariate"]);
    let arm = |name: &str, of: f64| {
        let pick = |from: &[f64]| -> Vec<f64> {
            let kept = from.iter().zip(&treated).filter(|(_, t)| **t == of);
            kept.map(|(value, _)| *value).collect()
        };
        let mut row = json!({ "variant": name, "values": pick(&y), "method": "linear-model" });
        if !covariate.is_empty() {
            row["pre_values"] = json!(pick(&covariate));
        }
        row["alpha"] = case["options"]["alpha"].clone();
        row["g"] = case["options"]["g"].clone();
        row.as_object().unwrap().clone()
    };
    vec![arm("control", 0.0), arm("treatment", 1.0)]
}

fn howard(case: &Value) -> Vec<Row> {
    one(json!({
        "method": "uniform-boundary", "function": case["inputs"]["function"],
        "arguments": case["inputs"]["args"],
    }))
}

const COUNTS: &[(&str, &str)] =
    &[("log_bayes_factor", "log_e_value"), ("p_value", "p_value"), ("log_p_value", "log_p_value")];

fn counts(case: &Value, name: &str) -> Vec<Row> {
    let rows = weighted(case, name, "sample-ratio-sequential");
    with(rows, "concentration", case["options"]["dirichlet_concentration_k"].clone())
}

fn sequential_counts(case: &Value) -> Got {
    let looks = case["inputs"]["looks"].as_array().unwrap();
    let weights = case["options"]["weights"].as_array().unwrap();
    let row = |(i, weight): (usize, &Value)| {
        let counts: Vec<&Value> = looks.iter().map(|look| &look[i]).collect();
        let row = json!({
            "variant": i.to_string(), "looks": counts, "weight": weight,
            "method": "sample-ratio-sequential",
            "concentration": case["options"]["dirichlet_concentration_k"],
        });
        row.as_object().unwrap().clone()
    };
    let answers = ask(weights.iter().enumerate().map(row).collect())?;
    let mut fields = Vec::new();
    for (theirs, ours) in
        [("p_value_now", "p_value_by_look"), ("p_value_running_min", "running_p_value_by_look")]
    {
        for (look, p) in numbers(&answers[0][ours]).into_iter().enumerate() {
            fields.push((format!("looks.{look}.{theirs}"), p));
        }
    }
    Ok(fields)
}

fn boundary(case: &Value) -> Got {
    let options = &case["options"];
    let spending = match options["type"].as_str().unwrap() {
        "OF" => "obrien-fleming-exact",
        "P" => "pocock-exact",
        "WT" => "wang-tsiatis",
        "asOF" => "obrien-fleming",
        "asP" => "pocock",
        "asKD" => "kim-demets",
        "asHSD" => "hwang-shih-decani",
        other => return Err(format!("unknown design {other}")),
    };
    let is_two_sided = options["sides"] == 2;
    let mut row = json!({
        "method": "boundaries", "information_fraction": case["inputs"]["information_fractions"],
        "spending": spending, "alpha": options["alpha"],
        "alternative": if is_two_sided { "two-sided" } else { "greater" },
    });
    if !options["parameter"].is_null() {
        row["spending_parameter"] = options["parameter"].clone();
    }
    let answers = ask(one(row))?;
    let found = &answers[0];
    let sides = if is_two_sided { 2.0 } else { 1.0 };
    let nominal = if is_two_sided { "nominal_p_two_sided" } else { "nominal_p_one_sided" };
    let mut fields = Vec::new();
    let mut list = |theirs: &str, ours: &str, scale: f64| {
        for (look, value) in numbers(&found[ours]).into_iter().enumerate() {
            fields.push((format!("{theirs}.{look}"), value * scale));
        }
    };
    list("z_bounds", "boundary", 1.0);
    list(nominal, "nominal_p_value", 1.0);
    list("cumulative_alpha_spent_per_side", "alpha_spent", 1.0 / sides);
    if let Some(inflation) = found.get("inflation_factor").and_then(number) {
        fields.push(("inflation_factor_power_0\u{2024}8".into(), inflation));
    }
    Ok(fields)
}

fn crossing(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let row = json!({
        "method": "crossing-probability", "upper_bounds": inputs["z_bounds"],
        "information_fraction": inputs["information_fractions"], "drift": options["drift_theta"],
        "alternative": if options["sides"] == 2 { "two-sided" } else { "greater" },
    });
    let answers = ask(one(row))?;
    let mut fields = vec![("total".to_owned(), number(&answers[0]["total"]).unwrap())];
    for side in ["upper", "lower"] {
        for (look, value) in numbers(&answers[0][side]).into_iter().enumerate() {
            fields.push((format!("{side}.{look}"), value));
        }
    }
    Ok(fields)
}

fn quantile(case: &Value, rows: Vec<Row>) -> Got {
    let options = &case["options"];
    let definition = match options["sample_quantile_definition"].as_str() {
        Some("inverted_cdf") => "inverted-cdf",
        _ => "linear",
    };
    let rows = with(with(rows, "method", "t-test"), "quantile", options["quantile"].clone());
    let rows = with(with(rows, "quantile_definition", definition), "lift", "delta");
    let answers = ask(with(rows, "quantile_interval", "growthbook"))?;
    let found = &answers[0];
    let mut fields = Vec::new();
    for (prefix, names) in [("absolute", EFFECT), ("relative", LIFT)] {
        let some = pick(found, names)?;
        fields.extend(some.into_iter().map(|(name, value)| (format!("{prefix}.{name}"), value)));
    }
    for arm in ["control", "treatment"] {
        for (theirs, ours) in [
            ("n", "quantile_values"),
            ("n_star", "quantile_units"),
            ("quantile_hat", "value"),
            ("quantile_lower", "quantile_lower"),
            ("quantile_upper", "quantile_upper"),
        ] {
            let value = number(&found[&format!("{arm}_{ours}")]).unwrap();
            fields.push((format!("{arm}.{theirs}"), value));
        }
    }
    Ok(fields)
}

fn winsorized(case: &Value) -> Got {
    let answers = ask(one(json!({
        "method": "winsorize", "values": case["inputs"]["values"],
        "lower_share": case["options"]["lower_fraction"],
        "upper_share": case["options"]["upper_fraction"],
    })))?;
    let values = numbers(&answers[0]["values"]).into_iter().enumerate();
    Ok(values.map(|(i, value)| (format!("values.{i}"), value)).collect())
}

fn capped(case: &Value, rows: Vec<Row>) -> Got {
    let options = &case["options"];
    let mut rows = with(rows, "method", "summaries");
    for (theirs, ours) in
        [("cap", "cap"), ("percentile", "cap_quantile"), ("ignore_zeros", "cap_ignore_zeros")]
    {
        if !options[theirs].is_null() {
            rows = with(rows, ours, options[theirs].clone());
        }
    }
    let definition = options["quantile_definition"].as_str().unwrap_or("linear").replace('_', "-");
    let answers = ask(with(rows, "quantile_definition", definition))?;
    let mut fields = vec![("cap".to_owned(), number(&answers[0]["cap"]).unwrap())];
    for (arm, found) in ["control", "treatment"].iter().zip(&answers) {
        for (theirs, ours) in [("n", "units"), ("mean", "mean"), ("variance", "variance")] {
            fields.push((format!("{arm}.{theirs}"), number(&found[ours]).unwrap()));
        }
        let capped = number(&found["capped_units"]).unwrap();
        fields.push((format!("n_capped_{arm}"), capped));
    }
    Ok(fields)
}

fn corrections(case: &Value) -> Got {
    let mut fields = Vec::new();
    for name in case["expected"].as_object().unwrap().keys() {
        let rows = with(each("p_value", &case["inputs"]["p_values"]), "method", "p-value");
        let rows = with(rows, "correction", name.replace('_', "-"));
        let answers = ask(with(rows, "alpha", case["options"]["alpha"].clone()))?;
        for (i, answer) in answers.iter().enumerate() {
            let p = number(&answer["adjusted_p_value"]).unwrap();
            fields.push((format!("{name}.adjusted_p.{i}"), p));
            fields.push((format!("{name}.reject.{i}"), number(&answer["rejected"]).unwrap()));
        }
    }
    Ok(fields)
}

fn widened(case: &Value) -> Got {
    let inputs = &case["inputs"];
    let row = json!({
        "method": "widened-interval", "effect": inputs["lift"], "p_value": inputs["adjusted_p"],
        "lower": inputs["unadjusted_ci"][0], "upper": inputs["unadjusted_ci"][1],
        "std_error": 1, "alpha": case["options"]["alpha"],
    });
    first(
        one(row),
        &[
            ("ci_lower", "lower"),
            ("ci_upper", "upper"),
            ("ad_hoc_ci.0", "ad_hoc_lower"),
            ("ad_hoc_ci.1", "ad_hoc_upper"),
        ],
    )
}

fn one_sided(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let greater = options["preference"] == "larger";
    let mut rows = each("effect", &inputs["difference"]);
    for (i, row) in rows.iter_mut().enumerate() {
        row.insert("std_error".into(), inputs["standard_error"][i].clone());
        row.insert("rejected".into(), inputs["significant"][i].clone());
    }
    let rows = with(with(rows, "method", "one-sided-bounds"), "null", options["null"].clone());
    let rows =
        with(with(rows, "correction", options["method"].clone()), "share", options["w"].clone());
    let rows = with(rows, "alternative", if greater { "greater" } else { "less" });
    let answers = ask(with(rows, "alpha", options["alpha"].clone()))?;
    let mut fields = Vec::new();
    for (i, answer) in answers.iter().enumerate() {
        for (theirs, ours) in [("ci_lower", "lower"), ("ci_upper", "upper")] {
            fields.push((format!("{theirs}.{i}"), number(&answer[ours]).unwrap()));
        }
    }
    Ok(fields)
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
        && (names == LIFT || names == LIFT_POSTERIOR)
    {
        return Err(reason.to_owned());
    }
    let found =
        |(theirs, ours): &(&str, &str)| Some(((*theirs).to_owned(), number(answer.get(*ours)?)?));
    Ok(names.iter().filter_map(found).collect())
}

pub fn number(value: &Value) -> Option<f64> {
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
