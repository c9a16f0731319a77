//! Why a simulation did not happen.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong with a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the spec, for instance `experiments.checkout.variants`.
    pub at: String,
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// Why a simulation did not happen: where, what, and what to do ([`SimulateError::hint`]).
#[derive(Debug)]
pub enum SimulateError {
    /// The text is not a spec.
    Unreadable { place: String, what: String },
    /// The spec asks for something impossible; every problem at once.
    Spec(Vec<Problem>),
    /// The folder holds files that this simulation did not make.
    Occupied { folder: PathBuf, found: String },
    /// The folder's `simulate.toml` asks for another simulation.
    OtherSpec { file: PathBuf },
    /// The operating system refused.
    Io { path: PathBuf, doing: &'static str, source: std::io::Error },
    /// A table could not be encoded.
    Table { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    /// A worker stopped without a result: a mistake of ours.
    Bug(&'static str),
}

impl SimulateError {
    /// Wraps an I/O error with what was tried on which path.
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| SimulateError::Io { path: path.to_owned(), doing, source }
    }

    /// Wraps an encoding error with the file it was meant for.
    pub(super) fn table<E>(path: &Path) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| SimulateError::Table { path: path.to_owned(), source: Box::new(source) }
    }

    /// What to do about it, if there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            SimulateError::Unreadable { .. } => {
                Some("compare with sample-data/simulate.toml".to_owned())
            }
            SimulateError::Spec(problems) => match problems.as_slice() {
                [only] => Some(only.hint.clone()),
                _ => None,
            },
            SimulateError::Occupied { .. } => Some(
                "choose a new folder, or `--overwrite`, which removes only files that a former \
                 simulation lists in its `truth.json`"
                    .to_owned(),
            ),
            SimulateError::OtherSpec { file } => {
                Some(format!("simulate `{}` as it is, or choose another folder", file.display()))
            }
            SimulateError::Io { .. } => {
                Some("check the path, its permissions and the free space".to_owned())
            }
            SimulateError::Table { .. } | SimulateError::Bug(_) => {
                Some("report this with the spec that led to it".to_owned())
            }
        }
    }
}

impl fmt::Display for SimulateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimulateError::Unreadable { place, what } => write!(f, "{place}: {what}"),
            SimulateError::Spec(problems) => write_problems(f, problems),
            SimulateError::Occupied { folder, found } => {
                write!(f, "{}: folder is not empty, it holds `{found}`", folder.display())
            }
            SimulateError::OtherSpec { file } => {
                write!(f, "{}: this spec differs from the one to simulate", file.display())
            }
            SimulateError::Io { path, doing, source } => {
                write!(f, "{}: cannot {doing}: {source}", path.display())
            }
            SimulateError::Table { path, source } => {
                write!(f, "{}: cannot write table: {source}", path.display())
            }
            SimulateError::Bug(what) => write!(f, "simulate: {what}"),
        }
    }
}

/// One line per problem; with several, each carries its own hint.
fn write_problems(f: &mut fmt::Formatter<'_>, problems: &[Problem]) -> fmt::Result {
    if let [only] = problems {
        return write!(f, "{}: {}", only.at, only.what);
    }
    write!(f, "spec has {} problems", problems.len())?;
    for problem in problems {
        write!(f, "\n  {}: {} ({})", problem.at, problem.what, problem.hint)?;
    }
    Ok(())
}

impl std::error::Error for SimulateError {
    // The display already contains the cause, so it is not offered a second time.
}
