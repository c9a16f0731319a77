//! One unit of an experiment: what its rows say, and what each of them counts for.

use jiff::Timestamp;

use super::meaning::meaning;
use super::table::indented;
use super::text::harmless;
use crate::verdict::{
    EnrolledRow, FactPart, FactRow, FactValue, SeenRow, UnitLetter, UnitNumber, UnitReport,
};

/// Everything about a unit, for a terminal of `width` characters.
pub fn unit(report: &UnitReport, width: u16) -> String {
    let heading = format!(
        "{} in {} as of {}; instants are in UTC\n",
        report.unit, report.experiment, report.as_of
    );
    let sections = [
        heading,
        indented(&standing(report), width),
        seen(report, "assignments"),
        seen(report, "exposures"),
        facts(report, width),
        numbers(report, width),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|text| !text.is_empty()).collect();
    harmless(&sections.join("\n"))
}

/// How it is in the experiment, or why it is not, in words.
fn standing(report: &UnitReport) -> String {
    let counts =
        |source: &str| report.seen.iter().any(|row| row.source == source && row.reason.is_none());
    match &report.enrolled {
        Some(unit) => match &unit.reason {
            None => enrolled(unit),
            Some(reason) => format!(
                "Not analysed, because it {} ({reason}).",
                meaning(reason).unwrap_or("is left out")
            ),
        },
        None if counts("assignments") => {
            "Not analysed: it was assigned, and no exposure of it counts.".into()
        }
        None => "Not analysed: no assignment or exposure of it counts.".into(),
    }
}

fn enrolled(unit: &EnrolledRow) -> String {
    let variant = unit.variant.as_deref().unwrap_or_default();
    let mut text = format!("Analysed in `{variant}`. It met the experiment at {}", at(unit.met_at));
    match unit.enrolled_at == unit.met_at {
        true => text += " and is enrolled from then on",
        false => text += &format!(" and is enrolled from {} on", at(unit.enrolled_at)),
    }
    if let Some(phase) = unit.phase.filter(|_| unit.phases > 1) {
        text += &format!(", in phase {} of {}", phase + 1, unit.phases);
    }
    let segments: Vec<String> = unit.segments.iter().map(ToString::to_string).collect();
    match segments.is_empty() {
        true => text + ".",
        false => format!("{text}. Segments: {}.", segments.join(", ")),
    }
}

/// Nothing where the unit has no such rows.
fn seen(report: &UnitReport, source: &str) -> String {
    let rows: Vec<&SeenRow> = report.seen.iter().filter(|row| row.source == source).collect();
    if rows.is_empty() {
        return String::new();
    }
    let title = if source == "assignments" { "Assignments" } else { "Exposures" };
    let widest = rows.iter().filter_map(|row| row.variant.as_ref()).map(|v| v.chars().count());
    let widest = widest.max().unwrap_or(0);
    let long = rows.iter().map(|row| at(row.at).len()).max().unwrap_or(0);
    let line = |row: &&SeenRow| {
        let variant = row.variant.as_deref().unwrap_or_default();
        let line = format!("  {:<long$}  {variant:<widest$}  {}", at(row.at), became(row));
        line.trim_end().to_string() + "\n"
    };
    format!("{title}\n{}", rows.iter().map(line).collect::<String>())
}

fn became(row: &SeenRow) -> String {
    match row.reason.as_deref() {
        None => "counts".into(),
        Some(reason) => format!("left out: it {}", meaning(reason).unwrap_or(reason)),
    }
}

fn facts(report: &UnitReport, width: u16) -> String {
    let mut text = String::from("Facts\n");
    for row in &report.facts {
        text += &format!("  {}  {}\n", at(row.at), happened(row));
        for line in outcomes(row) {
            text += &format!("  {}", indented(&line, width).replace("\n  ", "\n    "));
        }
    }
    if report.facts.is_empty() {
        text += "  none in the sources that the metrics read\n";
    }
    text
}

/// What happened, by whom, and where that is written.
fn happened(row: &FactRow) -> String {
    let event = row.event.as_deref().unwrap_or("a row");
    match &row.member {
        Some(member) => format!("{event} by {member} ({})", row.source),
        None => format!("{event} ({})", row.source),
    }
}

/// One line for each outcome, with the metrics for which it is that.
fn outcomes(row: &FactRow) -> Vec<String> {
    if let Some(reason) = row.reason {
        return vec![format!("counts for nothing: it {}", meaning(reason).unwrap_or(reason))];
    }
    let is_covariate = |part: &&FactPart| {
        matches!(part.number, UnitLetter::Covariate | UnitLetter::CovariateDenominator)
    };
    let mut lines = Vec::new();
    for (reason, words) in OUTCOMES {
        let parts = row.parts.iter().filter(|part| part.reason == reason);
        let names: Vec<String> = parts.filter(|part| !is_covariate(part)).map(name).collect();
        if !names.is_empty() {
            lines.push(format!("{words} {}", names.join(", ")));
        }
    }
    let before = row.parts.iter().filter(is_covariate).filter(|part| part.reason == "counted");
    let before: Vec<String> = before.map(name).collect();
    if !before.is_empty() {
        lines.push(format!("in the time before, for the covariate of {}", before.join(", ")));
    }
    lines
}

/// What a fact can be to a metric, in the order in which it is told.
const OUTCOMES: [(&str, &str); 8] = [
    ("counted", "counts for"),
    ("step", "matches a step of"),
    ("before_enrollment", "before enrollment, so not for"),
    ("before_window", "before the window opens of"),
    ("after_window", "after the window has closed of"),
    ("no_value", "has no value for"),
    ("not_finite", "has a value that is NaN or infinite for"),
    ("no_match", "does not match"),
];

fn name(part: &FactPart) -> String {
    let name = match part.number {
        UnitLetter::Value | UnitLetter::Covariate => part.metric.clone(),
        UnitLetter::Denominator | UnitLetter::CovariateDenominator => {
            format!("the denominator of {}", part.metric)
        }
    };
    match (&part.value, part.reason) {
        (Some(FactValue::Number(number)), "counted") => format!("{name} ({number})"),
        (Some(FactValue::Text(text)), "counted") => format!("{name} ({text})"),
        _ => name,
    }
}

/// Nothing for a unit that is not analysed.
fn numbers(report: &UnitReport, width: u16) -> String {
    let is_analysed = report.enrolled.as_ref().is_some_and(|unit| unit.reason.is_none());
    if !is_analysed || report.numbers.is_empty() {
        return String::new();
    }
    let widest = report.numbers.iter().map(|of| of.metric.chars().count()).max().unwrap_or(0);
    let line = |of: &UnitNumber| {
        indented(&format!("{}\u{2}{}", of.metric, amount(of)), width).replacen(
            '\u{2}',
            &" ".repeat(2 + widest - of.metric.chars().count()),
            1,
        )
    };
    let lines: String = report.numbers.iter().map(line).collect();
    format!("What the metrics make of it\n{lines}")
}

fn amount(of: &UnitNumber) -> String {
    if let Some(why) = &of.failed {
        return format!("could not be computed for anybody: {why}");
    }
    let Some(value) = of.number(UnitLetter::Value).filter(|_| of.is_mature) else {
        return format!("does not count yet: its window closes at {}", at(of.matures_at));
    };
    let held = of.cap.filter(|_| of.is_capped());
    let held = held.map_or(String::new(), |cap| format!(", held to {cap}"));
    let mut text = match (of.values, of.number(UnitLetter::Denominator)) {
        (Some(1), _) => "1 value".into(),
        (Some(values), _) => format!("{values} values"),
        (None, Some(denominator)) => format!("{value}{held}, over {denominator}"),
        (None, None) => format!("{value}{held}"),
    };
    if let Some((taken, steps)) = of.steps {
        text += &format!(", {taken} of {steps} steps taken");
    }
    text + &covariate(of)
}

fn covariate(of: &UnitNumber) -> String {
    let Some(before) = of.number(UnitLetter::Covariate) else { return String::new() };
    match (of.number(UnitLetter::CovariateDenominator), of.number(UnitLetter::Denominator)) {
        (Some(0.0), None) => "; covariate unknown".into(),
        (Some(below), Some(_)) => format!("; covariate {before} over {below}"),
        _ => format!("; covariate {before}"),
    }
}

/// As a person reads it, with what parts of a second there are.
fn at(instant: Option<Timestamp>) -> String {
    match instant {
        Some(instant) => instant.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
        None => "no instant".into(),
    }
}
