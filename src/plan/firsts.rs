//! The earliest name of each group, as it is added up: see `earliest`.
//!
//! Does not: forget a name.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

use super::grouped::Kept;

/// A name by its number, and the instant that it is known since.
#[derive(Debug, Clone, Copy)]
struct First {
    name: u32,
    at: i64,
}

/// No name.
const NONE: First = First { name: u32::MAX, at: i64::MAX };

/// Of every group the first.
#[derive(Debug, Default)]
pub struct Firsts {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
    /// By group.
    firsts: Vec<First>,
}

impl Firsts {
    fn meet(&mut self, group: usize, first: First) {
        let known = self.firsts[group];
        let is_earlier = known.name == NONE.name
            || match first.at.cmp(&known.at) {
                Ordering::Less => true,
                Ordering::Greater => false,
                Ordering::Equal => {
                    first.name != known.name
                        && self.names[first.name as usize] < self.names[known.name as usize]
                }
            };
        if is_earlier {
            self.firsts[group] = first;
        }
    }

    /// Meets the rows that have a name; `at` is the instant of a row.
    fn meet_rows(&mut self, rows: Kept<'_>, names: &StringViewArray, at: impl Fn(usize) -> i64) {
        // Rows of one name often follow each other.
        let mut last: Option<(usize, u32)> = None;
        for (row, group) in rows.rows().filter(|(row, _)| names.is_valid(*row)) {
            let name = names.value(row);
            let number = match last {
                Some((before, number)) if names.value(before) == name => number,
                _ => self.number(name),
            };
            last = Some((row, number));
            self.meet(group, First { name: number, at: at(row) });
        }
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_string());
        self.numbers.insert(name.to_string(), number);
        number
    }

    fn grow(&mut self, groups: usize) {
        self.firsts.resize(groups.max(self.firsts.len()), NONE);
    }

    fn names_of(&self, firsts: &[First]) -> ArrayRef {
        let mut names = StringViewBuilder::with_capacity(firsts.len());
        for first in firsts {
            names.append_option(self.names.get(first.name as usize));
        }
        Arc::new(names.finish())
    }

    fn columns(&self, firsts: &[First]) -> Vec<ArrayRef> {
        let instants = Int64Array::from_iter_values(firsts.iter().map(|first| first.at));
        vec![self.names_of(firsts), Arc::new(instants)]
    }
}

impl GroupsAccumulator for Firsts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let instants = values[1].as_primitive::<TimestampMicrosecondType>();
        let at = |row: usize| match instants.is_valid(row) {
            true => instants.value(row),
            false => NONE.at,
        };
        self.meet_rows(Kept { groups, filter }, values[0].as_string_view(), at);
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let firsts = emit_to.take_needed(&mut self.firsts);
        Ok(self.names_of(&firsts))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let firsts = emit_to.take_needed(&mut self.firsts);
        Ok(self.columns(&firsts))
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let instants = values[1].as_primitive::<Int64Type>();
        let rows = Kept { groups, filter: None };
        self.meet_rows(rows, values[0].as_string_view(), |row| instants.value(row));
        Ok(())
    }

    /// Each row as a group of its own, for inputs that hardly repeat a group.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let groups: Vec<usize> = (0..rows).collect();
        let mut each = Firsts::default();
        GroupsAccumulator::update_batch(&mut each, values, &groups, filter, rows)?;
        Ok(each.columns(&each.firsts))
    }

    fn size(&self) -> usize {
        let names: usize = self.names.iter().map(|name| 2 * name.len() + 64).sum();
        names + self.firsts.capacity() * size_of::<First>()
    }
}

/// The same without groups: one group for everything.
impl Accumulator for Firsts {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        GroupsAccumulator::update_batch(self, values, &groups, None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.grow(1);
        let array = GroupsAccumulator::evaluate(self, EmitTo::All)?;
        ScalarValue::try_from_array(&array, 0)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.grow(1);
        let columns = GroupsAccumulator::state(self, EmitTo::All)?;
        columns.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        GroupsAccumulator::merge_batch(self, states, &groups, 1)
    }
}
