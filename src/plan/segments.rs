//! The values of an attribute that results are split by, as numbers.
//!
//! The most frequent values of an experiment's analysed units have numbers of their own; the
//! others share one, so that an attribute of a million values is no table of a million rows.

use std::collections::{BTreeMap, HashMap};

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

    /// Keeps what the numbers of one experiment and attribute stand for.
    pub(super) fn keep(&mut self, experiment: &str, attribute: &str, values: Vec<String>) {
        self.values.insert((experiment.to_string(), attribute.to_string()), values);
    }
}

/// The values of one attribute among the analysed units of one experiment, while they are met.
#[derive(Debug, Default)]
pub(super) struct Tally {
    numbers: HashMap<String, usize>,
    units: Vec<u64>,
}

impl Tally {
    /// Counts a unit; the number of its value in the order of meeting, `None` for no value.
    pub(super) fn meet(&mut self, value: Option<&str>) -> Option<usize> {
        let value = value?;
        let number = match self.numbers.get(value) {
            Some(number) => *number,
            None => {
                self.numbers.insert(value.to_string(), self.units.len());
                self.units.push(0);
                self.units.len() - 1
            }
        };
        if let Some(units) = self.units.get_mut(number) {
            *units += 1;
        }
        Some(number)
    }

    /// The values that are told apart, and the code of each value by the order of meeting.
    pub(super) fn coded(self) -> (Vec<String>, Codes) {
        let mut codes = vec![OTHER; self.units.len()];
        let mut values: Vec<(String, usize)> = self.numbers.into_iter().collect();
        let units = |number: usize| self.units.get(number).copied().unwrap_or(0);
        values.sort_by(|(a, i), (b, j)| units(*j).cmp(&units(*i)).then_with(|| a.cmp(b)));
        values.truncate(MOST_FREQUENT);
        for (code, (_, number)) in (0..).zip(&values) {
            if let Some(slot) = codes.get_mut(*number) {
                *slot = code;
            }
        }
        (values.into_iter().map(|(value, _)| value).collect(), Codes(codes))
    }
}

/// Codes by the order in which values were met.
#[derive(Debug, Default)]
pub(super) struct Codes(Vec<i32>);

impl Codes {
    pub(super) fn of(&self, number: Option<usize>) -> i32 {
        number.map_or(MISSING, |number| self.0.get(number).copied().unwrap_or(OTHER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_most_frequent_values_are_told_apart() {
        let mut tally = Tally::default();
        // `v00` once, `v01` twice, ..., and two more values of one unit, that sort around `v00`.
        let mut met: Vec<Option<usize>> = Vec::new();
        for i in 0..21 {
            for _ in 0..=i {
                met.push(tally.meet(Some(&format!("v{i:02}"))));
            }
        }
        met.push(tally.meet(Some("a")));
        met.push(tally.meet(None));
        let (values, codes) = tally.coded();
        assert_eq!(values.len(), MOST_FREQUENT);
        assert_eq!((values[0].as_str(), values[19].as_str()), ("v20", "v01"));
        let mut segments = Segments::default();
        segments.keep("e", "a", values);
        let value = |met: Option<usize>| segments.value("e", "a", codes.of(met));
        assert_eq!(value(met[0]), SegmentValue::Other);
        assert_eq!(value(met[1]), SegmentValue::Is("v01".into()));
        assert_eq!(value(met[met.len() - 2]), SegmentValue::Other);
        assert_eq!(value(met[met.len() - 1]), SegmentValue::Missing);
    }

    #[test]
    fn values_as_frequent_as_each_other_go_by_text() {
        let mut tally = Tally::default();
        let met: Vec<Option<usize>> = ["d", "c", "b", "c"].map(|v| tally.meet(Some(v))).into();
        let (values, codes) = tally.coded();
        assert_eq!(values, ["c", "b", "d"]);
        assert_eq!(met.into_iter().map(|m| codes.of(m)).collect::<Vec<_>>(), [2, 0, 1, 0]);
    }
}
