//! `exact_sum(value)`: a sum that cannot wrap and does not depend on the order of rows.
//!
//! DataFusion's own `sum` of 64-bit integers wraps without an error, and its sum of doubles
//! changes with the number of threads.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, FieldRef};
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

/// The type in which values of a type are summed up, without loss.
pub fn summed_as(found: &DataType) -> DataType {
    match found {
        DataType::UInt64 | DataType::Decimal128(..) => found.clone(),
        integer if integer.is_integer() => DataType::Int64,
        _ => DataType::Float64,
    }
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
        Ok(vec![summed_as(found)])
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
        let numbers = Numbers::of(&values[0])?;
        for (row, group) in rows.rows() {
            if let Some(term) = numbers.term(row) {
                cells.add(group, 0, term);
            }
        }
        Ok(())
    }

    fn finish(&self, cells: &CellTable) -> Result<ArrayRef> {
        Ok(Arc::new(Float64Array::from_iter_values(cells.groups().map(|group| group[0].value()))))
    }
}

/// Values in one of the types that are summed up.
pub enum Numbers<'a> {
    Doubles(&'a Float64Array),
    Integers(&'a Int64Array),
    Unsigned(&'a UInt64Array),
    /// With what 1 is.
    Decimals(&'a Decimal128Array, f64),
}

impl<'a> Numbers<'a> {
    /// # Errors
    /// `Execution` for a type that nothing is cast to.
    pub fn of(values: &'a ArrayRef) -> Result<Numbers<'a>> {
        Ok(match values.data_type() {
            DataType::Float64 => Numbers::Doubles(values.as_primitive()),
            DataType::Int64 => Numbers::Integers(values.as_primitive()),
            DataType::UInt64 => Numbers::Unsigned(values.as_primitive()),
            DataType::Decimal128(_, scale) => {
                Numbers::Decimals(values.as_primitive(), 10f64.powi((*scale).into()))
            }
            other => return exec_err!("exact_sum cannot add {other}"),
        })
    }

    /// The value of a row, unless it is NULL.
    pub fn term(&self, row: usize) -> Option<DoubleDouble> {
        match self {
            Numbers::Doubles(all) => all.is_valid(row).then(|| all.value(row).into()),
            Numbers::Integers(all) => {
                all.is_valid(row).then(|| DoubleDouble::integer(all.value(row).into()))
            }
            Numbers::Unsigned(all) => {
                all.is_valid(row).then(|| DoubleDouble::integer(all.value(row).into()))
            }
            Numbers::Decimals(all, unit) => {
                all.is_valid(row).then(|| DoubleDouble::integer(all.value(row)) / *unit)
            }
        }
    }
}
