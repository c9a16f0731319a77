//! What `metrics.toml` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::field::{Field, Named};
use crate::config::{Direction, window};

/// The metrics that experiments may use.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MetricsFile {
    /// Metrics by key.
    pub metrics: Field<Named<MetricTable>>,
}

/// What is computed per unit and compared between variants.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("x-not-yet" = ["cap", "covariate", "maturity"]))]
pub struct MetricTable {
    pub kind: Field<Kind>,
    /// Fact source; may be left out where there is one.
    #[serde(default)]
    pub source: Field<String>,
    /// Only facts of this event count.
    #[serde(default)]
    pub event: Field<String>,
    /// SQL predicate over the source's columns: only facts that fulfil it count.
    #[serde(default, rename = "where")]
    pub predicate: Field<String>,
    /// SQL expression over the source's columns (`sum` only).
    #[serde(default)]
    pub value: Field<String>,
    /// Half-open span after a unit's enrollment, `"7d"` or `"7d..14d"`; default: to the end.
    #[serde(default)]
    #[schemars(extend("pattern" = window::PATTERN, "x-form" = window::FORM))]
    pub window: Field<String>,
    /// Which direction is good; guardrails must say it.
    #[serde(default)]
    #[schemars(extend("default" = "higher"))]
    pub better: Field<Direction>,
    /// For people.
    #[serde(default)]
    pub description: Field<String>,
    /// Key of the metric above the line (`ratio` only).
    #[serde(default)]
    pub numerator: Field<String>,
    /// Key of the metric below the line (`ratio` only).
    #[serde(default)]
    pub denominator: Field<String>,
}

/// How facts become one number per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(extend("x-not-yet" = ["max", "distinct", "retention", "quantile", "funnel"]))]
pub enum Kind {
    /// Share of units with at least one matching fact.
    Conversion,
    /// Matching facts per unit.
    Count,
    /// Sum of `value` per unit.
    Sum,
    /// Sum of one metric over sum of another.
    Ratio,
}
