//! That the help says of every option which method has it, and of every method its options.

use assize::aggregates::{FIELDS, Field, Kind, METHODS, Method, estimate};
use serde_json::{Value, json};

use crate::rows::{Object, object, placed};

/// Options that all tests of an effect have, or all rows.
const EVERYWHERE: [&str; 22] = [
    "method",
    "control",
    "alpha",
    "alternative",
    "null",
    "lift",
    "theta",
    "divisor",
    "better",
    "margin",
    "margin_scale",
    "cap",
    "cap_quantile",
    "cap_ignore_zeros",
    "quantile",
    "quantile_definition",
    "quantile_interval",
    "correction",
    "family",
    // The same as `prior`.
    "prior",
    "prior_mean",
    "prior_variance",
];

/// A value of each option that is not the default.
fn value(option: &str) -> Value {
    match option {
        "tuning" | "target" => json!(700),
        "rho" => json!("growthbook"),
        "information_fraction" => json!([0.3, 0.6]),
        "statistics" => json!([1.0]),
        "spending" | "futility" => json!("kim-demets"),
        "planned" => json!([0.3, 0.6, 1.0]),
        "last_look" => json!(true),
        "prior" => json!("0,1"),
        "better" => json!("lower"),
        "quantile_definition" => json!("hazen"),
        "correction" => json!("holm"),
        "power" => json!(0.9),
        "lower_share" | "upper_share" | "quantile" | "share" | "null" => json!(0.25),
        _ => json!(2.0),
    }
}

fn rows(method: &Method) -> Vec<Object> {
    let row = |variant: &str, i: f64| {
        let values: Vec<f64> = (0..20).map(|unit| (i * f64::from(unit)).sin().abs()).collect();
        object(match method.name {
            _ if method.reads_values => json!({"variant": variant, "values": values}),
            "one-sided-bounds" => {
                json!({"variant": variant, "effect": i, "std_error": 1.0, "rejected": false})
            }
            "crossing-probability" => json!({"upper_bounds": [2.5, 2.0]}),
            "boundaries" => json!({"information_fraction": [0.3, 0.6, 1.0]}),
            name if name.starts_with("sample-ratio") => {
                json!({"variant": variant, "looks": [9, 80]})
            }
            _ => json!({"variant": variant, "units": 500, "conversions": 100.0 + i}),
        })
    };
    vec![row("control", 1.0), row("b", 2.0)]
}

#[test]
fn every_option_of_a_method_is_heard() {
    for method in METHODS.iter().filter(|method| !method.options.is_empty()) {
        let options = method.options.iter().map(|option| ((*option).to_owned(), value(option)));
        let rows: Vec<Object> = rows(method)
            .into_iter()
            .map(|row| row.into_iter().chain(options.clone()).collect())
            .collect();
        let found = estimate(placed(&rows), object(json!({"method": method.name}))).unwrap();
        assert_eq!(found.unused, Vec::<String>::new(), "{}", method.name);
    }
}

#[test]
fn every_option_is_that_of_some_method() {
    let known = |field: &&Field| {
        EVERYWHERE.contains(&field.name)
            || METHODS.iter().any(|method| method.options.contains(&field.name))
    };
    let lost: Vec<&str> = FIELDS
        .iter()
        .filter(|field| field.kind == Kind::Option)
        .filter(|field| !known(field))
        .map(|field| field.name)
        .collect();
    assert_eq!(lost, Vec::<&str>::new());
}
