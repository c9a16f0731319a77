//! In which order things are decided, and why.

use super::days_left::days_left;
use super::look::Look;
use super::plausible::why;
use super::policy::{Ruling, best, rulings};
use super::told::told;
use super::words::{count, counted, list, quoted, readable};
use super::{Decision, EstimateRow, NoEstimate, RuleTried, State};
use crate::config::Then;

/// What a rule decided, and what it is about.
pub(super) struct Conclusion<'a> {
    pub decision: Decision,
    pub row: Option<&'a EstimateRow>,
    /// What the policy says of each treatment, whether or not that was asked.
    pub rulings: Vec<Ruling<'a>>,
}

/// The decision and its row, where a rule matched.
type Matched<'a> = Option<(Decision, Option<&'a EstimateRow>)>;

/// What was tried, and the conclusion if it matched.
type Tried<'a> = (Vec<RuleTried>, Matched<'a>);

/// The rules in their order; the first that concludes decides, and its row ends the trace.
///
/// Health comes before harm and harm before benefit. Between the minimum and the planned end
/// stand the rules of the policy, tried for every treatment.
pub(super) fn decide<'a>(look: &Look<'a>) -> (Conclusion<'a>, Vec<RuleTried>) {
    let rulings = rulings(look);
    let mut trace = Vec::new();
    for rule in [computed, health, minimum, policy, planned_end, keep_running] {
        let (tried, matched) = rule(look, &rulings);
        trace.extend(tried);
        if let Some((decision, row)) = matched {
            return (Conclusion { decision, row, rulings }, trace);
        }
    }
    (Conclusion { decision: Decision::KeepRunning, row: None, rulings }, trace)
}

/// A metric that could not be computed, whatever its role. Leaves no trace where all could.
fn computed<'a>(look: &Look<'a>, _: &[Ruling<'a>]) -> Tried<'a> {
    let has_failed = |row: &&EstimateRow| matches!(row.estimate, Err(NoEstimate::Failed(_)));
    let is_error = |row: &EstimateRow| row.state == State::Error;
    let nothing = look.estimates.first().filter(|_| look.estimates.iter().all(is_error));
    let Some(first) = look.estimates.iter().find(has_failed).or(nothing) else {
        return (vec![], None);
    };
    let because = format!("{} could not be computed: {}", readable(&first.metric), why(first));
    one("error", because, Some((Decision::Error, Some(first))))
}

fn health<'a>(look: &Look<'a>, _: &[Ruling<'a>]) -> Tried<'a> {
    let failed: Vec<_> = look.failed_checks().iter().map(|row| quoted(&row.check)).collect();
    let checks = counted(look.health.len() as u64, "check");
    match failed.len() {
        0 => one("health", format!("none of {checks} failed"), None),
        n => {
            let because = format!("{n} of {checks} failed: {}", list(&failed));
            one("health", because, Some((Decision::Investigate, None)))
        }
    }
}

fn minimum<'a>(look: &Look<'a>, rulings: &[Ruling<'a>]) -> Tried<'a> {
    let decision = &look.experiment.decision;
    let (variant, units) = look.smallest_variant();
    let numbers = format!(
        "{} of at least {}, {} of at least {} in `{variant}`",
        counted(u64::from(look.days), "day"),
        decision.minimum_days,
        counted(units, "unit"),
        count(decision.minimum_units)
    );
    if !look.is_below_minimum() {
        return one("minimum_runtime", numbers, None);
    }
    let harmed = rulings.iter().filter(|ruling| ruling.then(look).is_some());
    let harmed: Vec<_> = harmed.map(|ruling| quoted(ruling.treatment)).collect();
    if harmed.is_empty() {
        return one("minimum_runtime", numbers, Some((Decision::KeepRunning, None)));
    }
    one("minimum_runtime", format!("{numbers}, but harm by {} is certain", list(&harmed)), None)
}

/// What ships comes first: harm to one treatment does not keep another from shipping, and it
/// rolls back only where none does.
fn policy<'a>(look: &Look<'a>, rulings: &[Ruling<'a>]) -> Tried<'a> {
    let first = |then| rulings.iter().find(|ruling| ruling.then(look) == Some(then));
    let found = best(look, rulings)
        .map(|ruling| (Decision::Ship, ruling))
        .or_else(|| Some((Decision::RollBack, first(Then::RollBack)?)))
        .or_else(|| Some((Decision::Investigate, first(Then::Review)?)));
    let trace = told(look, rulings, found.map(|(_, ruling)| ruling));
    (trace, found.map(|(decision, ruling)| (decision, ruling.row(look))))
}

fn planned_end<'a>(look: &Look<'a>, _: &[Ruling<'a>]) -> Tried<'a> {
    let full = look.experiment.test.target_sample_size;
    let units = counted(look.evidence.units(), "unit");
    let of_target = full.map_or(String::new(), |full| format!(", {units} of {}", count(full)));
    let because = format!("day {} of {}{of_target}", look.days, look.planned_days());
    let conclude = (Decision::Inconclusive, None);
    one("planned_end", because, look.is_at_planned_end().then_some(conclude))
}

fn keep_running<'a>(look: &Look<'a>, _: &[Ruling<'a>]) -> Tried<'a> {
    let because = match days_left(look) {
        Some(days) => {
            format!("no other rule matched, {days} days short of the precision asked for")
        }
        None => "no other rule matched".to_owned(),
    };
    one("keep_running", because, Some((Decision::KeepRunning, None)))
}

fn one<'a>(rule: &'static str, because: String, matched: Matched<'a>) -> Tried<'a> {
    (vec![RuleTried { rule, matched: matched.is_some(), because }], matched)
}
