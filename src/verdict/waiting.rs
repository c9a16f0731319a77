//! What to tell people while nothing is decided, and at the end if nothing was.

use super::change::{change, interval, undecided};
use super::look::{Look, leading};
use super::policy::{Answer, Asked, Ruling, Tried, is_sure};
use super::words::{certainty, count, counted, percent, quoted, readable};
use super::{EstimateRow, State};
use crate::config::{Are, At, HowMany, Then};

/// What has to happen before anything is decided, and who leads until then.
pub(super) fn keep_running(look: &Look, rulings: &[Ruling], left: Option<u32>) -> String {
    if look.is_below_minimum() {
        return below_minimum(look);
    }
    let end = look.experiment.end;
    if !look.may_decide() {
        return format!("Keep running: a t-test decides once, at the planned end on {end}.");
    }
    if let Some(blocked) = rulings.iter().find_map(|ruling| blocked(look, ruling)) {
        let days = counted(u64::from(look.planned_days_left()), "day");
        return format!("Keep running: {blocked}. The planned end is {end}, in {days}.");
    }
    if let Some(waits) = rulings.iter().find_map(at_the_end) {
        return format!("Keep running until the planned end on {end}: {waits}.{}", leader(look));
    }
    format!("Keep running: {}.{}", until(look, left), leader(look))
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

/// "if nothing changes, `simplified` ships then".
fn at_the_end(ruling: &Ruling) -> Option<String> {
    let waits = |tried: &&Tried| tried.rule.at == At::PlannedEnd;
    let tried = ruling.tried.iter().filter(waits).find(|tried| tried.would_hold())?;
    let what = match tried.rule.then {
        Then::Ship => "ships",
        Then::RollBack => "is rolled back",
        Then::Review => "is reviewed",
    };
    Some(format!("if nothing changes, {} {what} then", quoted(ruling.treatment)))
}

fn until(look: &Look, left: Option<u32>) -> String {
    let end = look.experiment.end;
    let effect = look.experiment.test.minimum_effect.map(percent);
    match (left, effect) {
        (Some(0), Some(effect)) => {
            format!("an effect of {effect} would have shown by now; the planned end is {end}")
        }
        (Some(days), Some(effect)) if days > look.planned_days_left() => format!(
            "the planned end on {end} will come too early; at this pace it takes about {} until an \
             effect of {effect} could be told from noise, so plan more traffic, more time or a \
             larger change",
            counted(u64::from(days), "more day"),
        ),
        (Some(days), Some(effect)) => format!(
            "about {} until an effect of {effect} could be told from noise",
            counted(u64::from(days), "more day"),
        ),
        _ => format!("no difference can be told from noise yet; the planned end is {end}"),
    }
}

/// " So far `simplified` leads: activation rate is up 0.2 % (between -5 % and 5.4 %), which may
/// be chance."
fn leader(look: &Look) -> String {
    let Some(row) = leading(look).filter(|row| interval(look, row).is_some()) else {
        return String::new();
    };
    if row.state == State::Better || look.gain(&row.treatment) <= 0.0 {
        return String::new();
    }
    format!(" So far {} leads: {}, which may be chance.", quoted(&row.treatment), change(look, row))
}

/// That it ended, and what was seen.
pub(super) fn inconclusive(look: &Look, rulings: &[Ruling]) -> String {
    let blocked = rulings.iter().find_map(|ruling| blocked(look, ruling));
    let seen = blocked.or_else(|| leading(look).map(|row| undecided(look, row)));
    let seen = seen.unwrap_or_else(|| "no primary could be tested".to_owned());
    format!("Conclude without a winner: the planned end is reached, and {seen}. A person decides.")
}

/// A benefit that does not ship, and what stands in its way.
fn blocked(look: &Look, ruling: &Ruling) -> Option<String> {
    let ships = |tried: &&Tried| tried.rule.then == Then::Ship && !tried.waits;
    let obstacles = |tried: &Tried| {
        let unmet = tried.asked.iter().filter(|asked| !asked.holds);
        unmet.map(|asked| obstacle(look, asked)).collect::<Option<Vec<String>>>()
    };
    let found = ruling.tried.iter().filter(ships).find_map(obstacles)?;
    let but = found.into_iter().next()?;
    let treatment = quoted(ruling.treatment);
    let is_better = |row: &&EstimateRow| row.state == State::Better;
    Some(match look.primaries(ruling.treatment).find(is_better) {
        Some(better) => format!("for {treatment} {}, but {but}", change(look, better)),
        None => format!("for {treatment} {but}"),
    })
}

/// What keeps a condition from holding; `None` where nothing is better, so that there is nothing
/// to be kept from.
fn obstacle(look: &Look, asked: &Asked) -> Option<String> {
    let is_better = |answer: &Answer| answer.row.state == State::Better;
    if asked.condition.are.contains(&Are::Better)
        && !asked.condition.are.contains(&Are::Holding)
        && !asked.rows.iter().any(is_better)
    {
        return None;
    }
    let should = asked.condition.how_many != HowMany::None;
    let wrong = asked.rows.iter().find(|answer| answer.is_so != should)?;
    let (row, metric) = (wrong.row, readable(&wrong.row.metric));
    let margin = row.margin.filter(|_| should && row.state == State::Flat);
    Some(match (row.state, margin) {
        (_, Some(margin)) => {
            format!("{metric} is not yet shown to be safe within {}", percent(margin))
        }
        (State::Better, _) if !is_sure(look, row) => {
            format!("confidence is below {}", certainty(look.experiment.decision.confidence))
        }
        (State::Insufficient | State::Error, _) => format!("{metric} cannot be tested yet"),
        (State::Worse | State::Better, _) => change(look, row),
        (State::Flat | State::Safe, _) => format!("{metric} cannot be told from control yet"),
    })
}
