//! Answers as text.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::answer::Answer;
use crate::error::Error;
use crate::report::spreadsheet;

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
/// As for [`spreadsheet`].
pub fn csv(answers: &[Answer]) -> Result<String, Error> {
    let objects: Vec<_> = answers.iter().map(Answer::object).collect();
    spreadsheet(&names(&objects), &objects)
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
