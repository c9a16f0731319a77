//! Which files there are, and what is written in them.

use std::fs;
use std::io;
use std::path::Path;

use super::Place;
use super::document::Document;
use super::problem::{Checked, Notes, Problem};

/// The largest file that anyone writes by hand.
const LARGEST: u64 = 1 << 20;

/// Why a file has no text.
#[derive(Debug)]
pub(super) enum Unread {
    Missing,
    Failed(Problem),
}

/// The text of one file, without a byte order mark.
pub(super) fn read(root: &Path, file: &str) -> Result<Document, Unread> {
    let path = root.join(file);
    let failed = |why: String| Unread::Failed(problem(file, why));
    let size = match fs::metadata(&path) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Err(failed("this is not a file".to_owned())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(Unread::Missing),
        Err(cause) => return Err(failed(format!("cannot be read: {cause}"))),
    };
    if size > LARGEST {
        return Err(failed(format!("the file has {size} bytes, and at most {LARGEST} are read")));
    }
    let bytes = fs::read(&path).map_err(|cause| failed(format!("cannot be read: {cause}")))?;
    text(file, bytes)
}

fn text(file: &str, bytes: Vec<u8>) -> Result<Document, Unread> {
    let document = |text: &str| {
        Document::new(file.to_owned(), text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
    };
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(document(text)),
        Err(cause) => {
            let good =
                String::from_utf8_lossy(bytes.get(..cause.valid_up_to()).unwrap_or_default());
            let place = document(&good).place(good.len());
            let message = "the file is not UTF-8 from here on".to_owned();
            Err(Unread::Failed(Problem { place, message, hint: None }))
        }
    }
}

/// Files of a folder that hold experiments, sorted: not hidden, and named `*.toml`.
pub(super) fn in_folder(root: &Path, folder: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A broken link is no folder either: reading it says so.
        if !entry.path().is_dir() && name.ends_with(".toml") && !name.starts_with('.') {
            files.push(format!("{}/{name}", folder.trim_end_matches('/')));
        }
    }
    files.sort();
    Ok(files)
}

/// A file's text, or a problem at its beginning.
pub(super) fn need(root: &Path, file: &str, hint: &str, notes: &Notes) -> Checked<Document> {
    read(root, file).map_err(|cause| {
        notes.error(match cause {
            Unread::Failed(problem) => problem,
            Unread::Missing => Problem {
                hint: Some(hint.to_owned()),
                ..problem(file, "there is no such file".to_owned())
            },
        })
    })
}

fn problem(file: &str, message: String) -> Problem {
    Problem { place: Place { file: file.to_owned(), line: 1, column: 1 }, message, hint: None }
}
