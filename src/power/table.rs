//! The answer for people.

use super::answer::{Reply, Row};
use crate::report::{absent, align_right, fitting, number, percent, plain, thousands};

const HEADER: [&str; 7] =
    ["effect", "lift", "power", "units per arm", "units in all", "days", "cost of looking"];

/// A line for each answer; units are rounded up.
pub fn table(replies: &[Reply], width: u16) -> String {
    let rows = || replies.iter().filter_map(|reply| reply.row.as_ref().ok());
    let mut table = plain();
    table.set_header(HEADER);
    for row in rows() {
        table.add_row(line(row));
    }
    align_right(&mut table, 0..HEADER.len());
    fitting(table, width).unwrap_or_else(|| rows().map(sentence).collect())
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
        row.inflation.map_or_else(absent, cost),
    ]
}

/// `+91 %`; never a negative zero.
fn cost(times: f64) -> String {
    format!("{:+.0} %", (100.0 * (times - 1.0)).round() + 0.0)
}

fn sentence(row: &Row) -> String {
    let [effect, lift, power, arms, all, days, _] = line(row);
    format!(
        "effect {effect} ({lift}): power {power} with {arms} units per arm, {all} in all, {days} days\n"
    )
}
