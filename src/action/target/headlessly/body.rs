//! What is said to headless.ly, and what it says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::action::{ChangeKind, Observed, fingerprint};
use crate::config::{Headlessly as Config, RolloutCall, Scale};

/// A percentage, in the spelling that is asked for; never none.
pub fn rollout(call: RolloutCall, percent: u8) -> Value {
    match call {
        RolloutCall::Percent => json!({ "percent": percent }),
        RolloutCall::Percentage => json!({ "percentage": percent }),
        RolloutCall::Update => json!({ "rolloutPercentage": percent }),
    }
}

/// Winner, confidence and lift, of which each is said only if it is known.
pub fn conclude(
    config: &Config,
    winner: Option<&str>,
    confidence: Option<f64>,
    lift: Option<f64>,
) -> Value {
    let mut body = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    say("winner", winner.map(Value::from));
    say("confidence", confidence.map(|confidence| scaled(config.confidence, confidence)));
    say("lift", lift.map(|lift| scaled(config.lift, lift)));
    Value::Object(body)
}

/// Percent by decimal places, so that no rounding shows: 0.07 is 7, not 7.000000000000001.
fn scaled(scale: Scale, fraction: f64) -> Value {
    match scale {
        Scale::Fraction => json!(fraction),
        Scale::Percent => {
            json!(format!("{fraction}e2").parse::<f64>().unwrap_or(fraction * 100.0))
        }
    }
}

/// A flag: on by `enabled` or by its status, with one percentage.
pub fn flag(flag: &Value, kind: &ChangeKind) -> Observed {
    let status = flag["status"].as_str();
    let is_on =
        |status: &str| ["enabled", "rolledout", "active"].contains(&&*status.to_lowercase());
    let enabled = match flag["enabled"].as_bool() {
        Some(enabled) => enabled && !status.is_some_and(is_off),
        None => status.is_some_and(is_on),
    };
    // A flag that is fully rolled out need not say a percentage.
    let said = flag["rolloutPercentage"].as_f64();
    let percent = said.or(status.filter(|status| *status == "RolledOut").map(|_| 100.0));
    let percent = if enabled { percent } else { Some(0.0) };
    let (variant, control) = match kind {
        ChangeKind::SetRollout { variant, control, .. } => (variant.as_str(), Some(control)),
        ChangeKind::Disable { control } => ("on", Some(control)),
        _ => ("on", None),
    };
    let mut shares = BTreeMap::new();
    if let Some(percent) = percent {
        shares.insert(variant.to_owned(), percent);
        if let Some(control) = control {
            shares.insert(control.clone(), 100.0 - percent);
        }
    }
    Observed {
        enabled,
        shares,
        status: status.map(str::to_owned),
        winner: None,
        token: Some(token(flag)),
        foreign: Vec::new(),
    }
}

fn is_off(status: &str) -> bool {
    ["draft", "disabled", "paused", "archived"].contains(&&*status.to_lowercase())
}

pub fn experiment(experiment: &Value) -> Observed {
    Observed {
        enabled: experiment["status"].as_str().is_some_and(|status| status == "Running"),
        shares: BTreeMap::new(),
        status: experiment["status"].as_str().map(str::to_owned),
        winner: experiment["winner"].as_str().map(str::to_owned),
        token: Some(token(experiment)),
        foreign: Vec::new(),
    }
}

/// Its version, or else everything but what changes by itself.
fn token(entity: &Value) -> String {
    if let Some(version) = entity["$version"].as_i64() {
        return version.to_string();
    }
    let mut entity = entity.clone();
    if let Some(entity) = entity.as_object_mut() {
        for key in ["evaluations", "lastEvaluatedAt", "sampleSize", "conversions", "$updatedAt"] {
            entity.remove(key);
        }
    }
    fingerprint(&entity)
}
