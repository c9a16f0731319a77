//! The validated promise.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FactFilter, Place, Policy, Rule};

/// An experiment that cannot be invalid.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// File stem of its file, or its `key`.
    pub key: String,
    pub name: String,
    pub hypothesis: Option<String>,
    pub owner: Option<String>,
    pub status: Status,
    /// First day of enrollment, in the project's zone.
    pub start: Date,
    /// First day after the planned end.
    pub end: Date,
    /// First day on which nobody enrolls any more, in `(start, end]`: units enroll in
    /// `[start, enroll_until)`.
    pub enroll_until: Date,
    /// Share of all units that enter the experiment, in (0, 1].
    pub traffic: f64,
    /// Control first, then the treatments in file order; at least two.
    pub variants: Vec<Variant>,
    pub basis: Basis,
    pub crossovers: Crossovers,
    /// Shares over time: the first phase begins at `start`, each lasts until the next.
    pub phases: Vec<Phase>,
    /// The fact that enrolls a unit once it has met the experiment: the first in its window,
    /// which is relative to the meeting. A unit without one is left out.
    pub entry: Option<FactFilter>,
    /// SQL predicate over the attributes of the assignments; other units are left out.
    pub audience: Option<(String, Place)>,
    /// Words in the variant column that are no variant: their units are left out.
    pub holdouts: Vec<String>,
    /// Attributes of the assignments to split results by.
    pub segments: Vec<String>,
    /// Primary first, then secondary, then guardrail, each in file order.
    pub metrics: Vec<MetricUse>,
    pub test: TestPlan,
    pub decision: Decision,
    /// How a winner reaches everybody.
    pub rollout: Option<Rollout>,
    pub at: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Draft,
    Running,
    Paused,
    Stopped,
    Concluded,
    Archived,
}

#[derive(Debug, Clone)]
pub struct Variant {
    pub key: String,
    /// Share of the experiment's units in the last phase, in [0, 1); shares sum to 1. 0 only for
    /// a treatment that enrolls nobody any more.
    pub share: f64,
    pub is_control: bool,
}

/// A time in which the shares of the variants did not change.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Its first day, in the project's zone.
    pub from: Date,
    /// In the order of [`Experiment::variants`]; 0 for a variant that had no units then.
    pub shares: Vec<f64>,
}

/// Whose units are analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Units that met the experiment.
    Exposure,
    /// Units that were assigned to it, whether or not they met it.
    Assignment,
}

/// What happens to a unit seen in more than one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Crossovers {
    Exclude,
    /// It stays in the variant it met first.
    First,
}

/// A metric with the part it plays in one experiment.
#[derive(Debug, Clone)]
pub struct MetricUse {
    pub metric: String,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    /// Drives the verdict.
    Primary,
    /// Reported, never decides.
    Secondary,
    /// May veto.
    Guardrail(Guardrail),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guardrail {
    /// Relative non-inferiority margin, a positive fraction of the control's value.
    pub margin: Option<f64>,
}

#[derive(Debug, Clone)]
pub struct TestPlan {
    pub method: Method,
    /// Chance of a false alarm, in (0, 1).
    pub alpha: f64,
    /// Chance to find `minimum_effect`, in (alpha, 1).
    pub power: f64,
    /// Units, all variants together, at which the experiment is complete.
    pub target_sample_size: Option<u64>,
    /// Smallest relative effect worth finding, a positive fraction.
    pub minimum_effect: Option<f64>,
    /// How a group-sequential test divides alpha among its looks.
    pub spending: Spending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("x-not-yet" = ["bayesian"]))]
pub enum Method {
    /// Asymptotic confidence sequence: valid however often one looks.
    Sequential,
    /// Alpha is spent look by look, by the share of the planned information that is there.
    GroupSequential,
    /// Welch's t-test: decides once, at the planned end.
    #[serde(rename = "t-test")]
    TTest,
}

impl Method {
    /// As in the files and the tables.
    pub fn code(self) -> &'static str {
        match self {
            Method::Sequential => "sequential",
            Method::GroupSequential => "group-sequential",
            Method::TTest => "t-test",
        }
    }
}

/// A spending function: how much of alpha is used up at a share of the information.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spending {
    OBrienFleming,
    Pocock,
    HwangShihDeCani(f64),
    KimDeMets(f64),
}

#[derive(Debug, Clone)]
pub struct Decision {
    pub policy: Policy,
    /// Those of the policy, or the experiment's own.
    pub rules: Vec<Rule>,
    /// To ship, a primary is better only when this sure, in (0, 1).
    pub confidence: f64,
    /// Whole days from `start` before anything ships.
    pub minimum_days: u32,
    /// Units per variant before anything ships.
    pub minimum_units: u64,
    /// Nights in a row that must say `ship` before it is acted upon, at least 1.
    pub confirmations: u32,
}

/// How a winner reaches everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Key of the feature flag.
    pub flag: String,
    /// Percent of all units that get the winner, increasing, in 1..=100; at least one.
    pub steps: Vec<u8>,
    /// Microseconds from one step to the next; more than 0.
    pub every: i64,
    /// Names of targets that may touch the flag.
    pub targets: Vec<String>,
    /// Name in the flag of each of the experiment's variants, by our key.
    pub variants: BTreeMap<String, String>,
}
