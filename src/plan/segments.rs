//! The values of an attribute that results are split by, as numbers.
//!
//! The most frequent values of an experiment's analysed units have numbers of their own; the
//! others share one, so that an attribute of a million values is no table of a million rows.

use std::collections::{BTreeMap, HashMap};

use crate::config::Experiment;

/// Values that are told apart, by experiment and attribute.
pub const MOST_FREQUENT: usize = 20;

const OTHER: i32 = -1;
const MISSING: i32 = -2;

/// What the units of a segment have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentValue {
    Is(String),
    /// A value that few units have.
    Other,
    /// Nobody knows it.
    Missing,
}

/// What the numbers in `s0`, `s1`, ... of `enrollments` stand for.
#[derive(Debug, Clone, Default)]
pub struct Segments {
    /// By experiment and attribute: the most frequent first, ties by text.
    values: BTreeMap<(String, String), Vec<String>>,
    /// The same by the places of the experiment and of the attribute in the night.
    by_place: BTreeMap<(usize, usize), Vec<String>>,
}

impl Segments {
    /// What a number stands for, in an experiment's column of an attribute.
    pub fn value(&self, experiment: &str, attribute: &str, code: i32) -> SegmentValue {
        if code == MISSING {
            return SegmentValue::Missing;
        }
        let values = self.values.get(&(experiment.to_string(), attribute.to_string()));
        let value = usize::try_from(code).ok().and_then(|i| values?.get(i));
        value.map_or(SegmentValue::Other, |value| SegmentValue::Is(value.clone()))
    }

    /// The number of a unit's value; `None` is no value.
    pub(super) fn code(&self, experiment: usize, attribute: usize, value: Option<&str>) -> i32 {
        let Some(value) = value else { return MISSING };
        let values = self.by_place.get(&(experiment, attribute));
        let place = values.and_then(|values| values.iter().position(|known| known == value));
        place.and_then(|place| i32::try_from(place).ok()).unwrap_or(OTHER)
    }
}

/// How many analysed units have each value of the attributes that experiments are split by.
#[derive(Debug, Default)]
pub struct Tallies {
    /// By place of the experiment and of the attribute in the night.
    units: BTreeMap<(usize, usize), HashMap<String, u64>>,
}

impl Tallies {
    /// Counts a unit, if it has a value.
    pub(super) fn meet(&mut self, experiment: usize, attribute: usize, value: Option<&str>) {
        let units = self.units.entry((experiment, attribute)).or_default();
        let Some(value) = value else { return };
        match units.get_mut(value) {
            Some(units) => *units += 1,
            None => drop(units.insert(value.to_string(), 1)),
        }
    }

    /// The values that are told apart: the most frequent, ties by text.
    pub fn segments(self, experiments: &[&Experiment], attributes: &[String]) -> Segments {
        let mut segments = Segments::default();
        for ((e, a), units) in self.units {
            let mut values: Vec<(String, u64)> = units.into_iter().collect();
            values.sort_by(|(a, i), (b, j)| j.cmp(i).then_with(|| a.cmp(b)));
            values.truncate(MOST_FREQUENT);
            let values: Vec<String> = values.into_iter().map(|(value, _)| value).collect();
            if let (Some(experiment), Some(attribute)) = (experiments.get(e), attributes.get(a)) {
                let key = (experiment.key.clone(), attribute.clone());
                segments.values.insert(key, values.clone());
            }
            segments.by_place.insert((e, a), values);
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tallies: Tallies) -> Vec<String> {
        let segments = tallies.segments(&[], &[]);
        segments.by_place[&(0, 0)].clone()
    }

    #[test]
    fn the_twenty_most_frequent_values_are_told_apart() {
        let mut tallies = Tallies::default();
        // `v00` once, `v01` twice, ..., and one more value of one unit, that sorts before `v00`.
        for i in 0..21 {
            for _ in 0..=i {
                tallies.meet(0, 0, Some(&format!("v{i:02}")));
            }
        }
        tallies.meet(0, 0, Some("a"));
        tallies.meet(0, 0, None);
        let segments = tallies.segments(&[], &[]);
        let values = &segments.by_place[&(0, 0)];
        assert_eq!(values.len(), MOST_FREQUENT);
        assert_eq!((values[0].as_str(), values[19].as_str()), ("v20", "v01"));
        let codes = ["v20", "v01", "v00", "a"].map(|value| segments.code(0, 0, Some(value)));
        assert_eq!(codes, [0, 19, OTHER, OTHER]);
        assert_eq!(segments.code(0, 0, None), MISSING);
    }

    #[test]
    fn values_as_frequent_as_each_other_go_by_text() {
        let mut tallies = Tallies::default();
        for value in ["d", "c", "b", "c"] {
            tallies.meet(0, 0, Some(value));
        }
        assert_eq!(values(tallies), ["c", "b", "d"]);
    }
}
