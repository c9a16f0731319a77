//! What Unleash says about a flag, in our words.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text;
use crate::action::{ChangeKind, Fault, Observed, fingerprint};

/// A flag in one environment.
#[derive(Debug, Clone)]
pub struct State {
    pub observed: Observed,
    /// The one strategy that serves.
    pub strategy: Option<Strategy>,
}

/// A gradual rollout to everybody.
#[derive(Debug, Clone)]
pub struct Strategy {
    pub id: String,
    pub parameters: Value,
    /// In the server's order.
    pub variants: Vec<Value>,
}

/// The status of a completed flag. The server does not say which variant was kept.
pub fn completed(is_kept: bool) -> &'static str {
    if is_kept { "completed, kept" } else { "completed, discarded" }
}

/// Reads the answer to `GET .../features/KEY`.
pub fn read(feature: &Value, environment: &str, kind: &ChangeKind) -> Result<State, Fault> {
    let environments = list(&feature["environments"]);
    let Some(here) = environments.iter().find(|found| found["name"] == environment) else {
        return Err(Fault::unsupported(format!("the flag has no environment `{environment}`")));
    };
    let is_archived = feature["archived"] == true;
    let is_enabled = here["enabled"] == true && !is_archived;
    let serving: Vec<&Value> =
        list(&here["strategies"]).iter().filter(|strategy| strategy["disabled"] != true).collect();
    let foreign = foreign(feature, here, &serving);
    let strategy = match serving.as_slice() {
        [one] if foreign.is_empty() => Some(strategy(one)?),
        _ => None,
    };
    let shares = match &strategy {
        Some(strategy) => shares(strategy, is_enabled, kind)?,
        None => BTreeMap::new(),
    };
    let status = match is_archived {
        true => Some("archived".to_owned()),
        false => status(&feature["lifecycle"]),
    };
    let (token, winner) = (Some(token(feature, here)), None);
    let observed = Observed { enabled: is_enabled, shares, status, winner, token, foreign };
    Ok(State { observed, strategy })
}

fn strategy(said: &Value) -> Result<Strategy, Fault> {
    let id = text(&said["id"]).ok_or_else(|| Fault::refused("a strategy has no id"))?;
    let variants = list(&said["variants"]).to_vec();
    Ok(Strategy { id, parameters: said["parameters"].clone(), variants })
}

impl Strategy {
    /// Percent of all units that the strategy serves. The server keeps it as text.
    pub fn rollout(&self) -> Result<f64, Fault> {
        let said = text(&self.parameters["rollout"]);
        let rollout = said.and_then(|text| text.parse().ok());
        rollout
            .filter(|rollout| (0.0..=100.0).contains(rollout))
            .ok_or_else(|| Fault::conflict("the strategy has no rollout from 0 to 100"))
    }
}

/// Percent by variant. Who gets no variant has the control, if it is known which that is; a
/// strategy without variants serves the variant that is asked for.
fn shares(
    strategy: &Strategy,
    is_enabled: bool,
    kind: &ChangeKind,
) -> Result<BTreeMap<String, f64>, Fault> {
    let rollout = if is_enabled { strategy.rollout()? } else { 0.0 };
    let share = |variant: &Value| Some((text(&variant["name"])?, variant["weight"].as_f64()?));
    let weights: Option<Vec<(String, f64)>> = strategy.variants.iter().map(share).collect();
    let weights = weights.ok_or_else(|| Fault::conflict("a variant has no name or no weight"))?;
    let (alone, control) = match kind {
        ChangeKind::SetRollout { variant, control, .. } => (Some(variant), Some(control)),
        ChangeKind::Disable { control } => (None, Some(control)),
        ChangeKind::Conclude { winner, .. } => (winner.as_ref(), None),
        ChangeKind::Notify { .. } => (None, None),
    };
    let mut shares: BTreeMap<String, f64> =
        weights.into_iter().map(|(name, weight)| (name, rollout * weight / 1000.0)).collect();
    if shares.is_empty() {
        shares.insert(alone.map_or("on", String::as_str).to_owned(), rollout);
    }
    if let Some(control) = control {
        let others: f64 =
            shares.iter().filter(|(name, _)| *name != control).map(|(_, share)| share).sum();
        shares.insert(control.clone(), 100.0 - others);
    }
    Ok(shares)
}

/// What decides about the flag besides one gradual rollout to everybody.
fn foreign(feature: &Value, environment: &Value, serving: &[&Value]) -> Vec<String> {
    let mut found = Vec::new();
    if serving.len() > 1 {
        found.push(format!("{} strategies", serving.len()));
    }
    for strategy in serving {
        match strategy["name"].as_str() {
            Some("flexibleRollout") => {}
            name => found.push(format!("a strategy `{}`", name.unwrap_or_default())),
        }
        for (key, what) in [("constraints", "constraints"), ("segments", "segments")] {
            if !list(&strategy[key]).is_empty() {
                found.push(what.to_owned());
            }
        }
        if strategy["milestoneId"].is_string() {
            found.push("a release plan".to_owned());
        }
        let overrides = |variant: &Value| !list(&variant["overrides"]).is_empty();
        if list(&strategy["variants"]).iter().any(overrides) {
            found.push("overrides".to_owned());
        }
    }
    if !list(&environment["variants"]).is_empty() {
        found.push("variants of the environment".to_owned());
    }
    if !list(&feature["dependencies"]).is_empty() {
        found.push("a parent flag".to_owned());
    }
    found
}

fn status(lifecycle: &Value) -> Option<String> {
    let stage = lifecycle["stage"].as_str()?;
    Some(match (stage, lifecycle["status"].as_str()) {
        ("completed", Some("kept")) => completed(true).to_owned(),
        ("completed", Some("discarded")) => completed(false).to_owned(),
        _ => stage.to_owned(),
    })
}

/// Not what changes by itself: when it was last seen, and how often.
fn token(feature: &Value, environment: &Value) -> String {
    let strategies: Vec<Value> = list(&environment["strategies"])
        .iter()
        .map(|strategy| {
            let keys =
                ["id", "name", "parameters", "variants", "constraints", "segments", "disabled"];
            keys.iter().map(|key| strategy[key].clone()).collect()
        })
        .collect();
    fingerprint(&json!([
        feature["archived"],
        feature["dependencies"],
        environment["enabled"],
        environment["variants"],
        strategies,
    ]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
