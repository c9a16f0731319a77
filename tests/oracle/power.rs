//! Questions to `assize power`.

use std::process::Command;

use serde_json::Value;

use crate::question::{Got, number};

/// What we answer to a case; `None` for a method that is not ours.
pub fn got(method: &str, case: &Value) -> Option<Got> {
    Some(match method {
        "power.t_test_equal_var" => equal_variances(case),
        "power.sample_size_normal" => normal(case),
        "power.proportions" => shares(case),
        "power.tea_tasting" => tea_tasting(case),
        "power.mid_experiment" => midway(case),
        "power.growthbook_weeks" => weeks(case),
        "power.growthbook_single" => single(case),
        "decision_rule.spot1" => spot_1(case),
        _ => return None,
    })
}

/// The rows of an answer, all digits.
fn ask(arguments: &[(&str, String)]) -> Result<Vec<Value>, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assize"));
    command.args(["power", "--output", "json", "--log", "text"]);
    for (flag, value) in arguments {
        match value.is_empty() {
            true => command.arg(format!("--{flag}")),
            false => command.arg(format!("--{flag}={value}")),
        };
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One number of the first row.
fn one(arguments: &[(&str, String)], name: &str) -> Result<f64, String> {
    let rows = ask(arguments)?;
    let row = rows.first().ok_or("no answer")?;
    row.get(name).and_then(number).ok_or_else(|| format!("no {name}: {row}"))
}

fn with<'a>(base: &[(&'a str, String)], more: &[(&'a str, String)]) -> Vec<(&'a str, String)> {
    base.iter().chain(more).cloned().collect()
}

fn equal_variances(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let base = [
        ("mean", "0".into()),
        ("std-dev", text(&inputs["sd"])),
        ("method", "pooled-t-test".into()),
        ("alpha", text(&options["alpha"])),
        ("alternative", text(&options["alternative"])),
    ];
    let effect = ("effect", text(&inputs["effect"]));
    let units = ("units", (2.0 * number(&inputs["n_per_arm"]).unwrap()).to_string());
    let power = |power: f64| ("power", power.to_string());
    let mut fields = Vec::new();
    for asked in [0.8, 0.9] {
        let name = format!("n_per_arm_for_power_{:.0}", 100.0 * asked);
        if !case["expected"][&name].is_null() {
            let arguments = with(&base, &[effect.clone(), power(asked)]);
            fields.push((name, one(&arguments, "control_units")?));
        }
        let name = format!("mde_power_{:.0}", 100.0 * asked);
        if !case["expected"][&name].is_null() {
            let arguments = with(&base, &[units.clone(), power(asked)]);
            fields.push((name, one(&arguments, "effect")?));
        }
    }
    fields.push(("power".into(), one(&with(&base, &[effect, units]), "power")?));
    Ok(fields)
}

fn normal(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let base = [
        ("mean", "0".into()),
        ("variance", "1".into()),
        ("method", "z-test".into()),
        ("effect", text(&inputs["standardised_effect"])),
        ("ratio", text(&inputs["ratio_treatment_to_control"])),
        ("power", text(&options["power"])),
    ];
    let alpha = number(&options["alpha"]).unwrap();
    let sides = |alpha: f64, alternative: &str| {
        [("alpha", alpha.to_string()), ("alternative", alternative.to_owned())]
    };
    let two = with(&base, &sides(alpha, &text(&options["alternative"])));
    let half = with(&base, &sides(0.5 * alpha, "greater"));
    Ok(vec![
        ("n_control".into(), one(&two, "control_units")?),
        ("n_treatment".into(), one(&two, "treatment_units")?),
        ("n_control_closed_form_one_tail".into(), one(&half, "control_units")?),
    ])
}

fn shares(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let (from, to) =
        (number(&inputs["p_control"]).unwrap(), number(&inputs["p_treatment"]).unwrap());
    let alpha = number(&options["alpha"]).unwrap();
    let base = [
        ("rate", from.to_string()),
        ("effect", (to - from).to_string()),
        ("method", "z-test".into()),
    ];
    let power = ("power", text(&options["power"]));
    let side = if to > from { "greater" } else { "less" };
    let closed = [("alpha", (0.5 * alpha).to_string()), ("alternative", side.into())];
    let both = [("alpha", alpha.to_string())];
    let variance = |name: &str| [("share-variance", name.to_owned())];
    let pooled =
        with(&with(&base, &closed), &with(&variance("pooled"), std::slice::from_ref(&power)));
    let unpooled = with(&with(&base, &closed), &[power]);
    let many = [("units", "40000".to_owned())];
    let strict = with(&with(&base, &both), &with(&variance("pooled"), &many));
    Ok(vec![
        ("n_per_arm_pooled".into(), one(&pooled, "control_units")?),
        ("n_per_arm_unpooled_closed_form".into(), one(&unpooled, "control_units")?),
        ("power_at_20000_per_arm_strict".into(), one(&strict, "power")?),
    ])
}

fn tea_tasting(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let base = [
        ("mean", text(&inputs["mean"])),
        ("std-dev", text(&inputs["sd"])),
        ("method", "t-test".into()),
        ("alpha", text(&options["alpha"])),
        ("ratio", text(&options["ratio"])),
    ];
    let mut asked = Vec::new();
    for (theirs, ours) in
        [("rel_effect_size", "lift"), ("effect_size", "effect"), ("n_obs", "units")]
    {
        if !options[theirs].is_null() {
            asked.push((ours, text(&options[theirs]).trim_matches(['[', ']']).to_owned()));
        }
    }
    if options["solve_for"] != "power" {
        asked.push(("power", text(&options["power"])));
    }
    let mut fields = Vec::new();
    for (i, row) in ask(&with(&base, &asked))?.iter().enumerate() {
        let value = |name: &str| row.get(name).and_then(number).ok_or(format!("no {name}"));
        fields.push((format!("rows.{i}.power"), value("power")?));
        fields.push((format!("rows.{i}.effect_size"), value("effect")?));
        fields.push((format!("rows.{i}.rel_effect_size"), value("lift")?));
        fields.push((format!("rows.{i}.n_obs_total"), value("units")?.ceil()));
    }
    Ok(fields)
}

/// Standard error of the lift by the delta method.
fn lift_error(inputs: &Value) -> (f64, f64) {
    let arm = |name: &str| {
        let field = |field: &str| number(&inputs[name][field]).unwrap();
        (field("n"), field("mean"), field("variance"))
    };
    let ((a, mean, variance), (b, other, noise)) = (arm("control"), arm("treatment"));
    let squared = noise / b / mean.powi(2) + variance / a * other.powi(2) / mean.powi(4);
    (squared.sqrt(), a + b)
}

fn midway(case: &Value) -> Got {
    let options = &case["options"];
    let (std_error, units) = lift_error(&case["inputs"]);
    let goals = options["num_goal_metrics"].as_f64().unwrap();
    let variations = options["num_variations"].as_f64().unwrap();
    let corrected = options["p_value_corrected"] == true;
    let tests = if corrected { (variations - 1.0) * goals } else { 1.0 };
    let mut base = vec![
        ("std-error", std_error.to_string()),
        ("measured-units", units.to_string()),
        ("tests-lift", String::new()),
        ("lift", text(&options["target_mde"])),
        ("alpha", (number(&options["alpha"]).unwrap() / tests).to_string()),
    ];
    match (options["prior"].as_object(), options["sequential"] == true) {
        (Some(prior), _) => {
            base.push(("method", "bayesian".into()));
            base.push(("prior", format!("{},{}", prior["mean"], prior["variance"])));
        }
        (None, true) => {
            base.push(("rho", "growthbook".into()));
            base.push(("tuning", text(&options["tuning_parameter"])));
        }
        (None, false) => base.push(("method", "z-test".into())),
    }
    let power = number(&options["target_power"]).unwrap().powf(1.0 / goals);
    let now = one(&with(&base, &[("units", units.to_string())]), "power")?;
    let needed = one(&with(&base, &[("power", power.to_string())]), "units")?;
    let additional = (needed - units).max(0.0);
    Ok(vec![
        ("power_now".into(), now),
        ("scaling_factor".into(), additional / units),
        ("additional_users".into(), additional),
    ])
}

/// What each metric of GrowthBook's calculator is here.
fn calculator(metric: &Value) -> Vec<(&'static str, String)> {
    let mut base = vec![("tests-lift", String::new()), ("method", "z-test".into())];
    let (mean, variance) = match metric["type"].as_str() {
        Some("binomial") => {
            let rate = number(&metric["conversion_rate"]).unwrap();
            (rate, rate * (1.0 - rate))
        }
        _ => (number(&metric["mean"]).unwrap(), number(&metric["variance"]).unwrap()),
    };
    base.push(("mean", mean.to_string()));
    base.push(("variance", variance.to_string()));
    base
}

fn weeks(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let a_week =
        number(&inputs["users_per_week"]).unwrap() * 2.0 / number(&inputs["n_variations"]).unwrap();
    let weeks = options["weeks"].as_u64().unwrap();
    let target = number(&options["target_power"]).unwrap();
    let units: Vec<String> = (1..=weeks).map(|week| (a_week * week as f64).to_string()).collect();
    let mut fields = Vec::new();
    for metric in inputs["metrics"].as_array().unwrap() {
        let name = metric["name"].as_str().unwrap();
        let mut base = calculator(metric);
        base.push(("units", units.join(",")));
        base.push(("alpha", text(&options["alpha"])));
        let lift = [("lift", text(&metric["effect_size"]))];
        for (week, row) in ask(&with(&base, &lift))?.iter().enumerate() {
            fields.push((format!("power_by_week.{name}.{week}"), number(&row["power"]).unwrap()));
        }
        let powers = [("power", target.to_string())];
        for (week, row) in ask(&with(&base, &powers))?.iter().enumerate() {
            if let Some(lift) = row.get("lift").and_then(number) {
                fields.push((format!("mde_by_week.{name}.{week}"), lift));
            }
        }
    }
    Ok(fields)
}

fn single(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let units =
        number(&inputs["n_total"]).unwrap() * 2.0 / number(&inputs["n_variations"]).unwrap();
    let mut base = calculator(inputs);
    if !options["sequential_tuning_parameter"].is_null() {
        base.retain(|(name, _)| *name != "method");
        base.push(("method", "sequential-growthbook".into()));
        base.push(("tuning", text(&options["sequential_tuning_parameter"])));
    }
    base.push(("units", units.to_string()));
    base.push(("alpha", text(&options["alpha"])));
    let mut fields = Vec::new();
    if !case["expected"]["mde"].is_null() {
        let asked = [("power", text(&options["power"]))];
        fields.push(("mde".into(), one(&with(&base, &asked), "lift")?));
    }
    if !case["expected"]["power"].is_null() {
        let asked = [("lift", text(&inputs["effect_size"]))];
        fields.push(("power".into(), one(&with(&base, &asked), "power")?));
    }
    Ok(fields)
}

fn spot_1(case: &Value) -> Got {
    let (inputs, options) = (&case["inputs"], &case["options"]);
    let metrics = inputs["metrics"].as_array().unwrap();
    let weights: Vec<f64> =
        inputs["weights"].as_array().unwrap().iter().filter_map(number).collect();
    let successes = metrics.iter().filter(|metric| metric["nim"].is_null()).count();
    let mut fields = Vec::new();
    for (i, metric) in metrics.iter().enumerate() {
        let directed = !metric["preferred_direction"].is_null();
        let alpha = number(&options["alpha"]).unwrap() * if directed { 2.0 } else { 1.0 };
        // A margin is tested on one side, at half of what the library calls alpha.
        let sides = if metric["nim"].is_null() { 1.0 } else { 2.0 };
        let mean = number(&metric["mean"]).unwrap();
        let mut arguments = vec![
            ("mean", mean.to_string()),
            ("variance", text(&metric["variance"])),
            ("method", "z-test".into()),
            ("rule", "spot-1".into()),
            ("alpha", (alpha / sides).to_string()),
            ("power", text(&options["power"])),
            ("primaries", successes.to_string()),
            ("guardrails", (metrics.len() - successes).to_string()),
            ("weights", weights.iter().map(f64::to_string).collect::<Vec<_>>().join(",")),
        ];
        match metric["nim"].as_f64() {
            None => arguments.push(("lift", text(&metric["mde"]))),
            Some(margin) => {
                arguments.push(("margin", margin.to_string()));
                arguments.push(("lift", "0".into()));
            }
        }
        let rows = ask(&arguments)?;
        let row = rows.first().ok_or("no answer")?;
        let mut add = |theirs: &str, value: f64| {
            fields.push((format!("per_metric.{i}.{theirs}"), value));
        };
        add("alpha_two_sided_equivalent", alpha);
        for (theirs, ours, scale) in [
            ("adjusted_alpha", "metric_alpha", sides),
            ("adjusted_power", "metric_power", 1.0),
            ("required_sample_size", "experiment_units", 1.0),
        ] {
            add(theirs, scale * row.get(ours).and_then(number).ok_or(format!("no {ours}: {row}"))?);
        }
    }
    Ok(fields)
}
