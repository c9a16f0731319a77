//! Which patch of a strategy gives a variant its share.
//!
//! The server divides what is not fixed evenly among the `variable` variants, whatever weights
//! they are given, and wants at least one of them: so exactly one is.

use serde_json::{Value, json};

use super::state::Strategy;
use super::text;
use crate::action::Fault;

/// So many percent of all units get the variant, the rest the control. 0 takes nothing from others.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    pub variant: &'a str,
    pub control: &'a str,
    pub percent: u8,
}

/// The patch; `None` if nothing has to change. Keeps groups, stickiness and order: another one
/// of those would give units another variant.
pub fn patch(strategy: &Strategy, share: Share) -> Result<Option<Value>, Fault> {
    if share.percent > 100 {
        return Err(Fault::refused(format!("{} % is more than everybody", share.percent)));
    }
    let has = |name: &str| strategy.variants.iter().any(|variant| variant["name"] == name);
    let said = text(&strategy.parameters["rollout"]).and_then(|said| said.parse().ok());
    let (rollout, variants) = match (has(share.variant), has(share.control)) {
        (true, true) if share.percent == 0 => {
            (said.unwrap_or(100), emptied(&strategy.variants, share.variant, share.control))
        }
        (true, true) => {
            let weight = u32::from(share.percent) * 10;
            (100, weighted(&strategy.variants, share.variant, weight, share.control))
        }
        (true, false) => (share.percent, weighted(&strategy.variants, "", 0, share.variant)),
        (false, _) if strategy.variants.is_empty() => (share.percent, Vec::new()),
        (false, _) => {
            let why = format!("the strategy has no variant `{}`", share.variant);
            return Err(Fault::unsupported(why));
        }
    };
    let rollout = rollout.to_string();
    let has_rollout = text(&strategy.parameters["rollout"]).is_some_and(|said| said == rollout);
    let mut operations = vec![
        json!({ "op": "test", "path": "/parameters", "value": strategy.parameters }),
        json!({ "op": "test", "path": "/variants", "value": strategy.variants }),
    ];
    if !has_rollout {
        operations
            .push(json!({ "op": "replace", "path": "/parameters/rollout", "value": rollout }));
    }
    if weights(&variants) != weights(&strategy.variants) {
        operations.push(json!({ "op": "replace", "path": "/variants", "value": variants }));
    }
    Ok((operations.len() > 2).then(|| json!(operations)))
}

/// `weight` of 1000 for one variant, nothing for others, and what is left for `rest`.
fn weighted(variants: &[Value], name: &str, weight: u32, rest: &str) -> Vec<Value> {
    let mut variants = variants.to_vec();
    for variant in &mut variants {
        let (weight, weight_type) = match variant["name"].as_str() {
            Some(found) if found == rest => (1000 - weight, "variable"),
            Some(found) if found == name => (weight, "fix"),
            _ => (0, "fix"),
        };
        if let Some(object) = variant.as_object_mut() {
            object.insert("weight".to_owned(), json!(weight));
            object.insert("weightType".to_owned(), json!(weight_type));
        }
    }
    variants
}

/// What one variant had goes to `rest`; others keep theirs.
fn emptied(variants: &[Value], name: &str, rest: &str) -> Vec<Value> {
    let weight = |variant: &Value| variant["weight"].as_u64().unwrap_or_default();
    let of = |wanted: &str| {
        variants.iter().filter(|variant| variant["name"] == wanted).map(weight).sum::<u64>()
    };
    let together = of(name) + of(rest);
    let mut emptied = variants.to_vec();
    for variant in &mut emptied {
        let (weight, weight_type) = match variant["name"].as_str() {
            Some(found) if found == rest => (together, "variable"),
            Some(found) if found == name => (0, "fix"),
            _ => (weight(variant), "fix"),
        };
        if let Some(object) = variant.as_object_mut() {
            object.insert("weight".to_owned(), json!(weight));
            object.insert("weightType".to_owned(), json!(weight_type));
        }
    }
    emptied
}

fn weights(variants: &[Value]) -> Vec<(&Value, &Value)> {
    variants.iter().map(|variant| (&variant["name"], &variant["weight"])).collect()
}
