//! `earliest(name, instant)`: the name of the earliest instant, the lesser of two at the same.
//!
//! What `first_value(name ORDER BY instant, name)` says, for names of which there are few: a unit
//! is a number and an instant here, where the engine keeps several values of any type for each.
//!
//! Does not: look at rows without a name. Rows without an instant come after all others.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringViewArray, StringViewBuilder,
};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::grouped::Kept;
use crate::source::utc;

/// The function; a text, NULL for no rows.
pub fn earliest() -> AggregateUDF {
    AggregateUDF::from(Earliest { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Earliest {
    signature: Signature,
}

impl AggregateUDFImpl for Earliest {
    fn name(&self) -> &str {
        "earliest"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types.len() {
            2 => Ok(vec![DataType::Utf8View, utc()]),
            found => plan_err!("earliest takes a name and an instant, not {found} values"),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = Field::new("name", DataType::Utf8View, true);
        Ok(vec![Arc::new(name), Arc::new(Field::new("at", DataType::Int64, false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Firsts::default()))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Firsts::default()))
    }
}

/// A name by its number, and the instant that it is known since.
#[derive(Debug, Clone, Copy)]
struct First {
    name: u32,
    at: i64,
}

/// No name.
const NONE: First = First { name: u32::MAX, at: i64::MAX };

#[derive(Debug, Default)]
struct Firsts {
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

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{RecordBatch, TimestampMicrosecondArray};
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// 9,000 rows of 900 units; some without a name, an instant, or a place in the result.
    fn rows() -> RecordBatch {
        let names = ["control", "treatment", "a treatment with a long name", "b"];
        let name = |i: usize| (!i.is_multiple_of(11)).then(|| names[i * 7 / 3 % names.len()]);
        let at = |i: usize| (!i.is_multiple_of(5)).then(|| (i * 104_729 % 3) as i64 - 1);
        let instants: TimestampMicrosecondArray = (0..9_000).map(at).collect();
        RecordBatch::try_from_iter([
            ("unit", Arc::new(Int64Array::from_iter_values((0..9_000).map(|i| i % 900))) as _),
            ("name", Arc::new((0..9_000).map(name).collect::<StringViewArray>()) as _),
            ("at", Arc::new(instants.with_timezone("UTC")) as ArrayRef),
            ("is_odd", Arc::new((0..9_000).map(|i| Some(i % 3 > 0)).collect::<BooleanArray>()) as _),
        ])
        .unwrap()
    }

    async fn found(name: &str, grouped: bool) -> Vec<String> {
        let config = SessionConfig::new().with_target_partitions(3).with_batch_size(100);
        let session = SessionContext::new_with_config(config);
        session.register_udaf(earliest());
        session.register_batch("rows", rows()).unwrap();
        let (unit, group) = if grouped { ("unit", "GROUP BY unit") } else { ("1 AS unit", "") };
        let asked = format!(
            "SELECT {unit}, {name} FILTER (WHERE is_odd AND name IS NOT NULL) AS name, \
             {name} FILTER (WHERE unit < 0) AS nobody FROM rows {group} ORDER BY unit"
        );
        let batches = session.sql(&asked).await.unwrap().collect().await.unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        shown.lines().map(str::to_string).collect()
    }

    #[tokio::test]
    async fn it_is_what_the_engine_says_is_first() {
        for grouped in [true, false] {
            let expected = found("first_value(name ORDER BY at, name)", grouped).await;
            assert!(expected.len() > if grouped { 900 } else { 3 });
            assert_eq!(found("earliest(name, at)", grouped).await, expected);
        }
    }
}
