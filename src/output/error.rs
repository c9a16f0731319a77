//! Why nothing was written.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

type Source = Box<dyn Error + Send + Sync>;

/// A failure to write the night down. Display says where and what, `source` the cause below,
/// and [`OutputError::hint`] what to do.
#[derive(Debug)]
pub enum OutputError {
    /// The output folder cannot be used at all.
    Unwritable { path: PathBuf, source: io::Error },
    /// Another run holds the folder.
    Held { path: PathBuf, by: String },
    /// A file operation failed on the way.
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// The Delta log, or a file it names, cannot be read or extended.
    Table { table: &'static str, doing: &'static str, source: Source },
    /// Someone else extended the table since this run read it.
    LostRace { table: &'static str, version: u64 },
    /// The folder holds a table that this version did not lay out.
    OtherLayout { table: &'static str, path: PathBuf, difference: String },
    /// Other tables have runs, but the table that says which of them are whole is gone.
    NoVerdicts { path: PathBuf, table: &'static str },
    /// A line of the ledger is not what was written.
    Broken { table: &'static str, line: u64, words: &'static str },
    /// Assize contradicts itself.
    Bug(String),
    /// A test stopped the commit here.
    #[cfg(any(test, feature = "failpoints"))]
    Failpoint(String),
}

impl OutputError {
    /// What to do about it, in one line.
    pub fn hint(&self) -> String {
        match self {
            OutputError::Unwritable { path, source } => {
                format!("{}, or set another `output`", remedy(path, source.kind()))
            }
            OutputError::Held { .. } => {
                "wait for it to end; the slot frees itself when it does".into()
            }
            OutputError::Io { .. } => {
                "fix the cause and run again; `verdicts` holds the run whole or not at all".into()
            }
            OutputError::Table { table, .. } => {
                format!("look at the newest files in `{table}/_delta_log`, then run again")
            }
            OutputError::LostRace { .. } => {
                "let one writer at a time use the folder, then run again".into()
            }
            OutputError::OtherLayout { path, .. } => {
                format!("set another `output`, or move `{}` away", path.display())
            }
            OutputError::NoVerdicts { path, .. } => {
                format!("restore `{}`, or move the other tables away", path.display())
            }
            OutputError::Broken { table, .. } => {
                format!("somebody has changed `{table}`: restore it from a copy")
            }
            OutputError::Bug(_) => "this is a bug in assize, please report it".into(),
            #[cfg(any(test, feature = "failpoints"))]
            OutputError::Failpoint(_) => "unset ASSIZE_FAILPOINT".into(),
        }
    }

    /// Whether a test stopped the commit: then nothing is tidied, as after a kill.
    pub(super) fn is_failpoint(&self) -> bool {
        #[cfg(any(test, feature = "failpoints"))]
        return matches!(self, OutputError::Failpoint(_));
        #[cfg(not(any(test, feature = "failpoints")))]
        false
    }

    pub(super) fn table(
        table: &'static str,
        doing: &'static str,
    ) -> impl FnOnce(deltalake_core::DeltaTableError) -> OutputError {
        move |source| OutputError::Table { table, doing, source: Box::new(source) }
    }

    /// A file of a table that does not hold what it should.
    pub(super) fn data(table: &'static str, path: &Path, words: impl fmt::Display) -> OutputError {
        let source = format!("{}: {words}", path.display()).into();
        OutputError::Table { table, doing: "read a data file", source }
    }

    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
        move |source| OutputError::Io { doing, path: path.to_path_buf(), source }
    }
}

fn remedy(path: &Path, kind: io::ErrorKind) -> String {
    let path = path.display();
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("free space where `{path}` is")
        }
        io::ErrorKind::ReadOnlyFilesystem => format!("mount the disk of `{path}` for writing"),
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            format!("move away the file that stands where the folder `{path}` should")
        }
        io::ErrorKind::InvalidInput => format!("give `{path}` another name"),
        io::ErrorKind::Unsupported => format!("use a disk with hard links for `{path}`"),
        _ => format!("check who may write to `{path}`"),
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutputError::Unwritable { path, .. } => write!(f, "cannot write to {}", path.display()),
            OutputError::Held { path, by } => {
                write!(f, "another run writes to {}: {by}", path.display())
            }
            OutputError::Io { doing, path, .. } => write!(f, "cannot {doing} {}", path.display()),
            OutputError::Table { table, doing, .. } => write!(f, "table `{table}`: cannot {doing}"),
            OutputError::LostRace { table, version } => {
                write!(f, "table `{table}`: someone else committed version {version} first")
            }
            OutputError::OtherLayout { table, difference, .. } => {
                write!(f, "table `{table}` was laid out by another version of assize: {difference}")
            }
            OutputError::NoVerdicts { path, table } => {
                write!(f, "{} is missing, but `{table}` has rows", path.display())
            }
            OutputError::Broken { table, line, words } => {
                write!(f, "table `{table}`: line {line} is not as it was written: {words}")
            }
            OutputError::Bug(detail) => write!(f, "{detail}"),
            #[cfg(any(test, feature = "failpoints"))]
            OutputError::Failpoint(place) => write!(f, "stopped at failpoint {place}"),
        }
    }
}

impl Error for OutputError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            OutputError::Unwritable { source, .. } | OutputError::Io { source, .. } => Some(source),
            OutputError::Table { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
