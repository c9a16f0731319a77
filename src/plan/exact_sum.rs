//! `exact_sum(value)`: a sum that cannot wrap and does not depend on the order of rows.
//!
//! DataFusion's own `sum` of 64-bit integers wraps without an error, and its sum of doubles
//! changes with the number of threads.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Field, FieldRef, Float64Type, Int64Type,
    UInt64Type,
};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility,
};

use super::double_double::DoubleDouble;
use super::grouped::{CellTable, Cells, Grouped, Kept};

/// The function; a DOUBLE, 0 for no rows, infinite where a double cannot hold the sum.
pub fn exact_sum() -> AggregateUDF {
    AggregateUDF::from(ExactSum { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ExactSum {
    signature: Signature,
}

impl AggregateUDFImpl for ExactSum {
    fn name(&self) -> &str {
        "exact_sum"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [found] = types else { return plan_err!("exact_sum takes one value") };
        Ok(vec![match found {
            DataType::UInt64 | DataType::Decimal128(..) => found.clone(),
            integer if integer.is_integer() => DataType::Int64,
            _ => DataType::Float64,
        }])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |name: &str| Arc::new(Field::new(name, DataType::Float64, false));
        Ok(vec![field("high"), field("low")])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Grouped::new(Sum)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Grouped::new(Sum)))
    }
}

#[derive(Debug)]
struct Sum;

impl Cells for Sum {
    fn width(&self) -> usize {
        1
    }

    fn update(&self, rows: Kept<'_>, values: &[ArrayRef], cells: &mut CellTable) -> Result<()> {
        let values = &values[0];
        match values.data_type() {
            DataType::Float64 => add::<Float64Type>(rows, values, cells, DoubleDouble::from),
            DataType::Int64 => {
                add::<Int64Type>(rows, values, cells, |v| DoubleDouble::integer(v.into()));
            }
            DataType::UInt64 => {
                add::<UInt64Type>(rows, values, cells, |v| DoubleDouble::integer(v.into()));
            }
            DataType::Decimal128(_, scale) => {
                let unit = 10f64.powi((*scale).into());
                add::<Decimal128Type>(rows, values, cells, |v| DoubleDouble::integer(v) / unit);
            }
            other => return exec_err!("exact_sum cannot add {other}"),
        }
        Ok(())
    }

    fn finish(&self, cells: &CellTable) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::from_iter_values(cells.groups().map(|group| group[0].value()))))
    }
}

fn add<T: ArrowPrimitiveType>(
    rows: Kept<'_>,
    values: &ArrayRef,
    cells: &mut CellTable,
    term: impl Fn(T::Native) -> DoubleDouble,
) {
    let values = values.as_primitive::<T>();
    for (row, group) in rows.rows().filter(|(row, _)| values.is_valid(*row)) {
        cells.add(group, 0, term(values.value(row)));
    }
}
