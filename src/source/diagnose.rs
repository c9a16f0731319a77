//! Which file, query or expression made a scan fail.
//!
//! A scan reads many files at once and its error names none. When one fails, each file is read
//! once more alone, then each query and expression, until somebody can be told where to look.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::Expr;
use futures::{FutureExt, TryStreamExt};

use super::expression::{any_value, predicate, value};
use super::preflight::CheckedFile;
use super::table::SnapshotTable;
use super::warehouse::{OpenSource, Warehouse, session};
use super::words::plain;
use crate::config::{Format, Metric, MetricKind, Place};
use crate::error::{Error, Kind, Problem};

/// So many damaged files are named.
const AT_MOST: usize = 10;

impl Warehouse {
    /// A better error than the one a scan ended with: sources that changed meanwhile, files that
    /// cannot be read, queries and expressions that fail on some row; else the same error.
    pub async fn diagnose<'a>(
        &self,
        error: Error,
        metrics: impl Iterator<Item = &'a Metric>,
    ) -> Error {
        if let Err(changed) = self.unchanged().await {
            return changed;
        }
        let mut problems = self.damaged_files().await;
        if problems.is_empty() {
            problems = self.failing_queries().await;
        }
        if problems.is_empty() {
            for metric in metrics {
                problems.extend(self.failing_expressions(metric).await);
            }
        }
        if problems.is_empty() { error } else { Error { problems } }
    }

    async fn damaged_files(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for open in self.sources.values() {
            let Some(format) = open.format else { continue };
            for file in &open.files {
                let Some(why) = read_alone(open, format, file).await else { continue };
                let what =
                    format!("source `{}`: cannot read {}", open.source.name, file.listed.shown);
                problems.push(
                    Problem::new(Kind::Data, &open.source.at, format!("{what}: {why}"))
                        .hint("nothing was written; write the file again, or remove it"),
                );
                if problems.len() == AT_MOST {
                    return problems;
                }
            }
        }
        problems
    }

    async fn failing_queries(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for open in self.sources.values().filter(|open| open.format.is_none()) {
            if let Some(why) = failure_of(open.raw.clone()).await {
                let message =
                    format!("source `{}`: its query fails on some row: {why}", open.source.name);
                problems.push(Problem::new(Kind::Data, &open.source.at, message).hint(EVERY_ROW));
            }
        }
        problems
    }

    async fn failing_expressions(&self, metric: &Metric) -> Vec<Problem> {
        let Some(filter) = metric.kind.filter() else { return Vec::new() };
        let Some(open) = self.sources.get(&filter.source) else { return Vec::new() };
        let steps = match &metric.kind {
            MetricKind::Funnel { steps, .. } => steps.as_slice(),
            _ => &[],
        };
        let said = filter.predicate.iter().chain(steps.iter().flat_map(|step| &step.predicate));
        let conditions = said.map(|sql| (sql, predicate(&self.session, open, sql)));
        let read = match metric.kind {
            MetricKind::Distinct { .. } => any_value,
            _ => value,
        };
        let values =
            metric.kind.value().into_iter().map(|sql| (sql, read(&self.session, open, sql)));
        let mut problems = Vec::new();
        for (sql, planned) in conditions.chain(values) {
            if let Ok(expr) = planned {
                problems.extend(failing(open, sql, expr).await);
            }
        }
        problems
    }
}

const EVERY_ROW: &str =
    "nothing was written; allow for every row, for instance with TRY_CAST or NULLIF";

async fn failing(open: &OpenSource, (sql, place): &(String, Place), expr: Expr) -> Option<Problem> {
    let why = failure_of(open.raw.clone().select([expr]).ok()?).await?;
    let message = format!("`{sql}` fails on some row of source `{}`: {why}", open.source.name);
    Some(Problem::new(Kind::Data, place, message).hint(EVERY_ROW))
}

/// What reading one file from end to end, all columns, ends with.
async fn read_alone(open: &OpenSource, format: Format, file: &CheckedFile) -> Option<String> {
    let schema = Arc::new(open.raw.schema().as_arrow().clone());
    let table = SnapshotTable { format, schema, files: vec![file.clone()] };
    let why = failure_of(session().read_table(Arc::new(table)).ok()?).await?;
    Some(match format {
        // What a decoder says about damaged bytes helps nobody.
        Format::Parquet => "its pages are damaged".into(),
        Format::Csv | Format::Ndjson => why,
    })
}

/// What running a relation ends with; a panic inside the engine is a failure like any other.
async fn failure_of(relation: DataFrame) -> Option<String> {
    let drained = async {
        relation.execute_stream().await?.try_for_each(|_| std::future::ready(Ok(()))).await
    };
    match AssertUnwindSafe(drained).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(plain(&error.find_root().strip_backtrace())),
        Err(_) => Some("its content makes the reader fail".into()),
    }
}
