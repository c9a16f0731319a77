//! One metric of one treatment in words: what changed, by how much, how sure.

use super::EstimateRow;
use super::State;
use super::look::{Look, confidence};
use super::words::{certainty, percent, readable, short};
use crate::config::Direction;
use crate::stats::Interval;

/// "activation rate is up 8.2 % (between 3.1 % and 13.4 %)".
pub(super) fn change(look: &Look, row: &EstimateRow) -> String {
    let metric = readable(&row.metric);
    let Ok(estimate) = &row.estimate else {
        return format!("{metric} could not be tested");
    };
    let direction = if estimate.effect < 0.0 { "down" } else { "up" };
    let unwanted = match (look.better(&row.metric), row.state) {
        (Direction::Lower, State::Worse | State::Better) => ", where lower is better",
        _ => "",
    };
    match &estimate.lift {
        Ok(lift) => format!(
            "{metric} is {direction} {}{}{unwanted}",
            percent(lift.value.abs()),
            between(look, row)
        ),
        Err(_) => format!(
            "{metric} is {direction} from {} to {}{unwanted}",
            short(estimate.control),
            short(estimate.treatment)
        ),
    }
}

/// " (between 3.1 % and 13.4 %)", or nothing where an end is missing. A fall that is sure is told
/// by its size.
fn between(look: &Look, row: &EstimateRow) -> String {
    match interval(look, row) {
        Some(Interval { lower, upper }) if upper < 0.0 => {
            format!(" (between {} and {})", percent(-upper), percent(-lower))
        }
        Some(Interval { lower, upper }) => {
            format!(" (between {} and {})", percent(lower), percent(upper))
        }
        None => String::new(),
    }
}

/// Of the lift by the test in force, where both ends are known.
pub(super) fn interval(look: &Look, row: &EstimateRow) -> Option<Interval> {
    let interval = row.lift_interval(look.experiment.test.method)?;
    (interval.lower.is_finite() && interval.upper.is_finite()).then_some(interval)
}

/// ", with more than 99.9 % confidence that it is not chance".
pub(super) fn sure(row: &EstimateRow) -> String {
    let how_sure = match confidence(row) {
        Some(confidence) if confidence > 0.999 => "more than 99.9 %".to_owned(),
        Some(confidence) => certainty(confidence),
        None => return String::new(),
    };
    format!(", with {how_sure} confidence that it is not chance")
}

/// "the effect on activation rate of `simplified` lies between -5.4 % and 5.4 %, so it may be none";
/// where more is known, that.
pub(super) fn undecided(look: &Look, row: &EstimateRow) -> String {
    if matches!(row.state, State::Better | State::Worse) {
        return change(look, row);
    }
    let what = format!("{} of `{}`", readable(&row.metric), row.treatment);
    match interval(look, row) {
        Some(Interval { lower, upper }) => format!(
            "the effect on {what} lies between {} and {}, so it may be none",
            percent(lower),
            percent(upper)
        ),
        None => format!("{what} cannot be told from that of control"),
    }
}
