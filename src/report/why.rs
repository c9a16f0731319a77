//! Why an experiment got its verdict: the rules that were tried, and where rows and units went.

use serde_json::{Value, json};

use super::detail::{heading, rules};
use super::json::json;
use super::text::harmless;
use crate::verdict::Report;

/// The verdict and its rules, for a terminal of `width` characters.
pub fn why(report: &Report, width: u16) -> String {
    harmless(&format!("{}\n{}", heading(report, width), rules(report)))
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
