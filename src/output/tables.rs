//! The tables, in the order they are committed.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::line::Head;
use super::revised::Revised;
use super::revisions::Revisions;
use super::{Night, TableDoc};
use super::{
    actions, estimates, health, interventions, looks, programme, runs, summaries, verdicts,
};

/// What a table is.
#[derive(Clone, Copy)]
pub(super) struct Spec {
    pub name: &'static str,
    pub doc: fn() -> TableDoc,
    pub schema: fn() -> SchemaRef,
}

/// A night that is about to be written, with what its rows need to know of the tables.
pub(super) struct Writing<'a> {
    pub night: &'a Night,
    pub revisions: &'a Revisions,
    pub run_id: &'a str,
    /// The line of the ledger that this night's lines follow.
    pub head: &'a Head,
    /// By experiment: what sets its revision apart.
    pub revised: &'a BTreeMap<String, Revised>,
}

/// Everything that a night writes but the commit point.
pub(super) const FOLLOWERS: [Spec; 6] =
    [summaries::SPEC, estimates::SPEC, health::SPEC, looks::SPEC, actions::SPEC, runs::SPEC];

/// A run exists once this table holds it.
pub(super) const COMMIT_POINT: Spec = verdicts::SPEC;

/// Written by commands, each by a commit of its own.
pub(super) const BY_COMMANDS: [Spec; 2] = [interventions::SPEC, programme::SPEC];

/// Makes a night's rows of one table.
pub(super) type Rows = fn(&Writing) -> Result<RecordBatch, ArrowError>;

/// A night's rows, table by table, in commit order.
pub(super) const ROWS: [Rows; 7] = [
    summaries::batch,
    estimates::batch,
    health::batch,
    looks::batch,
    actions::batch,
    runs::batch,
    verdicts::batch,
];

/// Every table: those of a night in commit order, then those that commands write.
pub(super) fn all() -> impl Iterator<Item = Spec> {
    FOLLOWERS.into_iter().chain([COMMIT_POINT]).chain(BY_COMMANDS)
}

/// Documentation of every table and column.
pub fn tables() -> Vec<TableDoc> {
    all().map(|spec| (spec.doc)()).collect()
}
