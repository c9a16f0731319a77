//! The night at a glance: one line per experiment, then what to do.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table, TableComponent};

use super::text::{absent, harmless, interval, percent, thousands};
use crate::verdict::{Report, Verdict};

/// Verdicts as a table for a terminal of `width` characters, and a sentence for each.
pub fn table(reports: &[Report], width: u16) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let glance = fitting(overview(reports), width)
        .unwrap_or_else(|| reports.iter().map(|report| block(report, width)).collect());
    let mut out = format!("{glance}\n");
    for report in reports {
        let what = format!("{}: {}", report.experiment, report.verdict.recommendation);
        out.push_str(&wrapped(&harmless(&what), width));
    }
    out
}

fn overview(reports: &[Report]) -> Table {
    let mut table = plain();
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
    align_right(&mut table, 3..8);
    table
}

/// One experiment where the table would be too wide.
fn block(report: &Report, width: u16) -> String {
    let [experiment, verdict, winner, lift, interval, confidence, units, days] = line(report);
    let facts = format!(
        "  winner {winner}, lift {lift} {interval}, confidence {confidence}, {units} units, {days} days"
    );
    format!("{experiment}: {verdict}\n  {}", wrapped(&facts, width - 2))
}

/// The table if its lines have room, unbroken.
pub fn fitting(mut table: Table, width: u16) -> Option<String> {
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    let widest = table.lines().map(|line| line.trim_end().chars().count()).max();
    let lines = table.lines().map(|line| format!("{}\n", line.trim_end()));
    (widest.unwrap_or(0) <= width.into()).then(|| lines.collect())
}

/// Numbers stand under each other.
pub fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A table without decoration, as wide as its content.
pub fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_content_arrangement(ContentArrangement::Disabled);
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

/// The same two characters to the right.
pub fn indented(text: &str, width: u16) -> String {
    format!("  {}", wrapped(text, width.saturating_sub(2)).replace("\n  ", "\n    "))
}

/// Text broken at spaces, further lines indented.
pub fn wrapped(text: &str, width: u16) -> String {
    let width = usize::from(width);
    let (mut out, mut used) = (String::new(), 0);
    // A number keeps its sign and unit.
    let text = text.replace(" %", "\u{1}%").replace("> ", ">\u{1}");
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
    out.replace('\u{1}', " ") + "\n"
}
