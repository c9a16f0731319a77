//! `steps_taken(instant, step_1, step_2, ...)`: how far a unit got, one step after the other.
//!
//! A step is taken by the first fact that matches it at or after the instant of the step before.
//! Two steps that say the same need two instants. Facts are kept until all are there, so their
//! order is of no account.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

/// The function; a BIGINT from 0 to the number of steps.
pub fn steps_taken() -> AggregateUDF {
    AggregateUDF::from(StepsTaken { signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct StepsTaken {
    signature: Signature,
}

fn facts_field() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::Int64, false))
}

impl AggregateUDFImpl for StepsTaken {
    fn name(&self) -> &str {
        "steps_taken"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if !(2..=64).contains(&types.len()) {
            return plan_err!("steps_taken takes an instant and 1 to 63 steps");
        }
        let steps = types.iter().skip(1).map(|_| DataType::Boolean);
        Ok(std::iter::once(DataType::Int64).chain(steps).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn state_fields(&self, _: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new("facts", DataType::List(facts_field()), false))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Facts::of(&args)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Facts::of(&args)))
    }
}

/// One fact of a group: when it was, and a bit for each step that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    group: usize,
    instant: i64,
    matches: i64,
}

/// The facts of all groups, in the order they came.
#[derive(Debug)]
struct Facts {
    /// For each step the last one before it that says the same.
    same: Vec<Option<usize>>,
    facts: Vec<Fact>,
    groups: usize,
}

impl Facts {
    fn of(args: &AccumulatorArgs) -> Facts {
        let steps = args.exprs.get(1..).unwrap_or_default();
        let last = |k: usize| steps[..k].iter().rposition(|before| before.eq(&steps[k]));
        Facts { same: (0..steps.len()).map(last).collect(), facts: Vec::new(), groups: 0 }
    }

    fn add(&mut self, values: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) {
        let instants = values[0].as_primitive::<Int64Type>();
        let steps: Vec<&BooleanArray> = values[1..].iter().map(|step| step.as_boolean()).collect();
        let is_true = |flags: &BooleanArray, row: usize| flags.is_valid(row) && flags.value(row);
        for (row, &group) in groups.iter().enumerate() {
            if instants.is_null(row) || filter.is_some_and(|filter| !is_true(filter, row)) {
                continue;
            }
            let bit = |(k, step): (usize, &&BooleanArray)| i64::from(is_true(step, row)) << k;
            let matches = steps.iter().enumerate().map(bit).sum();
            if matches != 0 {
                self.facts.push(Fact { group, instant: instants.value(row), matches });
            }
        }
    }

    /// Facts of the emitted groups by group and instant, and how many groups these are.
    fn take(&mut self, emit: EmitTo) -> (Vec<Fact>, usize) {
        let groups = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(groups) => groups,
        };
        self.groups -= groups;
        let all = std::mem::take(&mut self.facts).into_iter();
        let (mut taken, rest): (Vec<Fact>, Vec<Fact>) = all.partition(|fact| fact.group < groups);
        let renumbered = rest.into_iter().map(|fact| Fact { group: fact.group - groups, ..fact });
        self.facts = renumbered.collect();
        taken.sort_unstable();
        (taken, groups)
    }
}

/// Each group's part of facts that are sorted by group.
fn by_group(facts: &[Fact], groups: usize) -> impl Iterator<Item = &[Fact]> {
    let mut rest = facts;
    (0..groups).map(move |group| {
        let (mine, others) = rest.split_at(rest.partition_point(|fact| fact.group == group));
        rest = others;
        mine
    })
}

/// Steps taken by facts in the order of their instants.
fn taken(facts: &[Fact], same: &[Option<usize>]) -> usize {
    let mut instants: Vec<i64> = Vec::with_capacity(same.len());
    for (step, same) in same.iter().enumerate() {
        let earliest = instants.last().copied().unwrap_or(i64::MIN);
        let after = same.and_then(|same| instants.get(same).copied());
        let is_taken_by = |fact: &&Fact| {
            fact.matches >> step & 1 == 1 && after.is_none_or(|after| fact.instant > after)
        };
        let from = facts.partition_point(|fact| fact.instant < earliest);
        match facts[from..].iter().find(is_taken_by) {
            Some(fact) => instants.push(fact.instant),
            None => break,
        }
    }
    instants.len()
}

/// One list per group: instant, matches, instant, matches, ...
fn lists(facts: &[Fact], groups: usize) -> Result<ArrayRef> {
    let lengths: Vec<usize> = by_group(facts, groups).map(|facts| 2 * facts.len()).collect();
    let pairs = facts.iter().flat_map(|fact| [fact.instant, fact.matches]);
    let values = Arc::new(Int64Array::from_iter_values(pairs));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(facts_field(), offsets, values, None)?))
}

impl GroupsAccumulator for Facts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups = total;
        self.add(values, groups, filter);
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (facts, groups) = self.take(emit_to);
        let steps = by_group(&facts, groups).map(|facts| taken(facts, &self.same) as i64);
        Ok(Arc::new(Int64Array::from_iter_values(steps)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (facts, groups) = self.take(emit_to);
        Ok(vec![lists(&facts, groups)?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.groups = total;
        let lists = values[0].as_list::<i32>();
        for (row, &group) in groups.iter().enumerate().filter(|(row, _)| lists.is_valid(*row)) {
            let list = lists.value(row);
            let pairs = list.as_primitive::<Int64Type>().values().chunks_exact(2);
            self.facts.extend(pairs.map(|pair| Fact { group, instant: pair[0], matches: pair[1] }));
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Facts { same: Vec::new(), facts: Vec::new(), groups: rows };
        each.add(values, &(0..rows).collect::<Vec<_>>(), filter);
        Ok(vec![lists(&each.facts, rows)?])
    }

    fn size(&self) -> usize {
        self.facts.capacity() * size_of::<Fact>()
    }
}

/// The same without groups: one group for everything.
impl Accumulator for Facts {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        GroupsAccumulator::update_batch(self, values, &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.groups = 1;
        ScalarValue::try_from_array(&GroupsAccumulator::evaluate(self, EmitTo::All)?, 0)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.groups = 1;
        let columns = GroupsAccumulator::state(self, EmitTo::All)?;
        columns.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        GroupsAccumulator::merge_batch(self, states, &vec![0; states[0].len()], 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Steps by their conditions: A is 0, B is 1, and so on.
    fn same(steps: &[usize]) -> Vec<Option<usize>> {
        (0..steps.len()).map(|k| steps[..k].iter().rposition(|step| *step == steps[k])).collect()
    }

    fn facts_of(steps: &[usize], events: &[(i64, usize)]) -> Vec<Fact> {
        let bit = |of: usize| move |(k, step): (usize, &usize)| i64::from(*step == of) << k;
        let fact = |&(instant, of): &(i64, usize)| Fact {
            group: 0,
            instant,
            matches: steps.iter().enumerate().map(bit(of)).sum(),
        };
        let mut facts: Vec<Fact> = events.iter().map(fact).collect();
        facts.sort_unstable();
        facts
    }

    fn steps_of(steps: &[usize], events: &[(i64, usize)]) -> usize {
        taken(&facts_of(steps, events), &same(steps))
    }

    #[test]
    fn steps_are_taken_one_after_the_other() {
        let events = [(5, 1), (7, 0), (8, 2), (9, 1)];
        assert_eq!(steps_of(&[0, 1], &events), 2);
        assert_eq!(steps_of(&[0, 1, 2], &events), 2);
        assert_eq!(steps_of(&[1, 0, 2], &events), 3);
        assert_eq!(steps_of(&[3, 0], &events), 0);
    }

    #[test]
    fn one_instant_takes_different_steps_but_none_twice() {
        assert_eq!(steps_of(&[0, 1], &[(5, 1), (5, 0)]), 2);
        assert_eq!(steps_of(&[0, 0], &[(5, 0), (5, 0)]), 1);
        assert_eq!(steps_of(&[0, 0], &[(5, 0), (6, 0)]), 2);
        assert_eq!(steps_of(&[0, 1, 0], &[(5, 0), (5, 1)]), 2);
        assert_eq!(steps_of(&[0, 1, 0], &[(5, 0), (5, 1), (6, 0)]), 3);
    }

    /// Tries every choice of an instant for every step.
    fn naive(steps: &[usize], events: &[(i64, usize)]) -> usize {
        fn best(
            steps: &[usize],
            events: &[(i64, usize)],
            chosen: &mut Vec<i64>,
            same: &[Option<usize>],
        ) -> usize {
            let k = chosen.len();
            let mut most = k;
            if k == steps.len() {
                return k;
            }
            for &(instant, of) in events {
                let in_order = chosen.last().is_none_or(|last| instant >= *last);
                let is_another = same[k].is_none_or(|same| instant > chosen[same]);
                if of == steps[k] && in_order && is_another {
                    chosen.push(instant);
                    most = most.max(best(steps, events, chosen, same));
                    chosen.pop();
                }
            }
            most
        }
        best(steps, events, &mut Vec::new(), &same(steps))
    }

    fn batch(steps: &[usize], events: &[(i64, usize)]) -> Vec<ArrayRef> {
        let instants = Int64Array::from_iter_values(events.iter().map(|event| event.0));
        let matching = |step: &usize| {
            let flags: BooleanArray = events.iter().map(|(_, of)| Some(of == step)).collect();
            Arc::new(flags) as ArrayRef
        };
        std::iter::once(Arc::new(instants) as ArrayRef).chain(steps.iter().map(matching)).collect()
    }

    fn empty(steps: &[usize]) -> Facts {
        Facts { same: same(steps), facts: Vec::new(), groups: 0 }
    }

    proptest! {
        /// The first fact that can take a step is never worse than a later one, however the facts
        /// come: in one batch, in parts that are merged, or each as a state of its own.
        #[test]
        fn as_many_steps_as_any_choice_of_facts_takes(
            steps in prop::collection::vec(0usize..3, 1..5),
            events in prop::collection::vec((0i64..6, 0usize..3), 0..8),
            groups in prop::collection::vec(0usize..3, 8),
            cut in 0usize..8,
        ) {
            let groups = &groups[..events.len()];
            let cut = cut.min(events.len());
            let mut first = empty(&steps);
            let head = batch(&steps, &events[..cut]);
            GroupsAccumulator::update_batch(&mut first, &head, &groups[..cut], None, 3).unwrap();
            let tail = batch(&steps, &events[cut..]);
            let states = first.convert_to_state(&tail, None).unwrap();
            let mut all = empty(&steps);
            GroupsAccumulator::merge_batch(&mut all, &states, &groups[cut..], 3).unwrap();
            let mut states = GroupsAccumulator::state(&mut first, EmitTo::First(1)).unwrap();
            GroupsAccumulator::merge_batch(&mut all, &states, &[0], 3).unwrap();
            states = GroupsAccumulator::state(&mut first, EmitTo::All).unwrap();
            GroupsAccumulator::merge_batch(&mut all, &states, &[1, 2], 3).unwrap();
            let found = GroupsAccumulator::evaluate(&mut all, EmitTo::All).unwrap();
            for group in 0..3 {
                let mine: Vec<(i64, usize)> = events.iter().zip(groups)
                    .filter(|(_, of)| **of == group).map(|(event, _)| *event).collect();
                let found = found.as_primitive::<Int64Type>().value(group);
                prop_assert_eq!(found as usize, naive(&steps, &mine));
            }
        }
    }
}
