//! What would have to change for another verdict.
//!
//! Read off the conditions of the policy: each that does not hold says what it takes, and each
//! that holds what would break it.
//!
//! Does not: say what is likely to happen, or compute anything again.

use jiff::civil::Date;

use super::healthy::healthy;
use super::look::Look;
use super::plausible::why;
use super::policy::{Answer, Asked, Ruling, Tried, tried};
use super::rules::Conclusion;
use super::turning::{to_be, to_be_no_longer};
use super::words::{count, counted, list, quoted, readable};
use super::{Decision, EstimateRow};
use crate::config::{At, HowMany, Policy, Then};

/// One way to another verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otherwise {
    /// What it would be; `None` where that depends on what else there is.
    pub decision: Option<Decision>,
    /// A sentence for people.
    pub words: String,
}

/// Ways to other verdicts, treatment by treatment; of what was decided on an earlier day, only
/// harm to what ships.
pub(super) fn otherwise(
    look: &Look,
    conclusion: &Conclusion,
    settled_on: Option<Date>,
) -> Vec<Otherwise> {
    if let Some(day) = settled_on {
        return settled(look, conclusion, day);
    }
    match (conclusion.decision, conclusion.row) {
        (Decision::Error, row) => vec![depends(computed(row))],
        (Decision::Investigate, None) => vec![depends(healthy(look))],
        _ => conclusion.rulings.iter().flat_map(|ruling| of_treatment(look, ruling)).collect(),
    }
}

fn settled(look: &Look, conclusion: &Conclusion, day: Date) -> Vec<Otherwise> {
    let stays =
        format!("It was decided on {day} and stays so until `assize unlock` opens a new phase.");
    let shipped = conclusion.row.filter(|_| conclusion.decision == Decision::Ship);
    let is_shipped =
        |ruling: &&Ruling| shipped.is_some_and(|row| row.treatment == ruling.treatment);
    let ruling = conclusion.rulings.iter().filter(is_shipped);
    let harm = ruling.flat_map(|ruling| of_treatment(look, ruling));
    let harm = harm.filter(|other| other.decision == Some(Decision::RollBack));
    harm.chain([depends(stays)]).collect()
}

fn depends(words: String) -> Otherwise {
    Otherwise { decision: None, words }
}

fn computed(row: Option<&EstimateRow>) -> String {
    match row {
        Some(row) => format!(
            "There would be a verdict if {} could be computed: {}.",
            readable(&row.metric),
            why(row)
        ),
        None => "There would be a verdict if any metric could be computed.".to_owned(),
    }
}

fn of_treatment(look: &Look, ruling: &Ruling) -> Vec<Otherwise> {
    let found = ruling.found().filter(|_| ruling.then(look).is_some());
    let stays = found.and_then(|found| no_longer(look, ruling, found));
    let others = (look.experiment.decision.rules.iter().enumerate())
        .filter(|(_, rule)| found.is_none_or(|found| found.rule.then != rule.then))
        .filter_map(|(place, rule)| {
            let tried = tried(look, ruling.treatment, place, rule);
            becomes(look, ruling, found, &tried)
        });
    stays.into_iter().chain(others).collect()
}

/// "`simplified` would not ship if activation rate's lower end (now 4.3 %) fell to 0."
fn no_longer(look: &Look, ruling: &Ruling, found: &Tried) -> Option<Otherwise> {
    let what = match found.rule.then {
        Then::Ship => "would not ship",
        Then::RollBack => "would not be rolled back",
        Then::Review => "would not be left to a person",
    };
    let breaks: Vec<_> = found.asked.iter().filter_map(|asked| broken(look, asked)).collect();
    let treatment = quoted(ruling.treatment);
    let words = format!("{treatment} {what} if {}.", either(&breaks));
    (!breaks.is_empty()).then_some(depends(words))
}

/// "`simplified` would ship if activation rate's lower end (now -5.4 %) rose above 0."
fn becomes(
    look: &Look,
    ruling: &Ruling,
    found: Option<&Tried>,
    tried: &Tried,
) -> Option<Otherwise> {
    let (decision, what) = match tried.rule.then {
        Then::Ship => (Decision::Ship, "would ship"),
        Then::RollBack => (Decision::RollBack, "would be rolled back"),
        Then::Review => (Decision::Investigate, "would be left to a person"),
    };
    let mut needs: Vec<String> = needs(tried).filter_map(|asked| wanted(look, asked)).collect();
    let is_own = look.experiment.decision.policy == Policy::Rules;
    if let Some(earlier) = found.filter(|found| is_own && found.number < tried.number) {
        needs.push(format!("rule {} did not hold", earlier.number));
    }
    let when = when(look, tried);
    if needs.is_empty() && when.is_empty() {
        return None;
    }
    let needs = match needs.as_slice() {
        [] => "nothing changed".to_owned(),
        needs => list(needs),
    };
    let words = format!("{} {what}{when} if {needs}.", quoted(ruling.treatment));
    Some(Otherwise { decision: Some(decision), words })
}

/// The conditions that do not hold, without those that follow from another: what gets worse is
/// no longer better.
fn needs<'t, 'a>(tried: &'t Tried<'a>) -> impl Iterator<Item = &'t Asked<'a>> {
    let unmet = || tried.asked.iter().filter(|asked| !asked.holds);
    let turns = |asked: &&Asked| asked.condition.how_many == HowMany::Any && asked.rows.len() == 1;
    let turning = unmet().find(turns).and_then(|asked| asked.rows.first()).map(|one| one.row);
    let follows = move |asked: &&Asked| {
        let mut so = asked.rows.iter().filter(|answer| answer.is_so);
        asked.condition.how_many == HowMany::None
            && turning.is_some_and(|row| so.all(|answer| std::ptr::eq(answer.row, row)))
    };
    unmet().filter(move |asked| !follows(asked))
}

/// The time that has to come, whatever the numbers say.
fn when(look: &Look, tried: &Tried) -> String {
    if !look.may_decide() || (tried.rule.at == At::PlannedEnd && !look.is_at_planned_end()) {
        return format!(" at the planned end on {}", look.experiment.end);
    }
    if tried.rule.then == Then::RollBack || !look.is_below_minimum() {
        return String::new();
    }
    let decision = &look.experiment.decision;
    let days = counted(u64::from(decision.minimum_days), "day");
    format!(" after {days} and with {} units in each variant", count(decision.minimum_units))
}

/// What it takes for a condition to hold.
fn wanted(look: &Look, asked: &Asked) -> Option<String> {
    if asked.holds {
        return None;
    }
    let are = &asked.condition.are;
    let to_be = |answer: &Answer| to_be(look, answer, are);
    let not_to_be = |answer: &Answer| to_be_no_longer(look, answer, are);
    let (so, not_so): (Vec<&Answer>, Vec<&Answer>) = asked.rows.iter().partition(|a| a.is_so);
    Some(match asked.condition.how_many {
        HowMany::Any if asked.rows.is_empty() => "there were such metrics".to_owned(),
        HowMany::Any => either(&not_so.into_iter().map(to_be).collect::<Vec<_>>()),
        HowMany::All => list(&not_so.into_iter().map(to_be).collect::<Vec<_>>()),
        HowMany::None => list(&so.into_iter().map(not_to_be).collect::<Vec<_>>()),
    })
}

/// What would keep a condition from holding; `None` where nothing could.
fn broken(look: &Look, asked: &Asked) -> Option<String> {
    let are = &asked.condition.are;
    let to_be = |answer: &Answer| to_be(look, answer, are);
    let not_to_be = |answer: &Answer| to_be_no_longer(look, answer, are);
    let so = asked.rows.iter().filter(|answer| answer.is_so).map(not_to_be);
    let text = match asked.condition.how_many {
        HowMany::Any => list(&so.collect::<Vec<_>>()),
        HowMany::All => either(&so.collect::<Vec<_>>()),
        HowMany::None => either(&asked.rows.iter().map(to_be).collect::<Vec<_>>()),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// "a, b or c"; of many the first three.
fn either(items: &[String]) -> String {
    const MOST: usize = 3;
    let more = items.len().saturating_sub(MOST);
    let mut items: Vec<String> = items.iter().take(MOST).cloned().collect();
    if more > 0 {
        items.push(format!("the same of {more} more"));
    }
    match items.split_last() {
        None => String::new(),
        Some((one, [])) => one.clone(),
        Some((last, head)) => format!("{} or {last}", head.join(", ")),
    }
}
