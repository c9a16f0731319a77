//! What comes out for one treatment, or for one group of variants.

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::stats::{Interval, Missing, Test};

/// Named results in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Adds a number. An infinity is written as text, since JSON has none; a NaN never comes.
    pub fn number(&mut self, name: &str, number: f64) -> &mut Fields {
        self.put(name, as_json(number))
    }

    /// Adds a number where there is one, else null.
    pub fn maybe(&mut self, name: &str, number: Option<f64>) -> &mut Fields {
        self.put(name, number.map_or(Value::Null, as_json))
    }

    /// Adds a list of numbers.
    pub fn numbers(&mut self, name: &str, numbers: impl IntoIterator<Item = f64>) -> &mut Fields {
        self.put(name, numbers.into_iter().map(as_json).collect::<Vec<_>>())
    }

    /// Adds anything else.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) -> &mut Fields {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Adds `PREFIXp_value`, `PREFIXlog_p_value`, `PREFIXlower` and `PREFIXupper`.
    pub fn test(&mut self, prefix: &str, test: &Test) -> &mut Fields {
        self.number(&format!("{prefix}p_value"), test.p_value)
            .number(&format!("{prefix}log_p_value"), test.log_p_value)
            .interval(prefix, test.interval)
    }

    /// Adds `PREFIXlower` and `PREFIXupper`.
    pub fn interval(&mut self, prefix: &str, interval: Interval) -> &mut Fields {
        self.number(&format!("{prefix}lower"), interval.lower)
            .number(&format!("{prefix}upper"), interval.upper)
    }

    /// Adds all of another's.
    pub fn extend(&mut self, other: Fields) -> &mut Fields {
        self.0.extend(other.0);
        self
    }

    /// Adds another's result under a name of its own, where there is one.
    pub fn copy(&mut self, from: &Fields, theirs: &str, ours: &str) {
        if let Some(value) = from.get(theirs) {
            self.put(ours, value.clone());
        }
    }

    /// A result by its name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A finite or infinite number by its name.
    pub fn get_number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        }
    }

    /// Every result.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

fn as_json(number: f64) -> Value {
    match number {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        number => number.into(),
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Stop {
    /// The input is wrong: nothing is written.
    Spec(Problem),
    /// The number is undefined: the row says so.
    Undefined(Missing),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Spec(problem)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Stop {
        Stop::Undefined(missing)
    }
}

/// One row of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `experiment`, `metric`, `segment`, `as_of`, as far as the input had them.
    pub keys: Fields,
    /// The treatment; `None` where the row is about all variants.
    pub variant: Option<String>,
    pub method: &'static str,
    pub outcome: Result<Fields, Missing>,
}

impl Answer {
    /// Everything as one flat object.
    pub fn object(&self) -> Map<String, Value> {
        let mut object = self.keys.0.clone();
        if let Some(variant) = &self.variant {
            object.insert("variant".into(), variant.as_str().into());
        }
        object.insert("method".into(), self.method.into());
        let (status, reason) = match &self.outcome {
            Ok(_) => ("ok", Value::Null),
            Err(missing) => (status(missing), missing.code().into()),
        };
        object.insert("status".into(), status.into());
        object.insert("reason".into(), reason);
        match &self.outcome {
            Ok(fields) => object.extend(fields.0.clone()),
            Err(missing) => {
                object.insert("message".into(), missing.to_string().into());
            }
        }
        object
    }
}

/// As in the `estimates` table.
fn status(missing: &Missing) -> &'static str {
    match missing {
        Missing::Corrupt | Missing::Overflow | Missing::OutOfRange => "error",
        _ => "insufficient",
    }
}
