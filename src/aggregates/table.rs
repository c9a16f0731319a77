//! Answers for people: a table for each experiment and method.

use super::answer::{Answer, Fields};
use super::method::METHODS;
use crate::report::{
    absent, align_right, confidence, fitting, harmless, interval, number, p_value, percent, plain,
    thousands, wrapped,
};

/// What a terminal of `width` characters shows.
pub fn table(answers: &[Answer], width: u16) -> String {
    let mut sections: Vec<Vec<&Answer>> = Vec::new();
    for answer in answers {
        match sections.last_mut() {
            Some(section) if belongs(answer, section) => section.push(answer),
            _ => sections.push(vec![answer]),
        }
    }
    let show = |answers: &Vec<&Answer>| section(answers, width);
    sections.iter().map(show).collect::<Vec<_>>().join("\n")
}

/// Whether one title and one level are true of all.
fn belongs(answer: &Answer, section: &[&Answer]) -> bool {
    let level = |answer: &Answer| number_of(answer, "alpha");
    let levels = section.iter().find_map(|other| level(other)).zip(level(answer));
    section.first().is_some_and(|first| title(first) == title(answer))
        && levels.is_none_or(|(theirs, ours)| theirs == ours)
}

/// `checkout, 2026-10-28: sequential`.
fn title(answer: &Answer) -> String {
    let in_rows = |name: &str| ["metric", "revision"].contains(&name);
    let keys = answer.keys.iter().filter(|(name, _)| !in_rows(name));
    let keys: Vec<String> = keys.map(|(_, key)| as_text(key)).collect();
    match keys.is_empty() {
        true => answer.method.into(),
        false => harmless(&format!("{}: {}", keys.join(", "), answer.method)),
    }
}

fn section(answers: &[&Answer], width: u16) -> String {
    let found = |name: &str| answers.iter().find_map(|answer| get(answer, name));
    let title = answers.first().map(|answer| title(answer)).unwrap_or_default();
    let about = || {
        let method = answers.first().and_then(|a| METHODS.iter().find(|m| m.name == a.method));
        method.map_or_else(String::new, |method| format!(" ({})", method.about))
    };
    let valid = found("valid").map(|valid| format!(", valid {}", as_text(valid)));
    let mut out = wrapped(&format!("{title}{}", valid.unwrap_or_else(about)), width);
    let columns = columns(answers);
    if columns.iter().any(|column| column.is_number) {
        out.push_str(&tabular(answers, columns, width));
    } else {
        answers.iter().for_each(|answer| out.push_str(&list(answer, width)));
    }
    for answer in answers {
        if let Err(reason) = &answer.outcome {
            let about = row_name(answer).map_or_else(String::new, |name| format!("{name}: "));
            let text = format!("{about}no number, {}", reason.message);
            out.push_str(&wrapped(&harmless(&text), width));
        }
    }
    out
}

/// A column, where any answer has something to put into it.
struct Column {
    header: String,
    is_number: bool,
    /// Left out first where there is no room.
    can_go: bool,
    cell: Box<dyn Fn(&Answer) -> String>,
}

fn columns(answers: &[&Answer]) -> Vec<Column> {
    let level = answers.iter().find_map(|answer| number_of(answer, "alpha"));
    let interval_name = level.map_or("interval".into(), interval_header);
    let has_lift = answers.iter().any(|answer| number_of(answer, "lift").is_some());
    let numbers = |header: &str, name: &'static str, show: fn(Option<f64>) -> String| {
        let cell = move |answer: &Answer| show(number_of(answer, name));
        Column { header: header.into(), is_number: true, can_go: false, cell: Box::new(cell) }
    };
    let interval_of = |names: [&'static str; 2], show: fn(Option<f64>) -> String| Column {
        header: interval_name.clone(),
        is_number: true,
        can_go: false,
        cell: Box::new(move |answer: &Answer| {
            let [lower, upper] = names.map(|name| number_of(answer, name));
            interval(lower, upper, |end| show(Some(end)))
        }),
    };
    let key = |header: &str, cell: fn(&Answer) -> Option<String>| Column {
        header: header.into(),
        is_number: false,
        can_go: false,
        cell: Box::new(move |answer| cell(answer).map_or_else(absent, |text| harmless(&text))),
    };
    let can_go = |column: Column| Column { can_go: has_lift, ..column };
    let all = vec![
        key("metric", |answer| answer.keys.get("metric").map(as_text)),
        key("variant", |answer| answer.variant.clone()),
        key("test", |answer| get(answer, "test").map(as_text)),
        numbers("units", "units", count),
        numbers("control", "control_value", number),
        numbers("treatment", "treatment_value", number),
        numbers("value", "value", number),
        numbers("mean", "mean", number),
        numbers("variance", "variance", number),
        can_go(numbers("effect", "effect", number)),
        can_go(interval_of(["lower", "upper"], number)),
        numbers("lift", "lift", percent),
        interval_of(["lift_lower", "lift_upper"], percent),
        numbers("p-value", "p_value", p_value),
        numbers("adjusted", "adjusted_p_value", p_value),
        numbers("chance to win", "chance_to_beat_control", chance),
        numbers("chance to be best", "probability_best", chance),
        numbers("expected loss", "expected_loss", number),
    ];
    let is_used = |column: &Column| answers.iter().any(|answer| (column.cell)(answer) != absent());
    all.into_iter().filter(is_used).collect()
}

/// `95 % interval`.
fn interval_header(alpha: f64) -> String {
    let percent = (1e6 * (1.0 - alpha)).round() / 1e4;
    format!("{percent} % interval")
}

fn tabular(answers: &[&Answer], mut columns: Vec<Column>, width: u16) -> String {
    if let Some(all) = drawn(answers, &columns, width) {
        return all;
    }
    columns.retain(|column| !column.can_go);
    let sentences = || answers.iter().map(|answer| sentence(answer, &columns, width)).collect();
    drawn(answers, &columns, width).unwrap_or_else(sentences)
}

fn drawn(answers: &[&Answer], columns: &[Column], width: u16) -> Option<String> {
    let mut table = plain();
    table.set_header(columns.iter().map(|column| column.header.clone()));
    for answer in answers {
        table.add_row(columns.iter().map(|column| (column.cell)(answer)));
    }
    let keys = columns.iter().filter(|column| !column.is_number).count();
    align_right(&mut table, keys..columns.len());
    fitting(table, width)
}

/// One answer where the table would be too wide.
fn sentence(answer: &Answer, columns: &[Column], width: u16) -> String {
    let facts = columns.iter().filter(|column| column.is_number);
    let facts: Vec<String> =
        facts.map(|column| format!("{} {}", column.header, (column.cell)(answer))).collect();
    let name = row_name(answer).unwrap_or_default();
    format!("{name}\n  {}", wrapped(&format!("  {}", facts.join(", ")), width.saturating_sub(2)))
}

/// `revenue / simplified`.
fn row_name(answer: &Answer) -> Option<String> {
    let parts = [answer.keys.get("metric").map(as_text), answer.variant.clone()];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| harmless(&parts.join(" / ")))
}

/// Everything that an answer has, where it is not made for a table.
fn list(answer: &Answer, width: u16) -> String {
    let one = |(name, value): (&str, &serde_json::Value)| {
        let line = wrapped(&harmless(&format!("{name} {}", rounded(value))), width - 2);
        format!("  {}\n", line.trim_end())
    };
    let fields = answer.outcome.as_ref().map(Fields::iter);
    fields.map_or_else(|_| String::new(), |fields| fields.map(one).collect())
}

/// With as many digits as a person reads.
fn rounded(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) => items.iter().map(rounded).collect::<Vec<_>>().join(", "),
        serde_json::Value::Number(found) if found.is_f64() => number(found.as_f64()),
        other => as_text(other),
    }
}

fn as_text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn get<'a>(answer: &'a Answer, name: &str) -> Option<&'a serde_json::Value> {
    answer.outcome.as_ref().ok()?.get(name)
}

fn number_of(answer: &Answer, name: &str) -> Option<f64> {
    answer.outcome.as_ref().ok()?.get_number(name)
}

fn count(units: Option<f64>) -> String {
    units.map_or_else(absent, |units| thousands(units as u64))
}

fn chance(chance: Option<f64>) -> String {
    chance.map_or_else(absent, confidence)
}
