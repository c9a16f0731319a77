//! When an effect counts.

use super::question::{Baseline, Method, Question};
use crate::stats::bayes::Prior;
use crate::stats::group;
use crate::stats::planning::{
    AnyTime, ByWidth, Credible, GroupSequential, Normal, Rule, Student, WidenedError,
};
use crate::stats::{
    Alternative, Effect, Interval, Missing, Mixture, OneSidedSequence, Rho, Sequence,
};

/// Level and sides of one metric's test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    pub alpha: f64,
    pub alternative: Alternative,
}

/// The rule of the method; `smallest` is the effect to be found, on the design's scale, and
/// `power` the power asked for, where they are known.
pub fn rule(
    question: &Question,
    level: Level,
    smallest: Option<f64>,
    power: Option<f64>,
) -> Result<Box<dyn Rule>, Missing> {
    let Level { alpha, alternative } = level;
    Ok(match &question.method {
        Method::ZTest => Box::new(Normal { alternative, alpha }),
        Method::TTest { .. } => match question.baseline {
            Baseline::Mean { .. } if !question.tests_lift => {
                Box::new(Student { alternative, alpha })
            }
            _ => Box::new(Normal { alternative, alpha }),
        },
        Method::Sequential { tuning: Some(tuning), rho } => {
            Box::new(AnyTime { alternative, alpha, tuning: *tuning, rho: *rho })
        }
        Method::Sequential { tuning: None, rho } => Box::new(tightest_at_the_end(level, *rho)),
        Method::Widened { tuning } => Box::new(WidenedError { alpha, tuning: *tuning }),
        Method::Mixture { tau_squared } => match (tau_squared, smallest) {
            (None, None) => Box::new(tightest_at_the_end(level, Rho::Exact)),
            (Some(squared), _) => Box::new(mixed(level, Mixture::new(*squared)?)),
            (None, Some(smallest)) => Box::new(mixed(level, Mixture::of_effect(smallest.abs())?)),
        },
        Method::GroupSequential { shape, fractions } => {
            let design = group::Design::new(alpha, alternative, *shape, None, fractions)?;
            let inflation = design.inflation_factor(power.unwrap_or(0.8))?;
            Box::new(GroupSequential { alternative, alpha, inflation })
        }
        Method::Bayesian { prior } => {
            Box::new(Credible { alternative, alpha, prior: scaled(question, *prior)? })
        }
    })
}

/// A prior is about the lift; on an absolute scale it is rescaled by control.
fn scaled(question: &Question, prior: Prior) -> Result<Prior, Missing> {
    match (question.baseline, question.tests_lift) {
        (Baseline::Measured { value: None, .. }, _) | (_, true) => Ok(prior),
        _ => prior.on_absolute_effect(question.control().ok_or(Missing::ControlNearZero)?),
    }
}

/// A confidence sequence that is tightest when the plan is complete.
fn tightest_at_the_end(level: Level, rho: Rho) -> impl Rule + 'static {
    let Level { alpha, alternative } = level;
    let width = move |look: &crate::stats::planning::Look| match alternative {
        Alternative::TwoSided => Sequence::new(alpha, look.units, rho).width(look.units),
        Alternative::Greater | Alternative::Less => {
            OneSidedSequence::new(alpha, look.units, rho).width(look.units)
        }
    };
    ByWidth { alternative, alpha, width }
}

fn mixed(level: Level, mixture: Mixture) -> impl Rule + 'static {
    let Level { alpha, alternative } = level;
    let width = move |look: &crate::stats::planning::Look| {
        let (std_error, units) = (look.std_error, look.units);
        let effect = Effect { value: 0.0, std_error, dof: f64::INFINITY, units };
        let found = mixture.test(&effect, 0.0, alternative, alpha);
        let reach = |Interval { lower, upper }: Interval| upper.min(-lower) / std_error;
        found.map_or(f64::INFINITY, |test| reach(test.interval))
    };
    ByWidth { alternative, alpha, width }
}
