//! Which metrics have to say what before a treatment ships or is rolled back.
//!
//! A policy is a table of rules, tried in their order for each treatment; the first whose
//! conditions all hold says what becomes of it. What no policy may change (health, the minimum,
//! the planned end) is not here: see `verdict`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use Are::{Better, Holding, Worse};
use At::{AnyLook, PlannedEnd};
use HowMany::{All, Any, None as NoneOf};
use Those::{Guardrails, Primaries};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// One better primary ships, unless something is worse or a guardrail is not shown to hold
    /// (arXiv 2402.11609).
    RiskAware,
    /// Every primary has to be better (GrowthBook's "Clear Signals").
    ClearSignals,
    /// What is not worse at the planned end ships (GrowthBook's "Do No Harm").
    DoNoHarm,
    /// The experiment's own rules.
    Rules,
}

/// One line of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// All of them must hold.
    pub when: Vec<Condition>,
    pub at: At,
    pub then: Then,
    /// For people.
    pub because: Option<String>,
}

/// How many of which metrics are what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub how_many: HowMany,
    /// At least one.
    pub of: Vec<Those>,
    /// At least one; a metric that is any of them counts.
    pub are: Vec<Are>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HowMany {
    Any,
    /// Also holds of no metrics at all.
    All,
    None,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Those {
    Primaries,
    Guardrails,
}

/// What a metric may be; one that could not be tested is none of them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Are {
    /// Shown to differ for the better; to ship, with the confidence that the decision asks for.
    Better,
    /// Shown to differ for the worse.
    Worse,
    /// Not shown to differ, and shown to be within its margin.
    Safe,
    /// Neither of these.
    Flat,
    /// Better or safe; without a margin, tested and not shown to be worse.
    Holding,
}

/// At which looks a rule is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// At every look at which the test may decide.
    AnyLook,
    /// Only once the planned end is reached: for what rests on having seen nothing.
    PlannedEnd,
}

/// What becomes of the treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    Ship,
    RollBack,
    /// A person has to look.
    Review,
}

impl Policy {
    /// Its rules; empty for those that an experiment says itself.
    ///
    /// GrowthBook's are those of its `decision-criteria/constants.ts` (August 2026), where a goal
    /// is a primary. Three things differ. A guardrail with a margin, which GrowthBook does not
    /// have, must be shown to be within it. What could not be tested does not count as unharmed.
    /// And where GrowthBook ships at the first look because nothing is worse yet, this waits for
    /// the planned end; what it would roll back by default, a person decides.
    pub fn rules(self) -> Vec<Rule> {
        let nothing_holds_back = all([Guardrails], [Holding]);
        match self {
            Policy::RiskAware => vec![
                roll_back([any([Primaries, Guardrails], [Worse])]),
                ship(AnyLook, [any([Primaries], [Better]), nothing_holds_back]),
            ],
            Policy::ClearSignals => vec![
                ship(AnyLook, [all([Primaries], [Better]), nothing_holds_back]),
                roll_back([any([Guardrails], [Worse])]),
                roll_back([any([Primaries], [Worse]), none([Primaries], [Better])]),
            ],
            Policy::DoNoHarm => vec![
                roll_back([any([Primaries, Guardrails], [Worse])]),
                ship(AnyLook, [any([Primaries], [Better]), nothing_holds_back]),
                ship(PlannedEnd, [all([Primaries, Guardrails], [Holding])]),
            ],
            Policy::Rules => Vec::new(),
        }
    }
}

fn any<const N: usize, const M: usize>(of: [Those; N], are: [Are; M]) -> Condition {
    Condition { how_many: Any, of: of.to_vec(), are: are.to_vec() }
}

fn all<const N: usize, const M: usize>(of: [Those; N], are: [Are; M]) -> Condition {
    Condition { how_many: All, ..any(of, are) }
}

fn none<const N: usize, const M: usize>(of: [Those; N], are: [Are; M]) -> Condition {
    Condition { how_many: NoneOf, ..any(of, are) }
}

fn ship<const N: usize>(at: At, when: [Condition; N]) -> Rule {
    Rule { when: when.to_vec(), at, then: Then::Ship, because: None }
}

fn roll_back<const N: usize>(when: [Condition; N]) -> Rule {
    Rule { then: Then::RollBack, ..ship(AnyLook, when) }
}
