//! What a schema allows for one value, and how to say so.

use serde_json::Value;
use toml::de::{DeInteger, DeValue};

use super::words::{list, quote};

/// The forms a value may have: the schema itself, or its alternatives.
pub(super) fn branches(schema: &Value) -> Vec<&Value> {
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(branches) => branches.iter().collect(),
        None => vec![schema],
    }
}

/// Whether a value has the form's type; its contents are not looked at.
pub(super) fn fits(value: &toml::Spanned<DeValue>, schema: &Value) -> bool {
    match (value.get_ref(), type_of(schema)) {
        (DeValue::Table(_), "object")
        | (DeValue::Array(_), "array")
        | (DeValue::String(_), "string")
        | (DeValue::Boolean(_), "boolean") => true,
        (DeValue::Datetime(_), "string") => is_date(schema),
        (DeValue::Integer(number), "integer" | "number") => is_readable(number),
        (DeValue::Float(number), "number") => {
            number.as_str().parse().is_ok_and(|number: f64| number.is_finite())
        }
        _ => false,
    }
}

/// "a number", "one of `higher`, `lower`", "a date such as `2026-10-01`".
pub(super) fn describe(schema: &Value) -> String {
    let choices = choices(schema);
    if let Some(form) = schema["x-form"].as_str() {
        return form.to_owned();
    }
    match type_of(schema) {
        _ if !choices.is_empty() => format!("one of {}", list(choices)),
        "string" if is_date(schema) => "a date such as `2026-10-01`".to_owned(),
        "string" => "a string".to_owned(),
        "number" => "a number".to_owned(),
        "integer" => "a whole number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        _ => match keys(schema) {
            keys if keys.is_empty() || keys.len() > 3 => "a table".to_owned(),
            keys => format!("a table with {}", list(keys)),
        },
    }
}

/// "the string `7`", "a list".
pub(super) fn found(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => format!("the string {}", quote(text)),
        DeValue::Integer(number) => quote(&number.to_string()),
        DeValue::Float(number) => quote(number.as_str()),
        DeValue::Boolean(truth) => quote(&truth.to_string()),
        DeValue::Datetime(instant) => quote(&instant.to_string()),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The words a value is limited to; empty where any will do.
pub(super) fn choices(schema: &Value) -> Vec<&str> {
    let constants = schema["oneOf"].as_array().into_iter().flatten();
    let described =
        constants.flat_map(|one| one["const"].as_str().into_iter().chain(texts(&one["enum"])));
    texts(&schema["enum"]).into_iter().chain(described).collect()
}

/// The keys of a table whose keys are fixed.
pub(super) fn keys(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The strings of a list, if it is one.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn type_of(schema: &Value) -> &str {
    match schema["type"].as_str() {
        Some(name) => name,
        None if !choices(schema).is_empty() => "string",
        None => "object",
    }
}

fn is_date(schema: &Value) -> bool {
    schema["format"] == "date"
}

/// Whether a number has the right type and nothing can hold it.
pub(super) fn is_too_large(value: &DeValue, schema: &Value) -> bool {
    matches!(value, DeValue::Integer(_)) && matches!(type_of(schema), "integer" | "number")
}

fn is_readable(number: &DeInteger) -> bool {
    i64::from_str_radix(number.as_str(), number.radix()).is_ok()
}
