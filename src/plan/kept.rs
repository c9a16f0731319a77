//! Rows that are kept in memory, and counted as memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::spill::get_record_batch_memory_size;

/// Rows of one batch.
const BATCH: usize = 8192;

/// A table in memory that gives its memory back when nobody reads it any more.
#[derive(Debug)]
pub struct Kept {
    rows: MemTable,
    _memory: MemoryReservation,
}

impl Kept {
    /// # Errors
    /// `ResourcesExhausted` where the pool has no room for the rows.
    pub fn new(
        name: &str,
        schema: SchemaRef,
        parts: Vec<Vec<RecordBatch>>,
        pool: &Arc<dyn MemoryPool>,
    ) -> Result<Kept> {
        let memory = MemoryConsumer::new(name).register(pool);
        let parts = parts.into_iter().map(|batches| compact(&schema, batches));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        memory.try_grow(parts.iter().flatten().map(get_record_batch_memory_size).sum())?;
        Ok(Kept { rows: MemTable::try_new(schema, parts)?, _memory: memory })
    }
}

/// The same rows in batches of their own: a text column may still point into the pages it was
/// read from.
fn compact(schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>> {
    let mut rows = BatchCoalescer::new(schema.clone(), BATCH);
    let mut compacted = Vec::new();
    for batch in batches {
        rows.push_batch(batch)?;
        compacted.extend(std::iter::from_fn(|| rows.next_completed_batch()));
    }
    rows.finish_buffered_batch()?;
    compacted.extend(std::iter::from_fn(|| rows.next_completed_batch()));
    Ok(compacted)
}

#[async_trait]
impl TableProvider for Kept {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }

    fn table_type(&self) -> TableType {
        self.rows.table_type()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.rows.scan(state, projection, filters, limit).await
    }
}
