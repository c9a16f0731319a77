//! How often an experiment's day was judged before, and from which inputs last.

use std::collections::BTreeMap;

/// The newest committed verdict of each experiment, for one `as_of`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Revisions(BTreeMap<String, Newest>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Newest {
    revision: i32,
    run_id: String,
    input_hash: String,
}

impl Revisions {
    /// Takes note of a committed verdict.
    pub fn saw(&mut self, experiment: &str, revision: i32, run_id: &str, input_hash: &str) {
        let newest = self.0.get(experiment);
        if newest.is_none_or(|newest| newest.revision < revision) {
            let (run_id, input_hash) = (run_id.to_string(), input_hash.to_string());
            self.0.insert(experiment.to_string(), Newest { revision, run_id, input_hash });
        }
    }

    /// Revision of the verdict about to be written.
    pub fn next(&self, experiment: &str) -> i32 {
        self.0.get(experiment).map_or(1, |newest| newest.revision.saturating_add(1))
    }

    /// The run that wrote the newest verdict.
    pub fn newest_run(&self, experiment: &str) -> Option<&str> {
        self.0.get(experiment).map(|newest| newest.run_id.as_str())
    }

    /// Whether the newest verdict was made from these inputs.
    pub fn is_current(&self, experiment: &str, input_hash: &str) -> bool {
        self.0.get(experiment).is_some_and(|newest| newest.input_hash == input_hash)
    }
}
