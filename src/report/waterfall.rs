//! Where every row and every unit of an experiment went, and what each reason means.

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

/// What became of a row or a unit, for a person.
fn meaning(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "counted" => "says who is in the experiment",
        "null_unit" => "has no unit",
        "null_experiment" => "has no experiment",
        "null_variant" => "has no variant",
        "null_time" => "has no instant",
        "implausible_time" => "its instant is more than ten years away",
        "after_as_of" => "is later than the night",
        "before_start" => "is earlier than the first day of enrollment",
        "after_end" => "is later than the last day of enrollment",
        "unknown_variant" => "names a variant that the experiment does not have",
        "analysed" => "is in the numbers",
        "crossover" => "was seen in more than one variant",
        "unassigned" => "met the experiment without an assignment",
        "forced" => "was put into its variant by hand",
        "holdout" => "is held out of the comparison",
        "not_in_audience" => "is not in the audience",
        "no_entry" => "has no entry event in time",
        "met" => "is of a unit that is analysed",
        "duplicate" => "is a copy of another by its id",
        "no_metric" => "matches no metric of the night",
        "not_enrolled" => "is of a unit that is not analysed",
        "no_member" => "is of nobody's member",
        "ambiguous_member" => "is of a member of several units",
        "after_enrollment" => "may count, if it is in a metric's window",
        "before_enrollment" => "is earlier than its unit's enrollment",
        _ => return None,
    })
}
