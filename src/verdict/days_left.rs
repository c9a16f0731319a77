//! How long until a question can be answered.

use super::EstimateRow;
use super::judge::tuning;
use super::level::family;
use super::look::Look;
use crate::config::{Experiment, Method};
use crate::stats::planning::{AnyTime, Normal, PerUnit, Trial};
use crate::stats::{Alternative, Effect, Rho};

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
    let now = units as f64;
    let (value, std_error, dof) = (0.0, lift.std_error, f64::INFINITY);
    let design = PerUnit::of(&Effect { value, std_error, dof, units: now }, 1.0);
    let needed = units_needed(experiment, &design, row.alpha, pair().map(|v| v.share).sum())?;
    let per_day = now / f64::from(look.days.max(1));
    let days = ((needed.max(now) - now) / per_day).ceil();
    days.is_finite().then_some(days as u32)
}

/// Units of the pair after which the minimum effect is found with the power asked for.
fn units_needed(
    experiment: &Experiment,
    design: &PerUnit,
    alpha: f64,
    share_of_the_pair: f64,
) -> Option<f64> {
    let effect = experiment.test.minimum_effect?;
    let power = family(experiment).power(experiment.test.power).ok()?;
    let alternative = Alternative::TwoSided;
    let need = match experiment.test.method {
        Method::Sequential => {
            let tuning = tuning(experiment, share_of_the_pair);
            let rule = AnyTime { alternative, alpha, tuning, rho: Rho::Exact };
            Trial::new(design, &rule).units(effect, power)
        }
        // A group-sequential design needs little more than a single look at the end.
        Method::TTest | Method::GroupSequential => {
            Trial::new(design, &Normal { alternative, alpha }).units(effect, power)
        }
    };
    need.ok().map(|need| need.total)
}
