//! Where output may go: not out of the project by accident, and not into what is read.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use crate::config::document::Page;
use crate::config::known::Known;
use crate::config::problem::Checked;
use crate::config::words::quote;
use crate::config::{Input, Source};

/// The absolute output folder.
pub fn check(
    page: Page,
    root: &Path,
    output: &str,
    sources: &Known<Source>,
    at: Range<usize>,
) -> Checked<PathBuf> {
    let path = Path::new(output);
    if path.is_relative() {
        inside(page, root, path, at.clone())?;
    }
    let output = resolved(&root.join(path));
    for (name, source) in sources.right() {
        apart(page, root, &output, name, source, at.clone())?;
    }
    absolute(&root.join(path))
        .map_err(|problem| page.error(at, format!("`output` cannot be made absolute: {problem}")))
}

/// A relative output stays in the project, also through links.
fn inside(page: Page, root: &Path, path: &Path, at: Range<usize>) -> Checked<()> {
    let hint = Some("an absolute path may be anywhere".to_owned());
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(page.error_with(at, "a relative `output` must not contain `..`", hint));
    }
    if !resolved(&root.join(path)).starts_with(resolved(root)) {
        return Err(page.error_with(at, "`output` leads out of the project through a link", hint));
    }
    Ok(())
}

/// Output in a source's folder would be read the next night, and the reverse.
fn apart(
    page: Page,
    root: &Path,
    output: &Path,
    name: &str,
    source: &Source,
    at: Range<usize>,
) -> Checked<()> {
    let Input::Location { location, .. } = &source.input else { return Ok(()) };
    let location = resolved(&root.join(without_pattern(location)));
    let relation = match () {
        _ if output == location => "is",
        _ if output.starts_with(&location) => "is inside",
        _ if location.starts_with(output) => "contains",
        _ => return Ok(()),
    };
    let message = format!("`output` {relation} the location of source {}", quote(name));
    Err(page.error_with(at, message, Some("tables that are written would be read as rows".into())))
}

/// The part of a location before its first `*`, `?` or `[`.
fn without_pattern(location: &str) -> PathBuf {
    let plain = |part: &Component| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']);
    Path::new(location).components().take_while(plain).collect()
}

/// The real path, of which the last parts need not exist yet.
fn resolved(path: &Path) -> PathBuf {
    let path = absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing: Vec<OsString> = Vec::new();
    let mut existing = path.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing.iter().rev().fold(real, |path, part| path.join(part));
        }
        match (existing.parent(), existing.file_name()) {
            (Some(parent), Some(name)) => {
                missing.push(name.to_owned());
                existing = parent;
            }
            _ => return path,
        }
    }
}

/// Absolute and without `.` and `..`, whether it exists or not.
pub fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    Ok(plain)
}
