//! Each metric in parts of the units.

use super::table::{align_right, fitting, indented, plain, wrapped};
use super::text::{absent, interval, p_value, percent};
use crate::verdict::{EstimateRow, Report};

/// A table for each metric and treatment; empty without segments.
pub fn segments(report: &Report, width: u16) -> String {
    let mut families: Vec<Vec<&EstimateRow>> = Vec::new();
    for row in report.estimates.iter().filter(|row| row.segment.is_some()) {
        let is_same = |family: &&mut Vec<&EstimateRow>| {
            family
                .iter()
                .any(|other| other.metric == row.metric && other.treatment == row.treatment)
        };
        match families.iter_mut().find(is_same) {
            Some(family) => family.push(row),
            None => families.push(vec![row]),
        }
    }
    if families.is_empty() {
        return String::new();
    }
    let note = "Segments decide nothing. p is corrected among the segments of a metric and \
                treatment, and the intervals are as much wider; a star marks what the experiment \
                did not ask for beforehand.";
    let families = families.iter().map(|family| of_family(family, width));
    format!("{}{}", wrapped(note, width), families.collect::<String>())
}

fn of_family(family: &[&EstimateRow], width: u16) -> String {
    let Some(first) = family.first() else { return String::new() };
    let mut table = plain();
    table.set_header(["segment", "state", "lift", "always-valid interval", "p"]);
    let mut reasons = Vec::new();
    for row in family {
        table.add_row(line(row));
        reasons.extend(row.reason.as_ref().map(|reason| (row, &reason.words)));
    }
    align_right(&mut table, 2..5);
    let known: String = match fitting(table, width.saturating_sub(2)) {
        Some(table) => table.lines().map(|line| format!("  {line}\n")).collect(),
        None => family.iter().map(|row| format!("  {}\n", line(row).join("  "))).collect(),
    };
    let why = |(row, words): &(&&EstimateRow, &String)| {
        indented(&format!("{}: {words}", name(row)), width)
    };
    let reasons: String = reasons.iter().map(why).collect();
    format!("{}, {}\n{known}{reasons}", first.metric, first.treatment)
}

fn name(row: &EstimateRow) -> String {
    let star = if row.exploratory { " *" } else { "" };
    row.segment.as_ref().map_or_else(absent, |segment| format!("{segment}{star}"))
}

fn line(row: &EstimateRow) -> [String; 5] {
    let lift = row.estimate.as_ref().ok().and_then(|found| found.lift.as_ref().ok());
    let ends = lift.map(|lift| lift.sequential);
    let (lower, upper) = ends.map_or((None, None), |ends| (Some(ends.lower), Some(ends.upper)));
    [
        name(row),
        row.state.code().to_owned(),
        percent(lift.map(|lift| lift.value)),
        interval(lower, upper, |end| format!("{:+.1} %", 100.0 * end)),
        p_value(row.adjusted_p_value),
    ]
}
