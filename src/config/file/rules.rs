//! What one rule of a policy may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::field::{Field, OneOrMany};
use crate::config::{Are, At, Then, Those};

/// What becomes of a treatment when its metrics are so.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RuleTable {
    /// One condition, or a list of which all must hold.
    pub when: Field<OneOrMany<ConditionTable>>,
    /// `planned_end`: tried only once the planned end is reached.
    #[serde(default)]
    #[schemars(extend("default" = "any_look"))]
    pub at: Field<At>,
    /// What becomes of the treatment.
    pub then: Field<Then>,
    /// Words for people.
    #[serde(default)]
    pub because: Field<String>,
}

/// Says one of `any`, `all` and `none`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["any", "all", "none"]))]
pub struct ConditionTable {
    /// At least one of these metrics.
    #[serde(default)]
    pub any: Field<OneOrMany<Those>>,
    /// Every one of these metrics; holds where there is none.
    #[serde(default)]
    pub all: Field<OneOrMany<Those>>,
    /// Not one of these metrics.
    #[serde(default)]
    pub none: Field<OneOrMany<Those>>,
    /// What the metrics are; one of a list is enough. What could not be tested is none of them.
    pub are: Field<OneOrMany<Are>>,
}
