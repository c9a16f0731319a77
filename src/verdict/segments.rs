//! What each metric says about each treatment in parts of the units.

use std::collections::BTreeSet;

use super::judge::Comparison;
use super::state::state;
use super::{EstimateRow, Evidence, Segment};
use crate::config::Experiment;
use crate::stats::many::{Correction, adjust_logs};

/// Every segment that has units, attribute by attribute: first those that the experiment asked
/// for, in its order, then the others by name.
pub(super) fn segments<'a>(
    experiment: &'a Experiment,
    evidence: &'a Evidence,
) -> Vec<(&'a Segment, bool)> {
    let of_units = evidence.segments.iter().map(|count| &count.segment);
    let of_rows = evidence.summaries.iter().filter_map(|row| row.segment.as_ref());
    let all: BTreeSet<&Segment> = of_units.chain(of_rows).collect();
    let place = |segment: &Segment| {
        let asked = experiment.segments.iter().position(|a| *a == segment.attribute);
        asked.unwrap_or(experiment.segments.len())
    };
    let mut all: Vec<&Segment> = all.into_iter().collect();
    all.sort_by_key(|segment| place(segment));
    all.into_iter().map(|segment| (segment, place(segment) == experiment.segments.len())).collect()
}

/// One row for each segment, corrected among those of its family (Holm 1979): the segments that
/// the experiment asked for, or those it did not.
///
/// Intervals are at alpha divided by the size of the family, so that one without 0 is
/// significant; Holm finds a few more.
pub(super) fn rows(whole: &Comparison, segments: &[(&Segment, bool)]) -> Vec<EstimateRow> {
    let mut rows = Vec::new();
    for exploratory in [false, true] {
        let mine: Vec<&Segment> =
            segments.iter().filter(|(_, e)| *e == exploratory).map(|(s, _)| *s).collect();
        let alpha = whole.experiment.test.alpha / mine.len().max(1) as f64;
        let row = |segment: &&Segment| {
            let row = whole.of_segment(segment).row(alpha, None);
            EstimateRow { exploratory, ..row }
        };
        let mut family: Vec<EstimateRow> = mine.iter().map(row).collect();
        correct(whole, &mut family);
        rows.extend(family);
    }
    rows
}

fn correct(whole: &Comparison, family: &mut [EstimateRow]) {
    let (alpha, method) = (whole.experiment.test.alpha, whole.experiment.test.method);
    let log = |row: &EstimateRow| Some(row.in_force(method)?.log_p_value);
    let logs: Vec<f64> = family.iter().filter_map(log).collect();
    let Ok(adjusted) = adjust_logs(&logs, Correction::Holm, alpha) else { return };
    let mut adjusted = adjusted.into_iter();
    for row in family {
        let found = row.estimate.is_ok().then(|| adjusted.next()).flatten();
        let is_significant = found.is_some_and(|found| found.p_value < alpha);
        row.adjusted_p_value = found.map(|found| found.p_value);
        row.state = state(row, whole.better, is_significant, alpha);
    }
}
