//! What an option is: the row's, else its control's, else the command line's.

use super::record::Record;
use crate::error::Problem;
use crate::source::nearest;

/// More words than a hint has room for.
const MANY: usize = 12;

/// Rows to ask, first come first served.
#[derive(Debug, Clone)]
pub struct Lookup<'a> {
    rows: Vec<&'a Record>,
}

impl<'a> Lookup<'a> {
    /// Asks the rows in this order. There must be at least one.
    pub fn new(rows: Vec<&'a Record>) -> Lookup<'a> {
        Lookup { rows }
    }

    fn holder(&self, name: &str) -> Option<&'a Record> {
        self.first_with(&[name])
    }

    /// The first who says any of these.
    pub fn first_with(&self, names: &[&str]) -> Option<&'a Record> {
        let row = self.rows.iter().find(|row| names.iter().any(|name| row.has(name))).copied();
        if let Some(row) = row {
            names.iter().for_each(|name| row.ask(name));
        }
        row
    }

    /// Whether anybody says it.
    pub fn has(&self, name: &str) -> bool {
        self.holder(name).is_some()
    }

    /// As text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.holder(name)?.text(name)
    }

    /// As a number.
    ///
    /// # Errors
    /// `Spec` for anything that is not a finite number.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Problem> {
        self.holder(name).map_or(Ok(None), |row| row.number(name))
    }

    /// As a number, or the default.
    ///
    /// # Errors
    /// As for [`Lookup::number`].
    pub fn number_or(&self, name: &str, default: f64) -> Result<f64, Problem> {
        Ok(self.number(name)?.unwrap_or(default))
    }

    /// As a list of numbers.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn numbers(&self, name: &str) -> Result<Vec<f64>, Problem> {
        self.holder(name).map_or(Ok(Vec::new()), |row| row.numbers(name))
    }

    /// As a list in which some numbers are unknown.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn maybe_numbers(&self, name: &str) -> Result<Vec<Option<f64>>, Problem> {
        self.holder(name).map_or(Ok(Vec::new()), |row| row.maybe_numbers(name))
    }

    /// As a truth; false where nobody says it.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn truth(&self, name: &str) -> Result<bool, Problem> {
        self.holder(name).map_or(Ok(false), |row| row.truth(name))
    }

    /// As one of several words; the first is the default.
    ///
    /// # Errors
    /// `Spec` for another word, with the nearest one.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, Problem> {
        let default = words.first().map(|(_, meaning)| *meaning);
        let Some(row) = self.holder(name) else {
            return default.ok_or_else(|| self.problem(format!("has no `{name}`")));
        };
        let said = row.text(name).unwrap_or_default();
        let plain = said.to_lowercase().replace(['_', ' '], "-");
        let found = words.iter().find(|(word, _)| *word == plain).map(|(_, meaning)| *meaning);
        found.ok_or_else(|| {
            let known = || words.iter().map(|(word, _)| *word);
            let all = match words.len() > MANY {
                true => "`assize estimate --help` lists all".into(),
                false => format!("one of {}", known().collect::<Vec<_>>().join(", ")),
            };
            let hint = nearest(&plain, known()).unwrap_or(all);
            row.problem(format!("unknown {name} `{said}`")).hint(hint)
        })
    }

    /// A number in `(0, 1)`, or the default.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn probability(&self, name: &str, default: f64) -> Result<f64, Problem> {
        let number = self.number_or(name, default)?;
        match number > 0.0 && number < 1.0 {
            true => Ok(number),
            false => Err(self.problem_of(name, format!("is {number}, not between 0 and 1"))),
        }
    }

    /// A positive number, where anybody says it.
    ///
    /// # Errors
    /// `Spec` for anything else.
    pub fn positive(&self, name: &str) -> Result<Option<f64>, Problem> {
        match self.number(name)? {
            Some(number) if number <= 0.0 => {
                Err(self.problem_of(name, format!("is {number}, not a positive number")))
            }
            number => Ok(number),
        }
    }

    /// A problem of what one row, or the command line, says of an option.
    fn problem_of(&self, name: &str, message: String) -> Problem {
        let message = format!("`{name}` {message}");
        match self.holder(name) {
            Some(row) => row.problem(message),
            None => self.problem(message),
        }
    }

    /// A problem of the first row.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        match self.rows.first() {
            Some(row) => row.problem(message),
            None => Problem::new(crate::error::Kind::Bug, "", message),
        }
    }
}
