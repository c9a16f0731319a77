//! How a rule that was tried is written down, with each number and threshold.

use super::look::{Look, confidence};
use super::plausible::why;
use super::policy::{Answer, Asked, Ruling, Tried};
use super::words::{list, percent, quoted, readable};
use super::{EstimateRow, RowStatus, RuleTried, State};
use crate::config::{Are, At, HowMany, Method, Policy, Then, Those};

/// One line per rule and treatment, rule by rule; the one that decides ends it.
pub(super) fn told(look: &Look, rulings: &[Ruling], deciding: Option<&Ruling>) -> Vec<RuleTried> {
    let most = rulings.iter().map(|ruling| ruling.tried.len()).max().unwrap_or(0);
    let (mut trace, mut last) = (Vec::new(), None);
    for place in 0..most {
        for ruling in rulings {
            let Some(tried) = ruling.tried.get(place) else { continue };
            let line = line(look, ruling, tried);
            let decides = deciding.is_some_and(|one| std::ptr::eq(one, ruling)) && tried.holds();
            if decides { last = Some(line) } else { trace.push(line) }
        }
    }
    trace.extend(last);
    trace
}

fn line(look: &Look, ruling: &Ruling, tried: &Tried) -> RuleTried {
    let matched = tried.holds() && ruling.then(look).is_some();
    let held = if tried.holds() && !matched { "; it waits for the minimum" } else { "" };
    let rule = match tried.rule.then {
        Then::Ship => "benefit",
        Then::RollBack => "harm",
        Then::Review => "review",
    };
    let number = match look.experiment.decision.policy {
        Policy::Rules => format!(", rule {}", tried.number),
        Policy::RiskAware | Policy::ClearSignals | Policy::DoNoHarm => String::new(),
    };
    let because = because(look, tried);
    let because = format!("{}{number}: {because}{held}", quoted(ruling.treatment));
    RuleTried { rule, matched, because }
}

fn because(look: &Look, tried: &Tried) -> String {
    if !look.may_decide() {
        return before_the_end(look);
    }
    if tried.waits && tried.rule.at == At::PlannedEnd {
        let (day, of) = (look.days, look.planned_days());
        return format!("it waits for the planned end; this is day {day} of {of}");
    }
    // What comes after a condition that does not hold decided nothing.
    let holds = tried.asked.iter().take_while(|asked| asked.holds).count();
    let mut parts: Vec<_> =
        tried.asked.iter().take(holds + 1).map(|a| condition(look, a)).collect();
    match parts.pop() {
        Some(last) if parts.is_empty() => last,
        Some(last) if holds < tried.asked.len() => format!("{}; but {last}", parts.join("; ")),
        Some(last) => format!("{}; {last}", parts.join("; ")),
        None => "it asks for nothing".to_owned(),
    }
}

fn condition(look: &Look, asked: &Asked) -> String {
    let so = || asked.rows.iter().filter(|answer| answer.is_so);
    let one = match (asked.condition.how_many, asked.holds) {
        (HowMany::Any, true) | (HowMany::None, false) => return told_rows(look, asked, so()),
        (HowMany::Any | HowMany::None, _) => ["no ", " and no "],
        (HowMany::All, true) => ["every ", " and every "],
        (HowMany::All, false) => ["not every ", " and "],
    };
    let names = asked.condition.of.iter().map(|of| match of {
        Those::Primaries => "primary",
        Those::Guardrails => "guardrail",
    });
    let who = one[0].to_owned() + &names.collect::<Vec<_>>().join(one[1]);
    if asked.rows.is_empty() {
        return format!("{who} {}, as there is none", what(&asked.condition.are));
    }
    let rows: Vec<_> = asked.rows.iter().map(|answer| number(look, asked, answer)).collect();
    let alpha = look.experiment.test.alpha;
    format!("{who} {} at {alpha}: {}", what(&asked.condition.are), list(&rows))
}

/// The rows that are so: "activation rate is better: adjusted p 0.0021, below 0.05".
fn told_rows<'a>(look: &Look, asked: &Asked, rows: impl Iterator<Item = &'a Answer<'a>>) -> String {
    let alpha = look.experiment.test.alpha;
    let one = |answer: &Answer| {
        let metric = readable(&answer.row.metric);
        match (answer.state, answer.row.adjusted_p_value) {
            (State::Better | State::Worse, Some(p)) => {
                let state = answer.state.code();
                format!("{metric} is {state}: adjusted p {}, below {alpha}", p_text(p))
            }
            _ => format!("at {alpha} {}", number(look, asked, answer)),
        }
    };
    list(&rows.map(one).collect::<Vec<_>>())
}

fn what(are: &[Are]) -> String {
    let words: Vec<&str> = are
        .iter()
        .map(|are| match are {
            Are::Better => "better",
            Are::Worse => "worse",
            Are::Safe => "safe",
            Are::Flat => "flat",
            Are::Holding => "holding",
        })
        .collect();
    match words.as_slice() {
        ["holding"] => "holds".to_owned(),
        words => format!("is {}", words.join(" or ")),
    }
}

/// "error rate flat (adjusted p 0.4382, p 0.1200 for its margin of 5 %)".
fn number(look: &Look, asked: &Asked, answer: &Answer) -> String {
    let row = answer.row;
    let named = format!("{} {}", readable(&row.metric), row.state.code());
    let Some(p) = row.adjusted_p_value.filter(|_| row.status == RowStatus::Ok) else {
        return format!("{named} ({})", why(row));
    };
    let mut numbers = format!("adjusted p {}", p_text(p));
    let asks_margin = asked.condition.are.iter().any(|a| matches!(a, Are::Safe | Are::Holding));
    if let (true, Some(margin), Some(p)) = (asks_margin, row.margin, row.margin_p_value) {
        numbers.push_str(&format!(", p {} for its margin of {}", p_text(p), percent(margin)));
    }
    numbers.push_str(&seen_otherwise(look, answer));
    format!("{named} ({numbers})")
}

/// Why a rule does not take a state as it is.
fn seen_otherwise(look: &Look, answer: &Answer) -> String {
    let EstimateRow { state, .. } = answer.row;
    match (state, answer.state) {
        (State::Better, State::Flat) => format!(
            ", but its confidence of {:.4} is below {}",
            confidence(answer.row).unwrap_or(0.0),
            look.experiment.decision.confidence
        ),
        (State::Worse, State::Insufficient) => ", but of too few units".to_owned(),
        _ => String::new(),
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

pub(super) fn p_text(p: f64) -> String {
    if p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") }
}
