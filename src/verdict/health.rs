//! Whether the numbers may be read at all.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{EstimateRow, Evidence, HealthRow, Outcome, arrival, plausible, split};
use crate::config::{Experiment, Metric};

/// Every check that the evidence allows, in the order in which people should look.
///
/// A check that passes is a row, too; one whose counts were not taken is none.
pub fn checks(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
    estimates: &[EstimateRow],
    as_of: Date,
) -> Vec<HealthRow> {
    let mut rows = vec![
        split::empty_arm(experiment, evidence),
        split::sample_ratio_check(experiment, evidence),
    ];
    rows.extend(split::crossovers(experiment, evidence));
    rows.extend(split::unknown_variants(evidence));
    rows.extend(split::assignment_mismatch(evidence));
    rows.extend(arrival::missing_partitions(evidence));
    rows.extend(evidence.sources.iter().map(arrival::quarantine));
    rows.push(plausible::metric_failed(estimates));
    rows.push(plausible::metric_all_zero(experiment, metrics, evidence, as_of));
    rows.push(plausible::implausible_lift(estimates));
    rows.extend(evidence.health.iter().cloned());
    rows
}

impl HealthRow {
    /// A check that has not been made yet.
    pub(super) fn new(check: &str) -> HealthRow {
        HealthRow {
            check: check.to_owned(),
            outcome: Outcome::Pass,
            observed: None,
            expected: None,
            p_value: None,
            detail: String::new(),
        }
    }

    pub(super) fn say(self, outcome: Outcome, detail: String) -> HealthRow {
        HealthRow { outcome, detail, ..self }
    }
}
