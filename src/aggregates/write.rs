//! Answers as text.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::answer::Answer;
use crate::error::{Error, Kind, Problem};

/// One JSON object a line, all digits; an infinity is the text `Infinity`.
pub fn ndjson(answers: &[Answer]) -> String {
    let mut out = String::new();
    for answer in answers {
        let before = out.len();
        for (name, value) in answer.entries() {
            out.push(if out.len() == before { '{' } else { ',' });
            // Our own names need no escaping.
            let _ = write!(out, "\"{name}\":{value}");
        }
        out.push_str("}\n");
    }
    out
}

/// With a header of all names that any answer has; what an answer has not is empty.
///
/// # Errors
/// `Environment` when memory cannot be written to, which does not happen.
pub fn csv(answers: &[Answer]) -> Result<String, Error> {
    let objects: Vec<_> = answers.iter().map(Answer::object).collect();
    let header = names(&objects);
    let failed = |error: &dyn std::fmt::Display| -> Error {
        Problem::new(Kind::Environment, "", format!("cannot write CSV: {error}")).into()
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).map_err(|error| failed(&error))?;
    for object in &objects {
        let cells = header.iter().map(|name| cell(object.get(*name)));
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// Names of all objects, each after those that it followed first.
fn names(objects: &[Map<String, Value>]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut known: HashMap<&str, ()> = HashMap::new();
    for object in objects {
        for name in object.keys() {
            if known.insert(name, ()).is_none() {
                names.push(name);
            }
        }
    }
    names
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}
