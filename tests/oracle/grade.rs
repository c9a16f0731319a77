//! Got against wanted.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::question::{Got, got};

/// Methods of the files that are not ours, and why.
const NOT_OURS: &[(&str, &str)] = &[];

/// Cases that a strict engine refuses, and why.
const REFUSED: &[(&str, &str)] =
    &[("gbt-df-ratio-bayes", "its denominator has a negative variance: no data has these sums")];

/// Every case of one file must pass.
pub fn file(name: &str) {
    let Some(cases) = crate::cases(name) else { return };
    let mut graded: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        let method = case["method"].as_str().unwrap();
        match got(method, case) {
            Some(got) => {
                let count = graded.entry(method).or_default();
                let found = differences(case, &got);
                count[0] += usize::from(found.is_empty());
                count[1] += 1;
                failures.extend(found);
            }
            None if NOT_OURS.iter().any(|(ours, _)| *ours == method) => {}
            None => failures.push(format!("{}: nobody answers {method}", case["id"])),
        }
    }
    graded.iter().for_each(|(method, [passed, all])| println!("{method}: {passed} of {all}"));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn differences(case: &Value, got: &Got) -> Vec<String> {
    let (id, expected) = (case["id"].as_str().unwrap(), &case["expected"]);
    match (expected["status"].as_str(), got) {
        // An alarm: a p-value of 0, or no answer at all.
        (Some("mismatch"), Ok(fields)) => {
            let p = fields.iter().find(|(name, _)| name == "p_value").unwrap();
            if p.1 < 1e-6 { vec![] } else { vec![format!("{id}: no alarm")] }
        }
        (Some(_), Err(_)) => vec![],
        (Some(status), Ok(fields)) => {
            let said = |name: &str| fields.iter().any(|(n, v)| n == name && v.is_finite());
            let numbers = ["p_value", "ci_lower", "ci_upper"].iter().any(|name| said(name));
            if numbers { vec![format!("{id}: {status}, but we have numbers")] } else { vec![] }
        }
        (None, Err(_)) if REFUSED.iter().any(|(refused, _)| *refused == id) => vec![],
        (None, Err(missing)) => vec![format!("{id}: {missing}")],
        (None, Ok(fields)) => compare(case, fields),
    }
}

fn compare(case: &Value, fields: &[(String, f64)]) -> Vec<String> {
    let id = case["id"].as_str().unwrap();
    let mut compared = 0;
    let mut failures = Vec::new();
    for (name, got) in fields {
        let Some(want) = wanted(&case["expected"], name) else { continue };
        compared += 1;
        if !within(case, name, *got, want) {
            failures.push(format!("{id}: {name} is {got:e}, not {want:e}"));
        }
    }
    if compared == 0 {
        failures.push(format!("{id}: nothing was compared"));
    }
    failures
}

/// A number of the expectation by its path, such as `control.mean` or `looks.0.p_value_now`.
fn wanted(expected: &Value, path: &str) -> Option<f64> {
    let step = |value: &Value, key: &str| match key.parse::<usize>() {
        Ok(i) if value.is_array() => value.get(i).cloned(),
        _ => value.get(key).cloned(),
    };
    // A key of the files may have a point in it.
    let step = |value: Value, key: &str| step(&value, &key.replace('\u{2024}', "."));
    let found = path.split('.').try_fold(expected.clone(), step)?;
    match &found {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

fn within(case: &Value, name: &str, got: f64, want: f64) -> bool {
    let own = case["tolerance"]["per_field"].get(name.split('.').next().unwrap());
    let last = case["tolerance"]["per_field"].get(name.rsplit('.').next().unwrap());
    let tolerance = own.or(last).unwrap_or(&case["tolerance"]);
    let of = |kind: &str| tolerance[kind].as_f64().unwrap_or(0.0);
    if want.is_infinite() {
        return got == want;
    }
    let loose = if want.abs() > 6.0 { of("abs_if_above_6") } else { 0.0 };
    let slip = (got - want).abs();
    slip <= of("abs").max(loose) || slip <= of("rel") * want.abs()
}
