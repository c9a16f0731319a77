//! Where the numbers of a metric would have to go for its state to change.

use super::change::interval;
use super::look::{Look, confidence};
use super::plausible::why;
use super::policy::Answer;
use super::told::p_text;
use super::words::{certainty, percent, readable, short};
use super::{EstimateRow, RowStatus, State};
use crate::config::{Are, Direction};
use crate::stats::Interval;

/// "activation rate's lower end (now -0.4 %) rose above 0".
pub(super) fn to_be(look: &Look, answer: &Answer, are: &[Are]) -> String {
    let row = answer.row;
    let metric = readable(&row.metric);
    let asks = |what: Are| are.contains(&what);
    let holds = asks(Are::Holding) || asks(Are::Safe);
    if row.status != RowStatus::Ok {
        let what = match (holds, asks(Are::Better), asks(Are::Worse)) {
            (true, ..) => "held",
            (_, true, _) => "were better",
            (_, _, true) => "were worse",
            _ => "were flat",
        };
        return format!("{metric} could be tested ({}) and {what}", why(row));
    }
    if holds {
        return to_hold(look, row);
    }
    match row.state {
        State::Better if asks(Are::Better) => format!(
            "confidence in {metric} (now {}) reached {}",
            certainty(confidence(row).unwrap_or(0.0)),
            certainty(look.experiment.decision.confidence)
        ),
        State::Worse if asks(Are::Worse) => format!("{metric} were worse with more units"),
        _ if asks(Are::Better) => crosses(look, row, State::Better),
        _ if asks(Are::Worse) => crosses(look, row, State::Worse),
        _ => returns(look, row),
    }
}

/// "activation rate's lower end (now 4.3 %) fell to 0".
pub(super) fn to_be_no_longer(look: &Look, answer: &Answer, are: &[Are]) -> String {
    let row = answer.row;
    let asks = |what: Are| are.contains(&what);
    // It may also fall back to flat and count all the same.
    if asks(Are::Flat) || (asks(Are::Holding) && row.margin.is_none()) {
        let way_out = if asks(Are::Worse) { State::Better } else { State::Worse };
        return crosses(look, row, way_out);
    }
    let margin = row.margin.filter(|_| asks(Are::Holding) || asks(Are::Safe));
    match (row.state, margin) {
        (State::Better | State::Safe, Some(margin)) => format!(
            "{} were no longer shown to be less than {} worse",
            readable(&row.metric),
            percent(margin)
        ),
        _ => returns(look, row),
    }
}

/// Not worse, and within the margin if there is one.
fn to_hold(look: &Look, row: &EstimateRow) -> String {
    let metric = readable(&row.metric);
    let Some(margin) = row.margin.filter(|_| row.state != State::Worse) else {
        return match row.state {
            State::Worse => returns(look, row),
            _ => crosses(look, row, State::Better),
        };
    };
    let better = look.better(&row.metric);
    let outer = interval(look, row).map(|Interval { lower, upper }| match better {
        Direction::Higher => ("lower", lower, lower <= -margin),
        Direction::Lower => ("upper", upper, upper >= margin),
    });
    let now = match outer {
        Some((end, value, true)) => format!("{end} end now {}", percent(value)),
        _ => format!(
            "p now {}, less than {} is needed",
            row.margin_p_value.map_or_else(|| "unknown".to_owned(), p_text),
            look.experiment.test.alpha
        ),
    };
    format!("{metric} were shown to be less than {} worse ({now})", percent(margin))
}

/// The end of the interval that would leave 0 behind.
fn crosses(look: &Look, row: &EstimateRow, to: State) -> String {
    let metric = readable(&row.metric);
    let is_up = (to == State::Better) == (look.better(&row.metric) == Direction::Higher);
    let inner = |[lower, upper]: [&str; 2], ends: Interval| match is_up {
        true => (lower.to_owned(), ends.lower, ends.lower <= 0.0),
        false => (upper.to_owned(), ends.upper, ends.upper >= 0.0),
    };
    let verb = if is_up { "rose above 0" } else { "fell below 0" };
    match ends(look, row).map(|(ends, text)| (inner(["lower", "upper"], ends), text)) {
        Some(((end, value, true), text)) => {
            format!("{metric}'s {end} end (now {}) {verb}", text(value))
        }
        _ => format!(
            "{metric} were {} (adjusted p now {}, less than {} is needed)",
            to.code(),
            row.adjusted_p_value.map_or_else(|| "unknown".to_owned(), p_text),
            look.experiment.test.alpha
        ),
    }
}

/// The end of an interval without 0 that would have to come back to it.
fn returns(look: &Look, row: &EstimateRow) -> String {
    let metric = readable(&row.metric);
    match ends(look, row) {
        Some((Interval { lower, .. }, text)) if lower > 0.0 => {
            format!("{metric}'s lower end (now {}) fell to 0", text(lower))
        }
        Some((Interval { upper, .. }, text)) if upper < 0.0 => {
            format!("{metric}'s upper end (now {}) rose to 0", text(upper))
        }
        _ => format!("{metric} could not be told from control"),
    }
}

/// How a number is written.
type Shown = fn(f64) -> String;

/// Of the lift, or where there is none of the effect itself, with how to write them.
fn ends(look: &Look, row: &EstimateRow) -> Option<(Interval, Shown)> {
    if let Some(lift) = interval(look, row) {
        return Some((lift, percent));
    }
    let test = row.in_force(look.experiment.test.method)?;
    let is_known = test.interval.lower.is_finite() && test.interval.upper.is_finite();
    is_known.then_some((test.interval, short))
}
