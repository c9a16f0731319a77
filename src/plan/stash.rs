//! Rows that are made in one pass over the parts of the units and read in the next.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::prelude::SessionContext;

use super::aside::Aside;
use super::session::{explain, keep, name, table};
use super::shelf::Shelved;
use crate::error::Error;

/// The rows of one part: in memory where it is the only one, else aside.
pub enum Stash {
    Memory(SchemaRef, Vec<RecordBatch>),
    Aside(Shelved),
}

impl Stash {
    /// # Errors
    /// `Environment` where the disk is full.
    pub fn of(
        aside: Option<&Aside>,
        (relation, part): (&str, usize),
        (schema, batches): (SchemaRef, Vec<RecordBatch>),
    ) -> Result<Stash, Error> {
        match aside {
            None => Ok(Stash::Memory(schema, batches)),
            Some(aside) => aside.shelf.keep(relation, part, (schema, batches)).map(Stash::Aside),
        }
    }

    /// Names the rows again.
    ///
    /// # Errors
    /// As the engine's.
    pub fn restore(self, session: &SessionContext, relation: &str) -> Result<(), Error> {
        match self {
            Stash::Memory(schema, batches) => keep(session, relation, schema, batches),
            Stash::Aside(shelved) => {
                let rows = shelved.part(0, 1).and_then(|rows| session.read_table(Arc::new(rows)));
                rows.and_then(|rows| name(session, relation, rows))
            }
        }
        .map_err(explain)
    }

    /// The rows, of a relation that has its name until another part is worked on.
    ///
    /// # Errors
    /// As the engine's.
    pub async fn reopen(
        self,
        session: &SessionContext,
        relation: &str,
    ) -> Result<Vec<RecordBatch>, Error> {
        match self {
            Stash::Memory(_, batches) => Ok(batches),
            aside => {
                aside.restore(session, relation)?;
                let rows = table(session, relation).await.map_err(explain)?;
                rows.collect().await.map_err(explain)
            }
        }
    }
}
