//! How long until a question can be answered.

use super::EstimateRow;
use super::judge::tuning;
use super::look::Look;
use crate::config::{Experiment, Method};
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
    Some(Plan { minimum_effect, alpha, power: experiment.test.power, tuning })
}
