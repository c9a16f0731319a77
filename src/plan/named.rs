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
use arrow::buffer::{BooleanBuffer, Buffer};
use arrow::datatypes::{DataType, Schema};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::{ColumnarValue, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Literal};

/// A longer text does not fit into its view.
const SHORT: usize = 12;

/// `text = 'name'`.
#[derive(Debug, Eq)]
pub struct Named {
    text: Arc<dyn PhysicalExpr>,
    name: String,
}

impl Named {
    /// Takes the place of `text = 'name'`.
    pub fn instead_of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Result<Option<Named>> {
        let equal = expr.downcast_ref::<BinaryExpr>();
        let Some(equal) = equal.filter(|equal| *equal.op() == Operator::Eq) else {
            return Ok(None);
        };
        match equal.right().downcast_ref::<Literal>().map(Literal::value) {
            Some(ScalarValue::Utf8View(Some(name)))
                if equal.left().data_type(schema)? == DataType::Utf8View =>
            {
                Ok(Some(Named { text: equal.left().clone(), name: name.clone() }))
            }
            _ => Ok(None),
        }
    }

    fn is(&self, texts: &StringViewArray) -> BooleanBuffer {
        let (views, wanted) = (texts.views(), make_view(self.name.as_bytes(), 0, 0));
        if self.name.len() <= SHORT {
            return BooleanBuffer::collect_bool(views.len(), |row| views[row] == wanted);
        }
        // Its length and first bytes.
        let wanted = wanted as u64;
        // One that was compared whole; until then one that begins otherwise.
        let mut known = u128::from(!wanted);
        let words = views.chunks(64).enumerate().map(|(word, views)| {
            let mut is = bits_of(views, |view| view == known);
            let mut unsure = bits_of(views, |view| view as u64 == wanted) & !is;
            while unsure != 0 {
                let bit = unsure.trailing_zeros() as usize;
                unsure &= unsure - 1;
                if texts.value(word * 64 + bit) == self.name {
                    (known, is) = (views[bit], is | 1 << bit);
                }
            }
            is
        });
        BooleanBuffer::new(Buffer::from_iter(words), 0, views.len())
    }
}

/// A bit for each of up to 64 views.
fn bits_of(views: &[u128], is: impl Fn(u128) -> bool) -> u64 {
    views.iter().enumerate().fold(0, |bits, (i, view)| bits | u64::from(is(*view)) << i)
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
}
