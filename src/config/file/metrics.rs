//! What `metrics.toml` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::field::{Field, Finite, Named, TextOr};
use crate::config::{Direction, Maturity, QuantileOf, window};

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
    /// SQL expression over the source's columns (`sum`, `max`, `distinct`, `quantile`).
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
    /// Matching facts that convert a unit (`conversion` only).
    #[serde(default)]
    #[schemars(extend("default" = 1, "minimum" = 1))]
    pub at_least: Field<i64>,
    /// Which quantile, in (0, 1): 0.5 is the median (`quantile` only).
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub level: Field<Finite>,
    /// Of the units' sums of `value`, or of the values of their facts (`quantile` only).
    #[serde(default)]
    #[schemars(extend("default" = "units"))]
    pub of: Field<QuantileOf>,
    /// What a unit has to do, in this order: from 2 to 16 events or tables (`funnel` only).
    #[serde(default)]
    #[schemars(extend("minItems" = 2, "maxItems" = 16))]
    pub steps: Field<Vec<Field<StepItem>>>,
    /// Key of the metric above the line (`ratio` only).
    #[serde(default)]
    pub numerator: Field<String>,
    /// Key of the metric below the line (`ratio` only).
    #[serde(default)]
    pub denominator: Field<String>,
    /// Largest number of a unit that counts (`count`, `sum`, `max`, `distinct`).
    #[serde(default)]
    pub cap: Field<CapTable>,
    /// What is known of units from before, to sharpen the comparison (CUPED): `"14d"` is the
    /// metric itself in the 14 days before. Default: `"none"`.
    #[serde(default)]
    pub covariate: Field<CovariateItem>,
    /// Whether only units count whose window has closed; of a retention always.
    #[serde(default)]
    #[schemars(extend("default" = "all"))]
    pub maturity: Field<Maturity>,
}

/// How facts become one number per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Share of units with at least one matching fact, or `at_least` so many.
    Conversion,
    /// Matching facts per unit.
    Count,
    /// Sum of `value` per unit.
    Sum,
    /// Largest `value` per unit; 0 without a matching fact.
    Max,
    /// Different `value`s per unit.
    Distinct,
    /// Sum of one metric over sum of another.
    Ratio,
    /// Share of units with a matching fact in a window that has closed.
    Retention,
    /// A quantile of `value`, of units or of facts.
    Quantile,
    /// Share of units that take all `steps`, in order.
    Funnel,
}

/// The name of an event, or a table with more about the step.
pub type StepItem = TextOr<StepTable>;

/// One step of a funnel; says at least one of its keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["event", "where"]))]
pub struct StepTable {
    /// A fact of this event is the step.
    #[serde(default)]
    pub event: Field<String>,
    /// SQL predicate over the source's columns that the fact fulfils.
    #[serde(default, rename = "where")]
    pub predicate: Field<String>,
}

/// What a unit's number is held to; says one of its keys.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["at", "quantile"]))]
pub struct CapTable {
    /// Largest number that counts, in the metric's unit.
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub at: Field<Finite>,
    /// The largest that counts is this quantile of all units, in (0, 1].
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub quantile: Field<Finite>,
}

/// A duration or `none`, or a table that names another metric or an attribute.
pub type CovariateItem = TextOr<CovariateTable>;

/// `metric` and `window`, or `attribute`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["metric", "attribute"]))]
pub struct CovariateTable {
    /// Key of another metric of facts.
    #[serde(default)]
    pub metric: Field<String>,
    /// How long before the unit met the experiment that metric counts, such as `"14d"`.
    #[serde(default)]
    #[schemars(extend("x-form" = window::FORM))]
    pub window: Field<String>,
    /// A number among the `attributes` of the assignments.
    #[serde(default)]
    pub attribute: Field<String>,
}
