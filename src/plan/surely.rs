//! Do conditions hold? What is unknown does not, and of several all must.
//!
//! The engine asks `condition IS NOT DISTINCT FROM true` bit by bit, and a condition within a CASE
//! by taking the rows apart and putting them together again. Here bits are joined by the word.
//!
//! Does not: join conditions of which one may fail where another does not hold.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, Schema};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::{ColumnarValue, Operator};
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, Column, IsNotNullExpr, IsNullExpr, Literal, NotExpr,
};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::named::Named;

/// Whether all conditions hold, or whether not all of them do.
#[derive(Debug, Eq)]
pub struct Surely {
    conditions: Vec<Arc<dyn PhysicalExpr>>,
    all_hold: bool,
    /// As the expression was whose place it takes; it is never NULL.
    nullable: bool,
}

impl Surely {
    /// Takes the place of `condition IS [NOT] DISTINCT FROM true`, and of two conditions, the
    /// second within a CASE of the first.
    pub fn instead_of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Result<Option<Surely>> {
        let Some(asked) = expr.downcast_ref::<BinaryExpr>() else { return Ok(None) };
        let compared = literal(asked.right());
        let is_true = compared == Some(&ScalarValue::Boolean(Some(true)));
        let (conditions, all_hold) = match asked.op() {
            Operator::IsNotDistinctFrom if is_true => (vec![asked.left().clone()], true),
            Operator::IsDistinctFrom if is_true => (vec![asked.left().clone()], false),
            Operator::Eq if compared == Some(&ScalarValue::Int64(Some(1))) => {
                match within(asked.left()) {
                    Some(both) => (both, true),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        };
        let nullable = expr.nullable(schema)?;
        Ok(Some(Surely { conditions, all_hold, nullable }))
    }
}

/// The conditions of `CASE WHEN first THEN CASE WHEN second THEN 1 ELSE 0 END ELSE 0 END`.
fn within(expr: &Arc<dyn PhysicalExpr>) -> Option<Vec<Arc<dyn PhysicalExpr>>> {
    let (first, then) = only_case(expr)?;
    let (second, one) = only_case(&then)?;
    let is_one = literal(&one) == Some(&ScalarValue::Int64(Some(1)));
    (is_one && cannot_fail(&second)).then(|| vec![first, second])
}

/// The condition and the result of `CASE WHEN condition THEN result ELSE 0 END`.
fn only_case(
    expr: &Arc<dyn PhysicalExpr>,
) -> Option<(Arc<dyn PhysicalExpr>, Arc<dyn PhysicalExpr>)> {
    let case = expr.downcast_ref::<CaseExpr>()?;
    let is_zero = literal(case.else_expr()?) == Some(&ScalarValue::Int64(Some(0)));
    match case.when_then_expr() {
        [(condition, result)] if case.expr().is_none() && is_zero => {
            Some((condition.clone(), result.clone()))
        }
        _ => None,
    }
}

fn literal(expr: &Arc<dyn PhysicalExpr>) -> Option<&ScalarValue> {
    expr.downcast_ref::<Literal>().map(Literal::value)
}

/// Whether a condition can be asked of any row, whatever is in it.
pub fn cannot_fail(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let is_compared = |asked: &BinaryExpr| {
        use Operator::{And, Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq, Or};
        let same = matches!(asked.op(), Eq | NotEq | IsDistinctFrom | IsNotDistinctFrom);
        same || matches!(asked.op(), Lt | LtEq | Gt | GtEq | And | Or)
    };
    let asks_nobody = |asked: &ScalarFunctionExpr| asked.name() == "names_nobody";
    let is_safe = expr.downcast_ref::<Column>().is_some()
        || literal(expr).is_some()
        || expr.downcast_ref::<Named>().is_some()
        || expr.downcast_ref::<Surely>().is_some()
        || expr.downcast_ref::<IsNullExpr>().is_some()
        || expr.downcast_ref::<IsNotNullExpr>().is_some()
        || expr.downcast_ref::<NotExpr>().is_some()
        || expr.downcast_ref::<BinaryExpr>().is_some_and(is_compared)
        || expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(asks_nobody);
    is_safe && expr.children().into_iter().all(cannot_fail)
}

/// The rows for which a condition holds.
///
/// # Errors
/// As the condition's.
pub fn rows_of(condition: &Arc<dyn PhysicalExpr>, batch: &RecordBatch) -> Result<BooleanBuffer> {
    let found = match condition.evaluate(batch)? {
        ColumnarValue::Scalar(ScalarValue::Boolean(Some(true))) => {
            return Ok(BooleanBuffer::new_set(batch.num_rows()));
        }
        ColumnarValue::Scalar(_) => return Ok(BooleanBuffer::new_unset(batch.num_rows())),
        ColumnarValue::Array(found) => found,
    };
    let found = found.as_boolean_opt();
    let found = found.ok_or_else(|| exec_datafusion_err!("{condition} is no condition"))?;
    Ok(match found.nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(known) => found.values() & known.inner(),
        None => found.values().clone(),
    })
}

impl PartialEq for Surely {
    fn eq(&self, other: &Surely) -> bool {
        self.conditions.eq(&other.conditions) && self.all_hold == other.all_hold
    }
}

impl Hash for Surely {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.conditions.hash(state);
        self.all_hold.hash(state);
    }
}

impl fmt::Display for Surely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<String> = self.conditions.iter().map(ToString::to_string).collect();
        let is = if self.all_hold { "IS" } else { "IS NOT" };
        write!(f, "({}) {is} true", conditions.join(" AND "))
    }
}

impl PhysicalExpr for Surely {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(self.nullable)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let mut all = BooleanBuffer::new_set(batch.num_rows());
        for condition in &self.conditions {
            all = &all & &rows_of(condition, batch)?;
        }
        let asked = if self.all_hold { all } else { !&all };
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(asked, None))))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.conditions.iter().collect()
    }

    fn with_new_children(
        self: Arc<Self>,
        conditions: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let Surely { all_hold, nullable, .. } = *self;
        Ok(Arc::new(Surely { conditions, all_hold, nullable }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
