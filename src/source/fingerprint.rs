//! Whether a source is still what it was when the run began.

use datafusion::object_store::{ObjectStore, ObjectStoreExt};

use super::listing::ListedFile;
use jiff::civil::Date;

use crate::error::{Kind, Problem};

/// One input file as the run saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSeen {
    pub source: String,
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Last change, microseconds since 1970 in UTC.
    pub modified: i64,
    pub e_tag: Option<String>,
    /// Rows by the footer, where the format has one.
    pub rows: Option<u64>,
    /// Its partition's day.
    pub day: Option<Date>,
}

impl FileSeen {
    /// One line that changes whenever the file does.
    pub fn line(&self) -> String {
        let tag = self.e_tag.as_deref().unwrap_or("");
        format!("{}\t{}\t{}\t{}\t{}", self.source, self.path, self.size, self.modified, tag)
    }
}

/// What to do about a source that changes while it is read.
pub const TRY_AGAIN: &str = "nothing was written; run again when the export has finished";

/// Files that were replaced or removed since they were listed.
///
/// A same-size replacement shows in the time of change and the entity tag.
pub async fn changes(store: &dyn ObjectStore, source: &str, files: &[ListedFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        let what = match store.head(&file.meta.location).await {
            Ok(now) if now == file.meta => continue,
            Ok(_) => "was replaced",
            Err(_) => "was removed",
        };
        let message = format!("source `{source}`: {} {what} while it was being read", file.shown);
        problems.push(Problem::new(Kind::Retry, "", message).hint(TRY_AGAIN));
    }
    problems
}
