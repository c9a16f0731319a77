//! Answers for people.

use super::answer::{Answer, Fields};
use crate::report::{
    absent, align_right, fitting, harmless, interval, number, p_value, percent, plain, wrapped,
};

/// Effects as a table for a terminal of `width` characters; other answers as lists.
pub fn table(answers: &[Answer], width: u16) -> String {
    let is_effect = |answer: &&Answer| {
        answer.outcome.as_ref().is_ok_and(|fields| fields.get("effect").is_some())
    };
    let effects: Vec<&Answer> = answers.iter().filter(is_effect).collect();
    let mut out = overview(&effects, width);
    for answer in answers.iter().filter(|answer| !is_effect(answer)) {
        out.push_str(&block(answer, width));
    }
    out
}

const HEADER: [&str; 7] = ["what", "effect", "interval", "p-value", "lift", "interval", "valid"];

fn overview(effects: &[&Answer], width: u16) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let mut table = plain();
    table.set_header(HEADER);
    for answer in effects {
        table.add_row(line(answer));
    }
    align_right(&mut table, 1..6);
    fitting(table, width)
        .unwrap_or_else(|| effects.iter().map(|one| sentence(one, width)).collect())
}

fn line(answer: &Answer) -> [String; 7] {
    let found = answer.outcome.as_ref().ok();
    let get = |name: &str| found.and_then(|fields| fields.get_number(name));
    let text = |name: &str| found.and_then(|f| f.get(name)?.as_str().map(str::to_owned));
    [
        what(answer),
        number(get("effect")),
        interval(get("lower"), get("upper"), |end| number(Some(end))),
        p_value(get("p_value")),
        percent(get("lift")),
        interval(get("lift_lower"), get("lift_upper"), |end| percent(Some(end))),
        text("valid").unwrap_or_else(absent),
    ]
}

/// `checkout / revenue / 2026-10-28 / simplified`.
fn what(answer: &Answer) -> String {
    let keys = answer.keys.iter().filter(|(name, _)| name.as_str() != "revision");
    let keys = keys.map(|(_, key)| key.as_str().map_or(key.to_string(), Into::into));
    let parts: Vec<String> = keys.chain(answer.variant.clone()).collect();
    harmless(&if parts.is_empty() { "all variants".into() } else { parts.join(" / ") })
}

/// One effect where the table would be too wide.
fn sentence(answer: &Answer, width: u16) -> String {
    let [what, effect, interval, p_value, lift, lift_interval, valid] = line(answer);
    let facts = format!(
        "  effect {effect} {interval}, p-value {p_value}, lift {lift} {lift_interval}, valid {valid}"
    );
    format!("{what}\n  {}", wrapped(&facts, width.saturating_sub(2)))
}

fn block(answer: &Answer, width: u16) -> String {
    let mut out = format!("{} ({})\n", what(answer), answer.method);
    match &answer.outcome {
        Ok(fields) => out.push_str(&list(fields, width)),
        Err(missing) => out.push_str(&format!("  no number: {missing}\n")),
    }
    out
}

fn list(fields: &Fields, width: u16) -> String {
    let one = |(name, value): (&String, &serde_json::Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line = wrapped(&harmless(&format!("{name} {text}")), width.saturating_sub(2));
        format!("  {}\n", line.trim_end())
    };
    fields.iter().map(one).collect()
}
