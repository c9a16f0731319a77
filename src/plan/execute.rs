//! Runs a relation, and keeps the time and the rows that were read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::{ExecutionPlan, collect as run, execute_stream_partitioned};
use futures::StreamExt;
use tokio::task::JoinSet;

use super::copies::without_sorting;
use super::quickly::asked_quickly;
use super::session::explain;
use crate::error::Error;

/// What a person or a log is told while a night runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Rows read so far, over all sources.
    pub rows: AtomicU64,
    /// Files read to their end.
    pub files: AtomicU64,
    /// Experiments decided.
    pub experiments: AtomicU64,
    /// Nights decided, where there are several.
    pub nights: AtomicU64,
}

/// Wall time of one stage, and where its processor time went.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    pub stage: String,
    pub elapsed: Duration,
    /// Processor time inside operators, by kind (`scan`, `join`, `aggregate`, `other`).
    pub compute: Vec<(&'static str, Duration)>,
}

/// Timings of a night, in the order the stages ended.
pub type Timings = Vec<Timing>;

/// Collects timings and scanned rows over the stages of a night.
#[derive(Debug, Default)]
pub struct Stopwatch {
    pub progress: Arc<Progress>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default, Clone)]
struct Kept {
    timings: Timings,
    scanned: Vec<Scanned>,
}

/// One scan of files, when it had ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// Stage whose plan held it.
    pub stage: String,
    /// First file of the scan, as the object store names it.
    pub path: String,
    pub rows: u64,
}

impl Stopwatch {
    /// Another watch of the same progress, for another attempt.
    pub fn again(&self) -> Stopwatch {
        Stopwatch { progress: self.progress.clone(), kept: Mutex::default() }
    }

    pub fn timings(&self) -> Timings {
        self.lock().timings.clone()
    }

    /// Every scan of files so far.
    pub fn scanned(&self) -> Vec<Scanned> {
        self.lock().scanned.clone()
    }

    fn ended(&self, stage: &str, elapsed: Duration, plan: &Arc<dyn ExecutionPlan>) {
        let timing = Timing { stage: stage.to_string(), elapsed, compute: compute(plan) };
        tracing::debug!(stage, elapsed_ms = elapsed.as_millis() as u64, "stage ended");
        let scanned = scans(plan).into_iter();
        let scanned = scanned.map(|(path, rows)| Scanned { stage: stage.to_string(), path, rows });
        let mut kept = self.lock();
        kept.timings.push(timing);
        kept.scanned.extend(scanned);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a relation to its end and keeps its rows.
///
/// # Errors
/// As the engine's, in words for the person who runs the job.
pub async fn collect(
    relation: DataFrame,
    stage: &str,
    watch: &Stopwatch,
) -> Result<(SchemaRef, Vec<RecordBatch>), Error> {
    watched(relation, stage, watch, run).await
}

/// Runs a relation to its end and hands the rows of each of its streams to a taker of its own,
/// all streams at a time.
///
/// # Errors
/// As the engine's and the takers', in words for the person who runs the job.
pub async fn hand_over<T: Taker + 'static>(
    relation: DataFrame,
    stage: &str,
    watch: &Stopwatch,
    taker: impl Fn(&SchemaRef) -> DataFusionResult<T>,
) -> Result<SchemaRef, Error> {
    let run = |plan: Arc<dyn ExecutionPlan>, context| async move {
        let mut takers = JoinSet::new();
        let schema = plan.schema();
        for rows in execute_stream_partitioned(plan, context)? {
            takers.spawn(take(rows, taker(&schema)?));
        }
        while let Some(done) = takers.join_next().await {
            done.map_err(|error| DataFusionError::External(Box::new(error)))??;
        }
        Ok(())
    };
    Ok(watched(relation, stage, watch, run).await?.0)
}

/// Takes the rows of one stream.
pub trait Taker: Send {
    fn take(&mut self, batch: RecordBatch) -> DataFusionResult<()>;
}

async fn take(mut rows: SendableRecordBatchStream, mut taker: impl Taker) -> DataFusionResult<()> {
    while let Some(batch) = rows.next().await.transpose()? {
        taker.take(batch)?;
    }
    Ok(())
}

/// Plans and runs a relation, and keeps the time and what was read.
async fn watched<T, F: Future<Output = DataFusionResult<T>>>(
    relation: DataFrame,
    stage: &str,
    watch: &Stopwatch,
    run: impl FnOnce(Arc<dyn ExecutionPlan>, Arc<TaskContext>) -> F,
) -> Result<(SchemaRef, T), Error> {
    let started = Instant::now();
    let context = Arc::new(relation.task_ctx());
    let plan = planned(relation).await?;
    let (progress, told) = (watch.progress.clone(), Mutex::default());
    let teller = Arc::new(Teller { plan: plan.clone(), progress, told });
    let telling = tokio::spawn(teller.clone().keep_telling());
    let ran = run(plan.clone(), context).await;
    telling.abort();
    teller.tell();
    let result = ran.map_err(explain)?;
    watch.ended(stage, started.elapsed(), &plan);
    Ok((plan.schema(), result))
}

/// The physical plan of a relation, as it is run.
///
/// # Errors
/// As the engine's, in words for the person who runs the job.
pub async fn planned(relation: DataFrame) -> Result<Arc<dyn ExecutionPlan>, Error> {
    let plan = relation.create_physical_plan().await.map_err(explain)?;
    without_sorting(plan).and_then(asked_quickly).map_err(explain)
}

/// Tells the progress what a plan has read since it was told last.
struct Teller {
    plan: Arc<dyn ExecutionPlan>,
    progress: Arc<Progress>,
    told: Mutex<Read>,
}

impl Teller {
    fn tell(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = read_by(&self.plan);
        self.progress.rows.fetch_add(now.rows.saturating_sub(told.rows), Ordering::Relaxed);
        self.progress.files.fetch_add(now.files.saturating_sub(told.files), Ordering::Relaxed);
        *told = now;
    }

    /// Ten times a second, until it is aborted.
    async fn keep_telling(self: Arc<Self>) {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.tell();
        }
    }
}

/// What the scans of a plan have read so far.
#[derive(Debug, Clone, Copy, Default)]
struct Read {
    rows: u64,
    files: u64,
}

fn read_by(plan: &Arc<dyn ExecutionPlan>) -> Read {
    let mut read = Read::default();
    visit(plan, &mut |node| {
        if let Some(metrics) = node.metrics().filter(|_| file_scan(node).is_some()) {
            read.rows += metrics.output_rows().unwrap_or(0) as u64;
            let files = metrics.sum_by_name("files_processed");
            read.files += files.map_or(0, |files| files.as_usize() as u64);
        }
    });
    read
}

fn file_scan(node: &dyn ExecutionPlan) -> Option<&FileScanConfig> {
    let scan = node.downcast_ref::<DataSourceExec>()?;
    scan.data_source().downcast_ref::<FileScanConfig>()
}

/// The scans of files in a plan, with the rows each has read.
pub fn scans(plan: &Arc<dyn ExecutionPlan>) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    visit(plan, &mut |node| {
        if let Some(config) = file_scan(node) {
            let rows = node.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0);
            let first = config.file_groups.iter().flat_map(|group| group.files()).next();
            let path = first.map_or(String::new(), |file| file.object_meta.location.to_string());
            found.push((path, rows as u64));
        }
    });
    found
}

fn visit(plan: &Arc<dyn ExecutionPlan>, look: &mut dyn FnMut(&dyn ExecutionPlan)) {
    look(plan.as_ref());
    for child in plan.children() {
        visit(child, look);
    }
}

/// Processor time by kind of operator.
fn compute(plan: &Arc<dyn ExecutionPlan>) -> Vec<(&'static str, Duration)> {
    let mut spent = [("scan", 0u64), ("join", 0), ("aggregate", 0), ("other", 0)];
    visit(plan, &mut |node| {
        let metrics = node.metrics();
        let nanoseconds = metrics.and_then(|m| m.elapsed_compute()).unwrap_or(0) as u64;
        let kind = match node.name() {
            name if name.contains("DataSource") => 0,
            name if name.contains("Join") => 1,
            name if name.contains("Aggregate") => 2,
            _ => 3,
        };
        spent[kind].1 += nanoseconds;
    });
    spent.map(|(kind, nanoseconds)| (kind, Duration::from_nanos(nanoseconds))).to_vec()
}
