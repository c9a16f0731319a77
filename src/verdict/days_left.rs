//! How long until a question can be answered.

use super::EstimateRow;
use super::judge::tuning;
use super::look::Look;
use crate::config::{Experiment, Method, Role};
use crate::stats::planning::Family;
use crate::stats::{Plan, units_needed};

/// Days until the first primary's minimum effect can be told from noise for every treatment,
/// at the pace so far.
///
/// From the precision, never from the observed effect. `None` without a minimum effect, and
/// where a relative effect is undefined.
pub(super) fn days_left(look: &Look) -> Option<u32> {
    let first = |treatment| look.primaries(treatment).next();
    let each = look.treatments().map(|treatment| days_for(look, first(treatment)?));
    each.collect::<Option<Vec<u32>>>()?.into_iter().max()
}

fn days_for(look: &Look, row: &EstimateRow) -> Option<u32> {
    let experiment = look.experiment;
    let lift = row.estimate.as_ref().ok()?.lift.as_ref().ok()?;
    let pair = || experiment.variants.iter().filter(|v| v.is_control || v.key == row.treatment);
    let units: u64 = pair().map(|variant| look.evidence.units_of(&variant.key)).sum();
    let plan = plan(experiment, row.alpha, pair().map(|variant| variant.share).sum())?;
    let needed = units_needed(lift.std_error, units, &plan)?;
    let per_day = units as f64 / f64::from(look.days.max(1));
    let days = ((needed - units) as f64 / per_day).ceil();
    days.is_finite().then_some(days as u32)
}

fn plan(experiment: &Experiment, alpha: f64, share_of_the_pair: f64) -> Option<Plan> {
    let tuning = match experiment.test.method {
        Method::Sequential => Some(tuning(experiment, share_of_the_pair)),
        Method::TTest => None,
    };
    let minimum_effect = experiment.test.minimum_effect?;
    let power = family(experiment).power(experiment.test.power).ok()?;
    Some(Plan { minimum_effect, alpha, power, tuning })
}

/// Every guardrail with a margin has to pass beside a primary that is better, so each metric
/// needs more power than the decision (arXiv 2402.11609).
fn family(experiment: &Experiment) -> Family {
    let count = |is: fn(&Role) -> bool| {
        experiment.metrics.iter().filter(|used| is(&used.role)).count() as u32
    };
    Family {
        successes: count(|role| *role == Role::Primary),
        guardrails: count(|role| matches!(role, Role::Guardrail(g) if g.margin.is_some())),
        treatments: experiment.variants.iter().filter(|variant| !variant.is_control).count() as u32,
    }
}
