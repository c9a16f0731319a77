//! Where every row and every unit of an experiment went, and what each reason means.

use super::meaning::meaning;
use super::text::{harmless, thousands};
use crate::verdict::{Report, WaterfallRow};

/// The accounts of one experiment: every total with its parts, their shares, and in words why.
pub fn waterfall(report: &Report) -> String {
    let mut out = format!(
        "{} as of {}: where every row and every unit went\n",
        report.experiment, report.as_of
    );
    let mut total = 0;
    for row in &report.waterfall {
        if row.is_total {
            total = row.count;
            out.push_str(&format!("\n{}: {} {}\n", row.population, thousands(total), row.reason));
        } else {
            out.push_str(&part(row, total));
        }
    }
    harmless(&out)
}

fn part(row: &WaterfallRow, total: u64) -> String {
    let share = format!("{:.1} %", 100.0 * row.count as f64 / total.max(1) as f64);
    let reason = row.reason.replace('_', " ");
    let meaning = meaning(&row.reason).unwrap_or_default();
    format!("  {:>14} {share:>8}  {reason:<18} {meaning}", thousands(row.count))
        .trim_end()
        .to_string()
        + "\n"
}
