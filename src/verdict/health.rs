//! Whether the numbers may be read at all.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::arms::Index;
use super::judge::comparisons;
use super::{
    EstimateRow, Evidence, HealthRow, Outcome, arrival, balance, joined, left_out, plausible,
    shape, split, success,
};
use crate::config::{Experiment, Metric};

/// Every check that the evidence allows, in the order in which people should look.
///
/// A check that passes is a row, too; one whose counts were not taken is none. `estimates` are
/// those of all units.
pub fn checks(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
    estimates: &[EstimateRow],
    as_of: Date,
) -> Vec<HealthRow> {
    let mut rows = vec![
        split::empty_arm(experiment, evidence),
        balance::sample_ratio_check(experiment, evidence),
    ];
    rows.extend(balance::by_attribute(experiment, evidence));
    rows.extend(balance::by_day(experiment, evidence));
    rows.extend(split::crossovers(experiment, evidence));
    rows.extend(left_out::left_out(experiment, evidence));
    rows.extend(split::unknown_variants(evidence));
    rows.extend(split::assignment_mismatch(evidence));
    rows.extend(arrival::missing_partitions(evidence));
    for source in &evidence.sources {
        rows.push(arrival::quarantine(source));
        rows.extend(arrival::duplicates(source));
        rows.extend(arrival::freshness(source, as_of));
        rows.extend(arrival::volume(source));
    }
    rows.extend(joined::join_rates(experiment, evidence));
    rows.extend(joined::clock_skews(experiment, evidence));
    rows.push(plausible::metric_failed(estimates));
    rows.push(plausible::metric_all_zero(experiment, metrics, evidence, as_of));
    rows.push(plausible::implausible_lift(estimates));
    rows.extend(of_numbers(experiment, metrics, evidence));
    rows.extend(success::power(experiment, evidence, estimates));
    rows.extend(success::partial_week(experiment, estimates, as_of));
    rows.extend(shape::phases(estimates));
    rows.extend(evidence.health.iter().cloned());
    rows
}

/// What each metric's numbers look like.
fn of_numbers(
    experiment: &Experiment,
    metrics: &BTreeMap<String, Metric>,
    evidence: &Evidence,
) -> Vec<HealthRow> {
    let index = Index::new(evidence);
    let comparisons = comparisons(experiment, metrics, evidence, &index);
    let mut rows = shape::pre_period(&comparisons);
    rows.extend(shape::dominant_unit(&comparisons));
    rows.extend(shape::rare(&comparisons));
    rows.extend(shape::tails(&comparisons));
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
