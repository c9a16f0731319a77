//! What went wrong, where, and who can act.
//!
//! One cause is one line. Several causes are reported together.

use std::fmt;

/// Who can act on a problem. Decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The author of the project files: exit code 2.
    Spec,
    /// The owner of the data: exit code 3.
    Data,
    /// Nobody; another run holds the slot: exit code 4.
    Held,
    /// The scheduler, by trying again later: exit code 5.
    Retry,
    /// The operator of the machine: exit code 3.
    Environment,
    /// The operator, by more memory: exit code 3.
    Memory,
    /// Us: exit code 3, and the only one that says where to report.
    Bug,
}

impl Kind {
    /// Exit code of the process when this is the gravest problem.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Spec => 2,
            Kind::Data | Kind::Environment | Kind::Memory | Kind::Bug => 3,
            Kind::Held => 4,
            Kind::Retry => 5,
        }
    }
}

/// One problem: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    /// File and position, source or folder; empty when the message says it.
    pub place: String,
    pub message: String,
    pub hint: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind, place: impl fmt::Display, message: impl Into<String>) -> Self {
        Problem { kind, place: place.to_string(), message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.is_empty() {
            true => write!(f, "{}", self.message)?,
            false => write!(f, "{}: {}", self.place, self.message)?,
        }
        if self.kind == Kind::Bug {
            write!(
                f,
                "\n  hint: this is a mistake in assize; please report it with the project's files"
            )?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All problems of one step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Error {
    pub problems: Vec<Problem>,
}

impl Error {
    pub fn bug(message: impl Into<String>) -> Self {
        Problem::new(Kind::Bug, "", message).into()
    }

    /// `Ok` when there are no problems.
    pub fn check(problems: Vec<Problem>) -> Result<(), Error> {
        if problems.is_empty() { Ok(()) } else { Err(Error { problems }) }
    }

    /// The same problems, when nothing came of the run.
    pub fn with_nothing_written(mut self) -> Error {
        for problem in &mut self.problems {
            problem.hint = Some(match &problem.hint {
                Some(hint) => format!("nothing was written; {hint}"),
                None => "nothing was written".into(),
            });
        }
        self
    }

    /// Exit code of the first problem; problems of one step are of one kind.
    pub fn exit_code(&self) -> u8 {
        self.problems.first().map_or(3, |problem| problem.kind.exit_code())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error { problems: vec![problem] }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
