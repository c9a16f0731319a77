//! What every fact is asked, asked in a quicker way that says the same.
//!
//! Only where a plan makes columns: there each expression is evaluated for every row.

use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::ProjectionExec;

use super::first_of::FirstOf;
use super::named::Named;
use super::surely::Surely;

/// The plan with every `text = 'name'` that makes a column asked by [`Named`], every condition
/// that may be unknown by [`Surely`], and every choice of a code by [`FirstOf`].
pub fn asked_quickly(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let asked = plan.transform_up(|node| {
        let Some(made) = node.downcast_ref::<ProjectionExec>() else {
            return Ok(Transformed::no(node));
        };
        let (input, schema) = (made.input().clone(), made.input().schema());
        let mut is_other = false;
        let quickly = |column: &ProjectionExpr| {
            let asked = column.expr.clone().transform_up(|expr| instead_of(expr, &schema))?;
            is_other |= asked.transformed;
            Ok(ProjectionExpr { expr: asked.data, alias: column.alias.clone() })
        };
        let columns = made.expr().iter().map(quickly).collect::<Result<Vec<_>>>()?;
        match is_other {
            true => Ok(Transformed::yes(Arc::new(ProjectionExec::try_new(columns, input)?) as _)),
            false => Ok(Transformed::no(node)),
        }
    })?;
    Ok(asked.data)
}

/// The expression that takes the place of another, if there is one.
fn instead_of(
    expr: Arc<dyn PhysicalExpr>,
    schema: &Schema,
) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
    if let Some(named) = Named::instead_of(&expr, schema)? {
        return Ok(Transformed::yes(Arc::new(named)));
    }
    if let Some(surely) = Surely::instead_of(&expr, schema)? {
        return Ok(Transformed::yes(Arc::new(surely)));
    }
    match FirstOf::instead_of(&expr) {
        Some(first) => Ok(Transformed::yes(Arc::new(first))),
        None => Ok(Transformed::no(expr)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
    use datafusion::physical_plan::{collect, displayable};
    use datafusion::prelude::SessionContext;

    /// Texts and numbers of which some are NULL.
    fn facts() -> RecordBatch {
        let names = ["purchase", "session.started", "session.stopped"];
        let name = |i: usize| (!i.is_multiple_of(7)).then(|| names[i % names.len()]);
        let unit = |i: i64| (i % 11 > 0).then_some(i % 40);
        RecordBatch::try_from_iter([
            ("text", Arc::new((0..2_000).map(name).collect::<StringViewArray>()) as ArrayRef),
            ("unit", Arc::new((0..2_000).map(unit).collect::<Int64Array>()) as ArrayRef),
        ])
        .unwrap()
    }

    /// A column as the engine makes it and as it is made here; how the latter is made.
    async fn check(column: &str) -> String {
        let session = SessionContext::new();
        session.register_batch("facts", facts()).unwrap();
        let relation = session.sql(&format!("SELECT {column} AS c FROM facts")).await.unwrap();
        let context = Arc::new(relation.task_ctx());
        let plan = relation.create_physical_plan().await.unwrap();
        let expected = collect(plan.clone(), context.clone()).await.unwrap();
        let distinct: std::collections::BTreeSet<String> = (0..2_000)
            .map(|row| arrow::util::display::array_value_to_string(&expected[0]["c"], row).unwrap())
            .collect();
        assert!(distinct.len() > 1, "{column} is always {distinct:?}");
        let quick = asked_quickly(plan).unwrap();
        assert!(displayable(quick.as_ref()).indent(true).to_string().contains("ProjectionExec"));
        let made = format!("{quick:?}");
        assert_eq!(collect(quick, context).await.unwrap(), expected, "{column}");
        made
    }

    #[tokio::test]
    async fn names() {
        assert!(check("text = 'purchase'").await.contains("Named"));
        assert!(check("coalesce(text = 'session.started', true)").await.contains("Named"));
    }

    #[tokio::test]
    async fn what_is_unknown_does_not_hold() {
        for column in [
            "CASE WHEN text = 'purchase' THEN true ELSE false END",
            "CASE WHEN unit < 20 THEN true ELSE false END",
            "(unit < 20) IS DISTINCT FROM true",
            "(CASE WHEN unit < 20 THEN CASE WHEN text = 'session.started' THEN 1 ELSE 0 END ELSE 0 END) = 1",
        ] {
            assert!(check(column).await.contains("Surely"), "{column}");
        }
    }

    /// A row is not asked what may fail, unless the condition before says so.
    #[tokio::test]
    async fn what_may_fail_stays_within_its_condition() {
        let may_fail = "(CASE WHEN unit > 0 THEN CASE WHEN 100 / unit > 9 THEN 1 ELSE 0 END ELSE 0 \
                        END) = 1";
        assert!(!check(may_fail).await.contains("Surely"));
        let may_fail = "CASE WHEN unit IS NULL THEN -1 WHEN unit = 0 THEN -2 WHEN 100 / unit > 9 \
                        THEN -3 END";
        assert!(!check(may_fail).await.contains("FirstOf"));
    }

    #[tokio::test]
    async fn the_first_of_some_codes() {
        let fate = "CASE WHEN unit IS NULL THEN -1 WHEN unit < 10 OR unit >= 35 THEN -2 \
                    WHEN (text = 'purchase' OR unit > 30) IS DISTINCT FROM true THEN -3 END";
        assert!(check(fate).await.contains("FirstOf"));
        assert!(!check("CASE WHEN unit < 20 THEN 1 ELSE unit END").await.contains("FirstOf"));
    }
}
