//! Which files a location holds, found by our own rules.
//!
//! A query engine's listing skips empty files, reads hidden ones and ignores those at an
//! unexpected depth, all in silence. Here each object is used, skipped by a stated rule and
//! counted, or an error.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use datafusion::object_store::path::Path as ObjectPath;
use datafusion::object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use futures::TryStreamExt;
use jiff::civil::Date;

use super::format::format_of;
use super::partition::day_of;
use super::words::plain;
use crate::config::{Format, Source, SourceRole};
use crate::error::{Error, Kind, Problem};

/// Days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub first: Date,
    pub last: Date,
}

impl Days {
    /// The days that a source of this role is read for. What was promised, or is only looked up,
    /// may be older than any experiment.
    pub fn of_role(self, role: SourceRole) -> Days {
        match role {
            SourceRole::Exposures | SourceRole::Facts => self,
            SourceRole::Assignments | SourceRole::Members | SourceRole::Table => {
                Days { first: Date::MIN, ..self }
            }
        }
    }

    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// One file of a source, as it was when the run began.
#[derive(Debug, Clone)]
pub struct ListedFile {
    /// Path below the location, or the file name; for tables.
    pub name: String,
    /// Path from the project folder; for messages.
    pub shown: String,
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
    /// Partitions, or the folder itself, that have the file by which the source says that they
    /// are whole.
    pub ready: BTreeSet<Option<Date>>,
}

/// Lists a source's location.
///
/// # Errors
/// `Environment` for a location that does not exist or may not be read; `Data` for an empty folder, a zero-byte file, a file at an
/// unexpected depth, a partition folder that is no day, files of several formats.
pub async fn list(
    store: &dyn ObjectStore,
    source: &Source,
    project: &Path,
    location: &str,
    stated: Option<Format>,
) -> Result<Listing, Error> {
    let root = existing(source, project, location)?;
    let mut objects = objects(store, source, &root).await?;
    objects.sort_by(|a, b| a.location.cmp(&b.location));
    let mut seen = Seen::default();
    for meta in objects {
        seen.sort_in(source, &root, location, meta, stated);
    }
    seen.finish(source, location, stated)
}

fn existing(source: &Source, project: &Path, location: &str) -> Result<PathBuf, Error> {
    project.join(location).canonicalize().map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => format!("{location} does not exist"),
            _ => format!("cannot read {location}: {}", plain(&error.to_string())),
        };
        Problem::new(Kind::Environment, &source.at, format!("source `{}`: {what}", source.name))
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
        let why = plain(&error.to_string());
        let message = format!("source `{}`: cannot list {}: {why}", source.name, root.display());
        Problem::new(Kind::Environment, &source.at, message)
            .hint("check the disk, and who may read the folder")
            .into()
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
    ready: BTreeSet<Option<Date>>,
    /// Files that may not be as they are, by what is wrong and what to do.
    wrong: BTreeMap<(String, String), Vec<String>>,
}

impl Seen {
    fn sort_in(
        &mut self,
        source: &Source,
        root: &Path,
        location: &str,
        meta: ObjectMeta,
        stated: Option<Format>,
    ) {
        let path = PathBuf::from(format!("/{}", meta.location));
        let name = name_below(root, &path);
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
        let is_hidden = |part: &str| part.starts_with(['_', '.']);
        if source.ready.as_deref() == Some(file) && !folder.split('/').any(is_hidden) {
            self.ready.extend(day(source, root, &name));
            return;
        }
        if name.split('/').any(is_hidden) {
            self.hidden += 1;
            return;
        }
        let by_name = format_of(&name);
        // A stated format claims files without a known extension, not those of another kind.
        let Some(format) = (if root.is_file() { stated.or(by_name) } else { by_name.or(stated) })
        else {
            self.foreign.push(shown(root, location, &name));
            return;
        };
        if stated.is_some_and(|stated| stated != format) {
            self.foreign.push(shown(root, location, &name));
            return;
        }
        let shown = shown(root, location, &name);
        let day = match day(source, root, &name) {
            Ok(_) if meta.size == 0 => Err(("is empty (0 bytes)".into(), ZERO_BYTES.into())),
            other => other,
        };
        let day = match day {
            Ok(day) => day,
            Err(why) => return self.wrong.entry(why).or_default().push(shown),
        };
        let identity = path.canonicalize().unwrap_or(path);
        if self.identities.insert(identity) {
            self.files.push((ListedFile { name, shown, meta, day }, format));
        }
    }

    fn finish(
        self,
        source: &Source,
        location: &str,
        stated: Option<Format>,
    ) -> Result<Listing, Error> {
        let mut problems: Vec<Problem> = Vec::new();
        let mut problem = |message: String, hint: &str| {
            let message = format!("source `{}`: {message}", source.name);
            problems.push(Problem::new(Kind::Data, &source.at, message).hint(hint));
        };
        for ((what, hint), files) in &self.wrong {
            let others = match files.len() - 1 {
                0 => String::new(),
                1 => " (and 1 more file)".into(),
                more => format!(" (and {more} more files)"),
            };
            problem(format!("{} {what}{others}", files[0]), hint);
        }
        let formats: BTreeSet<&str> = self.files.iter().map(|(_, format)| format.name()).collect();
        if formats.len() > 1 {
            let names: Vec<&str> = formats.into_iter().collect();
            let message =
                format!("{location} holds files of several formats: {}", names.join(", "));
            problem(message, "state `format`; files of other kinds are then left out");
        }
        if self.files.is_empty() && self.wrong.is_empty() {
            let message = format!("{location} holds no {} files", wanted(stated));
            problem(message, "check the location, and that the export has run");
        }
        Error::check(problems)?;
        let Seen { files, hidden, foreign, ready, .. } = self;
        let format = files[0].1;
        let mut files: Vec<ListedFile> = files.into_iter().map(|(file, _)| file).collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Listing { format, files, hidden, foreign, ready })
    }
}

/// The partition's day; what is wrong, and what to do, with a file that is not where the layout
/// says.
fn day(source: &Source, root: &Path, name: &str) -> Result<Option<Date>, (String, String)> {
    let folders: Vec<&str> = name.split('/').rev().skip(1).collect();
    match (&source.partition, folders.as_slice()) {
        (None, []) => Ok(None),
        (Some(_), []) if root.is_file() => Ok(None),
        (Some(column), [folder]) => day_of(folder, column).map(Some).ok_or_else(|| {
            (
                format!("is not in a folder `{column}=YYYY-MM-DD`"),
                "rename the folder, or hide it with a leading `_`".into(),
            )
        }),
        (Some(column), _) => Err((
            format!("is not directly in a folder `{column}=YYYY-MM-DD`"),
            "move it, or hide it with a leading `_`".into(),
        )),
        (None, _) => Err((
            "is in a subfolder, which would be ignored".into(),
            match name.split_once('=') {
                Some((column, _)) if !column.contains('/') => {
                    format!("for hive folders add `partition = \"{column}\"`")
                }
                _ => "move it up, or hide its folder with a leading `_`".into(),
            },
        )),
    }
}

const ZERO_BYTES: &str = "a writer died or has not finished: write the file again, or remove it";

fn wanted(stated: Option<Format>) -> &'static str {
    stated.map_or("Parquet, CSV or NDJSON", Format::name)
}

/// The file as its owner would look for it: the location as it is configured, then the name.
fn shown(root: &Path, location: &str, name: &str) -> String {
    match root.is_file() {
        true => location.to_string(),
        false => format!("{}/{name}", location.trim_end_matches('/')),
    }
}

fn name_below(root: &Path, path: &Path) -> String {
    match path.strip_prefix(root) {
        Ok(below) if !below.as_os_str().is_empty() => below.to_string_lossy().into_owned(),
        _ => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    }
}
