//! What sets two nights apart, experiment by experiment.
//!
//! Knows rows, not where they come from: two runs in the tables, or tonight's reports and what
//! the tables hold.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::output::{Change, InputChange};
use crate::verdict::Decision;

/// A verdict in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub as_of: Date,
    /// `None` where it is not stored.
    pub revision: Option<i32>,
    pub decision: Decision,
    pub treatment: Option<String>,
}

/// All that two nights do not share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Difference {
    /// By experiment.
    pub before: BTreeMap<String, Told>,
    pub now: BTreeMap<String, Told>,
    pub changes: Vec<Change>,
    pub inputs: Vec<InputChange>,
}

impl Told {
    /// `ship simplified`, `keep running`.
    pub fn words(&self) -> String {
        let names_one = matches!(self.decision, Decision::Ship | Decision::RollBack);
        let decision = self.decision.code().replace('_', " ");
        match self.treatment.as_ref().filter(|_| names_one) {
            Some(treatment) => format!("{decision} {treatment}"),
            None => decision,
        }
    }
}

impl Difference {
    /// Experiments with a verdict on both sides.
    pub fn both(&self) -> impl Iterator<Item = (&String, &Told, &Told)> {
        self.now.iter().filter_map(|(key, now)| Some((key, self.before.get(key)?, now)))
    }

    pub fn only_now(&self) -> impl Iterator<Item = &String> {
        self.now.keys().filter(|key| !self.before.contains_key(*key))
    }

    pub fn only_before(&self) -> impl Iterator<Item = &String> {
        self.before.keys().filter(|key| !self.now.contains_key(*key))
    }

    /// Of one experiment.
    pub fn of<'a>(&'a self, experiment: &'a str) -> impl Iterator<Item = &'a Change> {
        self.changes.iter().filter(move |change| change.experiment == experiment)
    }

    /// Verdicts that are another decision, or about another treatment.
    pub fn flips(&self) -> usize {
        self.both().filter(|(_, before, now)| before.words() != now.words()).count()
    }

    /// Metrics of a treatment, in all units, whose effect is on the other side of zero.
    pub fn signs(&self) -> usize {
        self.whole("effect").filter(|change| changes_sign(change)).count()
    }

    /// Metrics of a treatment, in all units, that are in another state.
    pub fn states(&self) -> usize {
        self.whole("state").count()
    }

    /// Experiments of both sides in which every cell is the same.
    pub fn unchanged(&self) -> usize {
        self.both().filter(|(key, _, _)| self.of(key).next().is_none()).count()
    }

    /// Estimates of all units, of experiments on both sides.
    fn whole(&self, column: &'static str) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| {
            change.table == "estimates"
                && change.row.len() == 2
                && change.column.as_deref() == Some(column)
        })
    }
}

/// From above zero to below, or back.
pub fn changes_sign(change: &Change) -> bool {
    let effects = change.before.number().zip(change.now.number());
    effects.is_some_and(|(before, now)| (before < 0.0 && now > 0.0) || (before > 0.0 && now < 0.0))
}
