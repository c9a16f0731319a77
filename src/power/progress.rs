//! What a running experiment can find by now, and what it still needs.

use serde_json::{Map, Value, json};

use super::answer::{Row, answer};
use super::question::{Asked, Question};
use crate::error::Error;
use crate::report::{absent, align_right, fitting, percent, plain, spreadsheet, thousands};
use crate::stats::Missing;

/// One metric and treatment of a running experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub metric: String,
    pub role: &'static str,
    pub variant: String,
    /// Of the pair so far.
    pub units: f64,
    /// Complete days so far.
    pub days: f64,
    /// Smallest lift worth finding.
    pub minimum_effect: Option<f64>,
    /// The chance to find it that is asked for.
    pub power: f64,
    /// With the precision so far as its baseline; or why there is none.
    pub question: Result<Question, Missing>,
}

/// What has been reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The smallest lift that would be found by now.
    pub minimum_now: Option<f64>,
    /// The chance that the lift worth finding would have been found by now.
    pub power_now: Option<f64>,
    /// Units of the pair at which it is the one asked for.
    pub units_needed: Option<f64>,
    pub days_left: Option<f64>,
    pub reason: Option<Missing>,
}

impl Running {
    /// By precision, never by the observed effect.
    pub fn progress(&self) -> Progress {
        let ask = |asked: Asked| -> Result<Row, Missing> {
            let question = Question { asked, ..self.question.clone()? };
            answer(&question)?.into_iter().next().ok_or(Missing::OutOfRange)?.row
        };
        let (units, powers) = (vec![self.units], vec![self.power]);
        let minimum = ask(Asked::Effect { units: units.clone(), powers: powers.clone() });
        // Of a guardrail the question is whether a treatment that changes nothing passes.
        let is_guardrail = self.question.as_ref().is_ok_and(|question| question.margin.is_some());
        let effects = if is_guardrail { Some(0.0) } else { self.minimum_effect };
        let now = effects.map(|effect| ask(Asked::Power { effects: vec![effect], units }));
        let needed = effects.map(|effect| ask(Asked::Units { effects: vec![effect], powers }));
        let units_needed = needed.and_then(Result::ok).map(|row| row.units.max(self.units));
        let left = |needed: f64| ((needed - self.units) / (self.units / self.days)).ceil();
        Progress {
            minimum_now: minimum.as_ref().ok().and_then(|row| row.lift).filter(|_| !is_guardrail),
            power_now: now.and_then(Result::ok).map(|row| row.power),
            units_needed,
            days_left: units_needed.map(left).filter(|days| days.is_finite()),
            reason: minimum.err(),
        }
    }
}

/// A line for each metric and treatment.
pub fn progress_table(found: &[(Running, Progress)], width: u16) -> String {
    let mut table = plain();
    table.set_header([
        "metric",
        "variant",
        "units so far",
        "smallest lift now",
        "worth finding",
        "power now",
        "units needed",
        "days left",
    ]);
    for line in found.iter().map(line) {
        table.add_row(line);
    }
    align_right(&mut table, 2..8);
    fitting(table, width).unwrap_or_else(|| found.iter().map(sentence).collect())
}

fn line((running, progress): &(Running, Progress)) -> [String; 8] {
    let whole =
        |number: Option<f64>| number.map_or_else(absent, |number| thousands(number.ceil() as u64));
    let margin = running.question.as_ref().ok().and_then(|question| question.margin);
    [
        format!("{} ({})", running.metric, running.role),
        running.variant.clone(),
        whole(Some(running.units)),
        percent(progress.minimum_now),
        margin.map_or_else(
            || percent(running.minimum_effect),
            |m| format!("margin {:.1} %", 100.0 * m),
        ),
        progress.power_now.map_or_else(absent, |power| format!("{:.0} %", 100.0 * power)),
        whole(progress.units_needed),
        whole(progress.days_left),
    ]
}

fn sentence(found: &(Running, Progress)) -> String {
    let [metric, variant, units, smallest, worth, power, needed, days] = line(found);
    format!(
        "{metric}, {variant}: {units} units find {smallest}; {worth} is found with power {power}, \
         and needs {needed} units, {days} more days\n"
    )
}

/// All digits.
pub fn progress_json(found: &[(Running, Progress)]) -> Value {
    found.iter().map(|one| Value::Object(object(one))).collect()
}

/// The same with a header line.
///
/// # Errors
/// As for [`spreadsheet`].
pub fn progress_csv(found: &[(Running, Progress)]) -> Result<String, Error> {
    spreadsheet(&NAMES, &found.iter().map(object).collect::<Vec<_>>())
}

const NAMES: [&str; 11] = [
    "metric",
    "role",
    "variant",
    "units",
    "minimum_effect",
    "margin",
    "minimum_effect_now",
    "power_now",
    "units_needed",
    "days_left",
    "reason",
];

fn object((running, progress): &(Running, Progress)) -> Map<String, Value> {
    let object = json!({
        "metric": running.metric,
        "role": running.role,
        "variant": running.variant,
        "units": running.units,
        "minimum_effect": running.minimum_effect,
        "margin": running.question.as_ref().ok().and_then(|question| question.margin),
        "minimum_effect_now": progress.minimum_now,
        "power_now": progress.power_now,
        "units_needed": progress.units_needed,
        "days_left": progress.days_left,
        "reason": progress.reason.as_ref().map(Missing::code),
    });
    object.as_object().cloned().unwrap_or_default()
}
