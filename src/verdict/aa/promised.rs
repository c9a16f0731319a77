//! What an experiment promises where nothing differs.
//!
//! Bounds, by adding up the levels of all tests that may err.

use crate::config::{Are, Condition, Experiment, HowMany, Role, Rule, Then, Those};

/// A health check that chance may fail does so with this probability on any one night.
const OF_A_CHECK: f64 = 0.001;

/// How often something ships, at most: half of the level of the primaries, for only one direction
/// is better. `None` where a rule ships without a better primary.
pub(super) fn ship(experiment: &Experiment) -> Option<f64> {
    let rests_on_benefit = |rule: &Rule| {
        rule.when.iter().any(|when| {
            when.of == [Those::Primaries] && when.are == [Are::Better] && is_positive(when)
        })
    };
    let mut ships = experiment.decision.rules.iter().filter(|rule| rule.then == Then::Ship);
    let sure = 1.0 - experiment.decision.confidence;
    ships.all(rests_on_benefit).then(|| experiment.test.alpha.min(sure) / 2.0)
}

/// How often a treatment is rolled back, at most: half of the level of each test that can show
/// harm. `None` where a rule rolls back without harm.
pub(super) fn roll_back(experiment: &Experiment) -> Option<f64> {
    let mut groups: Vec<Those> = Vec::new();
    for rule in experiment.decision.rules.iter().filter(|rule| rule.then == Then::RollBack) {
        let is_harm = |when: &&Condition| {
            when.are == [Are::Worse] && is_positive(when) && tests(experiment, &when.of) > 0.0
        };
        let harm = rule.when.iter().filter(is_harm).min_by_key(|when| when.of.len())?;
        groups.extend(&harm.of);
    }
    Some((experiment.test.alpha / 2.0 * tests(experiment, &groups)).min(1.0))
}

fn is_positive(when: &Condition) -> bool {
    matches!(when.how_many, HowMany::Any | HowMany::All)
}

/// Tests at the whole level: primaries share theirs.
fn tests(experiment: &Experiment, of: &[Those]) -> f64 {
    let count = |is: fn(&Role) -> bool| {
        experiment.metrics.iter().filter(|used| is(&used.role)).count() as f64
    };
    let treatments = experiment.variants.iter().filter(|v| !v.is_control).count() as f64;
    let primaries = count(|role| *role == Role::Primary).min(1.0);
    let guardrails = count(|role| matches!(role, Role::Guardrail(_))) * treatments;
    let of_group = |group: Those, tests: f64| if of.contains(&group) { tests } else { 0.0 };
    of_group(Those::Primaries, primaries) + of_group(Those::Guardrails, guardrails)
}

/// How often a health check fails on some of so many nights, at most; `None` for checks that have
/// nothing to do with chance.
pub(super) fn check(experiment: &Experiment, check: &str, nights: u32) -> Option<f64> {
    let (name, _) = check.split_once(':').unwrap_or((check, ""));
    match name {
        "sample_ratio" | "empty_arm" | "clock_skew" | "join_rate" | "pre_period" => {
            Some((OF_A_CHECK * f64::from(nights)).min(1.0))
        }
        // Only where a primary differs significantly.
        "implausible_lift" => Some(experiment.test.alpha),
        _ => None,
    }
}
