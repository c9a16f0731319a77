//! Verdicts as CSV, one line each.

use crate::error::{Error, Kind, Problem};
use crate::verdict::Report;

const HEADER: [&str; 15] = [
    "experiment",
    "as_of",
    "decision",
    "winner",
    "metric",
    "treatment",
    "confidence",
    "lift",
    "lift_lower",
    "lift_upper",
    "units",
    "days",
    "days_left",
    "actionable",
    "recommendation",
];

/// Verdicts as CSV with a header line; an absent value is an empty cell.
///
/// # Errors
/// `Environment` when memory cannot be written to, which does not happen.
pub fn csv(reports: &[Report]) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| -> Error {
        Problem::new(Kind::Environment, "", format!("cannot write CSV: {error}")).into()
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|error| failed(&error))?;
    for report in reports {
        writer.write_record(record(report)).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn record(report: &Report) -> [String; 15] {
    let verdict = &report.verdict;
    let number = |value: Option<f64>| {
        value.filter(|v| v.is_finite()).map_or_else(String::new, |v| v.to_string())
    };
    let name = |value: &Option<String>| value.as_deref().map_or_else(String::new, text);
    [
        text(&report.experiment),
        report.as_of.to_string(),
        verdict.decision.code().into(),
        name(&verdict.winner),
        text(&verdict.metric),
        name(&verdict.treatment),
        number(verdict.confidence),
        number(verdict.lift),
        number(verdict.lift_lower),
        number(verdict.lift_upper),
        verdict.units.to_string(),
        verdict.days.to_string(),
        verdict.days_left.map_or_else(String::new, |days| days.to_string()),
        verdict.actionable.to_string(),
        text(&verdict.recommendation),
    ]
}

/// Text that a spreadsheet will not run as a formula.
fn text(value: &str) -> String {
    match value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{value}"),
        false => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_formula_stays_text() {
        assert_eq!(super::text("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(super::text("checkout"), "checkout");
    }
}
