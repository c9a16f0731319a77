//! What is computed per unit and compared between variants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Place;

/// A metric that cannot be invalid.
#[derive(Debug, Clone)]
pub struct Metric {
    pub key: String,
    pub description: Option<String>,
    pub kind: MetricKind,
    pub better: Direction,
    /// Largest number of a unit that counts.
    pub cap: Option<Cap>,
    /// What is known of each unit from before, to sharpen the comparison (CUPED).
    pub covariate: Option<Covariate>,
    pub maturity: Maturity,
    pub at: Place,
}

#[derive(Debug, Clone)]
pub enum MetricKind {
    /// Share of units with at least so many matching facts.
    Conversion { filter: FactFilter, at_least: u64 },
    /// Matching facts per unit.
    Count(FactFilter),
    /// Sum of `value`, an SQL expression over the source's columns, per unit.
    Sum { filter: FactFilter, value: (String, Place) },
    /// Largest `value` of a unit; 0 where it has no fact.
    Max { filter: FactFilter, value: (String, Place) },
    /// Different `value`s of a unit.
    Distinct { filter: FactFilter, value: (String, Place) },
    /// Sum of one metric over sum of another, by key; each is one of the kinds above, with its
    /// own filter and cap. Covariate and maturity are the ratio's; those of its parts do not
    /// count in it.
    Ratio { numerator: String, denominator: String },
    /// Share of units with a matching fact in a window that has an end; its maturity is always
    /// `Matured`.
    Retention(FactFilter),
    /// A quantile of units' sums of `value`, or of the facts' values with their units as clusters.
    Quantile { filter: FactFilter, value: (String, Place), level: f64, of: QuantileOf },
    /// Share of units that take all steps, in order.
    Funnel { filter: FactFilter, steps: Vec<Step> },
}

impl MetricKind {
    /// Which facts count; `None` for a ratio, whose parts have their own.
    pub fn filter(&self) -> Option<&FactFilter> {
        match self {
            MetricKind::Conversion { filter, .. }
            | MetricKind::Count(filter)
            | MetricKind::Sum { filter, .. }
            | MetricKind::Max { filter, .. }
            | MetricKind::Distinct { filter, .. }
            | MetricKind::Retention(filter)
            | MetricKind::Quantile { filter, .. }
            | MetricKind::Funnel { filter, .. } => Some(filter),
            MetricKind::Ratio { .. } => None,
        }
    }

    /// The steps of a funnel, else none.
    pub fn steps(&self) -> &[Step] {
        match self {
            MetricKind::Funnel { steps, .. } => steps,
            _ => &[],
        }
    }

    /// The expression over the source's columns, where the kind has one.
    pub fn value(&self) -> Option<&(String, Place)> {
        match self {
            MetricKind::Sum { value, .. }
            | MetricKind::Max { value, .. }
            | MetricKind::Distinct { value, .. }
            | MetricKind::Quantile { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// What a quantile is a quantile of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuantileOf {
    Units,
    Facts,
}

/// One step of a funnel: a fact that matches it and the funnel's own filter.
///
/// A step is taken by the first such fact at or after the instant of the step before it; two
/// steps that say the same need two instants.
#[derive(Debug, Clone)]
pub struct Step {
    pub event: Option<(String, Place)>,
    pub predicate: Option<(String, Place)>,
}

/// What a unit's number is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cap {
    /// In the metric's unit.
    At(f64),
    /// This quantile of the units that count, all variants together; in (0, 1].
    Quantile(f64),
}

/// What is known of a unit before it met the experiment.
#[derive(Debug, Clone, PartialEq)]
pub enum Covariate {
    /// The same metric, in so many microseconds before the unit's first exposure (or, without
    /// exposures, its assignment).
    Before(i64),
    /// Another metric of facts, in that span.
    Metric { metric: String, before: i64 },
    /// A number among the attributes of the assignments; a unit without one counts as average.
    Attribute(String),
}

/// Whose numbers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Maturity {
    /// All units', as far as they have come.
    #[default]
    All,
    /// Only units' whose window has closed by the end of `as_of`.
    Matured,
}

/// Which facts count.
#[derive(Debug, Clone)]
pub struct FactFilter {
    /// Name of a fact source of the project.
    pub source: String,
    /// Value of the source's event column.
    pub event: Option<(String, Place)>,
    /// SQL predicate over the source's columns.
    pub predicate: Option<(String, Place)>,
    pub window: Window,
}

/// Half-open span relative to a unit's enrollment, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Inclusive; 0 is the enrollment instant.
    pub from: i64,
    /// Exclusive; `None` runs to the end of `as_of`.
    pub to: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Higher,
    Lower,
}
