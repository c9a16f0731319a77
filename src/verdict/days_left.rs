//! How long until a question can be answered.

use super::EstimateRow;
use super::level::family;
use super::look::Look;
use super::precision::Precision;

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
    let precision = Precision::of(experiment, look.evidence, row)?;
    let power = family(experiment).power(experiment.test.power).ok()?;
    let needed = precision.units_needed(experiment.test.minimum_effect?, power)?;
    let now = precision.units;
    let per_day = now / f64::from(look.days.max(1));
    let days = ((needed.max(now) - now) / per_day).ceil();
    days.is_finite().then_some(days as u32)
}
