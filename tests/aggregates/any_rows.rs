//! Whatever the rows say, an answer is sound or says why there is none.

use std::time::{Duration, Instant};

use assize::aggregates::{Answer, Fields, METHODS, estimate};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rows::{Object, any_options, any_row, nasty, placed, units};

/// Fields that are null where there is nothing to say.
const NULL: [&str; 6] = [
    "lift",
    "crossed_at_look",
    "futility_bound",
    "pairs_to_reject",
    "adjusted_p_value",
    "variance",
];

/// Methods whose interval is not around the estimate: it has a prior, or pseudo-counts, or is
/// that of a procedure.
const ELSEWHERE: [&str; 3] = ["agresti-caffo", "bayesian", "one-sided-bounds"];

fn check(answer: &Answer) -> Result<(), TestCaseError> {
    prop_assert_eq!(answer.entries().count(), answer.object().len(), "a name is there twice");
    let Ok(fields) = &answer.outcome else { return Ok(()) };
    for (name, value) in fields.iter() {
        let may_be_null = NULL.contains(&name) || name.starts_with("covariance_");
        prop_assert!(may_be_null || !value.is_null(), "{}: {name} is null", answer.method);
        let is_p = name.ends_with("p_value") && !name.contains("log_");
        if let (true, Some(p)) = (is_p, fields.get_number(name)) {
            prop_assert!((0.0..=1.0).contains(&p), "{}: {name} is {p}", answer.method);
        }
        if let (true, Some(log)) = (name.ends_with("log_p_value"), fields.get_number(name)) {
            prop_assert!(log <= 0.0, "{}: {name} is {log}", answer.method);
        }
    }
    for (prefix, estimate) in [("", "effect"), ("lift_", "lift"), ("stopped_", "stopped_effect")] {
        check_interval(answer.method, fields, prefix, estimate)?;
    }
    Ok(())
}

fn check_interval(
    method: &str,
    fields: &Fields,
    prefix: &str,
    estimate: &str,
) -> Result<(), TestCaseError> {
    let get = |name: &str| fields.get_number(name);
    let ends = get(&format!("{prefix}lower")).zip(get(&format!("{prefix}upper")));
    let Some((lower, upper)) = ends else { return Ok(()) };
    prop_assert!(lower <= upper, "{method}: {prefix}[{lower}, {upper}]");
    // A one-sided bound that errs in most cases lies beyond the estimate.
    let is_level = get("alpha").is_none_or(|alpha| alpha < 0.5);
    if let (Some(value), true) = (get(estimate), is_level && !ELSEWHERE.contains(&method)) {
        // An end that is rounded may be a digit beside an estimate that is rounded.
        let slack = 1e-9 * value.abs().max(f64::MIN_POSITIVE);
        let inside = lower - slack <= value && value <= upper + slack;
        prop_assert!(inside, "{method}: {estimate} {value} in [{lower}, {upper}]\n{fields:?}");
    }
    Ok(())
}

/// What a method cannot do without.
fn needs(method: &str) -> Vec<(&'static str, Value)> {
    match method {
        "group-sequential" => vec![("target", json!(100_000))],
        "boundaries" => vec![("information_fraction", json!([0.3, 1.0]))],
        "msprt-stream" => vec![("tau_squared", json!(1.0))],
        _ => vec![],
    }
}

/// Runs one method; wrong input must be a problem of the author, with its place.
fn run(method: &str, rows: &[Object], options: &Object) -> Result<(), TestCaseError> {
    let mut options = options.clone();
    options.insert("method".into(), json!(method));
    for (name, value) in needs(method) {
        options.entry(name).or_insert(value);
    }
    let started = Instant::now();
    let result = estimate(placed(rows), options);
    let took = started.elapsed();
    prop_assert!(took < Duration::from_secs(20), "{method} took {took:?}");
    match result {
        Ok(estimated) => estimated.answers.iter().try_for_each(check),
        Err(error) => {
            prop_assert_eq!(error.exit_code(), 2, "{}", error);
            prop_assert!(
                error.problems.iter().all(|problem| !problem.place.is_empty()),
                "{}",
                error
            );
            Ok(())
        }
    }
}

fn named(rows: Vec<Object>) -> Vec<Object> {
    let names = ["control", "b", "c"];
    let name = |(row, name): (Object, &str)| {
        let mut row = row;
        row.insert("variant".into(), json!(name));
        row
    };
    rows.into_iter().zip(names).map(name).collect()
}

/// Rows of one shape each, so that comparisons get as far as they can.
fn alike() -> impl Strategy<Value = Vec<Object>> {
    let numbers = prop::collection::vec((units(), nasty(), nasty(), units()), 2..4);
    (0..6usize, numbers).prop_map(|(shape, rows)| {
        let row = |(units, mean, variance, other): (u64, f64, f64, u64)| {
            crate::rows::object(match shape {
                0 => json!({"units": units, "mean": mean, "variance": variance.abs()}),
                1 => json!({"units": units, "conversions": other.min(units)}),
                2 => json!({"values": [mean, variance, units, 1, 0, 1]}),
                3 => json!({"effect": mean, "std_error": variance.abs(), "units": units,
                    "p_value": 0.5 + 0.4 * (mean / 1e3).tanh(), "lower": mean - 1.0,
                    "upper": mean + 1.0, "rejected": units > 50}),
                4 => json!({"function": "normal-mixture-bound", "upper_bounds": [mean, variance],
                    "arguments": [variance.abs(), 0.05, 100.0, 0.05, units > 50]}),
                _ => json!({"p_value": (mean / 1e3).tanh().abs()}),
            })
        };
        named(rows.into_iter().map(row).collect())
    })
}

proptest! {
    #[test]
    fn every_method_answers_soundly_or_says_why_not(
        rows in prop::collection::vec(any_row(), 1..4),
        options in any_options(),
    ) {
        let rows = named(rows);
        for method in METHODS {
            run(method.name, &rows, &options)?;
        }
    }

    #[test]
    fn every_method_on_rows_that_are_alike(rows in alike(), options in any_options()) {
        for method in METHODS {
            run(method.name, &rows, &options)?;
        }
    }
}
