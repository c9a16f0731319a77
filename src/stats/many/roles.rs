//! At which level is each metric of a decision tested, and with which power?

use crate::stats::Missing;

/// What a metric is to the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricRole {
    /// One of these better is a reason to ship.
    Primary,
    /// Reported, decides nothing.
    Secondary,
    /// All of these must not be worse by more than a margin.
    Guardrail,
}

/// How one metric is tested so that the decision keeps its error rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoleLevel {
    pub alpha: f64,
    /// Power that the test must be planned with.
    pub power: f64,
}

/// Level and power per metric such that the decision "a primary is better and no guardrail is
/// worse" ships wrongly at most with `alpha` and, where it should, at least with `power`.
///
/// Schultzberg, Ankargren and Frånberg (2024), arXiv 2402.11609. One primary is enough, so
/// primaries share `alpha`, over treatments too. Every guardrail must pass, so each has `alpha`
/// whole, but their misses add up: with `G` guardrails every test needs the power
/// `1 - (1 - power) / (G + 1)`, or over `G` without a primary. Secondaries are tested at `alpha`
/// with `power`, as if alone.
///
/// `Err(OutOfRange)` for an `alpha` or `power` outside (0, 1), or without treatments.
pub fn role_levels(
    roles: &[MetricRole],
    treatments: u64,
    alpha: f64,
    power: f64,
) -> Result<Vec<RoleLevel>, Missing> {
    let inside = |v: f64| v > 0.0 && v < 1.0;
    if !(inside(alpha) && inside(power) && treatments > 0) {
        return Err(Missing::OutOfRange);
    }
    let count = |role: MetricRole| roles.iter().filter(|r| **r == role).count() as f64;
    let (primaries, guardrails) = (count(MetricRole::Primary), count(MetricRole::Guardrail));
    let must_pass = guardrails + primaries.min(1.0);
    let together = 1.0 - (1.0 - power) / must_pass;
    let level = |role: &MetricRole| match role {
        MetricRole::Primary => {
            RoleLevel { alpha: alpha / (primaries * treatments as f64), power: together }
        }
        MetricRole::Guardrail => RoleLevel { alpha, power: together },
        MetricRole::Secondary => RoleLevel { alpha, power },
    };
    Ok(roles.iter().map(level).collect())
}

#[cfg(test)]
mod tests {
    use super::MetricRole::{Guardrail, Primary, Secondary};
    use super::*;

    #[test]
    fn primaries_share_alpha_and_guardrails_share_the_misses() {
        let roles = [Primary, Guardrail, Primary, Secondary, Guardrail, Guardrail];
        let levels = role_levels(&roles, 2, 0.05, 0.8).unwrap();
        let at = |index: usize| (levels[index].alpha, levels[index].power);
        assert_eq!(at(0), (0.0125, 0.95));
        assert_eq!(at(0), at(2));
        assert_eq!(at(1), (0.05, 0.95));
        assert_eq!(at(3), (0.05, 0.8));
    }

    #[test]
    fn a_part_of_the_decision_may_be_absent() {
        assert_eq!(role_levels(&[], 1, 0.05, 0.8), Ok(vec![]));
        let alone = RoleLevel { alpha: 0.05, power: 0.8 };
        for role in [Primary, Guardrail, Secondary] {
            assert_eq!(role_levels(&[role], 1, 0.05, 0.8).unwrap()[0].alpha, alone.alpha);
            let power = role_levels(&[role], 1, 0.05, 0.8).unwrap()[0].power;
            assert!((power - alone.power).abs() < 1e-15);
        }
        for (treatments, alpha, power) in [(0, 0.05, 0.8), (1, 0.0, 0.8), (1, 0.05, f64::NAN)] {
            let levels = role_levels(&[Primary], treatments, alpha, power);
            assert_eq!(levels, Err(Missing::OutOfRange));
        }
    }
}
