//! What a file in `experiments/` may contain.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use toml::value::Datetime;

use crate::config::field::{Field, Finite, TextOr};
use crate::config::{Basis, Crossovers, Method, Policy, Status};

/// One experiment: what is compared, on what, and how it is decided.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ExperimentFile {
    /// Key in the rows; default: the file's name without `.toml`.
    #[serde(default)]
    #[schemars(extend("pattern" = crate::config::key::PATTERN))]
    pub key: Field<String>,
    /// Name for people; default: the key.
    #[serde(default)]
    pub name: Field<String>,
    /// What is expected, and why.
    #[serde(default)]
    pub hypothesis: Field<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Field<String>,
    /// Where the experiment is in its life.
    #[serde(default)]
    #[schemars(extend("default" = "running"))]
    pub status: Field<Status>,
    /// First day of enrollment, in the project's time zone.
    pub start: Field<Day>,
    /// First day after the planned end; default: 14 days after `start`.
    #[serde(default)]
    pub end: Field<Day>,
    /// Share of all units that enter the experiment, in (0, 1].
    #[serde(default)]
    #[schemars(extend("default" = 1.0, "exclusiveMinimum" = 0, "maximum" = 1))]
    pub traffic: Field<Finite>,
    /// At least two; exactly one is the control; the weights sum to 100.
    pub variants: Field<Vec<Field<VariantTable>>>,
    /// Whose units are analysed; default: `exposure` where there is an exposures source.
    #[serde(default)]
    pub basis: Field<Basis>,
    #[serde(default)]
    #[schemars(extend("default" = "exclude"))]
    pub crossovers: Field<Crossovers>,
    /// Attributes of the assignments to split results by. Not computed in this version.
    #[serde(default)]
    pub segments: Field<Vec<Field<String>>>,
    pub metrics: Field<MetricLists>,
    #[serde(default)]
    pub test: Field<TestTable>,
    #[serde(default)]
    pub decision: Field<DecisionTable>,
    #[serde(default)]
    pub rollout: Field<RolloutTable>,
}

/// One of the compared versions.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VariantTable {
    /// Key in the rows.
    #[schemars(extend("pattern" = crate::config::key::PATTERN))]
    pub key: Field<String>,
    /// Percent of the experiment's units.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 100))]
    pub weight: Field<Finite>,
    /// Whether the others are compared with this one.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub control: Field<bool>,
}

/// The metrics by the part they play.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MetricLists {
    /// Drive the verdict; alpha is divided among them.
    pub primary: Field<Vec<Field<MetricItem>>>,
    /// Are reported and never decide.
    #[serde(default)]
    pub secondary: Field<Vec<Field<MetricItem>>>,
    /// May veto.
    #[serde(default)]
    pub guardrail: Field<Vec<Field<MetricItem>>>,
}

/// The key of a metric, or a table with more about its use.
pub type MetricItem = TextOr<MetricUseTable>;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MetricUseTable {
    /// Key of a metric.
    pub metric: Field<String>,
    /// Relative non-inferiority margin, a fraction (guardrails only).
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub margin: Field<Finite>,
}

/// How chance is kept apart from effect.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct TestTable {
    /// How often one may look.
    #[serde(default)]
    #[schemars(extend("default" = "sequential"))]
    pub method: Field<Method>,
    /// Chance of a false alarm, in (0, 1).
    #[serde(default)]
    #[schemars(extend("default" = 0.05, "exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub alpha: Field<Finite>,
    /// Chance to find `minimum_effect`, in (alpha, 1).
    #[serde(default)]
    #[schemars(extend("default" = 0.8, "exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub power: Field<Finite>,
    /// Units, all variants together, at which the experiment is complete.
    #[serde(default)]
    #[schemars(extend("minimum" = 0))]
    pub target_sample_size: Field<i64>,
    /// Smallest relative effect worth finding, a fraction.
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub minimum_effect: Field<Finite>,
}

/// When a result is good enough to act on.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DecisionTable {
    /// Which metrics have to say what before a variant ships.
    #[serde(default)]
    #[schemars(extend("default" = "risk-aware"))]
    pub policy: Field<Policy>,
    /// A primary is better only when this sure, in (0, 1).
    #[serde(default)]
    #[schemars(extend("default" = 0.95, "exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub confidence: Field<Finite>,
    /// Whole days from `start` before anything ships.
    #[serde(default)]
    #[schemars(extend("default" = 7, "minimum" = 0))]
    pub minimum_days: Field<i64>,
    /// Units per variant before anything ships.
    #[serde(default)]
    #[schemars(extend("default" = 100, "minimum" = 0))]
    pub minimum_units: Field<i64>,
}

/// How a winner would reach everybody. Checked, and not used in this version.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RolloutTable {
    /// Key of the feature flag.
    pub flag: Field<String>,
    /// Percentages, increasing, in 1..=100.
    pub steps: Field<Vec<Field<i64>>>,
    /// Time between steps, such as `"7d"`.
    #[schemars(extend("x-form" = crate::config::window::FORM))]
    pub every: Field<String>,
}

/// A day as it was written: a TOML date, or a string.
#[derive(Debug, Clone)]
pub enum Day {
    Toml(Datetime),
    Text(String),
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DayVisitor)
    }
}

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date")
    }

    fn visit_str<E>(self, text: &str) -> Result<Day, E> {
        Ok(Day::Text(text.to_owned()))
    }

    // A TOML date comes as a map with one private key.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Day, A::Error> {
        Datetime::deserialize(MapAccessDeserializer::new(map)).map(Day::Toml)
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}
