//! The night at a glance: one line per experiment, then what to do.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent};

use super::text::{absent, harmless, interval, percent, thousands};
use crate::verdict::{Report, Verdict};

/// Verdicts as a table for a terminal of `width` characters, and a sentence for each.
pub fn table(reports: &[Report], width: u16) -> String {
    if reports.is_empty() {
        return "no experiment was due\n".into();
    }
    let mut table = plain(width);
    table.set_header([
        "experiment",
        "verdict",
        "winner",
        "lift",
        "interval",
        "confidence",
        "units",
        "days",
    ]);
    for report in reports {
        table.add_row(line(report));
    }
    for column in 3..8 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = format!("{table}\n\n");
    for report in reports {
        let what = format!("{}: {}", report.experiment, report.verdict.recommendation);
        out.push_str(&wrapped(&harmless(&what), width.into()));
    }
    out
}

/// A table without decoration.
pub fn plain(width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table
}

fn line(report: &Report) -> [String; 8] {
    let verdict = &report.verdict;
    [
        report.experiment.clone(),
        verdict.decision.code().replace('_', " "),
        verdict.winner.clone().unwrap_or_else(absent),
        percent(verdict.lift),
        lift_interval(verdict),
        verdict.confidence.map_or_else(absent, confidence),
        thousands(verdict.units),
        verdict.days.to_string(),
    ]
}

/// Interval of the lift in percent.
pub fn lift_interval(verdict: &Verdict) -> String {
    interval(verdict.lift_lower, verdict.lift_upper, |end| format!("{:+.1} %", 100.0 * end))
}

/// A confidence never reads as certainty.
pub fn confidence(confidence: f64) -> String {
    match confidence {
        c if c > 0.999 => "> 99.9 %".into(),
        c => format!("{:.1} %", 100.0 * c),
    }
}

/// Text broken at spaces, further lines indented.
fn wrapped(text: &str, width: usize) -> String {
    let (mut out, mut used) = (String::new(), 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width.max(40) {
            out.push_str("\n  ");
            used = 2;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out + "\n"
}
