//! `earliest(name, instant)`: the name of the earliest instant, the lesser of two at the same.
//!
//! What `first_value(name ORDER BY instant, name)` says, whose place it takes, for names of which
//! there are few: a group is a number and an instant here, where the engine keeps several values
//! of any type for each.
//!
//! Does not: look at rows without a name. Rows without an instant come after all others.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, plan_err};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, Aggregate, AggregateUDF, AggregateUDFImpl, Expr, ExprSchemable, GroupsAccumulator,
    LogicalPlan, Signature, Volatility,
};

use super::accumulate::aggregate;
use super::firsts::Firsts;

/// The plan with every `first_value(name ORDER BY instant, name)` made by [`earliest`].
pub fn by_earliest(plan: LogicalPlan) -> Result<LogicalPlan> {
    let made = plan.transform_up(|node| {
        let LogicalPlan::Aggregate(grouped) = node else { return Ok(Transformed::no(node)) };
        let schema = grouped.input.schema();
        let totals = grouped.aggr_expr.iter().map(|total| instead_of(total, schema));
        let totals = totals.collect::<Result<Vec<_>>>()?;
        if totals.iter().all(Option::is_none) {
            return Ok(Transformed::no(LogicalPlan::Aggregate(grouped)));
        }
        let totals = totals.into_iter().zip(&grouped.aggr_expr);
        let totals = totals.map(|(made, total)| made.unwrap_or_else(|| total.clone())).collect();
        let grouped = Aggregate::try_new(grouped.input, grouped.group_expr, totals)?;
        Ok(Transformed::yes(LogicalPlan::Aggregate(grouped)))
    })?;
    Ok(made.data)
}

/// The same by [`earliest`], and by the same name.
fn instead_of(total: &Expr, schema: &DFSchema) -> Result<Option<Expr>> {
    let Expr::AggregateFunction(first) = total else { return Ok(None) };
    let ([name], [at, then]) = (first.params.args.as_slice(), first.params.order_by.as_slice())
    else {
        return Ok(None);
    };
    let ascends = |by: &Sort| by.asc && !by.nulls_first;
    let is_first = first.func.name() == "first_value" && first.params.null_treatment.is_none();
    let is_ordered = ascends(at) && ascends(then) && then.expr == *name;
    if !is_first || !is_ordered || first.params.distinct {
        return Ok(None);
    }
    let types = (name.get_type(schema)?, at.expr.get_type(schema)?);
    if !matches!(types, (DataType::Utf8View, DataType::Timestamp(TimeUnit::Microsecond, _))) {
        return Ok(None);
    }
    let (arguments, filter) = (vec![name.clone(), at.expr.clone()], first.params.filter.clone());
    let made = aggregate(Arc::new(earliest()), arguments, filter.map(|filter| *filter));
    Ok(Some(made.alias(total.schema_name().to_string())))
}

/// The function; a text, NULL for no rows.
fn earliest() -> AggregateUDF {
    AggregateUDF::from(Earliest { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Earliest {
    signature: Signature,
}

impl AggregateUDFImpl for Earliest {
    fn name(&self) -> &str {
        "earliest"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [DataType::Utf8View, DataType::Timestamp(TimeUnit::Microsecond, _)] => {
                Ok(types.to_vec())
            }
            found => plan_err!("earliest takes a name and an instant, not {found:?}"),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = Field::new("name", DataType::Utf8View, true);
        Ok(vec![Arc::new(name), Arc::new(Field::new("at", DataType::Int64, false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Firsts::default()))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Firsts::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        ArrayRef, BooleanArray, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
    };
    use datafusion::dataframe::DataFrame;
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// 9,000 rows of 900 units; some without a name, an instant, or a place in the result.
    fn rows() -> RecordBatch {
        let names = ["control", "treatment", "a treatment with a long name", "b"];
        let name = |i: usize| (!i.is_multiple_of(11)).then(|| names[i * 7 / 3 % names.len()]);
        let at = |i: usize| (!i.is_multiple_of(5)).then(|| (i * 104_729 % 3) as i64 - 1);
        let instants: TimestampMicrosecondArray = (0..9_000).map(at).collect();
        RecordBatch::try_from_iter([
            ("unit", Arc::new(Int64Array::from_iter_values((0..9_000).map(|i| i % 900))) as _),
            ("name", Arc::new((0..9_000).map(name).collect::<StringViewArray>()) as _),
            ("at", Arc::new(instants.with_timezone("UTC")) as ArrayRef),
            (
                "is_odd",
                Arc::new((0..9_000).map(|i| Some(i % 3 > 0)).collect::<BooleanArray>()) as _,
            ),
        ])
        .unwrap()
    }

    async fn found(by_earliest: bool, grouped: bool) -> Vec<String> {
        let config = SessionConfig::new().with_target_partitions(3).with_batch_size(100);
        let session = SessionContext::new_with_config(config);
        session.register_batch("rows", rows()).unwrap();
        let (unit, group) = if grouped { ("unit", "GROUP BY unit") } else { ("1 AS unit", "") };
        let first = "first_value(name ORDER BY at, name)";
        let asked = format!(
            "SELECT {unit}, {first} FILTER (WHERE is_odd AND name IS NOT NULL) AS name, \
             {first} FILTER (WHERE unit < 0) AS nobody FROM rows {group} ORDER BY unit"
        );
        let mut relation = session.sql(&asked).await.unwrap();
        if by_earliest {
            let (state, plan) = relation.into_parts();
            let plan = super::by_earliest(plan).unwrap();
            assert!(plan.display_indent().to_string().contains("earliest"), "{plan}");
            relation = DataFrame::new(state, plan);
        }
        let batches = relation.collect().await.unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        shown.lines().map(str::to_string).collect()
    }

    #[tokio::test]
    async fn it_is_what_the_engine_says_is_first() {
        for grouped in [true, false] {
            let expected = found(false, grouped).await;
            assert!(expected.len() > if grouped { 900 } else { 3 });
            assert_eq!(found(true, grouped).await, expected);
        }
    }

    #[tokio::test]
    async fn another_order_stays_the_engines() {
        let session = SessionContext::new();
        session.register_batch("rows", rows()).unwrap();
        for order in ["at", "name, at", "at DESC, name", "unit, name", "at, name DESC"] {
            let asked = format!("SELECT first_value(name ORDER BY {order}) FROM rows");
            let plan = session.sql(&asked).await.unwrap().into_unoptimized_plan();
            let shown = super::by_earliest(plan.clone()).unwrap().display_indent().to_string();
            assert_eq!(shown, plan.display_indent().to_string());
        }
    }
}
