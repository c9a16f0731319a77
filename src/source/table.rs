//! The files of a snapshot as a table, and nothing but those files.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::{CsvOptions, TableParquetOptions};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    CsvSource, FileGroup, FileScanConfigBuilder, FileSource, JsonSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use super::preflight::{CheckedFile, footer_rows};
use crate::config::Format;

/// Reads exactly the files it was made with, columns pruned, rows not filtered: every row that
/// a file holds is seen by the plan, so that every row can be accounted for.
#[derive(Debug)]
pub struct SnapshotTable {
    pub format: Format,
    pub schema: SchemaRef,
    pub files: Vec<CheckedFile>,
}

#[async_trait]
impl TableProvider for SnapshotTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.known())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = datafusion::common::project_schema(&self.schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let config =
            FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), self.file_source(state))
                .with_file_groups(self.groups(state.config().target_partitions()))
                .with_statistics(self.known())
                .with_file_compression_type(FileCompressionType::UNCOMPRESSED)
                .with_projection_indices(projection.cloned())?
                .with_limit(limit)
                .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

impl SnapshotTable {
    fn file_source(&self, state: &dyn Session) -> Arc<dyn FileSource> {
        let schema = self.schema.clone();
        match self.format {
            Format::Parquet => {
                let options = TableParquetOptions {
                    global: state.config_options().execution.parquet.clone(),
                    ..TableParquetOptions::default()
                };
                Arc::new(ParquetSource::new(schema).with_table_parquet_options(options))
            }
            Format::Csv => {
                let options =
                    CsvOptions::default().with_has_header(true).with_newlines_in_values(true);
                Arc::new(CsvSource::new(schema).with_csv_options(options))
            }
            Format::Ndjson => Arc::new(JsonSource::new(schema)),
        }
    }

    /// Files dealt out so that each reader gets about as many bytes.
    fn groups(&self, readers: usize) -> Vec<FileGroup> {
        let mut files: Vec<&CheckedFile> = self.files.iter().collect();
        files.sort_by_key(|file| std::cmp::Reverse(file.listed.meta.size));
        let mut groups = vec![(0, Vec::new()); readers.clamp(1, files.len())];
        for file in files {
            if let Some(lightest) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
                lightest.0 += file.listed.meta.size;
                lightest.1.push(PartitionedFile::from(file.listed.meta.clone()));
            }
        }
        groups.into_iter().map(|(_, files)| FileGroup::new(files)).collect()
    }

    fn known(&self) -> Statistics {
        let mut statistics = Statistics::new_unknown(&self.schema);
        if let Some(rows) = footer_rows(&self.files) {
            statistics.num_rows = Precision::Exact(rows as usize);
        }
        statistics
    }
}
