//! Which files a location holds, found by our own rules.
//!
//! A query engine's listing skips empty files, reads hidden ones and ignores those at an
//! unexpected depth, all in silence. Here each object is used, skipped by a stated rule and
//! counted, or an error.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use datafusion::object_store::path::Path as ObjectPath;
use datafusion::object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use futures::TryStreamExt;
use jiff::civil::Date;

use super::format::format_of;
use super::partition::day_of;
use crate::config::{Format, Source};
use crate::error::{Error, Kind, Problem};

/// Days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub first: Date,
    pub last: Date,
}

impl Days {
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// One file of a source, as it was when the run began.
#[derive(Debug, Clone)]
pub struct ListedFile {
    /// Path below the location, or the file name; for messages and tables.
    pub name: String,
    pub meta: ObjectMeta,
    pub day: Option<Date>,
}

/// Everything a location holds.
#[derive(Debug, Clone)]
pub struct Listing {
    pub format: Format,
    /// Sorted by name.
    pub files: Vec<ListedFile>,
    /// Names starting with `_` or `.`: markers and unfinished work of other programs.
    pub hidden: usize,
    /// Files of another kind than the source's.
    pub foreign: Vec<String>,
}

/// Lists a source's location.
///
/// # Errors
/// `Data` for a location that does not exist, an empty folder, a zero-byte file, a file at an
/// unexpected depth, a partition folder that is no day, files of several formats.
pub async fn list(
    store: &dyn ObjectStore,
    source: &Source,
    location: &Path,
    stated: Option<Format>,
) -> Result<Listing, Error> {
    let root = existing(source, location)?;
    let objects = objects(store, source, &root).await?;
    let mut seen = Seen::default();
    for meta in objects {
        seen.sort_in(source, &root, meta, stated);
    }
    seen.finish(source, location, stated)
}

fn existing(source: &Source, location: &Path) -> Result<PathBuf, Error> {
    location.canonicalize().map_err(|error| {
        Problem::new(
            Kind::Data,
            &source.at,
            format!("source `{}`: cannot read {}: {error}", source.name, location.display()),
        )
        .hint("set `location` to an existing file or folder, relative to assize.toml")
        .into()
    })
}

async fn objects(
    store: &dyn ObjectStore,
    source: &Source,
    root: &Path,
) -> Result<Vec<ObjectMeta>, Error> {
    let unreadable = |error: &dyn std::fmt::Display| -> Error {
        let message = format!("source `{}`: cannot list {}: {error}", source.name, root.display());
        Problem::new(Kind::Retry, &source.at, message).into()
    };
    let prefix = ObjectPath::from_absolute_path(root).map_err(|error| unreadable(&error))?;
    if root.is_file() {
        return Ok(vec![store.head(&prefix).await.map_err(|error| unreadable(&error))?]);
    }
    store.list(Some(&prefix)).try_collect().await.map_err(|error| unreadable(&error))
}

/// What has been found so far, by class.
#[derive(Default)]
struct Seen {
    files: Vec<(ListedFile, Format)>,
    identities: BTreeSet<PathBuf>,
    hidden: usize,
    foreign: Vec<String>,
    problems: Vec<Problem>,
}

impl Seen {
    fn sort_in(&mut self, source: &Source, root: &Path, meta: ObjectMeta, stated: Option<Format>) {
        let path = PathBuf::from(format!("/{}", meta.location));
        let name = name_below(root, &path);
        if name.split('/').any(|part| part.starts_with(['_', '.'])) {
            self.hidden += 1;
            return;
        }
        let by_name = format_of(&name);
        // A stated format claims files without a known extension, not those of another kind.
        let Some(format) = (if root.is_file() { stated.or(by_name) } else { by_name.or(stated) })
        else {
            self.foreign.push(name);
            return;
        };
        if stated.is_some_and(|stated| stated != format) {
            self.foreign.push(name);
            return;
        }
        if meta.size == 0 {
            self.problem(source, format!("{name} is empty (0 bytes)"), ZERO_BYTES);
            return;
        }
        let day = match self.day(source, root, &name) {
            Ok(day) => day,
            Err(problem) => return self.problems.push(problem),
        };
        let identity = path.canonicalize().unwrap_or(path);
        if self.identities.insert(identity) {
            self.files.push((ListedFile { name, meta, day }, format));
        }
    }

    fn problem(&mut self, source: &Source, message: String, hint: &str) {
        let message = format!("source `{}`: {message}", source.name);
        self.problems.push(Problem::new(Kind::Data, &source.at, message).hint(hint));
    }

    /// The partition's day; an error for a file that is not where the layout says.
    fn day(&self, source: &Source, root: &Path, name: &str) -> Result<Option<Date>, Problem> {
        let refuse = |message: String, hint: String| {
            let message = format!("source `{}`: {message}", source.name);
            Err(Problem::new(Kind::Data, &source.at, message).hint(hint))
        };
        let folders: Vec<&str> = name.split('/').rev().skip(1).collect();
        match (&source.partition, folders.as_slice()) {
            (None, []) => Ok(None),
            (Some(_), []) if root.is_file() => Ok(None),
            (Some(column), [folder]) => match day_of(folder, column) {
                Some(day) => Ok(Some(day)),
                None => refuse(
                    format!("{name} is not in a folder `{column}=YYYY-MM-DD`"),
                    "rename the folder, or hide it with a leading `_`".into(),
                ),
            },
            (Some(column), _) => refuse(
                format!("{name} is not directly in a folder `{column}=YYYY-MM-DD`"),
                "move it, or hide it with a leading `_`".into(),
            ),
            (None, _) => refuse(
                format!("{name} lies in a subfolder, which would be ignored"),
                match name.split_once('=') {
                    Some((column, _)) if !column.contains('/') => {
                        format!("for hive folders add `partition = \"{column}\"`")
                    }
                    _ => "move it up, or hide its folder with a leading `_`".into(),
                },
            ),
        }
    }

    fn finish(
        mut self,
        source: &Source,
        location: &Path,
        stated: Option<Format>,
    ) -> Result<Listing, Error> {
        let formats: BTreeSet<&str> = self.files.iter().map(|(_, format)| format.name()).collect();
        if formats.len() > 1 {
            let names: Vec<&str> = formats.into_iter().collect();
            let message = format!(
                "{} holds files of several formats: {}",
                location.display(),
                names.join(", ")
            );
            self.problem(source, message, "state `format`; files of other kinds are then left out");
        }
        if self.files.is_empty() && self.problems.is_empty() {
            let message = format!("{} holds no {} files", location.display(), wanted(stated));
            self.problem(source, message, "check the location, and that the export has run");
        }
        Error::check(self.problems)?;
        let format = self.files[0].1;
        let mut files: Vec<ListedFile> = self.files.into_iter().map(|(file, _)| file).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Listing { format, files, hidden: self.hidden, foreign: self.foreign })
    }
}

const ZERO_BYTES: &str = "a writer died or has not finished: write the file again, or remove it";

fn wanted(stated: Option<Format>) -> &'static str {
    stated.map_or("Parquet, CSV or NDJSON", Format::name)
}

fn name_below(root: &Path, path: &Path) -> String {
    match path.strip_prefix(root) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_string_lossy().into_owned(),
        _ => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    }
}
