//! The five tables, in the order they are committed.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::revisions::Revisions;
use super::{Night, TableDoc, estimates, health, runs, summaries, verdicts};

/// What the commit needs to know of a table.
#[derive(Clone, Copy)]
pub(super) struct Spec {
    pub name: &'static str,
    pub doc: fn() -> TableDoc,
    pub schema: fn() -> SchemaRef,
    pub batch: fn(&Night, &Revisions) -> Result<RecordBatch, ArrowError>,
}

/// Everything but the commit point.
pub(super) const FOLLOWERS: [Spec; 4] =
    [summaries::SPEC, estimates::SPEC, health::SPEC, runs::SPEC];

/// A run exists once this table holds it.
pub(super) const COMMIT_POINT: Spec = verdicts::SPEC;

/// Documentation of every table and column, in commit order.
pub fn tables() -> [TableDoc; 5] {
    let [summaries, estimates, health, runs] = FOLLOWERS.map(|spec| (spec.doc)());
    [summaries, estimates, health, runs, (COMMIT_POINT.doc)()]
}
