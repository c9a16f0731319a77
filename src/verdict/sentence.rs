//! What to tell people.

use super::decide::leading;
use super::look::{Blocked, Look};
use super::plausible::why;
use super::rules::Conclusion;
use super::words::{count, counted, list, percent, quoted, readable, short};
use super::{Decision, EstimateRow, State};
use crate::config::{Direction, Method};

/// One or two plain sentences: what to do, and the numbers it rests on.
pub(super) fn recommendation(look: &Look, conclusion: &Conclusion, left: Option<u32>) -> String {
    match (conclusion.decision, conclusion.row) {
        (Decision::Ship, Some(row)) => ship(look, row) + &held(look),
        (Decision::RollBack, Some(row)) => roll_back(look, row) + &held(look),
        (Decision::Error, Some(row)) => error(look, row),
        (Decision::Investigate, _) => investigate(look),
        (Decision::Inconclusive, _) => inconclusive(look),
        (Decision::KeepRunning, _) => keep_running(look, left),
        (Decision::Ship | Decision::RollBack | Decision::Error, None) => {
            "No metric could be computed.".to_owned()
        }
    }
}

fn ship(look: &Look, row: &EstimateRow) -> String {
    let guarded = look.guardrails(&row.treatment).next().is_some();
    let guardrails = if guarded { ", and no guardrail got worse" } else { "" };
    let text = format!("Ship `{}`: {}{guardrails}.", row.treatment, change(look, row));
    match look.treatments().find_map(|treatment| look.harm(treatment)) {
        Some(harm) => format!("{text} Stop `{}`: {}.", harm.treatment, change(look, harm)),
        None => text,
    }
}

fn roll_back(look: &Look, row: &EstimateRow) -> String {
    let (harmed, others): (Vec<&str>, Vec<&str>) =
        look.treatments().partition(|treatment| look.harm(treatment).is_some());
    let names = |keys: &[&str]| list(&keys.iter().map(|key| quoted(key)).collect::<Vec<_>>());
    let of = if harmed.len() > 1 { format!(" for `{}`", row.treatment) } else { String::new() };
    let rest = match others.is_empty() {
        true => String::new(),
        false => format!(" {} can keep running.", names(&others)),
    };
    format!("Roll back {}: {}{of}.{rest}", names(&harmed), change(look, row))
}

/// What keeps the verdict from being acted upon by itself.
fn held(look: &Look) -> String {
    match look.held_by_tails().first() {
        Some(row) => format!(" It takes a person to do so: {}.", row.detail),
        None => String::new(),
    }
}

fn error(look: &Look, row: &EstimateRow) -> String {
    let metric = readable(&row.metric);
    let others = look.estimates.iter().any(|other| other.state != State::Error);
    let rest = if others { " The other metrics decide nothing until it can." } else { "" };
    format!("No verdict: {metric} could not be computed: {}.{rest}", why(row))
}

fn investigate(look: &Look) -> String {
    let failed = look.failed_checks();
    let shown: Vec<_> = failed.iter().take(2).map(|row| row.detail.as_str()).collect();
    let more = match failed.len().saturating_sub(2) {
        0 => String::new(),
        n => format!(" {} failed, too.", counted(n as u64, "more check")),
    };
    format!("Investigate before trusting any number: {}.{more}", shown.join(". Also: "))
}

fn keep_running(look: &Look, left: Option<u32>) -> String {
    if look.is_below_minimum() {
        return below_minimum(look);
    }
    if !look.may_decide() {
        let end = look.experiment.end;
        return format!("Keep running: a t-test decides once, at the planned end on {end}.");
    }
    if let Some(blocked) = look.treatments().find_map(|treatment| blocked(look, treatment)) {
        return format!("Keep running: {blocked}.");
    }
    let until = match (left, look.experiment.test.minimum_effect) {
        (Some(0), Some(effect)) => format!(
            "an effect of {} would have shown by now; the planned end is {}",
            percent(effect),
            look.experiment.end
        ),
        (Some(days), Some(effect)) if days > look.planned_days_left() => format!(
            "the planned end on {} will come too early; at this pace it takes about {} until an \
             effect of {} could be told from noise, so plan more traffic, more time or a larger \
             change",
            look.experiment.end,
            counted(u64::from(days), "more day"),
            percent(effect)
        ),
        (Some(days), Some(effect)) => format!(
            "about {} until an effect of {} could be told from noise",
            counted(u64::from(days), "more day"),
            percent(effect)
        ),
        _ => format!(
            "no difference can be told from noise yet; the planned end is {}",
            look.experiment.end
        ),
    };
    format!("Keep running: {until}.")
}

fn below_minimum(look: &Look) -> String {
    let decision = &look.experiment.decision;
    let (variant, units) = look.smallest_variant();
    let mut reasons = Vec::new();
    if look.days < decision.minimum_days {
        let verb = if look.days == 1 { "has" } else { "have" };
        let needed = counted(u64::from(decision.minimum_days), "day");
        reasons.push(format!("{} of at least {needed} {verb} passed", look.days));
    }
    if units < decision.minimum_units {
        let needed = counted(decision.minimum_units, "unit");
        reasons.push(format!("`{variant}` has {} of at least {needed}", count(units)));
    }
    format!("Keep running: {}.", reasons.join(", and "))
}

fn inconclusive(look: &Look) -> String {
    let blocked = look.treatments().find_map(|treatment| blocked(look, treatment));
    let seen = blocked.or_else(|| leading(look).map(|row| undecided(look, row)));
    let seen = seen.unwrap_or_else(|| "no primary could be tested".to_owned());
    format!("Conclude without a winner: the planned end is reached, and {seen}. A person decides.")
}

/// A benefit that does not ship, and what stands in its way.
fn blocked(look: &Look, treatment: &str) -> Option<String> {
    match look.benefit(treatment).err()? {
        Blocked::Guardrail { better, guardrail } => {
            let metric = readable(&guardrail.metric);
            let but = match (guardrail.margin, guardrail.state) {
                (Some(margin), State::Flat) => {
                    format!("{metric} is not yet shown to be safe within {}", percent(margin))
                }
                _ => format!("{metric} cannot be tested yet"),
            };
            Some(format!("for `{treatment}` {}, but {but}", change(look, better)))
        }
        Blocked::NotSure(row) => {
            let wanted = percent(look.experiment.decision.confidence);
            let change = change(look, row);
            Some(format!("for `{treatment}` {change}, but confidence is below {wanted}"))
        }
        Blocked::NothingBetter | Blocked::BeforeTheEnd | Blocked::Worse(_) => None,
    }
}

/// "activation rate is up 8.2 % (between 3.1 % and 13.4 %)".
fn change(look: &Look, row: &EstimateRow) -> String {
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

/// " (between 3.1 % and 13.4 %)", or nothing where an end is missing.
fn between(look: &Look, row: &EstimateRow) -> String {
    match range(look.experiment.test.method, row) {
        Some((lower, upper)) => format!(" (between {lower} and {upper})"),
        None => String::new(),
    }
}

fn range(method: Method, row: &EstimateRow) -> Option<(String, String)> {
    let interval = row.lift_interval(method)?;
    let finite = interval.lower.is_finite() && interval.upper.is_finite();
    finite.then(|| (percent(interval.lower), percent(interval.upper)))
}

fn undecided(look: &Look, row: &EstimateRow) -> String {
    let what = format!("{} of `{}`", readable(&row.metric), row.treatment);
    match range(look.experiment.test.method, row) {
        Some((lower, upper)) => {
            format!("the effect on {what} lies between {lower} and {upper}, so it may be none")
        }
        None => format!("{what} cannot be told from that of control"),
    }
}
