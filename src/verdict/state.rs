//! What the numbers of one comparison amount to.

use super::arms::{Part, is_broken};
use super::compared::{Compared, Rare};
use super::words::count;
use super::{EstimateRow, NoEstimate, Reason, RowStatus, State};
use crate::config::{Direction, Experiment, Method, Variant};
use crate::stats::proportion::ENOUGH;
use crate::stats::{Estimate, Missing};

/// Below this many units in a variant the normal approximation is not trusted, unless the
/// experiment itself sets a lower minimum (Amplitude's 100).
pub(super) const UNITS_TO_TRUST: u64 = 100;

/// What became of a request, and why there is less than was asked for.
pub(super) fn status(
    part: Part,
    [control, treatment]: [&Variant; 2],
    compared: &Compared,
) -> (RowStatus, Option<Reason>) {
    let failed = |words: &String| Some(Reason { code: "failed", words: words.clone() });
    let skipped = |words: &String| Some(Reason { code: "skipped", words: words.clone() });
    let estimate = match &compared.estimate {
        Ok(estimate) => estimate,
        Err(NoEstimate::Failed(why)) => return (RowStatus::Error, failed(why)),
        Err(NoEstimate::Skipped(why)) => return (RowStatus::Skipped, skipped(why)),
        Err(NoEstimate::Undefined(missing)) if is_broken(missing) => {
            return (RowStatus::Error, Some(missing.into()));
        }
        Err(NoEstimate::Undefined(missing)) => {
            return (RowStatus::Insufficient, Some(undefined(part, missing)));
        }
    };
    let few = too_few(part, [control, treatment], compared.units);
    let rare = compared.rare.as_ref().filter(|rare| is_too_rare(part.experiment, rare));
    match few.or_else(|| rare.map(|rare| rare.reason.clone())) {
        Some(reason) => (RowStatus::Insufficient, Some(reason)),
        None => (RowStatus::Ok, estimate.lift.as_ref().err().map(Reason::from)),
    }
}

fn undefined(part: Part, missing: &Missing) -> Reason {
    let units = match missing {
        Missing::TooFewUnits { units } if part.is_matured() => *units,
        _ => return missing.into(),
    };
    let words = match units {
        0 => "a variant has no unit whose window has closed".to_owned(),
        _ => "a variant has only 1 unit whose window has closed".to_owned(),
    };
    Reason { code: "not_matured", words }
}

fn too_few(
    part: Part,
    [control, treatment]: [&Variant; 2],
    [of_control, of_treatment]: [u64; 2],
) -> Option<Reason> {
    let floor = UNITS_TO_TRUST.min(part.experiment.decision.minimum_units);
    let smaller = match of_control <= of_treatment {
        true => (control, of_control),
        false => (treatment, of_treatment),
    };
    let (variant, units) = Some(smaller).filter(|(_, units)| *units < floor)?;
    let closed = if part.is_matured() { " whose window has closed" } else { "" };
    let (units, floor) = (count(units), count(floor));
    let words = format!("`{}` has {units} of at least {floor} units{closed}", variant.key);
    Some(Reason { code: "too_few_units", words })
}

/// The score decides once, whatever is expected; at every look it needs ten.
fn is_too_rare(experiment: &Experiment, rare: &Rare) -> bool {
    let at_every_look = experiment.test.method != Method::TTest;
    !rare.by_score || (at_every_look && rare.expected < ENOUGH)
}

/// The state of a row whose test is significant or not.
pub(super) fn state(
    row: &EstimateRow,
    better: Direction,
    is_significant: bool,
    alpha_of_margin: f64,
) -> State {
    let estimate = match (row.status, &row.estimate) {
        (RowStatus::Error, _) => return State::Error,
        (RowStatus::Ok, Ok(estimate)) => estimate,
        _ => return State::Insufficient,
    };
    let is_safe = row.margin_p_value.is_some_and(|p| p < alpha_of_margin);
    match (is_significant, is_good(estimate, better)) {
        (true, true) => State::Better,
        (true, false) => State::Worse,
        (false, _) if is_safe => State::Safe,
        (false, _) => State::Flat,
    }
}

fn is_good(estimate: &Estimate, better: Direction) -> bool {
    match better {
        Direction::Higher => estimate.effect > 0.0,
        Direction::Lower => estimate.effect < 0.0,
    }
}
