//! One Delta table: what it holds, and how a version is added to it.
//!
//! Reading the log is left to `deltalake-core`. Adding to it is not: a log entry is written by
//! [`durable::write_if_absent`] at exactly the version after the one that was read, without
//! retry, so a lost race is an error and a power loss leaves no torn entry.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use deltalake_core::kernel::transaction::{CommitData, PROTOCOL, TableReference};
use deltalake_core::kernel::{Action, LogicalFileView, Metadata, Protocol};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, checkpoints};
use serde_json::{Value, json};
use url::Url;

use super::data_file::DataFile;
use super::tables::Spec;
use super::{OutputError, durable, layout};

/// Versions between checkpoints, as Delta's default has it.
const CHECKPOINT_EVERY: u64 = 10;

/// What our tables ask of a reader.
const READER_VERSION: i32 = 1;

/// A table as of the version that was read last.
pub(super) struct Table {
    pub spec: Spec,
    pub folder: PathBuf,
    /// The version that was there when this run came, or that was condensed last.
    found: u64,
    delta: DeltaTable,
}

/// A file that belongs to a table.
pub(super) struct LiveFile {
    /// Relative to the table's folder, or absolute.
    pub name: String,
    pub path: PathBuf,
}

impl Table {
    /// The table in `root`, or `None` if there is none.
    pub async fn open(root: &Path, spec: Spec) -> Result<Option<Table>, OutputError> {
        let folder = root.join(spec.name);
        if !folder.join("_delta_log").is_dir() {
            return Ok(None);
        }
        let failed = OutputError::table(spec.name, "read its Delta log");
        match load(&folder).await {
            Ok(Some(delta)) => {
                let found = delta.version().unwrap_or_default();
                Ok(Some(Table { spec, folder, found, delta }))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// The table in `root`, created empty if there is none.
    pub async fn open_or_create(root: &Path, spec: Spec) -> Result<Table, OutputError> {
        if let Some(mut table) = Table::open(root, spec).await? {
            table.fit_layout().await?;
            return Ok(table);
        }
        let folder = root.join(spec.name);
        create(&folder, spec)?;
        let created = Table::open(root, spec).await?;
        created.ok_or_else(|| OutputError::Bug(format!("`{}` is gone after creation", spec.name)))
    }

    /// The files that make up the table.
    pub fn live(&self) -> Result<Vec<LogicalFileView>, OutputError> {
        let live = || Ok(self.delta.snapshot()?.snapshot().try_log_data()?.iter().collect());
        live().map_err(OutputError::table(self.spec.name, "list its files"))
    }

    /// Those that hold rows, for readers of their rows.
    pub fn files(&self) -> Result<Vec<LiveFile>, OutputError> {
        let failed = || OutputError::table(self.spec.name, "list its files");
        let snapshot = self.delta.snapshot().map_err(failed())?;
        let version = snapshot.protocol().min_reader_version();
        let mut found = Vec::new();
        for file in self.live()?.iter().filter(|file| file.num_records() != Some(0)) {
            // A table that another tool has upgraded may rename columns or hide rows of a file.
            if version > READER_VERSION {
                let words = format!("it needs a Delta reader of version {version}");
                return Err(failed()(DeltaTableError::Generic(words)));
            }
            let name = file.path().into_owned();
            found.push(LiveFile { path: self.folder.join(&name), name });
        }
        Ok(found)
    }

    /// Makes the file part of the table, as its next version.
    pub async fn add(&mut self, file: &DataFile, mut about: Value) -> Result<u64, OutputError> {
        about["sha256"] = json!(file.sha256);
        let operation =
            DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        self.commit(vec![Action::Add(file.add.clone())], operation, about).await
    }

    /// Makes the actions the next version, and returns its number.
    pub async fn commit(
        &mut self,
        actions: Vec<Action>,
        operation: DeltaOperation,
        about: Value,
    ) -> Result<u64, OutputError> {
        let name = self.spec.name;
        let snapshot =
            self.delta.snapshot().map_err(OutputError::table(name, "read its Delta log"))?;
        PROTOCOL
            .can_commit(snapshot as &dyn TableReference, &actions, &operation)
            .map_err(|error| OutputError::table(name, "be written to")(error.into()))?;
        let version = snapshot.version() + 1;
        write_entry(&self.folder, name, version, actions, operation, about)?;
        let reread = self.delta.update_state().await;
        reread.map_err(OutputError::table(name, "read its Delta log"))?;
        Ok(version)
    }

    /// Condenses the log when it is due. The log is complete without it.
    pub async fn checkpoint_if_due(&mut self) {
        let version = self.delta.version().unwrap_or_default();
        if (version + 1) / CHECKPOINT_EVERY == (self.found + 1) / CHECKPOINT_EVERY {
            return;
        }
        self.found = version;
        let created = checkpoints::create_checkpoint(&self.delta, None).await;
        let synced = self.sync_checkpoint(version);
        if let Err(error) = created.and(synced.map_err(DeltaTableError::from)) {
            tracing::warn!(table = self.spec.name, %error, "no checkpoint of the Delta log");
        }
    }

    /// A checkpoint is written by `deltalake-core`, which does not sync. Should the power fail
    /// right between, delete it and `_last_checkpoint`: the JSON entries are all kept.
    fn sync_checkpoint(&self, version: u64) -> std::io::Result<()> {
        let log = self.folder.join("_delta_log");
        for name in [format!("{version:020}.checkpoint.parquet"), "_last_checkpoint".into()] {
            std::fs::File::open(log.join(name))?.sync_all()?;
        }
        durable::sync_folder(&log)
    }

    /// The version that was read last.
    pub fn version(&self) -> u64 {
        self.delta.version().unwrap_or_default()
    }

    /// For what `deltalake-core` wants beside the snapshot.
    pub fn delta(&self) -> &DeltaTable {
        &self.delta
    }
}

/// Absolute paths of the live files of one table, for readers; empty if there is no table.
///
/// Includes files of a run that was killed before `verdicts` held it, until the next commit:
/// keep only the `run_id`s that are in `verdicts`.
pub async fn live_files(root: &Path, table: &str) -> Result<Vec<PathBuf>, OutputError> {
    let Some(spec) = super::tables::all().find(|spec| spec.name == table) else {
        return Err(OutputError::Bug(format!("there is no table `{table}`")));
    };
    let Some(table) = Table::open(root, spec).await? else { return Ok(Vec::new()) };
    Ok(table.files()?.into_iter().map(|file| file.path).collect())
}

async fn load(folder: &Path) -> Result<Option<DeltaTable>, DeltaTableError> {
    let folder = folder.canonicalize()?;
    let url = Url::from_directory_path(&folder)
        .map_err(|()| DeltaTableError::InvalidTableLocation(folder.display().to_string()))?;
    let mut table = DeltaTableBuilder::from_url(url)?.build()?;
    if !table.verify_deltatable_existence().await? {
        return Ok(None);
    }
    table.load().await?;
    Ok(Some(table))
}

/// Version 0: protocol and schema, no rows. Reader 1 and writer 2 are what every reader reads.
fn create(folder: &Path, spec: Spec) -> Result<(), OutputError> {
    let schema = layout::kernel_schema(&(spec.schema)())?;
    let bug = |error: serde_json::Error| OutputError::Bug(format!("`{}`: {error}", spec.name));
    let protocol: Protocol = serde_json::from_value(
        json!({ "minReaderVersion": READER_VERSION, "minWriterVersion": 2 }),
    )
    .map_err(bug)?;
    let metadata: Metadata = serde_json::from_value(json!({
        "id": uuid::Uuid::new_v4().to_string(),
        "name": spec.name,
        "description": format!("One row per {}.", (spec.doc)().grain),
        "format": { "provider": "parquet", "options": {} },
        "schemaString": serde_json::to_string(&schema).map_err(bug)?,
        "partitionColumns": [],
        "configuration": {},
    }))
    .map_err(bug)?;
    let log = folder.join("_delta_log");
    durable::create_folder(&log).map_err(OutputError::io("create", &log))?;
    let location = Url::from_directory_path(folder)
        .map_err(|()| OutputError::Bug(format!("{} is not absolute", folder.display())))?;
    let operation = DeltaOperation::Create {
        mode: SaveMode::ErrorIfExists,
        location,
        protocol: protocol.clone(),
        metadata: metadata.clone(),
    };
    let actions = vec![Action::Protocol(protocol), Action::Metadata(metadata)];
    write_entry(folder, spec.name, 0, actions, operation, json!({}))
}

fn write_entry(
    folder: &Path,
    table: &'static str,
    version: u64,
    actions: Vec<Action>,
    operation: DeltaOperation,
    about: Value,
) -> Result<(), OutputError> {
    let about = HashMap::from([("assize".to_string(), about)]);
    let entry = CommitData::new(actions, operation, about, Vec::new()).get_bytes();
    let entry =
        entry.map_err(|error| OutputError::table(table, "encode a commit")(error.into()))?;
    let path = folder.join("_delta_log").join(format!("{version:020}.json"));
    durable::write_if_absent(&path, &entry).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => OutputError::LostRace { table, version },
        _ => OutputError::Io { doing: "commit", path, source },
    })
}
