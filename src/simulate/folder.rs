//! Where files may be put.
//!
//! The folder must be new or empty, or hold only this spec as `simulate.toml`. Overwriting
//! removes the files that a former simulation lists in its `truth.json`, and nothing else;
//! a file of somebody else that is in the way is an error.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::error::SimulateError;
use super::project::put;
use super::spec::Spec;
use super::truth::Truth;

const SPEC: &str = "simulate.toml";
const TRUTH: &str = "truth.json";
/// Where everything is written first. A name of ours: what a crash left there may go.
const STAGING: &str = ".assize-simulate";

/// A place inside the folder that is moved into it at the end, and removed if that fails.
#[derive(Debug)]
pub(super) struct Staging {
    out: PathBuf,
    path: PathBuf,
    /// Files of a former simulation that make way.
    former: Vec<String>,
}

impl Staging {
    /// Checks that the folder may be written to and prepares the staging folder.
    pub(super) fn open(spec: &Spec, out: &Path, overwrite: bool) -> Result<Self, SimulateError> {
        let former = if overwrite { former_files(out)? } else { Vec::new() };
        if !overwrite {
            refuse_occupied(out)?;
        }
        if !former.iter().any(|file| file == SPEC) {
            same_spec(spec, out)?;
        }
        let staging = Staging { out: out.to_owned(), path: out.join(STAGING), former };
        remove_folder(&staging.path)?;
        fs::create_dir_all(&staging.path)
            .map_err(SimulateError::io(&staging.path, "create folder"))?;
        Ok(staging)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the former simulation, moves the new one into place, `truth.json` last.
    pub(super) fn publish(self, spec: &Spec, truth: &Truth) -> Result<(), SimulateError> {
        self.remove_former()?;
        if same_spec(spec, &self.out)?.is_none() {
            put(&self.path.join(SPEC), &spec.to_toml()?)?;
        }
        let files = files_below(&self.path)?;
        files.iter().try_for_each(|file| self.move_into_place(file))?;
        let truth = Truth { files, ..truth.clone() };
        put(&self.path.join(TRUTH), &json(&truth)?)?;
        self.move_into_place(TRUTH)
    }

    fn remove_former(&self) -> Result<(), SimulateError> {
        for file in &self.former {
            let path = self.out.join(file);
            if path.exists() {
                fs::remove_file(&path).map_err(SimulateError::io(&path, "remove file"))?;
            }
            remove_empty_parents(&path, &self.out);
        }
        Ok(())
    }

    fn move_into_place(&self, file: &str) -> Result<(), SimulateError> {
        let to = self.out.join(file);
        if to.exists() {
            let found = file.to_owned();
            return Err(SimulateError::Occupied { folder: self.out.clone(), found });
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(SimulateError::io(folder, "create folder"))?;
        }
        fs::rename(self.path.join(file), &to).map_err(SimulateError::io(&to, "move file to"))
    }
}

impl Drop for Staging {
    /// Whatever happened, nothing half-written stays. An error here would hide the first one.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn json(truth: &Truth) -> Result<String, SimulateError> {
    let text =
        serde_json::to_string_pretty(truth).map_err(SimulateError::table(Path::new(TRUTH)))?;
    Ok(text + "\n")
}

/// An error if the folder holds anything but a spec or our own staging folder.
pub(super) fn refuse_occupied(out: &Path) -> Result<(), SimulateError> {
    if !out.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(out).map_err(SimulateError::io(out, "read folder"))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(SimulateError::io(out, "read folder"))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    match names.into_iter().find(|name| name != SPEC && name != STAGING) {
        Some(found) => Err(SimulateError::Occupied { folder: out.to_owned(), found }),
        None => Ok(()),
    }
}

/// `Some` if the folder holds this spec, `None` if it holds none, an error if another.
fn same_spec(spec: &Spec, out: &Path) -> Result<Option<()>, SimulateError> {
    let file = out.join(SPEC);
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file).map_err(SimulateError::io(&file, "read file"))?;
    match Spec::from_toml(&text, SPEC) {
        Ok(found) if found == *spec => Ok(Some(())),
        _ => Err(SimulateError::OtherSpec { file }),
    }
}

/// The part of a `truth.json` that overwriting needs, so that older ones can be read too.
#[derive(Deserialize)]
struct Former {
    files: Vec<String>,
}

/// The files that a former simulation lists as its own, with the list itself.
fn former_files(out: &Path) -> Result<Vec<String>, SimulateError> {
    let path = out.join(TRUTH);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).map_err(SimulateError::io(&path, "read file"))?;
    let occupied = || SimulateError::Occupied { folder: out.to_owned(), found: TRUTH.to_owned() };
    let mut files = serde_json::from_str::<Former>(&text).map_err(|_| occupied())?.files;
    // A path that leaves the folder was not written by us.
    let inside = |file: &String| {
        Path::new(file).components().all(|part| matches!(part, Component::Normal(_)))
    };
    if !files.iter().all(inside) {
        return Err(occupied());
    }
    files.push(TRUTH.to_owned());
    Ok(files)
}

/// Removes the folders above a removed file up to `out`, as far as they are empty.
fn remove_empty_parents(path: &Path, out: &Path) {
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != out);
    for parent in parents {
        if fs::remove_dir(parent).is_err() {
            break;
        }
    }
}

fn remove_folder(path: &Path) -> Result<(), SimulateError> {
    if path.exists() {
        fs::remove_dir_all(path).map_err(SimulateError::io(path, "remove folder"))?;
    }
    Ok(())
}

/// All files below a folder, relative to it, `/` between the parts, sorted.
pub(super) fn files_below(folder: &Path) -> Result<Vec<String>, SimulateError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(SimulateError::io(&next, "read folder"))? {
            let path = entry.map_err(SimulateError::io(&next, "read folder"))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                let parts = relative.iter().map(|part| part.to_string_lossy());
                files.push(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    files.sort();
    Ok(files)
}
