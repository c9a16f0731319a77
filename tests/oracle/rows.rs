//! A case as rows of aggregates.

use serde_json::{Map, Value, json};

pub type Row = Map<String, Value>;

/// Control and treatment, as far as the case has them.
pub fn arms(case: &Value) -> Vec<Row> {
    ["control", "treatment"]
        .into_iter()
        .filter_map(|name| {
            let mut row = arm(case["inputs"][name].as_object()?, case);
            row.insert("variant".into(), name.into());
            Some(row)
        })
        .collect()
}

/// One arm under the names that `assize estimate` knows.
fn arm(arm: &Row, case: &Value) -> Row {
    let method = case["method"].as_str().unwrap();
    let is_covariate = method.contains("cuped");
    let mut row = Row::new();
    for (name, value) in arm {
        let known = match name.as_str() {
            "covariance" if is_covariate => "covariance_yx",
            "covariance" => "covariance_yd",
            "covariance_matrix" => {
                let letters = ['y', 'd', 'x', 'e'];
                for i in 0..4 {
                    for j in i..4 {
                        let name = if i == j {
                            format!("{}variance", PREFIXES[i])
                        } else {
                            format!("covariance_{}{}", letters[i], letters[j])
                        };
                        row.insert(name, value[i][j].clone());
                    }
                }
                continue;
            }
            "means" => {
                for i in 0..4 {
                    row.insert(format!("{}mean", PREFIXES[i]), value[i].clone());
                }
                continue;
            }
            "covariance_matrix_order" => continue,
            // Moments are given: they are authoritative.
            other if other.ends_with("_values") && arm.contains_key("n") => continue,
            "values" if arm.contains_key("n") => continue,
            other => match ratio_sum(other) {
                Some(ours) => ours,
                None => other,
            },
        };
        if !value.is_null() {
            row.insert(known.into(), value.clone());
        }
    }
    row
}

const PREFIXES: [&str; 4] = ["", "denominator_", "pre_", "pre_denominator_"];

/// The files' names for the sums of a ratio with a covariate.
fn ratio_sum(name: &str) -> Option<&'static str> {
    Some(match name {
        "m_post_sum" => "sum",
        "m_post_sum_squares" => "sum_squares",
        "d_post_sum" => "denominator_sum",
        "d_post_sum_squares" => "denominator_sum_squares",
        "m_pre_sum" => "pre_sum",
        "m_pre_sum_squares" => "pre_sum_squares",
        "d_pre_sum" => "pre_denominator_sum",
        "d_pre_sum_squares" => "pre_denominator_sum_squares",
        "m_post_d_post_sum_of_products" => "product_yd",
        "m_post_m_pre_sum_of_products" => "product_yx",
        "m_post_d_pre_sum_of_products" => "product_ye",
        "d_post_m_pre_sum_of_products" => "product_dx",
        "d_post_d_pre_sum_of_products" => "product_de",
        "m_pre_d_pre_sum_of_products" => "product_xe",
        _ => return None,
    })
}

/// Adds an option to every row.
pub fn with(mut rows: Vec<Row>, name: &str, value: impl Into<Value>) -> Vec<Row> {
    let value = value.into();
    for row in &mut rows {
        row.insert(name.into(), value.clone());
    }
    rows
}

/// Adds the options of the case that have our names.
pub fn with_options(mut rows: Vec<Row>, case: &Value) -> Vec<Row> {
    for (theirs, ours) in [
        ("alpha", "alpha"),
        ("alternative", "alternative"),
        ("tuning_parameter", "tuning"),
        ("tau_squared", "tau_squared"),
        ("theta0", "null"),
        ("margin_absolute", "margin"),
        ("nim", "margin"),
    ] {
        let value = &case["options"][theirs];
        if !value.is_null() {
            rows = with(rows, ours, value.clone());
        }
    }
    match case["options"]["preferred_direction"].as_str() {
        Some("increase") => with(rows, "better", "higher"),
        Some("decrease") => with(rows, "better", "lower"),
        _ => rows,
    }
}

/// One row for each of several values.
pub fn each(name: &str, values: &Value) -> Vec<Row> {
    let values = values.as_array().unwrap();
    let row = |(i, value): (usize, &Value)| {
        json!({ "variant": i.to_string(), name: value }).as_object().unwrap().clone()
    };
    values.iter().enumerate().map(row).collect()
}
