//! How the rates are shown.

use crate::band::Promise;
use crate::cell::{Question, Row};

/// Every question's table, in Markdown.
pub fn markdown(rows: &[Row], experiments: usize) -> String {
    let mut text =
        format!("{} experiments of each line, fixed seeds.\n", in_thousands(experiments as u64));
    for (question, title) in TITLES {
        let rows: Vec<_> = rows.iter().filter(|row| row.cell.question == question).collect();
        if rows.is_empty() {
            continue;
        }
        text += &format!("\n### {title}\n\n");
        text += "| method | metric | looks | measured | band | verdict |\n";
        text += "|---|---|---:|---:|---|---|\n";
        for row in rows {
            text += &line(row, experiments);
        }
    }
    text
}

const TITLES: [(Question, &str); 9] = [
    (Question::FalseAlarms, "False alarms, of 5 % promised"),
    (Question::FalseAlarmsAtAnyLook, "False alarms at any look, of at most 5 % promised"),
    (Question::Power, "Power, of 80 % planned"),
    (Question::Coverage, "Intervals that hold the truth, of 95 % promised"),
    (Question::Uniformity, "Distance of p-values from uniform"),
    (Question::TestsToBe, "Tests of 5 % where the approximation is not yet good"),
    (Question::IntervalsToBe, "Intervals of 95 % where the approximation is not yet good"),
    (Question::PlansToBe, "Plans of 80 % that find more or less"),
    (Question::Controls, "What the check must reject"),
];

fn line(row: &Row, experiments: usize) -> String {
    let cell = row.cell;
    let band = cell.promise.band(experiments);
    let (measured, band) = match cell.promise {
        Promise::Uniform => (format!("{:.4}", row.measured), format!("≤ {:.4}", band.upper)),
        Promise::AtMost(_) => (percent(row.measured), format!("≤ {}", percent(band.upper))),
        Promise::AtLeast(_) => (percent(row.measured), format!("≥ {}", percent(band.lower))),
        Promise::Exactly(_) | Promise::Published(_) => {
            let band = format!("{:.1} – {}", 100.0 * band.lower, percent(band.upper));
            (percent(row.measured), band)
        }
    };
    let verdict = verdict(row, experiments);
    format!(
        "| {} | {} | {} | {measured} | {band} | {verdict} |\n",
        cell.method, cell.metric, cell.looks
    )
}

/// `1,000,000`.
pub fn in_thousands(units: u64) -> String {
    match units {
        0..1_000 => units.to_string(),
        _ => format!("{},{:03}", in_thousands(units / 1_000), units % 1_000),
    }
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", 100.0 * rate)
}

fn verdict(row: &Row, experiments: usize) -> String {
    if row.failure(experiments).is_some() {
        return "**fails**".to_owned();
    }
    let rate = row.cell.promise.rate();
    let is_above = row.cell.broken.is_some_and(|promise| rate > promise.rate());
    let how = match (row.cell.question, is_above) {
        (Question::TestsToBe, true) => "too often",
        (Question::TestsToBe, false) => "too seldom",
        (Question::IntervalsToBe, true) => "too wide",
        (Question::IntervalsToBe, false) => "too narrow",
        (Question::PlansToBe, true) => "more",
        (Question::PlansToBe, false) => "less",
        (Question::Controls, _) => return "rejected".to_owned(),
        (_, _) => return "holds".to_owned(),
    };
    format!("{how}: {:.2} %", 100.0 * rate)
}
