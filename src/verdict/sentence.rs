//! What to tell people.

use super::change::{change, sure, undecided};
use super::look::Look;
use super::plausible::why;
use super::policy::{Ruling, Tried};
use super::rules::Conclusion;
use super::waiting::{inconclusive, keep_running};
use super::words::{counted, list, quoted, readable};
use super::{Decision, EstimateRow, State};
use crate::config::{Policy, Then};

/// One or two plain sentences: what to do, and the numbers it rests on.
pub(super) fn recommendation(look: &Look, conclusion: &Conclusion, left: Option<u32>) -> String {
    let rulings = &conclusion.rulings;
    let ruling = |row: &EstimateRow| rulings.iter().find(|one| one.treatment == row.treatment);
    let ruling = conclusion.row.and_then(ruling);
    match (conclusion.decision, conclusion.row, ruling) {
        (Decision::Ship, Some(row), Some(ruling)) => ship(look, row, ruling, rulings) + &held(look),
        (Decision::RollBack, Some(row), Some(ruling)) => {
            roll_back(look, row, ruling, rulings) + &held(look)
        }
        (Decision::Error, Some(row), _) => error(look, row),
        (Decision::Investigate, Some(_), Some(ruling)) => review(look, ruling),
        (Decision::Investigate, ..) => investigate(look),
        (Decision::Inconclusive, ..) => inconclusive(look, rulings),
        (Decision::KeepRunning, ..) => keep_running(look, rulings, left),
        (Decision::Ship | Decision::RollBack | Decision::Error, ..) => {
            "No metric could be computed.".to_owned()
        }
    }
}

fn ship(look: &Look, row: &EstimateRow, ruling: &Ruling, rulings: &[Ruling]) -> String {
    let treatment = &row.treatment;
    let worse: Vec<_> = changed(look, treatment, State::Worse);
    let guarded = look.guardrails(treatment).next().is_some();
    let rest = match worse.as_slice() {
        [] if guarded => ", and no guardrail got worse".to_owned(),
        [] => String::new(),
        worse => format!(", although {}", list(worse)),
    };
    let rule = own_rule(look, ruling);
    let text = match row.state == State::Better {
        true => format!("Ship `{treatment}`: {}{}{rest}.{rule}", change(look, row), sure(row)),
        false if worse.is_empty() => {
            let undecided = undecided(look, row);
            format!("Ship `{treatment}`: nothing that counts got worse, and {undecided}.{rule}")
        }
        false => format!("Ship `{treatment}`: {}{rest}.{rule}", undecided(look, row)),
    };
    let harmed = rulings.iter().filter(|one| one.then(look).is_some()).find_map(Ruling::harm);
    match harmed {
        Some(harm) => format!("{text} Stop `{}`: {}.", harm.treatment, change(look, harm)),
        None => text,
    }
}

fn roll_back(look: &Look, row: &EstimateRow, ruling: &Ruling, rulings: &[Ruling]) -> String {
    // What was rolled back on an earlier night may have no harm any more.
    let is_out = |ruling: &&Ruling| {
        ruling.then(look) == Some(Then::RollBack) || ruling.treatment == row.treatment
    };
    let (out, others): (Vec<&Ruling>, Vec<&Ruling>) = rulings.iter().partition(is_out);
    let names = |some: &[&Ruling]| {
        list(&some.iter().map(|ruling| quoted(ruling.treatment)).collect::<Vec<_>>())
    };
    let of = match out.len() {
        0 | 1 => String::new(),
        _ => format!(" for `{}`", row.treatment),
    };
    let because = match row.state == State::Worse {
        true => change(look, row) + &of + &sure(row),
        false => undecided(look, row),
    };
    let rest = match others.is_empty() {
        true => String::new(),
        false => format!(" {} can keep running.", names(&others)),
    };
    format!("Roll back {}: {because}.{}{rest}", names(&out), own_rule(look, ruling))
}

/// A rule asks for a person, for whatever is known to have changed.
fn review(look: &Look, ruling: &Ruling) -> String {
    let treatment = ruling.treatment;
    let rule = ruling.found().map_or_else(String::new, |tried| {
        let because = tried.rule.because.as_ref().map(|words| format!(" ({words})"));
        format!("rule {} asks a person to decide{}", tried.number, because.unwrap_or_default())
    });
    let mut seen = changed(look, treatment, State::Better);
    seen.extend(changed(look, treatment, State::Worse));
    let seen = match seen.as_slice() {
        [] => look.primaries(treatment).next().map(|row| undecided(look, row)),
        seen => Some(list(seen)),
    };
    let seen = seen.map_or_else(String::new, |seen| format!("; {seen}"));
    format!("Investigate `{treatment}`: {rule}{seen}.")
}

/// " Rule 2 says so: shipping is cheap.", where the rules are the experiment's own.
fn own_rule(look: &Look, ruling: &Ruling) -> String {
    let is_own = look.experiment.decision.policy == Policy::Rules;
    let Some(Tried { rule, number, .. }) = ruling.found().filter(|_| is_own) else {
        return String::new();
    };
    match &rule.because {
        Some(words) => format!(" Rule {number} says so: {}.", words.trim_end_matches('.')),
        None => format!(" Rule {number} says so."),
    }
}

/// What is known of the primaries and guardrails that are in a state.
fn changed(look: &Look, treatment: &str, state: State) -> Vec<String> {
    let rows = look.deciding(treatment).filter(|row| row.state == state);
    rows.map(|row| change(look, row)).collect()
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
