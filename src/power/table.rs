//! The answer for people.

use super::answer::Row;
use crate::report::{absent, align_right, fitting, number, percent, plain, thousands};
use crate::stats::Missing;

const HEADER: [&str; 7] =
    ["effect", "lift", "power", "units per arm", "units in all", "days", "cost of looking"];

/// A line for each row; units are rounded up.
pub fn table(rows: &[Result<Row, Missing>], width: u16) -> String {
    let mut table = plain();
    table.set_header(HEADER);
    for row in rows.iter().flatten() {
        table.add_row(line(row));
    }
    align_right(&mut table, 0..HEADER.len());
    let found = rows.iter().flatten().next().is_some();
    let mut out = match fitting(table, width) {
        Some(fits) if found => fits,
        _ => rows.iter().flatten().map(sentence).collect(),
    };
    for missing in rows.iter().filter_map(|row| row.as_ref().err()) {
        out.push_str(&format!("no answer: {missing}\n"));
    }
    out
}

fn line(row: &Row) -> [String; 7] {
    let whole = |units: f64| thousands(units.ceil() as u64);
    let arms = match row.control_units.ceil() == row.treatment_units.ceil() {
        true => whole(row.control_units),
        false => format!("{} and {}", whole(row.control_units), whole(row.treatment_units)),
    };
    [
        number(row.effect),
        percent(row.lift),
        format!("{:.1} %", 100.0 * row.power),
        arms,
        whole(row.experiment_units),
        row.days.map_or_else(absent, |days| thousands(days as u64)),
        row.inflation.map_or_else(absent, |times| format!("{:+.0} %", 100.0 * (times - 1.0))),
    ]
}

fn sentence(row: &Row) -> String {
    let [effect, lift, power, arms, all, days, _] = line(row);
    format!(
        "effect {effect} ({lift}): power {power} with {arms} units per arm, {all} in all, {days} days\n"
    )
}
