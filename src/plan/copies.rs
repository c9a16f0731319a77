//! Numbers the copies of a row without sorting all rows.
//!
//! `row_number() OVER (PARTITION BY id ORDER BY ...)` says in plain SQL which copy of an id
//! counts, but makes the engine sort every fact to find the few that have a copy: 17 of 18
//! seconds of a night of 10 million events. Here rows meet in a hash table, and only those that
//! do have a copy are put in order. The numbers are the same, and so is the `rank()` that may go
//! with them and says which copies are alike.
//!
//! Does not: spill. The rows of a partition are held in memory, and are asked of the pool first.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array, UInt64Array};
use arrow::compute::{SortColumn, interleave, lexsort_to_indices, partition, take};
use arrow::datatypes::SchemaRef;
use arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{HashMap, Result, exec_datafusion_err};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::window::WindowExpr;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::BoundedWindowAggExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

/// The plan with every sorted `row_number()`, alone or with `rank()`, numbered by hash instead.
pub fn without_sorting(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let numbered = plan.transform_up(|node| match Copies::instead_of(node.as_ref()) {
        Some(copies) => Ok(Transformed::yes(Arc::new(copies) as Arc<dyn ExecutionPlan>)),
        None => Ok(Transformed::no(node)),
    })?;
    Ok(numbered.data)
}

/// Appends `row_number()`, and perhaps `rank()`, over the rows of each partition.
#[derive(Debug)]
struct Copies {
    input: Arc<dyn ExecutionPlan>,
    /// What is appended first; its partition and order are those of all.
    window: Arc<dyn WindowExpr>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl Copies {
    /// Takes the place of a window of one `row_number()`, or of that and `rank()`, and of the sort
    /// below it.
    fn instead_of(node: &dyn ExecutionPlan) -> Option<Copies> {
        let window = node.downcast_ref::<BoundedWindowAggExec>()?;
        let (number, others) = window.window_expr().split_first()?;
        let is_rank = |other: &Arc<dyn WindowExpr>| other.name().starts_with("rank()");
        if !number.name().starts_with("row_number()") || others.len() > 1 {
            return None;
        }
        if !others.iter().all(is_rank) {
            return None;
        }
        let sort = window.input().downcast_ref::<SortExec>()?;
        let schema = window.schema();
        Some(Copies::new(sort.input().clone(), number.clone(), schema))
    }

    fn new(
        input: Arc<dyn ExecutionPlan>,
        window: Arc<dyn WindowExpr>,
        schema: SchemaRef,
    ) -> Copies {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema.clone()),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        let metrics = ExecutionPlanMetricsSet::new();
        Copies { input, window, schema, properties: Arc::new(properties), metrics }
    }
}

impl DisplayAs for Copies {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Copies: {}", self.window.name())
    }
}

impl ExecutionPlan for Copies {
    fn name(&self) -> &str {
        "Copies"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let order = self.window.order_by().iter().map(|key| &key.expr);
        for expr in self.window.partition_by().iter().chain(order) {
            if f(expr)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().ok_or_else(|| exec_datafusion_err!("copies of nothing"))?;
        Ok(Arc::new(Copies::new(input, self.window.clone(), self.schema.clone())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let mut input = self.input.execute(partition, context.clone())?;
        let (window, schema) = (self.window.clone(), self.schema.clone());
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let numbered = async move {
            let memory = MemoryConsumer::new("copies").register(context.memory_pool());
            let mut batches = Vec::new();
            while let Some(batch) = input.next().await.transpose()? {
                memory.try_grow(batch.get_array_memory_size())?;
                batches.push(batch);
            }
            let _timer = metrics.elapsed_compute().timer();
            let numbered = number(&batches, window.as_ref(), &schema)?;
            metrics.record_output(numbered.iter().map(RecordBatch::num_rows).sum());
            Ok::<_, DataFusionError>(stream::iter(numbered.into_iter().map(Ok)))
        };
        let rows = stream::once(numbered).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows)))
    }
}

/// Where a row is: its batch, and its place there.
type At = (usize, usize);

/// The batches with a column that counts the rows of each partition from 1, and another, if the
/// schema has one, in which rows that are alike have the number of the first of them.
fn number(
    batches: &[RecordBatch],
    window: &dyn WindowExpr,
    schema: &SchemaRef,
) -> Result<Vec<RecordBatch>> {
    let keys = keys(batches, window.partition_by())?;
    let ones = || -> Vec<Vec<u64>> { batches.iter().map(|b| vec![1; b.num_rows()]).collect() };
    let (mut numbers, mut ranks) = (ones(), ones());
    let (rows, groups) = with_copies(&keys);
    for (n, rank, (batch, row)) in in_order(batches, window, &rows, &groups)? {
        (numbers[batch][row], ranks[batch][row]) = (n, rank);
    }
    let numbered = batches.iter().zip(numbers).zip(ranks);
    numbered
        .map(|((batch, numbers), ranks)| {
            let appended: [ArrayRef; 2] =
                [numbers, ranks].map(|column| Arc::new(UInt64Array::from(column)) as ArrayRef);
            let columns = batch.columns().iter().cloned().chain(appended);
            let columns = columns.take(schema.fields().len()).collect();
            Ok(RecordBatch::try_new(schema.clone(), columns)?)
        })
        .collect()
}

/// The partition of each row, as bytes that are equal where it is.
fn keys(batches: &[RecordBatch], partition: &[Arc<dyn PhysicalExpr>]) -> Result<Vec<Rows>> {
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let schema = first.schema();
    let field = |expr: &Arc<dyn PhysicalExpr>| Ok(SortField::new(expr.data_type(&schema)?));
    let converter = RowConverter::new(partition.iter().map(field).collect::<Result<_>>()?)?;
    let columns = |batch: &RecordBatch| -> Result<Vec<ArrayRef>> {
        partition.iter().map(|e| e.evaluate(batch)?.into_array(batch.num_rows())).collect()
    };
    batches.iter().map(|batch| Ok(converter.convert_columns(&columns(batch)?)?)).collect()
}

/// Rows whose partition has another row, each with the number of its partition.
fn with_copies(keys: &[Rows]) -> (Vec<At>, Vec<u32>) {
    let rows: usize = keys.iter().map(Rows::num_rows).sum();
    let mut seen: HashMap<&[u8], (At, Option<u32>)> = HashMap::with_capacity(rows);
    let (mut found, mut groups, mut next) = (Vec::new(), Vec::new(), 0);
    for (batch, keys) in keys.iter().enumerate() {
        for (row, key) in keys.iter().enumerate() {
            let at = (batch, row);
            let (first, group) = seen.entry(key.data()).or_insert((at, None));
            if *first == at {
                continue;
            }
            let group = *group.get_or_insert_with(|| {
                found.push(*first);
                groups.push(next);
                next += 1;
                next - 1
            });
            found.push(at);
            groups.push(group);
        }
    }
    (found, groups)
}

/// The number and the rank of each of these rows within its partition.
fn in_order(
    batches: &[RecordBatch],
    window: &dyn WindowExpr,
    rows: &[At],
    groups: &[u32],
) -> Result<Vec<(u64, u64, At)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let values: ArrayRef = Arc::new(UInt32Array::from(groups.to_vec()));
    let mut order = vec![SortColumn { values, options: None }];
    for key in window.order_by() {
        let column = |batch: &RecordBatch| key.expr.evaluate(batch)?.into_array(batch.num_rows());
        let columns = batches.iter().map(column).collect::<Result<Vec<ArrayRef>>>()?;
        let columns: Vec<_> = columns.iter().map(|column| column.as_ref()).collect();
        let values = interleave(&columns, rows)?;
        order.push(SortColumn { values, options: Some(key.options) });
    }
    let sorted = lexsort_to_indices(&order, None)?;
    let in_order = order.iter().map(|column| take(&column.values, &sorted, None));
    let alike = partition(&in_order.collect::<std::result::Result<Vec<_>, _>>()?)?.ranges();
    let (mut numbered, mut last, mut n) = (Vec::with_capacity(rows.len()), None, 0);
    for alike in alike {
        let mut rank = None;
        for &i in &sorted.values()[alike] {
            let i = i as usize;
            n = if last == Some(groups[i]) { n + 1 } else { 1 };
            last = Some(groups[i]);
            numbered.push((n, *rank.get_or_insert(n), rows[i]));
        }
    }
    Ok(numbered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{AsArray, StringViewArray};
    use arrow::datatypes::{Int64Type, UInt64Type};
    use datafusion::physical_plan::{collect, displayable};
    use datafusion::prelude::SessionContext;

    const NUMBERED: &str = "SELECT id, t, row_number() OVER (PARTITION BY id ORDER BY t) AS copy, \
                            rank() OVER (PARTITION BY id ORDER BY t) AS rank FROM facts";

    /// `(id, t, copy, rank)`, sorted; ids repeat, some are NULL, some instants are the same.
    async fn numbered(by_hash: bool) -> (String, Vec<(Option<String>, i64, u64, u64)>) {
        let session = SessionContext::new();
        let rows = 20_000i64;
        let id = |i: i64| (i % 7 > 0).then(|| format!("id-{}", i * 7919 % 15_000));
        let ids: StringViewArray = (0..rows).map(id).collect();
        let instants = (0..rows).map(|i| (i % 15_000) * 104_729 % 1_000_003 / (1 + i / 17_000));
        let instants = arrow::array::Int64Array::from_iter_values(instants);
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(ids) as ArrayRef),
            ("t", Arc::new(instants) as ArrayRef),
        ]);
        session.register_batch("facts", batch.unwrap()).unwrap();
        let relation = session.sql(NUMBERED).await.unwrap();
        let context = Arc::new(relation.task_ctx());
        let mut plan = relation.create_physical_plan().await.unwrap();
        if by_hash {
            plan = without_sorting(plan).unwrap();
        }
        let shown = displayable(plan.as_ref()).indent(false).to_string();
        let mut found = Vec::new();
        for batch in collect(plan, context).await.unwrap() {
            let (ids, instants) =
                (batch["id"].as_string_view(), batch["t"].as_primitive::<Int64Type>());
            let [copies, ranks] =
                ["copy", "rank"].map(|name| batch[name].as_primitive::<UInt64Type>());
            found.extend((0..batch.num_rows()).map(|i| {
                let id = arrow::array::Array::is_valid(ids, i).then(|| ids.value(i).to_string());
                (id, instants.value(i), copies.value(i), ranks.value(i))
            }));
        }
        found.sort();
        (shown, found)
    }

    #[tokio::test]
    async fn the_numbers_are_those_of_the_sorted_window() {
        let (sorted_plan, sorted) = numbered(false).await;
        let (hashed_plan, hashed) = numbered(true).await;
        assert!(sorted_plan.contains("SortExec"), "{sorted_plan}");
        assert!(!hashed_plan.contains("SortExec"), "{hashed_plan}");
        assert!(sorted.iter().any(|(id, _, copy, _)| id.is_some() && *copy > 1));
        assert!(sorted.iter().any(|(_, _, copy, rank)| rank < copy));
        assert!(sorted.iter().any(|(id, _, _, rank)| id.is_some() && *rank > 1));
        assert_eq!(sorted, hashed);
    }
}
