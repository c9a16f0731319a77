//! One row, as it was read.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::field::{Kind as FieldKind, field};
use crate::error::{Kind, Problem};

/// A row's fields by their own names, and where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// `FILE: line 3`.
    pub place: String,
    fields: Map<String, Value>,
    /// Options that somebody looked at.
    asked: RefCell<BTreeSet<&'static str>>,
}

impl Record {
    /// A row whose fields have names that [`super::field::field`] knows.
    pub fn new(place: String, fields: Map<String, Value>) -> Record {
        Record { place, fields, asked: RefCell::default() }
    }

    /// The same row with one more field.
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Record {
        let mut record = self.clone();
        record.fields.insert(name.to_owned(), value.into());
        record
    }

    /// Whether the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// The field as it was read; `None` for null and an empty text.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    /// Remembers that the option is looked at, whatever comes of it.
    pub fn ask(&self, name: &str) {
        if let Some(field) = field(name) {
            self.asked.borrow_mut().insert(field.name);
        }
    }

    /// Options that the row says, each with whether anybody looked at it.
    pub fn options(&self) -> impl Iterator<Item = (&str, bool)> {
        let is_option = |name: &&str| field(name).is_some_and(|f| f.kind == FieldKind::Option);
        let said = self.names().filter(|name| self.has(name)).filter(is_option);
        said.map(|name| (name, self.asked.borrow().contains(name)))
    }

    /// Whether the field is there, if only to say that it is null.
    pub fn names_it(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The names of all fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// A name, number or truth as text.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// `Spec` for anything that is not a finite number.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Problem> {
        self.value(name).map(|value| self.as_number(name, value)).transpose()
    }

    /// A number that must be there.
    ///
    /// # Errors
    /// `Spec` where it is absent or no finite number.
    pub fn needed(&self, name: &str) -> Result<f64, Problem> {
        self.number(name)?.ok_or_else(|| match field(name) {
            Some(field) => self.problem(format!("has no `{name}` ({})", field.about)),
            None => self.problem(format!("has no `{name}`")),
        })
    }

    /// A whole number that must be there.
    ///
    /// # Errors
    /// `Spec` where it is absent, negative, or not whole.
    pub fn units(&self, name: &str) -> Result<u64, Problem> {
        let number = self.needed(name)?;
        let whole = number >= 0.0 && number.fract() == 0.0 && number <= 9.0e15;
        match whole {
            true => Ok(number as u64),
            false => Err(self.problem(format!("`{name}` is {number}, not a count"))),
        }
    }

    /// A list of numbers (`[1, 2]` or `1,2` where it is text), or a single one; empty where
    /// absent.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Problem> {
        let known = |number: Option<f64>| {
            number.ok_or_else(|| self.problem(format!("`{name}` has a null in it")))
        };
        self.maybe_numbers(name)?.into_iter().map(known).collect()
    }

    /// A list of numbers of which some are null.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn maybe_numbers(&self, name: &str) -> Result<Vec<Option<f64>>, Problem> {
        let one = |item: &Value| match item {
            Value::Null => Ok(None),
            item => self.as_number(name, item).map(Some),
        };
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(one).collect(),
            Some(Value::String(text)) if text.trim_start().starts_with('[') => {
                let items = serde_json::from_str::<Vec<Value>>(text);
                let bad = |_| self.problem(format!("`{name}` is not a list of numbers"));
                items.map_err(bad)?.iter().map(one).collect()
            }
            Some(Value::String(text)) if text.contains(',') => {
                text.split(',').map(|item| one(&Value::from(item.trim()))).collect()
            }
            Some(single) => Ok(vec![one(single)?]),
        }
    }

    /// A list of lists of numbers; empty where absent.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn lists(&self, name: &str) -> Result<Vec<Vec<f64>>, Problem> {
        let bad = || self.problem(format!("`{name}` is not a list of lists of numbers"));
        let parsed;
        let value = match self.value(name) {
            None => return Ok(Vec::new()),
            Some(Value::String(text)) => {
                parsed = serde_json::from_str::<Value>(text).map_err(|_| bad())?;
                &parsed
            }
            Some(value) => value,
        };
        let one = |item: &Value| -> Result<Vec<f64>, Problem> {
            let numbers = item.as_array().ok_or_else(bad)?;
            numbers.iter().map(|number| self.as_number(name, number)).collect()
        };
        value.as_array().ok_or_else(bad)?.iter().map(one).collect()
    }

    /// `true` or `false`; false where absent.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn truth(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(self.problem(format!("`{name}` is `{other}`, not true or false"))),
        }
    }

    fn as_number(&self, name: &str, value: &Value) -> Result<f64, Problem> {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number
            .filter(|number| number.is_finite())
            .ok_or_else(|| self.problem(format!("`{name}` is {value}, not a finite number")))
    }

    /// A problem of this row.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(Kind::Spec, &self.place, message)
    }
}
