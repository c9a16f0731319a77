//! What a policy's rules say about each treatment.
//!
//! One function for every policy, ours and the user's: the rules are tried in their order, and
//! the first that holds says what is to become of the treatment.
//!
//! Does not: know health, or what is decided where no rule holds (see `rules`).

use super::look::{Look, confidence};
use super::state::UNITS_TO_TRUST;
use super::{EstimateRow, State};
use crate::config::{Are, At, Condition, HowMany, Rule, Then, Those};

/// The rules tried for one treatment, up to the first that holds.
pub(super) struct Ruling<'a> {
    pub treatment: &'a str,
    pub tried: Vec<Tried<'a>>,
}

/// One rule beside one treatment.
pub(super) struct Tried<'a> {
    pub rule: &'a Rule,
    /// Its place in the policy, from 1.
    pub number: usize,
    /// It is too early, for the test or for the rule.
    pub waits: bool,
    /// Its conditions, whether or not it waits.
    pub asked: Vec<Asked<'a>>,
}

/// One condition beside one treatment.
pub(super) struct Asked<'a> {
    pub condition: &'a Condition,
    pub holds: bool,
    /// The rows it is about: primaries, then guardrails.
    pub rows: Vec<Answer<'a>>,
}

/// One metric beside one condition.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub row: &'a EstimateRow,
    /// As the rule sees it.
    pub state: State,
    /// Whether it is what the condition asks for.
    pub is_so: bool,
}

/// One ruling per treatment, in the order of the experiment.
pub(super) fn rulings<'a>(look: &Look<'a>) -> Vec<Ruling<'a>> {
    look.treatments().map(|treatment| ruling(look, treatment)).collect()
}

fn ruling<'a>(look: &Look<'a>, treatment: &'a str) -> Ruling<'a> {
    let mut all = Vec::new();
    for (place, rule) in look.experiment.decision.rules.iter().enumerate() {
        let one = tried(look, treatment, place, rule);
        let holds = one.holds();
        all.push(one);
        if holds {
            break;
        }
    }
    Ruling { treatment, tried: all }
}

/// The rule at a place of the policy beside a treatment, whatever came before it.
pub(super) fn tried<'a>(
    look: &Look<'a>,
    treatment: &'a str,
    place: usize,
    rule: &'a Rule,
) -> Tried<'a> {
    let asked = rule.when.iter().map(|when| ask(look, treatment, rule.then, when)).collect();
    let too_early = rule.at == At::PlannedEnd && !look.is_at_planned_end();
    let waits = too_early || !look.may_decide();
    Tried { rule, number: place + 1, waits, asked }
}

fn ask<'a>(look: &Look<'a>, treatment: &'a str, then: Then, condition: &'a Condition) -> Asked<'a> {
    let is_asked = |row: &&EstimateRow| {
        let group = if row.role == "primary" { Those::Primaries } else { Those::Guardrails };
        condition.of.contains(&group)
    };
    let answer = |row: &'a EstimateRow| {
        let state = seen(look, then, row);
        Answer { row, state, is_so: condition.are.iter().any(|are| is(*are, state, row)) }
    };
    let rows: Vec<Answer> = look.deciding(treatment).filter(is_asked).map(answer).collect();
    let mut so = rows.iter().map(|answer| answer.is_so);
    let holds = match condition.how_many {
        HowMany::Any => so.any(|is_so| is_so),
        HowMany::All => so.all(|is_so| is_so),
        HowMany::None => !so.any(|is_so| is_so),
    };
    Asked { condition, holds, rows }
}

/// The state that a rule goes by: to ship it takes the confidence asked for, and below the
/// minimum harm takes a hundred units in both variants.
fn seen(look: &Look, then: Then, row: &EstimateRow) -> State {
    match row.state {
        State::Better if then == Then::Ship && !is_sure(look, row) => State::Flat,
        State::Worse if look.is_below_minimum() && look.units_of_pair(row) < UNITS_TO_TRUST => {
            State::Insufficient
        }
        state => state,
    }
}

/// Whether a primary is better with the confidence that shipping takes.
pub(super) fn is_sure(look: &Look, row: &EstimateRow) -> bool {
    let asked = look.experiment.decision.confidence;
    row.role != "primary" || confidence(row).is_some_and(|confidence| confidence >= asked)
}

fn is(are: Are, state: State, row: &EstimateRow) -> bool {
    match (are, state) {
        (Are::Better, State::Better)
        | (Are::Worse, State::Worse)
        | (Are::Safe, State::Safe)
        | (Are::Flat, State::Flat)
        | (Are::Holding, State::Better | State::Safe) => true,
        (Are::Holding, State::Flat) => row.margin.is_none(),
        _ => false,
    }
}

impl<'a> Tried<'a> {
    /// Whether it says what becomes of the treatment.
    pub fn holds(&self) -> bool {
        !self.waits && self.would_hold()
    }

    /// Whether its conditions are fulfilled, were it time.
    pub fn would_hold(&self) -> bool {
        self.asked.iter().all(|asked| asked.holds)
    }

    /// The rows that are what the rule asks for; not those of which there must be none.
    pub fn rows(&self) -> impl Iterator<Item = Answer<'a>> {
        let positive = self.asked.iter().filter(|asked| asked.condition.how_many != HowMany::None);
        positive.flat_map(|asked| asked.rows.iter().copied()).filter(|answer| answer.is_so)
    }
}

impl<'a> Ruling<'a> {
    /// The rule that holds.
    pub fn found(&self) -> Option<&Tried<'a>> {
        self.tried.last().filter(|tried| tried.holds())
    }

    /// What is to become of the treatment at this look; below the minimum only harm counts.
    pub fn then(&self, look: &Look) -> Option<Then> {
        let found = self.found()?;
        let is_harm = found.rule.then == Then::RollBack && self.harm().is_some();
        (is_harm || !look.is_below_minimum()).then_some(found.rule.then)
    }

    /// What made a rule roll back, if that was harm.
    pub fn harm(&self) -> Option<&'a EstimateRow> {
        let found = self.found().filter(|tried| tried.rule.then == Then::RollBack)?;
        found.rows().find(|answer| answer.state == State::Worse).map(|answer| answer.row)
    }

    /// The row that the ruling is about: the one that got worse or better, or the first that made
    /// the rule hold, or the first primary.
    pub fn row(&self, look: &Look<'a>) -> Option<&'a EstimateRow> {
        let found = self.found()?;
        let better =
            |answer: &Answer| answer.state == State::Better && answer.row.role == "primary";
        let about = match found.rule.then {
            Then::Ship => found.rows().find(better),
            Then::RollBack | Then::Review => found.rows().next(),
        };
        let first = || look.deciding(self.treatment).next();
        self.harm().or(about.map(|answer| answer.row)).or_else(first)
    }
}

/// Of the treatments that may ship, the one with the largest gain in the first primary; of equal
/// ones the first in the experiment.
pub(super) fn best<'r, 'a>(look: &Look<'a>, rulings: &'r [Ruling<'a>]) -> Option<&'r Ruling<'a>> {
    let mut may_ship = rulings.iter().filter(|ruling| ruling.then(look) == Some(Then::Ship));
    let first = may_ship.next()?;
    let gain = |ruling: &Ruling| look.gain(ruling.treatment);
    Some(may_ship.fold(first, |best, next| if gain(next) > gain(best) { next } else { best }))
}
