//! What comes out for one treatment, or for one group of variants.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::stats::{Interval, Missing, Test};

/// Named results in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    found: Vec<(String, Value)>,
    /// The first that came out as no number at all.
    broken: Option<String>,
}

impl Fields {
    /// Adds a number. An infinity is written as text, since JSON has none; after a NaN there
    /// is no answer.
    pub fn number(&mut self, name: &str, number: f64) -> &mut Fields {
        if number.is_nan() && self.broken.is_none() {
            self.broken = Some(name.to_owned());
        }
        self.put(name, as_json(number))
    }

    /// Adds a number where there is one, else null.
    pub fn maybe(&mut self, name: &str, number: Option<f64>) -> &mut Fields {
        match number {
            Some(number) => self.number(name, number),
            None => self.put(name, Value::Null),
        }
    }

    /// Adds a list of numbers.
    pub fn numbers(&mut self, name: &str, numbers: impl IntoIterator<Item = f64>) -> &mut Fields {
        let numbers: Vec<f64> = numbers.into_iter().collect();
        if numbers.iter().any(|number| number.is_nan()) && self.broken.is_none() {
            self.broken = Some(name.to_owned());
        }
        self.put(name, numbers.into_iter().map(as_json).collect::<Vec<_>>())
    }

    /// Adds anything else.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) -> &mut Fields {
        let value = value.into();
        match self.found.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.found.push((name.to_owned(), value)),
        }
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
        for (name, value) in other.found {
            match self.found.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => self.found.push((name, value)),
            }
        }
        self.broken = self.broken.take().or(other.broken);
        self
    }

    /// The results, or that one of them is beyond what a double can hold.
    pub fn sound(self) -> Result<Fields, Reason> {
        match &self.broken {
            None => Ok(self),
            Some(name) => Err(Reason::from(Missing::Overflow).at(&format!("`{name}`"))),
        }
    }

    /// Adds another's result under a name of its own, where there is one.
    pub fn copy(&mut self, from: &Fields, theirs: &str, ours: &str) {
        if let Some(value) = from.get(theirs) {
            self.put(ours, value.clone());
        }
    }

    /// A result by its name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.found.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A finite or infinite number by its name.
    pub fn get_number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::String(text) => text.parse().ok(),
            value => value.as_f64(),
        }
    }

    /// Every result.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.found.iter().map(|(name, value)| (name.as_str(), value))
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
    Undefined(Reason),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Spec(problem)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Stop {
        Stop::Undefined(missing.into())
    }
}

/// What a row says that has no numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What the numbers lack.
    pub missing: Missing,
    /// `insufficient` or `error`, as in the `estimates` table.
    pub status: &'static str,
    pub code: &'static str,
    pub message: String,
}

impl Reason {
    /// Units that are not there yet.
    pub fn insufficient(code: &'static str, message: impl Into<String>) -> Reason {
        let missing = Missing::TooFewUnits { units: 0 };
        Reason { missing, status: "insufficient", code, message: message.into() }
    }

    /// The same, and which row it is about.
    pub fn at(mut self, place: &str) -> Reason {
        self.message = format!("{place}: {}", self.message);
        self
    }
}

impl From<Missing> for Reason {
    fn from(missing: Missing) -> Reason {
        let status = match missing {
            Missing::Corrupt | Missing::Overflow | Missing::OutOfRange => "error",
            _ => "insufficient",
        };
        Reason { status, code: missing.code(), message: missing.to_string(), missing }
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
    pub outcome: Result<Fields, Reason>,
}

impl Answer {
    /// Everything by its name, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Cow<'_, Value>)> {
        let (reason, message) = match &self.outcome {
            Ok(_) => (Value::Null, None),
            Err(reason) => (reason.code.into(), Some(reason.message.as_str())),
        };
        let variant = self.variant.as_deref().map(|variant| ("variant", variant));
        let words = variant.into_iter().chain([("method", self.method), ("status", self.status())]);
        let text = |(name, text): (&'static str, &str)| (name, Cow::Owned(Value::from(text)));
        let found = self.outcome.iter().flat_map(Fields::iter);
        let borrowed = |(name, value)| (name, Cow::Borrowed(value));
        (self.keys.iter().map(borrowed))
            .chain(words.map(text))
            .chain([("reason", Cow::Owned(reason))])
            .chain(message.map(|message| ("message", message)).into_iter().map(text))
            .chain(found.map(borrowed))
    }

    /// Everything as one flat object.
    pub fn object(&self) -> Map<String, Value> {
        self.entries().map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
    }

    /// `ok`, `insufficient` or `error`.
    pub fn status(&self) -> &'static str {
        self.outcome.as_ref().map_or_else(|reason| reason.status, |_| "ok")
    }
}
