//! Why an experiment got its verdict: the rules that were tried, and where rows and units went.

use serde_json::{Value, json};

use super::detail::{heading, rules};
use super::json::json;
use super::table::indented;
use super::text::harmless;
use crate::verdict::{Otherwise, Report};

/// The verdict, its rules and what would change it, for a terminal of `width` characters.
pub fn why(report: &Report, width: u16) -> String {
    harmless(&format!("{}\n{}{}", heading(report, width), rules(report), otherwise(report, width)))
}

/// What would have to change, one line per way to another verdict.
fn otherwise(report: &Report, width: u16) -> String {
    let others = &report.verdict.otherwise;
    if others.is_empty() {
        return String::new();
    }
    let line = |other: &Otherwise| indented(&other.words, width);
    format!("\nFor another verdict\n{}", others.iter().map(line).collect::<String>())
}

/// The verdict with its rules.
pub fn json_rules(report: &Report) -> Value {
    part(report, "verdict")
}

/// Rows and units by reason.
pub fn json_accounts(report: &Report) -> Value {
    part(report, "waterfall")
}

fn part(report: &Report, name: &str) -> Value {
    let mut whole = json(std::slice::from_ref(report));
    let content = whole[0][name].take();
    json!({
        "experiment": report.experiment,
        "as_of": report.as_of.to_string(),
        name: content,
    })
}
