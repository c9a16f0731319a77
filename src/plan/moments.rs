//! `moments(y [, d [, x, e]])`: units, means, centred co-moments and the third of `y`, in one pass.
//!
//! Sums of products are kept in pairs of doubles, so they merge by addition, in any order and
//! over any partitions, and still resolve the variance of values far from zero (NIST NumAcc4).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, FixedSizeListArray, Float64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility,
};

use super::double_double::DoubleDouble;
use super::grouped::{CellTable, Cells, Grouped, Kept};
use crate::stats::Summary;

/// The function: a list of `2 + k + k(k+1)/2` doubles, see [`decode`].
pub fn moments() -> AggregateUDF {
    AggregateUDF::from(Moments { signature: Signature::user_defined(Volatility::Immutable) })
}

/// Reads the list that [`moments`] makes of `k` columns, the others being constant 1: the summary
/// and the sum of `(y - mean y)^3`.
pub fn decode(list: &[f64]) -> Option<(Summary, f64)> {
    let columns = (1..=4).find(|&k| width(k) == list.len())?;
    let (units, rest) = list.split_first()?;
    let (means, products) = rest.split_at(columns);
    let mut summary = Summary { units: *units as u64, mean: [1.0; 4], comoment: [[0.0; 4]; 4] };
    summary.mean[..columns].copy_from_slice(means);
    let (third, products) = products.split_last()?;
    for ((a, b), &product) in pairs(columns).zip(products) {
        summary.comoment[a][b] = product;
        summary.comoment[b][a] = product;
    }
    Some((summary, *third))
}

fn width(columns: usize) -> usize {
    2 + columns + columns * (columns + 1) / 2
}

/// Pairs of columns, `a <= b`, in the order they are stored.
fn pairs(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..columns).flat_map(move |a| (a..columns).map(move |b| (a, b)))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Moments {
    signature: Signature,
}

fn list_of(columns: usize) -> DataType {
    let item = Arc::new(Field::new_list_field(DataType::Float64, false));
    DataType::FixedSizeList(item, width(columns) as i32)
}

impl AggregateUDFImpl for Moments {
    fn name(&self) -> &str {
        "moments"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types.len() {
            1 | 2 | 4 => Ok(vec![DataType::Float64; types.len()]),
            found => plan_err!("moments takes 1, 2 or 4 columns, not {found}"),
        }
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(list_of(types.len()))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |i: usize| Arc::new(Field::new(format!("cell_{i}"), DataType::Float64, false));
        Ok((0..2 * width(args.input_fields.len())).map(field).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Grouped::new(Columns(args.exprs.len()))))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Grouped::new(Columns(args.exprs.len()))))
    }
}

/// Number of columns. Cells: units, sums, sums of products, sum of cubes of the first.
#[derive(Debug)]
struct Columns(usize);

impl Cells for Columns {
    fn width(&self) -> usize {
        width(self.0)
    }

    fn update(&self, rows: Kept<'_>, values: &[ArrayRef], cells: &mut CellTable) -> Result<()> {
        let columns: Vec<&Float64Array> =
            values.iter().map(|column| column.as_primitive::<Float64Type>()).collect();
        let whole = |row: usize| columns.iter().all(|column| column.is_valid(row));
        for (row, group) in rows.rows().filter(|(row, _)| whole(*row)) {
            cells.add(group, 0, 1.0.into());
            for (a, column) in columns.iter().enumerate() {
                cells.add(group, 1 + a, column.value(row).into());
            }
            for (i, (a, b)) in pairs(self.0).enumerate() {
                let product = DoubleDouble::product(columns[a].value(row), columns[b].value(row));
                cells.add(group, 1 + self.0 + i, product);
            }
            let y = columns[0].value(row);
            cells.add(group, self.width() - 1, DoubleDouble::product(y, y) * y.into());
        }
        Ok(())
    }

    fn finish(&self, cells: &CellTable) -> Result<ArrayRef> {
        let values: Vec<f64> = cells.groups().flat_map(|group| centred(group, self.0)).collect();
        let item = Arc::new(Field::new_list_field(DataType::Float64, false));
        let values: ArrayRef = Arc::new(Float64Array::from(values));
        Ok(Arc::new(FixedSizeListArray::try_new(item, self.width() as i32, values, None)?))
    }
}

/// Units, means, `sum ab - sum a sum b / units` and `sum y^3 - 3 m sum y^2 + 2 units m^3`, in 106
/// bits until the last step.
fn centred(group: &[DoubleDouble], columns: usize) -> Vec<f64> {
    let units = group[0].value();
    if units == 0.0 {
        return vec![0.0; width(columns)];
    }
    let (sums, products) = group[1..].split_at(columns);
    let mut list = vec![units];
    list.extend(sums.iter().map(|sum| (*sum / units).value()));
    list.extend(pairs(columns).zip(products).map(|((a, b), product)| {
        let centred = (*product - sums[a] * sums[b] / units).value();
        if a == b { centred.max(0.0) } else { centred }
    }));
    let (mean, [squares, .., cubes]) = (sums[0] / units, products) else { return list };
    let twice = mean * mean * mean * (2.0 * units).into();
    list.push((*cubes - mean * *squares * 3.0.into() + twice).value());
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variance(values: impl Iterator<Item = f64>) -> (f64, f64) {
        let values: ArrayRef = Arc::new(Float64Array::from_iter_values(values));
        let mut moments = Grouped::new(Columns(1));
        Accumulator::update_batch(&mut moments, &[values]).unwrap();
        let list = GroupsAccumulator::evaluate(&mut moments, datafusion::logical_expr::EmitTo::All);
        let list = list.unwrap();
        let list = list.as_fixed_size_list().value(0);
        let (summary, _) = decode(list.as_primitive::<Float64Type>().values()).unwrap();
        (summary.mean[0], summary.comoment[0][0] / (summary.units - 1) as f64)
    }

    /// Certified values of NIST StRD, univariate, NumAcc1-4; the data are generated as NIST
    /// describes them. Digits (LRE of the standard deviation) that the binary input allows:
    /// 15, 15, 9.5, 8.3.
    #[test]
    fn nist_numacc_is_resolved_to_the_limit_of_binary_input() {
        let alternating = |base: f64| {
            std::iter::once(base + 0.2)
                .chain((0..1000).map(move |i| base + if i % 2 == 0 { 0.1 } else { 0.3 }))
        };
        let (mean, var) = variance([10000001.0, 10000003.0, 10000002.0].into_iter());
        assert_eq!((mean, var.sqrt()), (10000002.0, 1.0));
        for (base, digits) in [(1.0, 14.9), (1e6, 9.4), (1e7, 8.2)] {
            let (mean, var) = variance(alternating(base));
            assert!((mean - (base + 0.2)).abs() <= 1e-15 * mean, "{mean}");
            let error = (var.sqrt() - 0.1).abs() / 0.1;
            assert!(error <= 10f64.powf(-digits), "{base}: {} digits", -error.log10());
        }
    }
}
