//! What was set in motion, or would be.

use serde_json::{Value, json};

use super::table::{fitting, plain, wrapped};
use super::text::harmless;

/// One action, in words.
#[derive(Debug, Clone)]
pub struct ActLine {
    pub id: String,
    pub experiment: String,
    pub target: String,
    pub flag: Option<String>,
    pub what: String,
    pub as_of: String,
    /// State before, and what became of it.
    pub before: &'static str,
    pub state: &'static str,
    pub words: String,
    pub reason: String,
}

/// Actions as a table for a terminal of `width` characters, and what there is to say of each.
pub fn acts(lines: &[ActLine], width: u16) -> String {
    let mut table = plain();
    table.set_header(["action", "experiment", "target", "what", "as of", "state"]);
    for line in lines {
        table.add_row(cells(line));
    }
    let mut out = fitting(table, width).unwrap_or_else(|| {
        lines.iter().map(|line| format!("{}\n", cells(line).join("  "))).collect()
    });
    out.push('\n');
    for line in lines.iter().filter(|line| !line.words.is_empty()) {
        let words = format!("{}: {}.", short(&line.id), line.words);
        out.push_str(&wrapped(&harmless(&words), width));
    }
    out
}

fn cells(line: &ActLine) -> [String; 6] {
    let target = match &line.flag {
        Some(flag) => format!("{}/{flag}", line.target),
        None => line.target.clone(),
    };
    [
        short(&line.id).to_owned(),
        harmless(&line.experiment),
        harmless(&target),
        harmless(&line.what.replace('`', "")),
        line.as_of.clone(),
        line.state.replace('_', " "),
    ]
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// One object per action.
pub fn acts_json(lines: &[ActLine]) -> Value {
    let object = |line: &ActLine| {
        json!({
            "action_id": line.id,
            "experiment": line.experiment,
            "target": line.target,
            "flag": line.flag,
            "what": line.what,
            "as_of": line.as_of,
            "before": line.before,
            "state": line.state,
            "detail": line.words,
            "reason": line.reason,
        })
    };
    lines.iter().map(object).collect()
}
