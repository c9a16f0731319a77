//! All sources of a project, opened for one run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::object_store::ObjectStore;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::prelude::{SessionConfig, SessionContext};
use jiff::civil::Date;

use super::fingerprint::{FileSeen, changes};
use super::keys::shared_keys;
use super::listing::{Days, ListedFile, Listing, list};
use super::preflight::{CheckedFile, look};
use super::query::open_queries;
use super::schema::{Broken, unify};
use super::table::SnapshotTable;
use super::view::KeyType;
use super::{checksums, columns};
use crate::config::{Format, Input, Project, Source, SourceRole};
use crate::error::{Error, Kind, Problem};

/// What every location holds, before it is decided which days are read.
#[derive(Clone)]
pub struct Listings {
    store: Arc<dyn ObjectStore>,
    pub(super) by_source: BTreeMap<String, Listing>,
    /// As [`Warehouse::unread`].
    unread: BTreeMap<String, Problem>,
    memory: Option<u64>,
}

/// The sources, ready to be planned over.
pub struct Warehouse {
    pub session: SessionContext,
    pub sources: BTreeMap<String, OpenSource>,
    /// Sources of facts whose files cannot be read, and why: the metrics of others can be computed.
    pub unread: BTreeMap<String, Problem>,
    /// Class of the unit keys of all sources.
    pub key: KeyType,
    /// Class of the members' keys, by the source that says whose members they are.
    pub member_keys: BTreeMap<String, KeyType>,
    store: Arc<dyn ObjectStore>,
}

/// One source with what its files hold.
pub struct OpenSource {
    pub source: Source,
    /// The user's columns.
    pub raw: DataFrame,
    pub files: Vec<CheckedFile>,
    /// Format of the files; `None` for a query.
    pub format: Option<Format>,
    /// Columns on which the files do not agree.
    pub broken: BTreeMap<String, Broken>,
    /// Days that have a partition, read or not; empty without partitions.
    pub days: BTreeSet<Date>,
    /// Whether the pages of its files carry checksums; `None` where they have no such thing.
    pub has_checksums: Option<bool>,
    /// Files skipped by their hidden name.
    pub hidden: usize,
    /// Names of files of another kind.
    pub foreign: Vec<String>,
}

/// Lists every location of the project.
///
/// # Errors
/// All sources' problems together; those of facts wait where other facts can be read.
pub async fn list_all(project: &Project) -> Result<Listings, Error> {
    let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new());
    let (mut by_source, mut problems) = (BTreeMap::new(), Vec::new());
    let mut unread = BTreeMap::new();
    for source in project.sources.values() {
        let Input::Location { location, format } = &source.input else { continue };
        match list(store.as_ref(), source, &project.root, location, *format).await {
            Ok(listing) => drop(by_source.insert(source.name.clone(), listing)),
            Err(error) if others_can_be_read(project, source, &error) => {
                let first = error.problems.into_iter().next();
                unread.extend(first.map(|problem| (source.name.clone(), problem)));
            }
            Err(error) => problems.extend(error.problems),
        }
    }
    Error::check(problems)?;
    Ok(Listings { store, by_source, unread, memory: None })
}

impl Listings {
    /// The same, to be computed within so many bytes of memory.
    pub fn within(self, memory: u64) -> Listings {
        Listings { memory: Some(memory), ..self }
    }

    /// The last day that all partitioned exposures and facts have; `None` without partitions.
    /// Assignments may have ended long ago.
    pub fn last_day(&self, project: &Project) -> Option<Date> {
        let happens = |name: &str| {
            matches!(project.sources[name].role, SourceRole::Exposures | SourceRole::Facts)
        };
        let listings = self.by_source.iter().filter(|(name, _)| happens(name));
        listings
            .map(|(_, listing)| listing)
            .filter_map(|listing| listing.files.iter().filter_map(|file| file.day).max())
            .min()
    }

    /// Opens every source, reading partitions of `days` only.
    ///
    /// # Errors
    /// All sources' problems together; `Spec` where unit keys are of different classes.
    pub async fn open(self, project: &Project, days: Days) -> Result<Warehouse, Error> {
        let session = session(runtime(self.memory)?);
        let (mut sources, mut problems) = (BTreeMap::new(), Vec::new());
        let mut unread = self.unread;
        for (name, listing) in self.by_source {
            let source = &project.sources[&name];
            match open_files(self.store.clone(), &session, source, listing, days).await {
                Ok(open) => drop(sources.insert(name, open)),
                Err(error) if others_can_be_read(project, source, &error) => {
                    let first = error.problems.into_iter().next();
                    unread.extend(first.map(|problem| (name.clone(), problem)));
                }
                Err(error) => problems.extend(error.problems),
            }
        }
        Error::check(problems)?;
        open_queries(&session, project, &mut sources).await?;
        Error::check(sources.values().flat_map(OpenSource::unusable_columns).collect())?;
        let (key, member_keys) = shared_keys(&sources)?;
        Ok(Warehouse { session, sources, unread, key, member_keys, store: self.store })
    }
}

/// Whether damage to one source of facts leaves other facts, and no query reads it.
fn others_can_be_read(project: &Project, source: &Source, error: &Error) -> bool {
    let is_facts = |source: &&Source| source.role == SourceRole::Facts;
    let mut sources = project.sources.values();
    is_facts(&source)
        && sources.clone().filter(is_facts).count() > 1
        && sources.all(|source| matches!(source.input, Input::Location { .. }))
        && error.problems.iter().all(|problem| problem.kind == Kind::Data)
}

/// Part of the memory that the engine asks for before it takes it; the rest is for what it takes
/// without asking, such as the pages of files.
const ASKED_FOR: f64 = 0.7;

/// What all sessions of a run share: one budget of memory.
///
/// Within a budget the engine never puts anything aside by itself: its exchange of rows between
/// streams then stops for good now and then (apache/datafusion 24883). What does not fit is an
/// error, and the night is computed in smaller parts.
fn runtime(memory: Option<u64>) -> Result<Arc<RuntimeEnv>, Error> {
    let builder = RuntimeEnvBuilder::new();
    let builder = match memory {
        Some(bytes) => {
            let asked_for = (bytes as f64 * ASKED_FOR) as usize;
            let no_disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
            builder
                .with_memory_pool(Arc::new(GreedyMemoryPool::new(asked_for)))
                .with_disk_manager_builder(no_disk)
        }
        None => builder,
    };
    builder.build_arc().map_err(|error| Error::bug(error.strip_backtrace()))
}

/// A session that reads names as they are written.
pub(super) fn session(runtime: Arc<RuntimeEnv>) -> SessionContext {
    let mut config = SessionConfig::new().with_information_schema(false);
    let options = config.options_mut();
    options.sql_parser.enable_ident_normalization = false;
    options.execution.parquet.coerce_int96 = Some("us".into());
    options.execution.parquet.schema_force_view_types = true;
    SessionContext::new_with_config_rt(config, runtime)
}

async fn open_files(
    store: Arc<dyn ObjectStore>,
    session: &SessionContext,
    source: &Source,
    listing: Listing,
    days: Days,
) -> Result<OpenSource, Error> {
    let days = days.of_role(source.role);
    let present = listing.files.iter().filter_map(|file| file.day).collect();
    let wanted: Vec<ListedFile> = listing
        .files
        .iter()
        .filter(|file| file.day.is_none_or(|day| days.contains(day)))
        .cloned()
        .collect();
    let looked_at = if wanted.is_empty() { listing.files.clone() } else { wanted.clone() };
    let checked = look(store.clone(), source, &listing, looked_at).await?;
    let has_checksums = checksums::are_there(store.as_ref(), &checked).await;
    let unified = unify(&checked);
    let files = if wanted.is_empty() { Vec::new() } else { checked };
    let table =
        SnapshotTable { format: listing.format, schema: unified.schema, files: files.clone() };
    let raw = session
        .register_table(quoted(&source.name), Arc::new(table))
        .and(session.table(quoted(&source.name)).await)
        .map_err(|error| Error::bug(error.strip_backtrace()))?;
    Ok(OpenSource {
        source: source.clone(),
        raw,
        files,
        format: Some(listing.format),
        broken: unified.broken,
        days: present,
        has_checksums,
        hidden: listing.hidden,
        foreign: listing.foreign,
    })
}

pub(super) fn quoted(name: &str) -> TableReference {
    TableReference::bare(name.to_string())
}

impl Warehouse {
    /// Every input file as it was listed.
    pub fn inputs(&self) -> Vec<FileSeen> {
        let seen = |open: &OpenSource, file: &CheckedFile| FileSeen {
            source: open.source.name.clone(),
            path: file.listed.name.clone(),
            size: file.listed.meta.size,
            modified: file.listed.meta.last_modified.timestamp_micros(),
            e_tag: file.listed.meta.e_tag.clone(),
            rows: file.rows,
            day: file.listed.day,
        };
        self.sources
            .values()
            .flat_map(|open| open.files.iter().map(move |file| seen(open, file)))
            .collect()
    }

    /// That every source could be opened, for those who need all of them.
    ///
    /// # Errors
    /// `Data`, what is wrong with each that could not.
    pub fn all_read(&self) -> Result<(), Error> {
        Error::check(self.unread.values().cloned().collect())
    }

    /// Compares the files with what was listed.
    ///
    /// # Errors
    /// `Retry`, naming each file that changed.
    pub async fn unchanged(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        for open in self.sources.values() {
            let listed: Vec<ListedFile> =
                open.files.iter().map(|file| file.listed.clone()).collect();
            problems.extend(changes(self.store.as_ref(), &open.source.name, &listed).await);
        }
        Error::check(problems)
    }
}

impl OpenSource {
    /// Days of `wanted` that have no partition; empty for sources without partitions.
    pub fn missing_days(&self, wanted: Days) -> Vec<Date> {
        if self.source.partition.is_none() {
            return Vec::new();
        }
        wanted
            .first
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= wanted.last)
            .filter(|day| !self.days.contains(day))
            .collect()
    }

    /// The column of its instants, where that holds days instead.
    pub fn days_for_instants(&self) -> Option<&str> {
        let named = self.source.columns.time.as_ref()?;
        let (_, found) = columns::find(&self.source, self.raw.schema(), ("time", named)).ok()?;
        matches!(found, DataType::Date32 | DataType::Date64).then_some(named.0.as_str())
    }
}
