//! The meeting as the engine runs it.
//!
//! Every stream of facts is summed up on a sheet of its own. When all have ended, each stream of
//! the result adds up the sheets for its share of the enrollments.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning,
    PlanProperties,
};
use futures::future::{BoxFuture, Shared};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;

use super::recipe::Recipe;
use super::roster::Roster;
use super::sheet::Sheet;
use super::sheets::Sheets;

/// Sums facts up for each enrollment of their unit.
pub struct Meeting {
    input: Arc<dyn ExecutionPlan>,
    recipe: Arc<Recipe>,
    enrollments: Arc<Vec<RecordBatch>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
    running: Mutex<Running>,
}

/// The sheets that all streams of the result wait for.
type Awaited = Shared<BoxFuture<'static, std::result::Result<Arc<Sheets>, Arc<DataFusionError>>>>;

#[derive(Default)]
struct Running {
    sheets: Option<Awaited>,
    /// Streams of the result that wait for them.
    started: usize,
}

impl Meeting {
    pub fn new(
        input: Arc<dyn ExecutionPlan>,
        recipe: Arc<Recipe>,
        enrollments: Arc<Vec<RecordBatch>>,
        schema: SchemaRef,
    ) -> Meeting {
        let streams = input.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema.clone()),
            Partitioning::UnknownPartitioning(streams),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Meeting {
            input,
            recipe,
            enrollments,
            schema,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
            running: Mutex::default(),
        }
    }

    fn streams(&self) -> usize {
        self.properties.output_partitioning().partition_count()
    }

    /// The sheets, which the first stream of the result starts to fill; nobody keeps them longer
    /// than the last one needs them.
    fn sheets(&self, context: &Arc<TaskContext>) -> Result<Awaited> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let sheets = match running.sheets.take() {
            Some(sheets) => sheets,
            None => self.start(context)?,
        };
        running.started += 1;
        match running.started < self.streams() {
            true => running.sheets = Some(sheets.clone()),
            false => running.started = 0,
        }
        Ok(sheets)
    }

    fn start(&self, context: &Arc<TaskContext>) -> Result<Awaited> {
        let facts = (0..self.streams())
            .map(|stream| {
                let rows = self.input.execute(stream, context.clone())?;
                Ok((rows, BaselineMetrics::new(&self.metrics, stream)))
            })
            .collect::<Result<Vec<_>>>()?;
        let (recipe, enrollments) = (self.recipe.clone(), self.enrollments.clone());
        let context = context.clone();
        let filled = async move { fill(facts, recipe, &enrollments, &context).await };
        Ok(filled.map(|sheets| sheets.map(Arc::new).map_err(Arc::new)).boxed().shared())
    }
}

type FactStream = (SendableRecordBatchStream, BaselineMetrics);

/// Sums all facts up, each stream on its own sheet.
async fn fill(
    facts: Vec<FactStream>,
    recipe: Arc<Recipe>,
    enrollments: &[RecordBatch],
    context: &TaskContext,
) -> Result<Sheets> {
    let memory = MemoryConsumer::new("meeting").register(context.memory_pool());
    let roster = Arc::new(Roster::of(enrollments, &recipe)?);
    memory.try_grow(roster.size() + facts.len() * Sheet::size(&recipe, &roster))?;
    let mut filling = JoinSet::new();
    for (facts, metrics) in facts {
        let sheet = Sheet::new(recipe.clone(), roster.clone());
        filling.spawn(fill_one(facts, metrics, sheet));
    }
    let mut sheets = Vec::new();
    while let Some(sheet) = filling.join_next().await {
        sheets.push(sheet.map_err(|error| DataFusionError::External(Box::new(error)))??);
    }
    Ok(Sheets { recipe, roster, sheets, _memory: memory })
}

async fn fill_one(
    mut facts: SendableRecordBatchStream,
    metrics: BaselineMetrics,
    mut sheet: Sheet,
) -> Result<Sheet> {
    while let Some(batch) = facts.next().await.transpose()? {
        let _timer = metrics.elapsed_compute().timer();
        sheet.take(&batch)?;
    }
    Ok(sheet)
}

impl fmt::Debug for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meeting of {:?}", self.recipe)
    }
}

impl DisplayAs for Meeting {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Recipe { counts, sums, largest, .. } = self.recipe.as_ref();
        write!(f, "MeetingAggregate: {counts} counts, {sums} sums, {largest} extremes")
    }
}

impl ExecutionPlan for Meeting {
    fn name(&self) -> &str {
        "MeetingAggregate"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    /// Facts are read as the files are dealt out: handing them on costs more than it evens out.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| exec_datafusion_err!("a meeting of nothing"))?;
        let (recipe, enrollments) = (self.recipe.clone(), self.enrollments.clone());
        Ok(Arc::new(Meeting::new(input, recipe, enrollments, self.schema.clone())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let sheets = self.sheets(&context)?;
        let (schema, streams) = (self.schema.clone(), self.streams());
        let rows = async move {
            let sheets = sheets.await.map_err(DataFusionError::Shared)?;
            let shares = sheets.shares(partition, streams);
            let rows = move |share| sheets.rows(share, &schema);
            Ok::<_, DataFusionError>(stream::iter(shares.map(rows)))
        };
        let rows = stream::once(rows).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows)))
    }
}
