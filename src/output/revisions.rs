//! How often an experiment's day was judged before.

use std::collections::BTreeMap;

/// Highest committed revision by experiment, for one `as_of`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Revisions(BTreeMap<String, i32>);

impl Revisions {
    /// Takes note of a committed verdict.
    pub fn saw(&mut self, experiment: &str, revision: i32) {
        let highest = self.0.entry(experiment.to_string()).or_insert(revision);
        *highest = revision.max(*highest);
    }

    /// Revision of the verdict about to be written.
    pub fn next(&self, experiment: &str) -> i32 {
        self.0.get(experiment).map_or(1, |revision| revision.saturating_add(1))
    }
}
