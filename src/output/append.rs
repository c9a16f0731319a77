//! What a command writes: one commit to one table, outside any night.
//!
//! The rows are visible at once and for good; no recovery takes them back.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use serde_json::json;

use super::OutputError;
use super::data_file::{self, Writer};
use super::delta::Table;
use super::failpoint::failpoint;

/// Adds the rows to the table at the version after the one that was read.
pub(super) async fn append(
    table: &mut Table,
    rows: Result<RecordBatch, ArrowError>,
) -> Result<(), OutputError> {
    let name = table.spec.name;
    let rows = rows.map_err(|error| OutputError::Bug(format!("`{name}`: {error}")))?;
    failpoint(&format!("command:file:{name}"))?;
    let file = data_file::write(&table.folder, &Writer::Command, &rows)?;
    failpoint(&format!("command:before:{name}"))?;
    if let Err(error) = table.add(&file, json!({ "by": "command" })).await {
        // After any other failure the log may yet have an entry.
        if matches!(error, OutputError::LostRace { .. }) {
            file.discard();
        }
        return Err(error);
    }
    failpoint(&format!("command:after:{name}"))?;
    table.checkpoint_if_due().await;
    Ok(())
}
