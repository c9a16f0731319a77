//! What is wrong, where, and what to do about it.

use std::cell::RefCell;
use std::fmt;

use super::Place;

/// One thing to change, or in a warning to know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub place: Place,
    pub message: String,
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Every problem of every file, sorted by file and position; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// The proof that a problem was written down: whoever holds it adds no second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported;

/// A value that is right, or wrong in a way that is already reported.
pub(super) type Checked<T> = Result<T, Reported>;

/// The notebook that all checks of one load write into.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
    secrets: RefCell<Vec<(Place, String)>>,
}

impl Notes {
    pub fn error(&self, problem: Problem) -> Reported {
        self.problems.borrow_mut().push(problem);
        Reported
    }

    pub fn warn(&self, problem: Problem) {
        self.warnings.borrow_mut().push(problem);
    }

    /// Reports a text, given as messages would quote it, that no message may show.
    pub fn secret(&self, place: Place, quoted: String) {
        self.secrets.borrow_mut().push((place, quoted));
    }

    /// Problems and warnings, sorted, each once.
    pub fn into_sorted(self) -> (Vec<Problem>, Vec<Problem>) {
        let secrets = self.secrets.into_inner();
        let mut problems = without(self.problems.into_inner(), &secrets);
        problems.extend(secrets.iter().map(|(place, _)| Problem {
            place: place.clone(),
            message: "this looks like a secret, and secrets do not belong in files".to_owned(),
            hint: Some("remove it here and revoke it where it was made".to_owned()),
        }));
        (sorted(problems), sorted(without(self.warnings.into_inner(), &secrets)))
    }
}

/// What is said about a secret follows from it, and could show it.
fn without(mut problems: Vec<Problem>, secrets: &[(Place, String)]) -> Vec<Problem> {
    problems.retain(|problem| {
        let text = problem.to_string();
        !secrets.iter().any(|(place, quoted)| problem.place == *place || text.contains(quoted))
    });
    problems
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}
