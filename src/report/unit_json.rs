//! One unit of an experiment as JSON, all digits, `null` for what is not there.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::verdict::{EnrolledRow, FactPart, FactRow, FactValue, UnitNumber, UnitReport};

/// Everything about a unit.
pub fn json_unit(report: &UnitReport) -> Value {
    let seen = |source: &str| -> Value {
        let rows = report.seen.iter().filter(|row| row.source == source);
        rows.map(|row| json!({ "at": at(row.at), "variant": row.variant, "reason": row.reason }))
            .collect()
    };
    json!({
        "unit": report.unit,
        "experiment": report.experiment,
        "as_of": report.as_of.to_string(),
        "assignments": seen("assignments"),
        "exposures": seen("exposures"),
        "enrolled": report.enrolled.as_ref().map(enrolled),
        "facts": report.facts.iter().map(fact).collect::<Value>(),
        "metrics": report.numbers.iter().map(numbers).collect::<Value>(),
    })
}

fn at(instant: Option<Timestamp>) -> Option<String> {
    instant.map(|instant| instant.to_string())
}

fn enrolled(unit: &EnrolledRow) -> Value {
    json!({
        "variant": unit.variant,
        "reason": unit.reason,
        "met_at": at(unit.met_at),
        "enrolled_at": at(unit.enrolled_at),
        "phase": unit.phase,
        "segments": unit.segments.iter().map(ToString::to_string).collect::<Value>(),
    })
}

fn fact(row: &FactRow) -> Value {
    json!({
        "source": row.source,
        "member": row.member,
        "at": at(row.at),
        "event": row.event,
        "reason": row.reason,
        "metrics": row.parts.iter().map(part).collect::<Value>(),
    })
}

fn part(part: &FactPart) -> Value {
    let value = match &part.value {
        Some(FactValue::Number(number)) => json!(number),
        Some(FactValue::Text(text)) => json!(text),
        None => Value::Null,
    };
    json!({
        "metric": part.metric,
        "number": part.number.letter().to_string(),
        "reason": part.reason,
        "value": value,
    })
}

fn numbers(of: &UnitNumber) -> Value {
    let numbers = of.numbers.iter();
    let numbers: Map<String, Value> =
        numbers.map(|(number, value)| (number.letter().to_string(), json!(value))).collect();
    json!({
        "metric": of.metric,
        "numbers": numbers,
        "matures_at": at(of.matures_at),
        "is_mature": of.is_mature,
        "cap": of.cap,
        "capped": of.is_capped(),
        "steps": of.steps.map(|(taken, _)| taken),
        "values": of.values,
        "failed": of.failed,
    })
}
