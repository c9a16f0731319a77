//! What is asked for.
//!
//! The serde mirror of `simulate.toml`. A value of these types may still be impossible;
//! see `check`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::SimulateError;

/// A synthetic project with known truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Name of the project in its `assize.toml`.
    pub name: String,
    /// Everything random derives from it.
    pub seed: u64,
    /// First day of data.
    #[serde(with = "super::date")]
    #[schemars(with = "String")]
    pub start: Date,
    /// Whole days of data.
    pub days: u32,
    /// Units `u0000000`, `u0000001`, ...; all exist from the first day.
    pub units: u64,
    /// Days before the first experiment, for covariates and checks of pre-period bias.
    #[serde(default)]
    pub pre_period_days: u32,
    /// Standard deviation of the log of a unit's activity; 0 makes all units alike.
    #[serde(default = "default_activity_sigma")]
    pub activity_sigma: f64,
    /// Correlation of a unit's log activity between two weeks, in [0, 1].
    #[serde(default = "default_activity_correlation")]
    pub activity_correlation: f64,
    /// What is wrong with the events.
    #[serde(default)]
    pub defects: DefectSpec,
    /// What units do.
    pub events: Vec<EventSpec>,
    /// What is measured, by key.
    pub metrics: BTreeMap<String, MetricSpec>,
    pub experiments: Vec<ExperimentSpec>,
}

fn default_activity_sigma() -> f64 {
    0.6
}

fn default_activity_correlation() -> f64 {
    0.8
}

/// What is wrong with the events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DefectSpec {
    /// Share of events stored one to three days after they occurred.
    pub late: f64,
    /// Share of events written a second time under the same id.
    pub duplicate: f64,
}

/// One kind of event: either `per_day`, or `probability` with `within_days`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSpec {
    pub name: String,
    /// Mean events per unit and day. Scaled by each unit's activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_day: Option<f64>,
    /// Chance that a unit has the event at least once in any `within_days`; the same for
    /// every unit, so that conversion rates are known exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u32>,
    /// Money that the event carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<AmountSpec>,
}

/// A lognormal amount, rounded to cents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountSpec {
    pub mean: f64,
    /// Standard deviation of the log: the skew.
    pub sigma: f64,
    /// Share of events in USD; the others are in EUR.
    #[serde(default)]
    pub foreign: f64,
}

/// One metric, as it will stand in `metrics.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricSpec {
    pub kind: MetricKindSpec,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Days after enrollment that count; default: to the end of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_days: Option<u32>,
    /// Only amounts in this currency (`sum`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<String>,
    /// `higher` (default) or `lower`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<BetterSpec>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MetricKindSpec {
    Conversion,
    Count,
    Sum,
    Ratio,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BetterSpec {
    Higher,
    Lower,
}

/// One experiment: what its file will say, and what is true about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentSpec {
    pub key: String,
    pub name: String,
    pub hypothesis: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default = "default_status")]
    pub status: String,
    /// First day of enrollment.
    #[serde(with = "super::date")]
    #[schemars(with = "String")]
    pub start: Date,
    /// First day after the planned end; may lie beyond the data.
    #[serde(with = "super::date")]
    #[schemars(with = "String")]
    pub end: Date,
    /// Share of all units that are assigned by the planned end.
    #[serde(default = "default_one")]
    pub traffic: f64,
    /// Share of assigned units that ever meet the experiment.
    #[serde(default = "default_exposed")]
    pub exposed: f64,
    /// Chance per later day that an exposed unit meets the experiment again.
    #[serde(default = "default_repeat")]
    pub repeat: f64,
    /// Share of exposed units that also meet a second variant.
    #[serde(default)]
    pub crossover: f64,
    /// Exposures that are lost on their way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_ratio: Option<SampleRatioSpec>,
    pub primary: Vec<String>,
    #[serde(default)]
    pub secondary: Vec<String>,
    #[serde(default)]
    pub guardrail: Vec<GuardrailSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_sample_size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_effect: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_days: Option<u32>,
    pub variants: Vec<VariantSpec>,
}

fn default_status() -> String {
    "running".to_owned()
}

fn default_one() -> f64 {
    1.0
}

fn default_exposed() -> f64 {
    0.9
}

fn default_repeat() -> f64 {
    0.05
}

/// One arm of an experiment. Exactly one is the control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantSpec {
    pub key: String,
    pub weight: f64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub control: bool,
    /// Relative effect by metric, for facts after the unit's first exposure.
    ///
    /// On a `conversion` it multiplies the chance, on a `count` the rate; a `sum` takes the
    /// rate from the `count` of the same event and changes the amounts for the rest. A
    /// `ratio` follows from its parts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lift: BTreeMap<String, f64>,
}

/// A guardrail and its relative non-inferiority margin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardrailSpec {
    pub metric: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
}

/// A share of one variant's units whose exposures never arrive, although they met it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleRatioSpec {
    pub variant: String,
    pub lost: f64,
}

impl Spec {
    /// Reads a `simulate.toml`; `place` names it in errors.
    pub fn from_toml(text: &str, place: &str) -> Result<Spec, SimulateError> {
        let spec: Spec = toml::from_str(text).map_err(|error| unreadable(text, place, &error))?;
        super::check::check(&spec)?;
        Ok(spec)
    }

    /// The `simulate.toml` of this spec.
    pub fn to_toml(&self) -> Result<String, SimulateError> {
        toml::to_string(self).map_err(|error| SimulateError::Unreadable {
            place: "spec".to_owned(),
            what: error.to_string(),
        })
    }
}

/// The place with line and column, and the first line of the parser's message.
fn unreadable(text: &str, place: &str, error: &toml::de::Error) -> SimulateError {
    let place = match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            format!("{place}:{line}:{column}")
        }
        None => place.to_owned(),
    };
    SimulateError::Unreadable { place, what: error.message().trim().to_owned() }
}
