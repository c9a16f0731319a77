//! In which order things are decided, and why.

use super::days_left::days_left;
use super::look::{Blocked, Look, confidence};
use super::plausible::why;
use super::words::{count, counted, list, percent, quoted, readable};
use super::{Decision, EstimateRow, NoEstimate, RowStatus, RuleTried, State};
use crate::config::Method;

/// What a rule decided, and the row it is about.
pub(super) struct Conclusion<'a> {
    pub decision: Decision,
    pub row: Option<&'a EstimateRow>,
}

/// What was tried, and the conclusion if it matched.
type Tried<'a> = (Vec<RuleTried>, Option<Conclusion<'a>>);

/// The rules in their order; the first that concludes decides, and its row ends the trace.
///
/// Health comes before harm and harm before benefit. `harm` and `benefit` are tried for every
/// treatment; harm to one does not keep another from shipping, and it rolls back only where
/// none ships.
pub(super) fn decide<'a>(look: &Look<'a>) -> (Conclusion<'a>, Vec<RuleTried>) {
    let mut trace = Vec::new();
    for rule in [computed, health, minimum, harm, benefit, planned_end] {
        let (tried, conclusion) = rule(look);
        trace.extend(tried);
        if let Some(conclusion) = conclusion {
            return (conclusion, trace);
        }
    }
    let because = match days_left(look) {
        Some(days) => {
            format!("no other rule matched, {days} days short of the precision asked for")
        }
        None => "no other rule matched".to_owned(),
    };
    trace.push(RuleTried { rule: "keep_running", matched: true, because });
    (Conclusion { decision: Decision::KeepRunning, row: None }, trace)
}

/// A metric that could not be computed, whatever its role. Leaves no trace where all could.
fn computed<'a>(look: &Look<'a>) -> Tried<'a> {
    let has_failed = |row: &&EstimateRow| matches!(row.estimate, Err(NoEstimate::Failed(_)));
    let is_error = |row: &EstimateRow| row.state == State::Error;
    let nothing = look.estimates.first().filter(|_| look.estimates.iter().all(is_error));
    let Some(first) = look.estimates.iter().find(has_failed).or(nothing) else {
        return (vec![], None);
    };
    let because = format!("{} could not be computed: {}", readable(&first.metric), why(first));
    one("error", because, Some(Conclusion { decision: Decision::Error, row: Some(first) }))
}

fn health<'a>(look: &Look<'a>) -> Tried<'a> {
    let failed: Vec<_> = look.failed_checks().iter().map(|row| quoted(&row.check)).collect();
    let checks = counted(look.health.len() as u64, "check");
    match failed.len() {
        0 => one("health", format!("none of {checks} failed"), None),
        n => {
            let because = format!("{n} of {checks} failed: {}", list(&failed));
            one("health", because, Some(Conclusion { decision: Decision::Investigate, row: None }))
        }
    }
}

fn minimum<'a>(look: &Look<'a>) -> Tried<'a> {
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
    let harmed: Vec<_> = look.treatments().filter(|t| look.harm(t).is_some()).map(quoted).collect();
    if harmed.is_empty() {
        let keep = Conclusion { decision: Decision::KeepRunning, row: None };
        return one("minimum_runtime", numbers, Some(keep));
    }
    one("minimum_runtime", format!("{numbers}, but harm by {} is certain", list(&harmed)), None)
}

fn harm<'a>(look: &Look<'a>) -> Tried<'a> {
    let tried = look.treatments().map(|t| harm_by(look, t)).collect();
    let harmed = look.treatments().find_map(|t| look.harm(t));
    let may_ship = !look.is_below_minimum() && look.best().is_some();
    let roll_back = |row| Conclusion { decision: Decision::RollBack, row: Some(row) };
    (tried, harmed.filter(|_| !may_ship).map(roll_back))
}

fn harm_by(look: &Look, treatment: &str) -> RuleTried {
    let (matched, because) = match look.harm(treatment) {
        Some(row) => (true, tested(look, row, "is worse")),
        None if !look.may_decide() => (false, before_the_end(look)),
        None => {
            (false, untold(look, look.deciding(treatment), "no primary and no guardrail is worse"))
        }
    };
    RuleTried { rule: "harm", matched, because: format!("{}: {because}", quoted(treatment)) }
}

fn benefit<'a>(look: &Look<'a>) -> Tried<'a> {
    let best = look.best();
    let winner = best.map(|row| row.treatment.as_str());
    // The winner last: the rule that matched ends the trace.
    let mut treatments: Vec<_> = look.treatments().filter(|t| Some(*t) != winner).collect();
    treatments.extend(winner);
    let tried = treatments.iter().map(|t| benefit_of(look, t)).collect();
    (tried, best.map(|row| Conclusion { decision: Decision::Ship, row: Some(row) }))
}

fn benefit_of(look: &Look, treatment: &str) -> RuleTried {
    let found = look.benefit(treatment);
    let matched = found.is_ok();
    let because = match found {
        Ok(row) => tested(look, row, "is better, and every guardrail holds"),
        Err(Blocked::NothingBetter) => {
            untold(look, look.primaries(treatment), "no primary is better")
        }
        Err(Blocked::BeforeTheEnd) => before_the_end(look),
        Err(Blocked::Worse(row)) => tested(look, row, "is worse"),
        Err(Blocked::Guardrail { guardrail, .. }) => not_held(look, guardrail),
        Err(Blocked::NotSure(row)) => format!(
            "{} is better, but its confidence of {:.4} is below {}",
            readable(&row.metric),
            confidence(row).unwrap_or(0.0),
            look.experiment.decision.confidence
        ),
    };
    RuleTried { rule: "benefit", matched, because: format!("{}: {because}", quoted(treatment)) }
}

fn planned_end<'a>(look: &Look<'a>) -> Tried<'a> {
    let full = look.experiment.test.target_sample_size;
    let units = counted(look.evidence.units(), "unit");
    let of_target = full.map_or(String::new(), |full| format!(", {units} of {}", count(full)));
    let because = format!("day {} of {}{of_target}", look.days, look.planned_days());
    let conclude = Conclusion { decision: Decision::Inconclusive, row: None };
    one("planned_end", because, look.is_at_planned_end().then_some(conclude))
}

fn one<'a>(rule: &'static str, because: String, conclusion: Option<Conclusion<'a>>) -> Tried<'a> {
    (vec![RuleTried { rule, matched: conclusion.is_some(), because }], conclusion)
}

/// Adjusted p-values are compared with alpha before it was divided.
fn tested(look: &Look, row: &EstimateRow, what: &str) -> String {
    let p_value = row.adjusted_p_value.map_or("none".to_owned(), p_text);
    let alpha = look.experiment.test.alpha;
    format!("{} {what}: adjusted p {p_value}, below {alpha}", readable(&row.metric))
}

fn untold<'a>(look: &Look, rows: impl Iterator<Item = &'a EstimateRow>, what: &str) -> String {
    let one = |row: &EstimateRow| {
        let p_value = row
            .adjusted_p_value
            .filter(|_| row.status == RowStatus::Ok)
            .map_or_else(|| why(row), |p| format!("adjusted p {}", p_text(p)));
        format!("{} {} ({p_value})", readable(&row.metric), row.state.code())
    };
    let all: Vec<_> = rows.map(one).collect();
    format!("{what} at {}: {}", look.experiment.test.alpha, list(&all))
}

fn not_held(look: &Look, row: &EstimateRow) -> String {
    let metric = readable(&row.metric);
    match (row.margin, row.margin_p_value) {
        (Some(margin), Some(p)) if row.status == RowStatus::Ok => format!(
            "{metric} is not shown to be safe within {}: p {}, not below {}",
            percent(margin),
            p_text(p),
            look.experiment.test.alpha
        ),
        _ => format!("{metric} cannot be tested: {}", why(row)),
    }
}

fn before_the_end(look: &Look) -> String {
    let method = match look.experiment.test.method {
        Method::TTest => "a t-test",
        Method::Sequential | Method::GroupSequential => "the test",
    };
    format!(
        "{method} decides once, at the planned end; this is day {} of {}",
        look.days,
        look.planned_days()
    )
}

fn p_text(p: f64) -> String {
    if p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") }
}
