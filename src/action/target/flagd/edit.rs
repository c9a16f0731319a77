//! The rule of one flag: who gets which variant.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::action::{Fault, Observed};

/// What the flag does, without the token.
///
/// A flag without a rule gives everybody its default variant. A rule that is more than a list of
/// variants with weights, after what it goes by, is not understood.
pub fn observe(flag: &Value) -> Result<Observed, Fault> {
    let variants = flag["variants"].as_object();
    let variants = variants.ok_or_else(|| Fault::unsupported("the flag has no `variants`"))?;
    let default = flag["defaultVariant"].as_str();
    let Some(default) = default.filter(|default| variants.contains_key(*default)) else {
        let why = "the flag has no `defaultVariant`, or one that is not among its variants";
        return Err(Fault::conflict(why));
    };
    let enabled = flag["state"] == "ENABLED";
    let mut foreign = Vec::new();
    let mut shares = BTreeMap::new();
    match weights(&flag["targeting"]) {
        Some(weights) if weights.is_empty() => drop(shares.insert(default.to_owned(), 100.0)),
        Some(weights) => {
            let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
            if total <= 0.0 {
                return Err(Fault::conflict("the weights of the flag sum to nothing"));
            }
            for (name, weight) in weights {
                if !variants.contains_key(&name) {
                    foreign.push(format!("a weight of `{name}`, which is no variant"));
                }
                *shares.entry(name).or_insert(0.0) += 100.0 * weight / total;
            }
        }
        None => foreign.push("a targeting rule".to_owned()),
    }
    if !enabled {
        shares.values_mut().for_each(|share| *share = 0.0);
    }
    let status = flag["state"].as_str().map(str::to_owned);
    Ok(Observed { enabled, shares, status, winner: None, token: None, foreign })
}

/// Variants with weights, in order; none where there is no rule.
fn weights(targeting: &Value) -> Option<Vec<(String, f64)>> {
    let Some(rule) = targeting.as_object().filter(|rule| !rule.is_empty()) else {
        return (targeting.is_null() || targeting.is_object()).then(Vec::new);
    };
    let list = rule.get("fractional").filter(|_| rule.len() == 1)?.as_array()?;
    // Before the weights may stand what units are told apart by.
    let list = list.get(first_weight(list)..)?;
    list.iter().map(weight).collect()
}

fn first_weight(list: &[Value]) -> usize {
    usize::from(list.first().is_some_and(|first| !first.is_array()))
}

/// `["treatment", 10]`, or `["treatment"]` for a weight of 1.
fn weight(item: &Value) -> Option<(String, f64)> {
    match item.as_array()?.as_slice() {
        [name] => Some((name.as_str()?.to_owned(), 1.0)),
        [name, weight] => {
            let weight = weight.as_f64().filter(|weight| *weight >= 0.0)?;
            Some((name.as_str()?.to_owned(), weight))
        }
        _ => None,
    }
}

/// Sets the weights, and nothing else. Entries keep their places: buckets go by them.
pub fn set_rollout(
    flag: &mut Value,
    variant: &str,
    control: &str,
    percent: u8,
) -> Result<(), Fault> {
    if percent > 100 {
        return Err(Fault::refused(format!("{percent} % is more than everybody")));
    }
    for name in [variant, control] {
        if flag["variants"].get(name).is_none() {
            return Err(Fault::unsupported(format!("the flag has no variant `{name}`")));
        }
    }
    let of = |name: &str| match name {
        _ if name == variant => percent,
        _ if name == control => 100 - percent,
        _ => 0,
    };
    if !flag["targeting"]["fractional"].is_array() {
        flag["targeting"] = json!({ "fractional": [] });
    }
    let Some(list) = flag["targeting"]["fractional"].as_array_mut() else {
        return Err(Fault::conflict("the flag has no list of weights"));
    };
    let first = first_weight(list);
    if percent == 0 {
        empty(list, first, variant, control);
        return Ok(());
    }
    let mut seen: Vec<String> = Vec::new();
    for item in list.iter_mut().skip(first) {
        let Some((name, _)) = weight(item) else { continue };
        // A variant that is listed twice keeps its first place.
        let share = if seen.contains(&name) { 0 } else { of(&name) };
        *item = json!([name, share]);
        seen.push(name);
    }
    for name in [variant, control] {
        if !seen.iter().any(|seen| seen == name) {
            list.push(json!([name, of(name)]));
        }
    }
    flag["state"] = json!("ENABLED");
    Ok(())
}

/// What one variant had goes to the control; others keep theirs.
fn empty(list: &mut Vec<Value>, first: usize, variant: &str, control: &str) {
    let mut taken = 0.0;
    for item in list.iter_mut().skip(first) {
        if let Some((name, share)) = weight(item).filter(|(name, _)| name == variant) {
            taken += share;
            *item = json!([name, 0]);
        }
    }
    let mut rest = list.iter_mut().skip(first).filter_map(|item| {
        let (name, share) = weight(item)?;
        (name == control).then_some((item, share))
    });
    match rest.next() {
        Some((item, share)) => *item = json!([control, whole(share + taken)]),
        None => list.push(json!([control, whole(taken)])),
    }
}

/// Weights are whole numbers as long as they can be.
fn whole(weight: f64) -> Value {
    if weight.fract() == 0.0 { json!(weight as i64) } else { json!(weight) }
}

/// Everybody gets what the code gives by default.
pub fn disable(flag: &mut Value) {
    flag["state"] = json!("DISABLED");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(targeting: Value) -> Value {
        json!({
            "state": "ENABLED",
            "variants": { "control": 1, "treatment": 2, "other": 3 },
            "defaultVariant": "control",
            "targeting": targeting,
            "metadata": { "owner": "growth" },
        })
    }

    fn set(targeting: Value, percent: u8) -> Value {
        let mut flag = flag(targeting);
        set_rollout(&mut flag, "treatment", "control", percent).unwrap();
        assert_eq!(flag["metadata"], json!({ "owner": "growth" }));
        flag["targeting"].take()
    }

    #[test]
    fn entries_keep_their_places() {
        for (before, after) in [
            (json!({}), json!([["treatment", 10], ["control", 90]])),
            (json!(null), json!([["treatment", 10], ["control", 90]])),
            (
                json!({ "fractional": [["control", 50], ["treatment", 50]] }),
                json!([["control", 90], ["treatment", 10]]),
            ),
            (
                json!({ "fractional": [{ "var": "email" }, ["other"], ["control"]] }),
                json!([{ "var": "email" }, ["other", 0], ["control", 90], ["treatment", 10]]),
            ),
        ] {
            assert_eq!(set(before, 10), json!({ "fractional": after }));
        }
    }

    /// One of two treatments is rolled back, and the other goes on.
    #[test]
    fn what_is_taken_back_goes_to_the_control() {
        let before = json!({ "fractional": [["control", 40], ["other", 30], ["treatment", 30]] });
        let mut flag = flag(before);
        flag["variants"]["other"] = json!("o");
        set_rollout(&mut flag, "treatment", "control", 0).unwrap();
        let after = json!([["control", 70], ["other", 30], ["treatment", 0]]);
        assert_eq!(flag["targeting"]["fractional"], after);
    }

    #[test]
    fn shares_are_percent_of_all_units() {
        let seen = observe(&flag(json!({ "fractional": [["treatment", 1], ["control", 3]] })));
        let seen = seen.unwrap();
        assert_eq!((seen.shares["treatment"], seen.shares["control"]), (25.0, 75.0));
        assert_eq!(observe(&flag(json!({}))).unwrap().shares["control"], 100.0);
        let mut off = flag(json!({}));
        disable(&mut off);
        let off = observe(&off).unwrap();
        assert!(!off.enabled && off.shares["control"] == 0.0);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for rule in [
            json!({ "if": [{ "in": ["@x.org", { "var": "email" }] }, "treatment", null] }),
            json!({ "fractional": [["treatment", { "var": "weight" }], ["control", 1]] }),
            json!({ "fractional": [["gone", 1], ["control", 1]] }),
            json!("treatment"),
        ] {
            assert!(!observe(&flag(rule)).unwrap().foreign.is_empty());
        }
        for (key, value) in [
            ("defaultVariant", json!(null)),
            ("defaultVariant", json!("gone")),
            ("variants", json!([])),
            ("targeting", json!({ "fractional": [["control", 0]] })),
        ] {
            let mut flag = flag(json!({}));
            flag[key] = value;
            assert!(observe(&flag).is_err(), "{flag}");
        }
        assert!(set_rollout(&mut flag(json!({})), "gone", "control", 10).is_err());
        assert!(set_rollout(&mut flag(json!({})), "treatment", "control", 101).is_err());
    }
}
