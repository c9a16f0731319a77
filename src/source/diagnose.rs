//! Which file, query or expression made a scan fail.
//!
//! A scan reads many files at once and its error names none. When one fails, each file is read
//! once more alone, then each query and expression, until somebody can be told where to look.

use std::collections::BTreeMap;
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
use crate::config::{Experiment, FactFilter, Format, Metric, MetricKind, Place, SourceRole, Step};
use crate::error::{Error, Kind, Problem};

/// So many damaged files of a source are named.
const AT_MOST: usize = 10;

/// By metric, or by experiment: why it cannot be computed.
pub type Broken = BTreeMap<String, Problem>;

/// What made a scan fail.
#[derive(Debug, Clone, Default)]
pub struct Blamed {
    pub metrics: Broken,
    /// Experiments that cannot say who is in them.
    pub experiments: Broken,
}

impl Warehouse {
    /// Which of some metrics and experiments made a scan fail: metrics of a source with files that
    /// cannot be read, or with a query or an expression that fails on some row; experiments whose
    /// audience or entry does.
    ///
    /// # Errors
    /// `Retry` for sources that changed meanwhile; what is wrong with a source that says who is
    /// analysed; the same error where nothing can be blamed.
    pub async fn diagnose<'a>(
        &self,
        error: Error,
        metrics: impl Iterator<Item = &'a Metric>,
        experiments: &[Experiment],
    ) -> Result<Blamed, Error> {
        self.unchanged().await?;
        let mut sources = self.damaged_files().await;
        sources.extend(self.failing_queries().await);
        let says_who = |open: &OpenSource| match open.source.role {
            SourceRole::Assignments | SourceRole::Exposures | SourceRole::Members => true,
            SourceRole::Facts | SourceRole::Table => false,
        };
        let entries = || experiments.iter().filter_map(|experiment| experiment.entry.as_ref());
        let enters = |open: &OpenSource| entries().any(|e| e.source == open.source.name);
        if sources.iter().any(|(open, _)| says_who(open) || enters(open)) {
            let problems = sources.into_iter().map(|(_, problem)| problem).collect();
            return Err(Error { problems }.with_nothing_written());
        }
        let metrics: Vec<&Metric> = metrics.collect();
        let mut blamed = Blamed::default();
        for metric in &metrics {
            let reads = metric.kind.filter().map(|filter| &filter.source);
            let of_source = sources.iter().find(|(open, _)| Some(&open.source.name) == reads);
            blamed
                .metrics
                .extend(of_source.map(|(_, problem)| (metric.key.clone(), problem.clone())));
        }
        if !blamed.metrics.is_empty() {
            return Ok(blamed);
        }
        for experiment in experiments {
            let problem = self.failing_enrollment(experiment).await;
            blamed.experiments.extend(problem.map(|problem| (experiment.key.clone(), problem)));
        }
        for metric in metrics {
            let problem = self.failing_expression(metric).await;
            blamed.metrics.extend(problem.map(|problem| (metric.key.clone(), problem)));
        }
        match blamed.metrics.is_empty() && blamed.experiments.is_empty() {
            true => Err(error),
            false => Ok(blamed),
        }
    }

    async fn damaged_files(&self) -> Vec<(&OpenSource, Problem)> {
        let mut problems = Vec::new();
        for open in self.sources.values() {
            let Some(format) = open.format else { continue };
            let mut named = 0;
            for file in &open.files {
                let Some(why) = read_alone(open, format, file).await else { continue };
                let what =
                    format!("source `{}`: cannot read {}", open.source.name, file.listed.shown);
                let problem = Problem::new(Kind::Data, &open.source.at, format!("{what}: {why}"));
                problems.push((open, problem.hint("write the file again, or remove it")));
                named += 1;
                if named == AT_MOST {
                    break;
                }
            }
        }
        problems
    }

    async fn failing_queries(&self) -> Vec<(&OpenSource, Problem)> {
        let mut problems = Vec::new();
        for open in self.sources.values().filter(|open| open.format.is_none()) {
            if let Some(why) = failure_of(open.raw.clone()).await {
                let message =
                    format!("source `{}`: its query fails on some row: {why}", open.source.name);
                let problem = Problem::new(Kind::Data, &open.source.at, message);
                problems.push((open, problem.hint(EVERY_ROW)));
            }
        }
        problems
    }

    /// The audience or the entry of an experiment, if it fails on some row.
    async fn failing_enrollment(&self, experiment: &Experiment) -> Option<Problem> {
        let assignments = self.sources.get("assignments");
        if let (Some(open), Some(_)) = (assignments, &experiment.audience) {
            let asked = open.in_audience(&self.session, &[experiment]).ok()?;
            let problem = failing(open, experiment.audience.as_ref()?, asked).await;
            if problem.is_some() {
                return problem;
            }
        }
        self.failing_conditions(experiment.entry.as_ref()?, &[]).await
    }

    async fn failing_expression(&self, metric: &Metric) -> Option<Problem> {
        let filter = metric.kind.filter()?;
        let conditions = self.failing_conditions(filter, metric.kind.steps()).await;
        if conditions.is_some() {
            return conditions;
        }
        let open = self.sources.get(&filter.source)?;
        let sql = metric.kind.value()?;
        let read = match metric.kind {
            MetricKind::Distinct { .. } => any_value,
            _ => value,
        };
        failing(open, sql, read(&self.session, open, sql).ok()?).await
    }

    /// The first condition of a filter, or of the steps within it, that fails on some row.
    async fn failing_conditions(&self, filter: &FactFilter, steps: &[Step]) -> Option<Problem> {
        let open = self.sources.get(&filter.source)?;
        let of_steps = steps.iter().filter_map(|step| step.predicate.as_ref());
        for sql in filter.predicate.iter().chain(of_steps) {
            let Ok(expr) = predicate(&self.session, open, sql) else { continue };
            let problem = failing(open, sql, expr).await;
            if problem.is_some() {
                return problem;
            }
        }
        None
    }
}

const EVERY_ROW: &str = "allow for every row, for instance with TRY_CAST or NULLIF";

async fn failing(open: &OpenSource, (sql, place): &(String, Place), expr: Expr) -> Option<Problem> {
    let why = failure_of(open.raw.clone().select([expr]).ok()?).await?;
    let message = format!("`{sql}` fails on some row of source `{}`: {why}", open.source.name);
    Some(Problem::new(Kind::Data, place, message).hint(EVERY_ROW))
}

/// What reading one file from end to end, all columns, ends with.
async fn read_alone(open: &OpenSource, format: Format, file: &CheckedFile) -> Option<String> {
    let schema = Arc::new(open.raw.schema().as_arrow().clone());
    let table = SnapshotTable { format, schema, files: vec![file.clone()] };
    let why =
        failure_of(session(open.raw.task_ctx().runtime_env()).read_table(Arc::new(table)).ok()?)
            .await?;
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
