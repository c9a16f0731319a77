//! What sets two nights apart, for people and for programs.

use serde_json::{Value, json};

use super::difference::{Difference, Told, changes_sign};
use super::table::{confidence, indented, wrapped};
use super::text::{absent, counted, harmless, number, percent, thousands};
use crate::output::{Cell, Change, InputChange};

/// For a terminal of `width` characters: what counts first, then each experiment.
pub fn changes(difference: &Difference, width: u16) -> String {
    let mut out = wrapped(&summary(difference), width);
    for change in &difference.inputs {
        out += &wrapped(&format!("files of {}", change.words()), width);
    }
    let new: Vec<&str> = difference.only_now().map(String::as_str).collect();
    let gone: Vec<&str> = difference.only_before().map(String::as_str).collect();
    for (what, keys) in [("no verdict before", new), ("no verdict now", gone)] {
        if !keys.is_empty() {
            out += &wrapped(&format!("{what}: {}", keys.join(", ")), width);
        }
    }
    for (key, before, now) in difference.both() {
        let mine: Vec<&Change> = difference.of(key).collect();
        if !mine.is_empty() {
            out += &format!("\n{}", experiment(key, before, now, &mine, width));
        }
    }
    harmless(&out)
}

/// `2 verdicts flip, 3 metrics change sign, 1 metric changes state, 4 experiments are unchanged`.
fn summary(difference: &Difference) -> String {
    let said = |count: usize, what: &str, one: &str, many: &str| {
        format!("{} {}", counted(count, what), if count == 1 { one } else { many })
    };
    [
        said(difference.flips(), "verdict", "flips", "flip"),
        said(difference.signs(), "metric", "changes sign", "change sign"),
        said(difference.states(), "metric", "changes state", "change state"),
        said(difference.unchanged(), "experiment", "is unchanged", "are unchanged"),
    ]
    .join(", ")
}

fn experiment(key: &str, before: &Told, now: &Told, mine: &[&Change], width: u16) -> String {
    let decision = match (before.words(), now.words()) {
        (before, now) if before == now => now,
        (before, now) => format!("{before} -> {now}"),
    };
    let verdict: Vec<String> =
        mine.iter().filter(|change| change.table == "verdicts").filter_map(|c| shown(c)).collect();
    let mut out = wrapped(&format!("{key} ({}): {decision}", which(before, now)), width);
    if !verdict.is_empty() {
        out += &indented(&verdict.join(", "), width);
    }
    for row in rows(mine, "estimates") {
        let cells: Vec<String> = row.iter().filter_map(|change| shown(change)).collect();
        if !cells.is_empty() {
            out += &indented(&format!("{}: {}", row[0].row.join(", "), cells.join(", ")), width);
        }
    }
    // Lines of the waterfall have two names.
    for row in rows(mine, "health").into_iter().filter(|row| row[0].row.len() == 1) {
        let outcome = row.iter().find(|c| matches!(c.column.as_deref(), Some("outcome") | None));
        if let Some(words) = outcome.and_then(|change| shown(change)) {
            out += &indented(&format!("check {}: {words}", row[0].row.join(", ")), width);
        }
    }
    out
}

/// `2026-10-20, revision 1 -> 2`, `2026-10-19 -> 2026-10-20`.
fn which(before: &Told, now: &Told) -> String {
    let days = match before.as_of == now.as_of {
        true => now.as_of.to_string(),
        false => format!("{} -> {}", before.as_of, now.as_of),
    };
    match (before.revision, now.revision) {
        (Some(was), Some(is)) if was != is => format!("{days}, revision {was} -> {is}"),
        _ => days,
    }
}

/// Changes of one table, those of a row together.
fn rows<'a>(mine: &[&'a Change], table: &str) -> Vec<Vec<&'a Change>> {
    let mut rows: Vec<Vec<&Change>> = Vec::new();
    for change in mine.iter().filter(|change| change.table == table) {
        match rows.last_mut().filter(|row| row[0].row == change.row) {
            Some(row) => row.push(change),
            None => rows.push(vec![change]),
        }
    }
    rows
}

/// A cell as people read it; `None` for those that say the same as another, or need a program.
fn shown(change: &Change) -> Option<String> {
    let Some(column) = change.column.as_deref() else {
        let is_new = change.before == Cell::NoRow;
        return Some(if is_new { "is new" } else { "is gone" }.to_owned());
    };
    let pair = |name: &str, show: fn(&Cell) -> String| {
        let (before, now) = (show(&change.before), show(&change.now));
        (before != now).then(|| format!("{name} {before} -> {now}"))
    };
    match column {
        "lift" => pair("lift", as_percent),
        "confidence" => pair("confidence", as_share),
        "units" => pair("units", as_count),
        "hold_reasons" => pair("held by", as_text),
        "effect" if changes_sign(change) => pair("changes sign, effect", as_number),
        "adjusted_p_value" => pair("p", as_number),
        "state" | "outcome" => pair("", as_text).map(|words| words.trim_start().to_owned()),
        "status" => pair("status", as_text),
        _ => None,
    }
}

fn as_percent(cell: &Cell) -> String {
    percent(cell.number())
}

fn as_share(cell: &Cell) -> String {
    cell.number().map_or_else(absent, confidence)
}

fn as_count(cell: &Cell) -> String {
    cell.number().map_or_else(absent, |count| thousands(count as u64))
}

fn as_number(cell: &Cell) -> String {
    number(cell.number())
}

fn as_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text == "[]" => "nothing".into(),
        Cell::Text(text) => text.trim_matches(['[', ']']).to_owned(),
        _ => absent(),
    }
}

/// As one object, all cells with all digits.
pub fn changes_json(difference: &Difference) -> Value {
    json!({
        "verdicts_flip": difference.flips(),
        "metrics_change_sign": difference.signs(),
        "metrics_change_state": difference.states(),
        "unchanged": difference.unchanged(),
        "new": difference.only_now().collect::<Vec<_>>(),
        "gone": difference.only_before().collect::<Vec<_>>(),
        "inputs": difference.inputs.iter().map(input_object).collect::<Value>(),
        "experiments": difference.both().map(|(key, before, now)| json!({
            "experiment": key,
            "before": told_object(before),
            "now": told_object(now),
            "changes": difference.of(key).map(change_object).collect::<Value>(),
        })).collect::<Value>(),
    })
}

fn told_object(told: &Told) -> Value {
    json!({
        "as_of": told.as_of.to_string(),
        "revision": told.revision,
        "decision": told.decision.code(),
        "treatment": told.treatment,
    })
}

pub(super) fn input_object(change: &InputChange) -> Value {
    json!({
        "source": change.source,
        "added": change.added,
        "removed": change.removed,
        "changed": change.changed,
    })
}

/// A row that only one side has is `column: null`, with `true` where it is.
pub(super) fn change_object(change: &Change) -> Value {
    let cell = |cell: &Cell| match cell {
        Cell::NoRow => json!(false),
        Cell::Row => json!(true),
        Cell::Null => Value::Null,
        Cell::Number(number) => json!(number),
        Cell::Text(text) => json!(text),
    };
    json!({
        "table": change.table,
        "row": change.row,
        "column": change.column,
        "before": cell(&change.before),
        "now": cell(&change.now),
    })
}
