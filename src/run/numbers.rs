//! What a night's units say about one experiment, in the words of verdicts.

use std::collections::BTreeMap;

use crate::config::{Experiment, Project};
use crate::plan::{self, Arm, Computed, Numbers, sources_of};
use crate::verdict::{
    EnrolledCount, JoinCount, Segment, SegmentCount, SegmentValue, SummaryRow, Tails,
};

/// In the order of the experiment's metrics and variants, then by phase; all units come before
/// their segments.
pub fn summaries(experiment: &Experiment, computed: &Computed) -> Vec<SummaryRow> {
    let mut rows = Vec::new();
    let mine: BTreeMap<&Arm, _> =
        computed.arms.iter().filter(|(arm, _)| arm.experiment == experiment.key).collect();
    for used in &experiment.metrics {
        for variant in &experiment.variants {
            let arms = mine.iter().filter(|(arm, _)| arm.variant == variant.key);
            let numbers = arms.filter_map(|(arm, all)| Some((*arm, all.get(&used.metric)?)));
            rows.extend(numbers.map(|(arm, numbers)| row(&used.metric, arm, numbers)));
        }
    }
    rows
}

fn row(metric: &str, arm: &Arm, numbers: &Numbers) -> SummaryRow {
    SummaryRow {
        metric: metric.to_string(),
        variant: arm.variant.clone(),
        segment: arm.segment.as_ref().map(|(attribute, value)| segment(attribute, value)),
        phase: arm.phase,
        summary: numbers.summary,
        quantile: numbers.quantile.clone(),
        cap: numbers.cap,
        capped: numbers.capped,
        steps: numbers.steps.clone(),
        tails: numbers.tails.map(|tails| Tails {
            smallest: tails.smallest,
            largest: tails.largest,
            skewness: tails.skewness,
        }),
    }
}

/// A segment in the words of verdicts.
pub fn segment(attribute: &str, value: &plan::SegmentValue) -> Segment {
    let value = match value {
        plan::SegmentValue::Is(value) => SegmentValue::Is(value.clone()),
        plan::SegmentValue::Other => SegmentValue::Other,
        plan::SegmentValue::Missing => SegmentValue::Missing,
    };
    Segment { attribute: attribute.to_string(), value }
}

/// How the facts that an experiment's metrics ask for meet its units, by source and variant.
pub fn joined(project: &Project, experiment: &Experiment, computed: &Computed) -> Vec<JoinCount> {
    let metrics: Vec<&str> = experiment.metrics.iter().map(|used| used.metric.as_str()).collect();
    let mut counts = Vec::new();
    for source in sources_of(project, &metrics) {
        for variant in &experiment.variants {
            let key = (source.clone(), experiment.key.clone(), variant.key.clone());
            let Some(joined) = computed.counts.joined.get(&key) else { continue };
            counts.push(JoinCount {
                source: source.clone(),
                variant: variant.key.clone(),
                units: joined.units,
                with_facts: joined.with_facts,
                shortly_before: joined.shortly_before,
                shortly_after: joined.shortly_after,
            });
        }
    }
    counts
}

/// Analysed units by the day they met the experiment.
pub fn enrolled(experiment: &Experiment, computed: &Computed) -> Vec<EnrolledCount> {
    let mine = computed.counts.days.iter().filter(|count| count.experiment == experiment.key);
    mine.map(|count| EnrolledCount {
        variant: count.variant.clone(),
        phase: count.phase,
        day: count.day,
        units: count.units,
    })
    .collect()
}

/// Analysed units by the values of the attributes that results are split by.
pub fn segments(experiment: &Experiment, computed: &Computed) -> Vec<SegmentCount> {
    let mine = computed.counts.segments.iter().filter(|count| count.experiment == experiment.key);
    mine.map(|count| SegmentCount {
        variant: count.variant.clone(),
        phase: count.phase,
        segment: segment(&count.attribute, &count.value),
        units: count.units,
    })
    .collect()
}
