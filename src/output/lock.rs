//! One writer at a time.
//!
//! The slot is an exclusive `flock` on `.assize.lock`: the operating system frees it when the
//! process ends, however it ends, and a suspended process keeps it. Where `flock` does not
//! reach (some network file systems), the Delta commit is the second fence: every table is
//! extended only at the version that this run has read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::OutputError;
use super::durable;

const LOCK: &str = ".assize.lock";
const PROBE: &str = ".assize-probe";

/// The output folder, held by this process until dropped.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    since: Timestamp,
    _slot: File,
}

impl Output {
    /// Creates the folder if need be, takes its slot and proves that it can be written to.
    ///
    /// Call it before any computation. `since` is now: it tells others how long the slot has
    /// been held, and is what the age of orphaned files is measured against.
    pub fn lock(path: &Path, since: Timestamp) -> Result<Output, OutputError> {
        let unwritable = |source| OutputError::Unwritable { path: path.to_path_buf(), source };
        durable::create_folder(path).map_err(unwritable)?;
        let root = fs::canonicalize(path).and_then(readable_as_url).map_err(unwritable)?;
        let mut slot = open(&root.join(LOCK)).map_err(unwritable)?;
        match slot.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OutputError::Held { by: holder(&root), path: root });
            }
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        sign(&mut slot, since).and_then(|()| probe(&root)).map_err(unwritable)?;
        Ok(Output { root, since, _slot: slot })
    }

    /// The folder that holds the tables, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// When the slot was taken.
    pub(super) fn since(&self) -> Timestamp {
        self.since
    }
}

/// `deltalake-core` 1.1.3 decodes the folder's URL twice: `100%25` becomes `100%`, elsewhere.
fn readable_as_url(root: PathBuf) -> io::Result<PathBuf> {
    if root.to_string_lossy().contains('%') {
        let words = format!("`{}` has a `%`, which Delta readers misread", root.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    Ok(root)
}

fn open(path: &Path) -> io::Result<File> {
    // Not truncated: until the slot is ours, its content names the holder.
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn sign(slot: &mut File, since: Timestamp) -> io::Result<()> {
    slot.set_len(0)?;
    writeln!(slot, "process {} on {}, since {since}", std::process::id(), host())?;
    slot.sync_all()
}

/// Who holds the slot, in its own words.
fn holder(root: &Path) -> String {
    match fs::read_to_string(root.join(LOCK)) {
        Ok(words) if !words.trim().is_empty() => words.trim().to_string(),
        _ => "a process that did not sign".to_string(),
    }
}

fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok());
    let name = name.map(|name| name.trim().to_string()).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "an unnamed host".to_string())
}

/// Does once what a commit does: a synced file that appears by a hard link.
fn probe(root: &Path) -> io::Result<()> {
    let path = root.join(PROBE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    durable::write_if_absent(&path, b"assize can write here\n")?;
    fs::remove_file(&path)
}
