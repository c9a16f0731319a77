//! Is this text that name? Asked of every fact for every event that a metric counts.
//!
//! The engine compares a long text by its bytes, row by row. Names repeat: their first bytes
//! tell most of them apart, and a text that was equal once is known again by where it lies.
//!
//! Does not: know an order, or any encoding but views.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::builder::make_view;
use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringViewArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Schema};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::{ColumnarValue, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Literal};
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::ProjectionExec;

/// A longer text does not fit into its view.
const SHORT: usize = 12;

/// The plan with every `text = 'name'` that makes a column asked by [`Named`].
pub fn asked_quickly(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let asked = plan.transform_up(|node| {
        let Some(made) = node.downcast_ref::<ProjectionExec>() else {
            return Ok(Transformed::no(node));
        };
        let input = made.input().clone();
        let mut is_other = false;
        let quickly = |column: &ProjectionExpr| {
            let asked = column.expr.clone().transform_up(|expr| Named::instead_of(expr, &input))?;
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

/// `text = 'name'`.
#[derive(Debug, Eq)]
struct Named {
    text: Arc<dyn PhysicalExpr>,
    name: String,
}

impl Named {
    fn instead_of(
        expr: Arc<dyn PhysicalExpr>,
        input: &Arc<dyn ExecutionPlan>,
    ) -> Result<Transformed<Arc<dyn PhysicalExpr>>> {
        let named = match expr.downcast_ref::<BinaryExpr>() {
            Some(equal) if *equal.op() == Operator::Eq => {
                let literal = equal.right().downcast_ref::<Literal>().map(Literal::value);
                match literal {
                    Some(ScalarValue::Utf8View(Some(name))) => Some((equal.left(), name)),
                    _ => None,
                }
            }
            _ => None,
        };
        match named {
            Some((text, name)) if text.data_type(&input.schema())? == DataType::Utf8View => {
                let named = Named { text: text.clone(), name: name.clone() };
                Ok(Transformed::yes(Arc::new(named)))
            }
            _ => Ok(Transformed::no(expr)),
        }
    }

    fn is(&self, texts: &StringViewArray) -> BooleanBuffer {
        let (views, wanted) = (texts.views(), make_view(self.name.as_bytes(), 0, 0));
        if self.name.len() <= SHORT {
            return BooleanBuffer::collect_bool(views.len(), |row| views[row] == wanted);
        }
        // Its length and first bytes.
        let wanted = wanted as u64;
        let mut known = None;
        BooleanBuffer::collect_bool(views.len(), |row| {
            let view = views[row];
            if view as u64 != wanted || known == Some(view) {
                return view as u64 == wanted;
            }
            let is = texts.value(row) == self.name;
            if is {
                known = Some(view);
            }
            is
        })
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        self.text.eq(&other.text) && self.name == other.name
    }
}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.name.hash(state);
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.text, self.name)
    }
}

impl PhysicalExpr for Named {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.text.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let texts = self.text.evaluate(batch)?.into_array(batch.num_rows())?;
        let texts = texts.as_string_view_opt();
        let texts = texts.ok_or_else(|| exec_datafusion_err!("{} is no text", self.text))?;
        let is = BooleanArray::new(self.is(texts), texts.nulls().cloned());
        Ok(ColumnarValue::Array(Arc::new(is)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.text]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let text = children.pop().ok_or_else(|| exec_datafusion_err!("the name of nothing"))?;
        Ok(Arc::new(Named { text, name: self.name.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt_sql(f)?;
        write!(f, " = '{}'", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::ArrayRef;
    use arrow::compute::{concat, kernels::cmp};
    use datafusion::physical_expr::expressions::Column;
    use datafusion::physical_plan::{collect, displayable};
    use datafusion::prelude::SessionContext;

    const NAMES: [&str; 6] =
        ["", "purchase", "session.started", "session.stopped", "sessions.started", "session.st"];

    /// Texts of two arrays with pages of their own; some are NULL.
    fn texts() -> ArrayRef {
        let some = |shift: usize| -> StringViewArray {
            let name = |i: usize| (!i.is_multiple_of(7)).then(|| NAMES[(i * shift) % NAMES.len()]);
            (0..500).map(name).collect()
        };
        let all = concat(&[&some(1), &some(5)]).unwrap();
        all.slice(3, 900)
    }

    #[test]
    fn it_is_what_the_engine_says() {
        let texts = texts();
        let batch = RecordBatch::try_from_iter([("text", texts.clone())]).unwrap();
        for name in NAMES {
            let expected = cmp::eq(&texts, &StringViewArray::new_scalar(name)).unwrap();
            assert!(expected.true_count() > 50);
            let text = Arc::new(Column::new("text", 0));
            let named = Named { text, name: name.to_string() };
            let found = named.evaluate(&batch).unwrap().into_array(0).unwrap();
            assert_eq!(found.as_boolean(), &expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_plan_asks_quickly() {
        let session = SessionContext::new();
        let batch = RecordBatch::try_from_iter([("text", texts())]).unwrap();
        session.register_batch("facts", batch).unwrap();
        let asked = "SELECT text = 'purchase' AS p, coalesce(text = 'session.started', true) AS s, \
                     text FROM facts";
        let relation = session.sql(asked).await.unwrap();
        let context = Arc::new(relation.task_ctx());
        let plan = relation.create_physical_plan().await.unwrap();
        let expected = collect(plan.clone(), context.clone()).await.unwrap();
        let quick = asked_quickly(plan).unwrap();
        assert!(displayable(quick.as_ref()).indent(true).to_string().contains("= session.started"));
        assert!(format!("{quick:?}").contains("Named"));
        assert_eq!(collect(quick, context).await.unwrap(), expected);
    }
}
