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
