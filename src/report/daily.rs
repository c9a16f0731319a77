//! One experiment day by day: what each day would have said, and what units do since they enrolled.

use serde_json::{Map, Value, json};

use super::objects::spreadsheet;
use super::table::{align_right, fitting, plain, wrapped};
use super::text::{absent, interval, number, percent, thousands};
use crate::error::Error;
use crate::stats::Lift;
use crate::verdict::{Daily, DayRow, NotDaily, Outcome, SinceRow, TrendRow};

const NAMES: [&str; 13] = [
    "experiment",
    "metric",
    "series",
    "day",
    "variant",
    "units",
    "value",
    "effect",
    "lift",
    "lift_lower",
    "lift_upper",
    "status",
    "reason",
];

/// Tables for a terminal of `width` characters: of each metric the days up to `as_of`, then the
/// days since enrollment.
pub fn daily(daily: &Daily, width: u16) -> String {
    let mut out = format!("{}, day by day as of {}\n", daily.experiment, daily.as_of);
    let mut metrics: Vec<&str> = daily.cumulative.iter().map(|row| row.metric.as_str()).collect();
    metrics.dedup();
    for metric in metrics {
        out += &format!("\n{metric}, as of the end of each day\n");
        let rows = daily.cumulative.iter().filter(|row| row.metric == metric);
        out += &cumulative(rows, width);
        let rows: Vec<&SinceRow> = daily.since.iter().filter(|row| row.metric == metric).collect();
        if !rows.is_empty() {
            out +=
                &format!("\n{metric}, in each day since enrollment, of units whose day is over\n");
            out += &since(&rows, width);
        }
        let is_told = |row: &&TrendRow| row.metric == metric && row.outcome != Outcome::Pass;
        for row in daily.trends.iter().filter(is_told) {
            out += &wrapped(&trend(row), width);
        }
    }
    if !daily.left_out.is_empty() {
        out.push('\n');
    }
    for NotDaily { metric, status, reason } in &daily.left_out {
        let line = format!("{metric} has no daily series ({}): {}", status.code(), reason.words);
        out += &wrapped(&line, width);
    }
    out
}

fn cumulative<'a>(rows: impl Iterator<Item = &'a DayRow>, width: u16) -> String {
    let mut table = vec![
        ["day", "variant", "units", "value", "lift", "always-valid interval"].map(str::to_owned),
    ];
    table.extend(rows.map(|row| {
        let lift = lift(row);
        let ends = lift.map(|lift| (Some(lift.sequential.lower), Some(lift.sequential.upper)));
        let (lower, upper) = ends.unwrap_or_default();
        [
            row.day.to_string(),
            row.variant.clone(),
            thousands(row.summary.units),
            number(row.value),
            percent(lift.map(|lift| lift.value)),
            interval(lower, upper, |end| format!("{:+.1} %", 100.0 * end)),
        ]
    }));
    shown(&table, width)
}

/// Variants stand beside each other.
fn since(rows: &[&SinceRow], width: u16) -> String {
    let mut variants: Vec<&str> = rows.iter().map(|row| row.variant.as_str()).collect();
    variants.dedup();
    let of = |variant: &&str| [variant.to_string(), "units".to_owned()];
    let header = std::iter::once("day".to_owned()).chain(variants.iter().flat_map(of)).collect();
    let mut table: Vec<Vec<String>> = vec![header];
    let days = rows.iter().map(|row| row.day + 1).max().unwrap_or(0);
    for day in 0..days {
        let mut line = vec![day.to_string()];
        for variant in &variants {
            let found = rows.iter().find(|row| row.day == day && row.variant == *variant);
            line.push(number(found.and_then(|row| row.value)));
            line.push(found.map_or_else(absent, |row| thousands(row.units)));
        }
        table.push(line);
    }
    shown(&table, width)
}

/// "The effect of `one-page` changes by -0.0021 a day since enrollment (p 0.0004 over 14 days)".
fn trend(row: &TrendRow) -> String {
    let (treatment, slope) = (&row.treatment, number(Some(row.slope)));
    let p_value = match row.p_value {
        p if p < 1e-4 => format!("{p:.1e}"),
        p => format!("{p:.4}"),
    };
    format!(
        "the effect of `{treatment}` changes by {slope} a day since enrollment (p {p_value} over {} \
         days): a novelty may wear off, or a habit grow; wait until it is steady",
        row.days
    )
}

/// A header and its rows; without columns where they have no room.
fn shown<Row: AsRef<[String]>>(rows: &[Row], width: u16) -> String {
    let [header, lines @ ..] = rows else { return String::new() };
    let mut table = plain();
    table.set_header(header.as_ref());
    table.add_rows(lines.iter().map(AsRef::as_ref));
    align_right(&mut table, 1..header.as_ref().len());
    let joined = |line: &Row| format!("{}\n", line.as_ref().join("  "));
    fitting(table, width).unwrap_or_else(|| rows.iter().map(joined).collect())
}

fn lift(row: &DayRow) -> Option<&Lift> {
    row.estimate.as_ref()?.estimate.as_ref().ok()?.lift.as_ref().ok()
}

/// One object per experiment, all digits, `null` for what is not there.
pub fn daily_json(daily: &[Daily]) -> Value {
    let of = |daily: &Daily| {
        json!({
            "experiment": daily.experiment,
            "as_of": daily.as_of.to_string(),
            "cumulative": daily.cumulative.iter().map(day_object).collect::<Value>(),
            "since_enrollment": daily.since.iter().map(since_object).collect::<Value>(),
            "trends": daily.trends.iter().map(trend_object).collect::<Value>(),
            "left_out": daily.left_out.iter().map(left_out_object).collect::<Value>(),
        })
    };
    daily.iter().map(of).collect()
}

/// A line for each row of each series, and for each metric that has none.
///
/// # Errors
/// As [`spreadsheet`].
pub fn daily_csv(daily: &[Daily]) -> Result<String, Error> {
    let mut objects = Vec::new();
    for of in daily {
        let days = of.cumulative.iter().map(|row| ("cumulative", day_object(row)));
        let since = of.since.iter().map(|row| ("since_enrollment", since_object(row)));
        let left_out = of.left_out.iter().map(|row| ("", left_out_object(row)));
        for (series, mut object) in days.chain(since).chain(left_out) {
            object.insert("experiment".into(), json!(of.experiment));
            object.insert("series".into(), json!(series));
            objects.push(object);
        }
    }
    spreadsheet(&NAMES, &objects)
}

fn day_object(row: &DayRow) -> Map<String, Value> {
    let mut object = object([
        ("metric", json!(row.metric)),
        ("day", json!(row.day.to_string())),
        ("variant", json!(row.variant)),
        ("units", json!(row.summary.units)),
        ("value", json!(row.value)),
    ]);
    let Some(estimate) = &row.estimate else { return object };
    let lift = lift(row);
    let found = [
        ("effect", json!(estimate.estimate.as_ref().ok().map(|found| found.effect))),
        ("lift", json!(lift.map(|lift| lift.value))),
        ("lift_lower", json!(lift.map(|lift| lift.sequential.lower))),
        ("lift_upper", json!(lift.map(|lift| lift.sequential.upper))),
        ("status", json!(estimate.status.code())),
        ("reason", json!(estimate.reason.as_ref().map(ToString::to_string))),
    ];
    object.extend(self::object(found));
    object
}

fn since_object(row: &SinceRow) -> Map<String, Value> {
    object([
        ("metric", json!(row.metric)),
        ("day", json!(row.day)),
        ("variant", json!(row.variant)),
        ("units", json!(row.units)),
        ("value", json!(row.value)),
    ])
}

fn trend_object(row: &TrendRow) -> Map<String, Value> {
    object([
        ("metric", json!(row.metric)),
        ("treatment", json!(row.treatment)),
        ("days", json!(row.days)),
        ("slope", json!(row.slope)),
        ("p_value", json!(row.p_value)),
        ("outcome", json!(row.outcome.code())),
    ])
}

fn left_out_object(row: &NotDaily) -> Map<String, Value> {
    object([
        ("metric", json!(row.metric)),
        ("status", json!(row.status.code())),
        ("reason", json!(row.reason.to_string())),
    ])
}

fn object<const N: usize>(values: [(&str, Value); N]) -> Map<String, Value> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
