//! The files of a snapshot as a table, and nothing but those files.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
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
use datafusion::physical_plan::union::UnionExec;

use super::preflight::CheckedFile;
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
        Some(known(&self.schema, &self.files.iter().collect::<Vec<_>>()))
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
        let scans = self
            .layouts()
            .into_iter()
            .map(|(layout, files)| self.scan_layout(state, layout, files, projection, limit))
            .collect::<Result<Vec<_>>>()?;
        UnionExec::try_new(scans)
    }
}

impl SnapshotTable {
    /// Files by the columns they are written with, in their order.
    ///
    /// CSV has its columns by position: files with other headers are read apart, or a column
    /// that moved would be read as its neighbour. The other formats know their names.
    fn layouts(&self) -> Vec<(SchemaRef, Vec<&CheckedFile>)> {
        let mut layouts: Vec<(SchemaRef, Vec<&CheckedFile>)> = Vec::new();
        for file in &self.files {
            let layout = match self.format {
                Format::Csv => Arc::new(self.as_written(file)),
                Format::Parquet | Format::Ndjson => self.schema.clone(),
            };
            match layouts.iter_mut().find(|(known, _)| *known == layout) {
                Some((_, files)) => files.push(file),
                None => layouts.push((layout, vec![file])),
            }
        }
        layouts
    }

    /// The file's columns in their order; those that the files do not agree on lose their name.
    fn as_written(&self, file: &CheckedFile) -> Schema {
        let columns = file.schema.fields().iter().enumerate();
        let column =
            |(i, field): (usize, &FieldRef)| match self.schema.field_with_name(field.name()) {
                Ok(agreed) => agreed.clone(),
                Err(_) => Field::new(format!("unused {i}"), DataType::Utf8View, true),
            };
        Schema::new(columns.map(column).collect::<Vec<_>>())
    }

    fn scan_layout(
        &self,
        state: &dyn Session,
        layout: SchemaRef,
        files: Vec<&CheckedFile>,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let columns = projection.unwrap_or(&all).iter();
        let columns = columns
            .map(|&i| Ok(layout.index_of(self.schema.field(i).name())?))
            .collect::<Result<Vec<usize>>>()?;
        let statistics = known(&layout, &files);
        let source = self.file_source(state, layout);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(groups(files, state.config().target_partitions()))
            .with_statistics(statistics)
            .with_file_compression_type(FileCompressionType::UNCOMPRESSED)
            .with_projection_indices(Some(columns))?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    fn file_source(&self, state: &dyn Session, schema: SchemaRef) -> Arc<dyn FileSource> {
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
}

/// Files dealt out so that each reader gets about as many bytes.
fn groups(mut files: Vec<&CheckedFile>, readers: usize) -> Vec<FileGroup> {
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

fn known(schema: &SchemaRef, files: &[&CheckedFile]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    if let Some(rows) = files.iter().map(|file| file.rows).sum::<Option<u64>>() {
        statistics.num_rows = Precision::Exact(rows as usize);
    }
    statistics
}
