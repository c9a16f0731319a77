//! The session that plans and runs our relations.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::dataframe::DataFrame;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::exact_sum::exact_sum;
use super::funnel::steps_taken;
use super::kept::Kept;
use super::moments::moments;
use crate::error::{Error, Kind, Problem};
use crate::source::without_values;

/// A session that knows our aggregates and holds nothing yet.
pub fn new(runtime: Arc<RuntimeEnv>) -> SessionContext {
    let mut config = SessionConfig::new();
    let options = config.options_mut();
    options.sql_parser.enable_ident_normalization = false;
    // Enrollments are the build side, shared by all readers of facts: facts are not shuffled.
    options.optimizer.hash_join_single_partition_threshold = usize::MAX;
    options.optimizer.hash_join_single_partition_threshold_rows = usize::MAX;
    let session = SessionContext::new_with_config_rt(config, runtime);
    session.register_udaf(exact_sum());
    session.register_udaf(moments());
    session.register_udaf(steps_taken());
    session
}

/// Names a stage, so that the next one reads it by name.
pub fn name(session: &SessionContext, name: &str, relation: DataFrame) -> Result<()> {
    session.deregister_table(TableReference::bare(name))?;
    session.register_table(TableReference::bare(name), relation.into_view())?;
    Ok(())
}

/// Names rows that are kept in memory, which is asked for before they replace what had the name.
///
/// # Errors
/// `ResourcesExhausted` where they do not fit.
pub fn keep(
    session: &SessionContext,
    name: &str,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> Result<()> {
    let readers = session.state().config().target_partitions().max(1);
    let mut parts = vec![Vec::new(); readers];
    for (i, batch) in batches.into_iter().enumerate() {
        parts[i % readers].push(batch);
    }
    session.deregister_table(TableReference::bare(name))?;
    let pool = session.runtime_env().memory_pool.clone();
    let kept = Kept::new(name, schema, parts, &pool)?;
    session.register_table(TableReference::bare(name), Arc::new(kept))?;
    Ok(())
}

/// Gives up every relation, with the memory of those that are kept.
pub fn forget(session: &SessionContext) -> Result<()> {
    let catalogs = session.catalog_names().into_iter().filter_map(|name| session.catalog(&name));
    for catalog in catalogs {
        for schema in catalog.schema_names().iter().filter_map(|name| catalog.schema(name)) {
            for table in schema.table_names() {
                schema.deregister_table(&table)?;
            }
        }
    }
    Ok(())
}

/// A relation by name.
pub async fn table(session: &SessionContext, name: &str) -> Result<DataFrame> {
    session.table(TableReference::bare(name)).await
}

/// What an engine error means for the person who runs the job.
pub fn explain(error: DataFusionError) -> Error {
    if let DataFusionError::External(ours) = error.find_root()
        && let Some(ours) = ours.downcast_ref::<Error>()
    {
        return ours.clone();
    }
    let text = error.find_root().strip_backtrace();
    let line = without_values(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match error.find_root() {
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => {
            Problem::new(Kind::Retry, "", format!("cannot read a source: {line}"))
                .hint("nothing was written; run again")
                .into()
        }
        DataFusionError::ResourcesExhausted(_) => {
            Problem::new(Kind::Memory, "", format!("out of memory: {line}"))
                .hint("nothing was written; raise --memory-limit, or select fewer experiments")
                .into()
        }
        DataFusionError::ArrowError(..)
        | DataFusionError::ParquetError(_)
        | DataFusionError::Execution(_)
        | DataFusionError::External(_) => {
            Problem::new(Kind::Data, "", format!("cannot read a source: {line}"))
                .hint("nothing was written; check the files named here, then run again")
                .into()
        }
        _ => Error::bug(line),
    }
}
