//! Files that survive a power loss.
//!
//! A file is written under a hidden temporary name, synced, given its final name, and the
//! folder is synced: under a final name there is a whole file or none. The local store of
//! `object_store` 0.13 never syncs, which is why this is not left to it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Hidden, so that no reader of the folder takes it for data.
pub(super) const TEMPORARY: &str = ".assize-tmp-";

/// Writes a new file whose content comes from `fill`.
pub(super) fn write_new(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let temporary = write_temporary(path, fill)?;
    let named = fs::rename(&temporary, path);
    settle(path, &temporary, named)
}

/// Writes a file unless there is one: `AlreadyExists` means someone else was first.
///
/// A hard link either makes the whole file appear or fails, and never replaces. On network
/// file systems a link that worked may still be answered with `AlreadyExists`, so the content
/// is compared: it holds a nonce, equal content is ours.
pub(super) fn write_if_absent(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = write_temporary(path, |file| file.write_all(content))?;
    let linked = match fs::hard_link(&temporary, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match fs::read(path) {
            Ok(existing) if existing == content => Ok(()),
            _ => Err(error),
        },
        linked => linked,
    };
    settle(path, &temporary, linked)
}

/// Creates a folder with its parents, each synced into the one above.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    create_folder(&parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => Err(error),
        _ => sync_folder(&parent),
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn write_temporary(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<PathBuf> {
    let temporary = folder_of(path).join(format!("{TEMPORARY}{}", Uuid::new_v4().simple()));
    let mut file = File::create_new(&temporary)?;
    let written = fill(&mut file).and_then(|()| file.sync_all());
    if let Err(error) = written {
        remove_quietly(&temporary);
        return Err(error);
    }
    Ok(temporary)
}

/// Clears the temporary name away and makes the final one durable.
fn settle(path: &Path, temporary: &Path, named: io::Result<()>) -> io::Result<()> {
    remove_quietly(temporary);
    named?;
    sync_folder(&folder_of(path))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// What stays behind is swept at a later commit.
fn remove_quietly(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "cannot remove a temporary file");
        }
        _ => {}
    }
}
