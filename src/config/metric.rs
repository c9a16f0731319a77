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
    pub at: Place,
}

#[derive(Debug, Clone)]
pub enum MetricKind {
    /// Share of units with at least one matching fact.
    Conversion(FactFilter),
    /// Matching facts per unit.
    Count(FactFilter),
    /// Sum of `value`, an SQL expression over the source's columns, per unit.
    Sum { filter: FactFilter, value: (String, Place) },
    /// Sum of one metric over sum of another, by key; neither is a ratio itself.
    Ratio { numerator: String, denominator: String },
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
