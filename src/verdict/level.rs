//! How sure each metric must be.

use crate::config::{Experiment, Role};
use crate::stats::planning::Family;

/// Share of alpha that one comparison has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Two-sided level of this comparison.
    pub alpha: f64,
    /// Number of comparisons that share the experiment's alpha, this one included.
    pub sharing: u32,
}

/// The risk-aware rule (Schultzberg, Ankargren and Frånberg 2024, arXiv 2402.11609).
///
/// One success is enough to ship, so primaries times treatments share alpha (Bonferroni).
/// Every guardrail must hold, so guardrails have all of it: non-inferiority one-sided, harm
/// two-sided. Secondary metrics are reported at alpha and never decide.
///
/// `decision.confidence` is a second threshold for shipping only: a primary ships at
/// `min(test.alpha, 1 - decision.confidence)`, and harm is found at `test.alpha`.
pub fn level(experiment: &Experiment, role: Role) -> Level {
    let sharing = match role {
        Role::Primary => primaries(experiment) * treatments(experiment),
        Role::Secondary | Role::Guardrail(_) => 1,
    };
    let sharing = u32::try_from(sharing).unwrap_or(u32::MAX).max(1);
    Level { alpha: experiment.test.alpha / f64::from(sharing), sharing }
}

/// The metrics of the decision and the treatments, for its power: every guardrail with a margin
/// has to pass beside a primary that is better, so each metric needs more power than the decision.
pub fn family(experiment: &Experiment) -> Family {
    let has_margin = |role: &Role| matches!(role, Role::Guardrail(g) if g.margin.is_some());
    let guardrails = experiment.metrics.iter().filter(|used| has_margin(&used.role)).count();
    Family {
        successes: primaries(experiment) as u32,
        guardrails: guardrails as u32,
        treatments: treatments(experiment) as u32,
    }
}

fn primaries(experiment: &Experiment) -> usize {
    experiment.metrics.iter().filter(|used| used.role == Role::Primary).count()
}

fn treatments(experiment: &Experiment) -> usize {
    experiment.variants.iter().filter(|variant| !variant.is_control).count()
}
