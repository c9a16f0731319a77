//! One experiment in full: verdict, rules, metrics, health, accounts.

use comfy_table::ContentArrangement;

use super::notes::notes;
use super::segments::segments;
use super::table::{align_right, confidence, fitting, lift_interval, plain, wrapped};
use super::text::{absent, harmless, interval, number, p_value, percent, thousands};
use crate::stats::{Estimate, Interval};
use crate::verdict::{EstimateRow, Outcome, Report};

/// Everything a report holds, for a terminal of `width` characters.
pub fn detail(report: &Report, width: u16) -> String {
    let sections = [
        heading(report, width),
        rules(report),
        metrics(report, width),
        notes(report, width),
        segments(report, width),
        health(report, width),
        accounts(report),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|text| !text.is_empty()).collect();
    harmless(&sections.join("\n"))
}

pub(super) fn heading(report: &Report, width: u16) -> String {
    let verdict = &report.verdict;
    let mut out = format!(
        "{} as of {}: {}\n{}\n",
        report.experiment,
        report.as_of,
        verdict.decision.code().replace('_', " "),
        wrapped(&verdict.recommendation, width)
    );
    let mut fact = |name: &str, value: String| out.push_str(&format!("  {name:<12} {value}\n"));
    fact("winner", verdict.winner.clone().unwrap_or_else(absent));
    fact("metric", verdict.metric.clone());
    fact("lift", format!("{} {}", percent(verdict.lift), lift_interval(verdict)));
    fact("confidence", verdict.confidence.map_or_else(absent, confidence));
    fact("chance best", verdict.probability_best.map_or_else(absent, confidence));
    fact("units", thousands(verdict.units));
    fact("days", verdict.days.to_string());
    fact("days left", verdict.days_left.map_or_else(absent, |days| days.to_string()));
    fact("actionable", if verdict.actionable { "yes".into() } else { "no".into() });
    if !verdict.hold_reasons.is_empty() {
        fact("held by", verdict.hold_reasons.join(", "));
    }
    out
}

pub(super) fn rules(report: &Report) -> String {
    let mut out = String::from("Rules, in the order they were tried\n");
    for rule in &report.verdict.trace {
        let mark = if rule.matched { "→" } else { " " };
        out.push_str(&format!("  {mark} {:<16} {}\n", rule.rule, rule.because));
    }
    out
}

fn metrics(report: &Report, width: u16) -> String {
    let mut table = plain();
    table.set_header([
        "metric",
        "role",
        "treatment",
        "state",
        "control",
        "value",
        "lift",
        "always-valid interval",
        "p",
        "t-test p",
    ]);
    let whole = || report.estimates.iter().filter(|row| row.segment.is_none());
    for row in whole() {
        table.add_row(metric(row));
    }
    align_right(&mut table, 4..10);
    let has_all = whole().all(|row| row.estimate.is_ok());
    let fits = if has_all { fitting(table, width) } else { None };
    fits.unwrap_or_else(|| whole().map(block).collect())
}

fn metric(row: &EstimateRow) -> Vec<String> {
    let mut cells =
        vec![row.metric.clone(), row.role.into(), row.treatment.clone(), row.state.code().into()];
    cells.extend(row.estimate.as_ref().map(numbers).into_iter().flatten());
    cells
}

/// One metric where the table would be too wide, or where a sentence stands for numbers.
fn block(row: &EstimateRow) -> String {
    let heading = format!("{} ({}), {}: {}", row.metric, row.role, row.treatment, row.state.code());
    let content = match &row.estimate {
        Ok(estimate) => {
            let [control, value, lift, interval, p, t_test] = numbers(estimate);
            format!(
                "control {control}, treatment {value}\n  lift {lift}, always valid {interval}\n  p {p}, t-test p {t_test}"
            )
        }
        Err(_) => row.reason.as_ref().map_or_else(absent, |reason| reason.words.clone()),
    };
    format!("{heading}\n  {content}\n")
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
    let mut table = plain();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(["check", "outcome", "detail"]);
    for row in &report.health {
        let outcome = match row.outcome {
            Outcome::Pass => "pass",
            Outcome::Warn => "WARN",
            Outcome::Fail => "FAIL",
        };
        table.add_row([row.check.as_str(), outcome, row.detail.as_str()]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
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
