//! Which is the first condition that holds? Asked of every fact for what becomes of it.
//!
//! `CASE WHEN ... THEN code WHEN ... THEN code END` makes the engine take apart, for each
//! condition, the rows for which none held before. Nearly every fact can count: it is cheaper to
//! ask everything of all of them.
//!
//! Does not: ask a condition that may fail where another holds.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Schema};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{CaseExpr, Literal};

use super::surely::{cannot_fail, rows_of};

/// The code of the first condition that holds; NULL where none does.
#[derive(Debug, Eq)]
pub struct FirstOf {
    conditions: Vec<Arc<dyn PhysicalExpr>>,
    codes: Vec<i64>,
}

impl FirstOf {
    /// Takes the place of a CASE of conditions and whole numbers, without ELSE.
    pub fn instead_of(expr: &Arc<dyn PhysicalExpr>) -> Option<FirstOf> {
        let case = expr.downcast_ref::<CaseExpr>()?;
        if case.expr().is_some() || case.else_expr().is_some() {
            return None;
        }
        let (mut conditions, mut codes) = (Vec::new(), Vec::new());
        for (condition, code) in case.when_then_expr() {
            match code.downcast_ref::<Literal>().map(Literal::value) {
                Some(ScalarValue::Int64(Some(code))) if cannot_fail(condition) => {
                    conditions.push(condition.clone());
                    codes.push(*code);
                }
                _ => return None,
            }
        }
        Some(FirstOf { conditions, codes })
    }
}

impl PartialEq for FirstOf {
    fn eq(&self, other: &FirstOf) -> bool {
        self.conditions.eq(&other.conditions) && self.codes == other.codes
    }
}

impl Hash for FirstOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.conditions.hash(state);
        self.codes.hash(state);
    }
}

impl fmt::Display for FirstOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "first of")?;
        for (condition, code) in self.conditions.iter().zip(&self.codes) {
            write!(f, " ({condition} THEN {code})")?;
        }
        Ok(())
    }
}

impl PhysicalExpr for FirstOf {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let mut codes = vec![0; batch.num_rows()];
        let mut found = BooleanBuffer::new_unset(batch.num_rows());
        // The last first, so that the first has the last word.
        for (condition, code) in self.conditions.iter().zip(&self.codes).rev() {
            let rows = rows_of(condition, batch)?;
            rows.set_indices().for_each(|row| codes[row] = *code);
            found = &found | &rows;
        }
        let codes = Int64Array::new(codes.into(), Some(NullBuffer::new(found)));
        Ok(ColumnarValue::Array(Arc::new(codes)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.conditions.iter().collect()
    }

    fn with_new_children(
        self: Arc<Self>,
        conditions: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        if conditions.len() != self.codes.len() {
            return internal_err!("{} conditions for {} codes", conditions.len(), self.codes.len());
        }
        Ok(Arc::new(FirstOf { conditions, codes: self.codes.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
