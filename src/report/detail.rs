//! One experiment in full: verdict, rules, metrics, health, accounts.

use super::table::{confidence, lift_interval, plain};
use super::text::{absent, harmless, interval, number, p_value, percent, thousands};
use crate::stats::{Estimate, Interval};
use crate::verdict::{EstimateRow, NoEstimate, Outcome, Report};

/// Everything a report holds, for a terminal of `width` characters.
pub fn detail(report: &Report, width: u16) -> String {
    let sections = [
        heading(report),
        rules(report),
        metrics(report, width),
        health(report, width),
        accounts(report),
    ];
    harmless(&sections.join("\n"))
}

fn heading(report: &Report) -> String {
    let verdict = &report.verdict;
    let mut out = format!(
        "{} as of {}: {}\n{}\n\n",
        report.experiment,
        report.as_of,
        verdict.decision.code().replace('_', " "),
        verdict.recommendation
    );
    let mut fact = |name: &str, value: String| out.push_str(&format!("  {name:<12} {value}\n"));
    fact("winner", verdict.winner.clone().unwrap_or_else(absent));
    fact("metric", verdict.metric.clone());
    fact("lift", format!("{} {}", percent(verdict.lift), lift_interval(verdict)));
    fact("confidence", verdict.confidence.map_or_else(absent, confidence));
    fact("units", thousands(verdict.units));
    fact("days", verdict.days.to_string());
    fact("days left", verdict.days_left.map_or_else(absent, |days| days.to_string()));
    fact("actionable", if verdict.actionable { "yes".into() } else { "no".into() });
    if !verdict.hold_reasons.is_empty() {
        fact("held by", verdict.hold_reasons.join(", "));
    }
    out
}

fn rules(report: &Report) -> String {
    let mut out = String::from("Rules, in the order they were tried\n");
    for rule in &report.verdict.trace {
        let mark = if rule.matched { "→" } else { " " };
        out.push_str(&format!("  {mark} {:<16} {}\n", rule.rule, rule.because));
    }
    out
}

fn metrics(report: &Report, width: u16) -> String {
    let mut table = plain(width);
    table.set_header([
        "metric",
        "role",
        "treatment",
        "state",
        "control",
        "value",
        "lift",
        "always-valid interval",
        "p (sequential)",
        "p (t-test)",
    ]);
    for row in &report.estimates {
        table.add_row(metric(row));
    }
    format!("{table}\n")
}

fn metric(row: &EstimateRow) -> Vec<String> {
    let mut cells =
        vec![row.metric.clone(), row.role.into(), row.treatment.clone(), row.state.code().into()];
    match &row.estimate {
        Ok(estimate) => cells.extend(numbers(estimate)),
        Err(NoEstimate::Undefined(missing)) => cells.push(missing.to_string()),
        Err(NoEstimate::Failed(why)) => cells.push(why.clone()),
    }
    cells
}

fn numbers(estimate: &Estimate) -> [String; 6] {
    let lift = estimate.lift.as_ref().ok();
    let ends = |interval: Interval| (Some(interval.lower), Some(interval.upper));
    let (lower, upper) = lift.map_or((None, None), |lift| ends(lift.sequential));
    [
        number(Some(estimate.control)),
        number(Some(estimate.treatment)),
        percent(lift.map(|lift| lift.value)),
        interval(lower, upper, |end| format!("{:+.1} %", 100.0 * end)),
        p_value(Some(estimate.sequential.p_value)),
        p_value(Some(estimate.fixed.p_value)),
    ]
}

fn health(report: &Report, width: u16) -> String {
    let mut table = plain(width);
    table.set_header(["check", "outcome", "detail"]);
    for row in &report.health {
        let outcome = match row.outcome {
            Outcome::Pass => "pass",
            Outcome::Warn => "WARN",
            Outcome::Fail => "FAIL",
        };
        table.add_row([row.check.as_str(), outcome, row.detail.as_str()]);
    }
    format!("{table}\n")
}

fn accounts(report: &Report) -> String {
    let mut out = String::from("Where every row and unit went\n");
    for row in &report.waterfall {
        let reason = row.reason.replace('_', " ");
        let count = thousands(row.count);
        match row.is_total {
            true => out.push_str(&format!("  {:<32} {count:>14}  {reason}\n", row.population)),
            false => out.push_str(&format!("  {:<32} {count:>14}  {reason}\n", "")),
        }
    }
    out
}
