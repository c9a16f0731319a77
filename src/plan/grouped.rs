//! Aggregates whose state is a row of double-double cells per group.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array};
use arrow::datatypes::Float64Type;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

use super::double_double::DoubleDouble;

/// What tells one such aggregate from another.
pub trait Cells: Debug + Send + Sync + 'static {
    /// Cells per group.
    fn width(&self) -> usize;

    /// Adds the kept rows of a batch; `add(group, cell, term)`.
    fn update(&self, rows: Kept<'_>, values: &[ArrayRef], cells: &mut CellTable) -> Result<()>;

    /// Turns whole groups into values.
    fn finish(&self, cells: &CellTable) -> Result<ArrayRef>;
}

/// Rows of a batch with their groups, less those that a FILTER leaves out.
pub struct Kept<'a> {
    pub groups: &'a [usize],
    pub filter: Option<&'a BooleanArray>,
}

impl Kept<'_> {
    /// `(row, group)` of each kept row.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        let keeps = |row: usize| self.filter.is_none_or(|f| f.is_valid(row) && f.value(row));
        self.groups.iter().copied().enumerate().filter(move |(row, _)| keeps(*row))
    }
}

/// Groups times cells, row by row.
#[derive(Debug, Default)]
pub struct CellTable {
    width: usize,
    cells: Vec<DoubleDouble>,
}

impl CellTable {
    pub fn add(&mut self, group: usize, cell: usize, term: DoubleDouble) {
        let cell = &mut self.cells[group * self.width + cell];
        *cell = *cell + term;
    }

    pub fn groups(&self) -> impl Iterator<Item = &[DoubleDouble]> {
        self.cells.chunks_exact(self.width)
    }

    fn grow(&mut self, groups: usize) {
        self.cells.resize(groups * self.width, DoubleDouble::ZERO);
    }

    fn take(&mut self, emit: EmitTo) -> CellTable {
        let cells = match emit {
            EmitTo::All => std::mem::take(&mut self.cells),
            EmitTo::First(groups) => {
                let rest = self.cells.split_off(groups * self.width);
                std::mem::replace(&mut self.cells, rest)
            }
        };
        CellTable { width: self.width, cells }
    }

    /// Two columns per cell: high and low.
    fn columns(&self) -> Vec<ArrayRef> {
        let column = |values: Vec<f64>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
        (0..self.width)
            .flat_map(|cell| {
                let high = self.groups().map(|group| group[cell].high).collect();
                let low = self.groups().map(|group| group[cell].low).collect();
                [column(high), column(low)]
            })
            .collect()
    }

    fn merge(&mut self, rows: Kept<'_>, state: &[ArrayRef]) {
        for (cell, pair) in state.chunks_exact(2).enumerate() {
            let high = pair[0].as_primitive::<Float64Type>();
            let low = pair[1].as_primitive::<Float64Type>();
            for (row, group) in rows.rows() {
                self.add(group, cell, DoubleDouble::new(high.value(row), low.value(row)));
            }
        }
    }
}

/// The grouped accumulator of a [`Cells`] aggregate.
#[derive(Debug)]
pub struct Grouped<C> {
    kind: C,
    table: CellTable,
}

impl<C: Cells> Grouped<C> {
    pub fn new(kind: C) -> Self {
        let table = CellTable { width: kind.width(), cells: Vec::new() };
        Grouped { kind, table }
    }
}

impl<C: Cells> GroupsAccumulator for Grouped<C> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.table.grow(total);
        self.kind.update(Kept { groups, filter }, values, &mut self.table)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let table = self.table.take(emit_to);
        self.kind.finish(&table)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(self.table.take(emit_to).columns())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.table.grow(total);
        self.table.merge(Kept { groups, filter: None }, values);
        Ok(())
    }

    /// Each row as a group of its own, for inputs that hardly repeat a group.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut table = CellTable { width: self.kind.width(), cells: Vec::new() };
        table.grow(rows);
        let groups: Vec<usize> = (0..rows).collect();
        self.kind.update(Kept { groups: &groups, filter }, values, &mut table)?;
        Ok(table.columns())
    }

    fn size(&self) -> usize {
        self.table.cells.capacity() * size_of::<DoubleDouble>()
    }
}

/// The same aggregate without groups: one group for everything.
impl<C: Cells> Accumulator for Grouped<C> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        GroupsAccumulator::update_batch(self, values, &groups, None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.table.grow(1);
        let array = GroupsAccumulator::evaluate(self, EmitTo::All)?;
        ScalarValue::try_from_array(&array, 0)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.table.grow(1);
        let columns = GroupsAccumulator::state(self, EmitTo::All)?;
        columns.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        GroupsAccumulator::merge_batch(self, states, &groups, 1)
    }
}
