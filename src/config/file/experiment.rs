//! What a file in `experiments/` may contain.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Day, RuleTable};
use crate::config::field::{Field, Finite, Named, TextOr};
use crate::config::{Basis, Crossovers, Method, Policy, Status, window};

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
    /// First day on which nobody enrolls any more, after `start`; default: `end`.
    #[serde(default)]
    pub enroll_until: Field<Day>,
    /// Share of all units that enter the experiment, in (0, 1].
    #[serde(default)]
    #[schemars(extend("default" = 1.0, "exclusiveMinimum" = 0, "maximum" = 1))]
    pub traffic: Field<Finite>,
    /// At least two; exactly one is the control; the weights sum to 100.
    pub variants: Field<Vec<Field<VariantTable>>>,
    /// Changes of the weights after `start`, in the order of their days.
    #[serde(default)]
    pub phases: Field<Vec<Field<PhaseTable>>>,
    /// Whose units are analysed; default: `exposure` where there is an exposures source.
    #[serde(default)]
    pub basis: Field<Basis>,
    #[serde(default)]
    #[schemars(extend("default" = "exclude"))]
    pub crossovers: Field<Crossovers>,
    /// The fact that enrolls a unit which has met the experiment; default: meeting it does.
    #[serde(default)]
    pub entry: Field<EntryTable>,
    /// SQL predicate over the `attributes` of the assignments: other units are left out.
    #[serde(default)]
    pub audience: Field<String>,
    /// Words in the variant column that are no variant: their units are left out.
    #[serde(default)]
    pub holdout: Field<Vec<Field<String>>>,
    /// Attributes of the assignments to split results by.
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
    /// Percent of the experiment's units; 0 only where a phase gives a treatment more later.
    #[schemars(extend("minimum" = 0, "maximum" = 100))]
    pub weight: Field<Finite>,
    /// Whether the others are compared with this one.
    #[serde(default)]
    #[schemars(extend("default" = false))]
    pub control: Field<bool>,
}

/// Other weights, from a day on.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PhaseTable {
    /// Its first day, in the project's time zone.
    pub from: Field<Day>,
    /// Percent of the units that enroll from then on, by variant; they sum to 100.
    pub weights: Field<Named<Finite>>,
}

/// The first such fact in the window after a unit met the experiment enrolls it.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("x-one-of" = ["event", "where", "source"]))]
pub struct EntryTable {
    /// Fact source with a time; may be left out where there is one.
    #[serde(default)]
    pub source: Field<String>,
    /// Only a fact of this event enrolls.
    #[serde(default)]
    pub event: Field<String>,
    /// SQL predicate over the source's columns: only a fact that fulfils it enrolls.
    #[serde(default, rename = "where")]
    pub predicate: Field<String>,
    /// Half-open span after the unit met the experiment; default: to the end.
    #[serde(default)]
    #[schemars(extend("pattern" = window::PATTERN, "x-form" = window::FORM))]
    pub window: Field<String>,
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
    /// How alpha is divided among the looks (group-sequential only).
    #[serde(default)]
    #[schemars(extend("default" = "obrien-fleming"))]
    pub spending: Field<SpendingWord>,
    /// Gamma of `hwang-shih-decani` (default -4) or rho of `kim-demets` (default 3).
    #[serde(default)]
    pub spending_parameter: Field<Finite>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpendingWord {
    /// Next to nothing early, nearly all of alpha at the end.
    #[serde(rename = "obrien-fleming")]
    OBrienFleming,
    /// Much the same boundary at every look.
    Pocock,
    HwangShihDecani,
    KimDemets,
}

/// When a result is good enough to act on.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DecisionTable {
    /// Which metrics have to say what before a variant ships.
    #[serde(default)]
    #[schemars(extend("default" = "risk-aware"))]
    pub policy: Field<Policy>,
    /// A policy of one's own: tried in their order for each treatment, the first that holds decides.
    #[serde(default)]
    #[schemars(extend("minItems" = 1))]
    pub rules: Field<Vec<Field<RuleTable>>>,
    /// To ship, a primary is better only when this sure, in (0, 1).
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
    /// Nights in a row that must say `ship` before it is acted upon; harm needs one.
    #[serde(default)]
    #[schemars(extend("default" = 2, "minimum" = 1))]
    pub confirmations: Field<i64>,
}

/// How a winner reaches everybody.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RolloutTable {
    /// Key of the feature flag.
    pub flag: Field<String>,
    /// Percentages, increasing, in 1..=100.
    pub steps: Field<Vec<Field<i64>>>,
    /// Time between steps, such as `"7d"`.
    #[schemars(extend("x-form" = window::FORM))]
    pub every: Field<String>,
    /// Names of targets; default: every target of the project that may touch the flag.
    #[serde(default)]
    pub targets: Field<Vec<Field<String>>>,
    /// Names of variants in the flag, where they differ from ours.
    #[serde(default)]
    pub variants: Field<Named<String>>,
}
