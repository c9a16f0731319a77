//! How the rates are shown.

use crate::band::Promise;
use crate::cell::{Question, Row};

/// Every question's table, in Markdown.
pub fn markdown(rows: &[Row], experiments: usize) -> String {
    let mut text = format!("{experiments} experiments of each line, fixed seeds.\n");
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

const TITLES: [(Question, &str); 8] = [
    (Question::FalseAlarms, "False alarms, of 5 % promised"),
    (Question::FalseAlarmsAtAnyLook, "False alarms at any look, of at most 5 % promised"),
    (Question::Power, "Power, of 80 % planned"),
    (Question::Coverage, "Intervals that hold the truth, of 95 % promised"),
    (Question::Uniformity, "Distance of p-values from uniform"),
    (Question::TestsToBe, "Tests of 5 % where the approximation is not yet good"),
    (Question::IntervalsToBe, "Intervals of 95 % where the approximation is not yet good"),
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

fn percent(rate: f64) -> String {
    format!("{:.1} %", 100.0 * rate)
}

fn verdict(row: &Row, experiments: usize) -> &'static str {
    let is_above = row.cell.broken.is_some_and(|promise| row.measured > promise.rate());
    match (row.failure(experiments), row.cell.question, is_above) {
        (Some(_), _, _) => "**fails**",
        (None, Question::TestsToBe, true) => "false alarms",
        (None, Question::TestsToBe, false) => "too careful",
        (None, Question::IntervalsToBe, true) => "too wide",
        (None, Question::IntervalsToBe, false) => "too narrow",
        (None, Question::Controls, _) => "rejected",
        (None, _, _) => "holds",
    }
}
