//! Whether the rows arrived.

use super::split::part;
use super::words::{counted, percent};
use super::{Evidence, HealthRow, Outcome, SourceCounts};

const MAX_QUARANTINED: f64 = 0.001;

/// Rows of one source that could not be read.
pub(super) fn quarantine(source: &SourceCounts) -> HealthRow {
    let share = part(source.quarantined, source.rows);
    let rows = counted(source.quarantined, "row");
    let name = &source.source;
    let (outcome, detail) = match source.quarantined {
        0 => (Outcome::Pass, format!("every row of `{name}` could be read")),
        _ => {
            let fails = share > MAX_QUARANTINED;
            let outcome = if fails { Outcome::Fail } else { Outcome::Warn };
            let what = format!("{rows} of `{name}` ({}) could not be read", percent(share));
            (outcome, format!("{what}; look at their unit, time and value"))
        }
    };
    let row = HealthRow::new(&format!("quarantine:{name}")).say(outcome, detail);
    HealthRow { observed: Some(share), expected: Some(MAX_QUARANTINED), ..row }
}

/// Days of the experiment for which a partitioned source has no partition.
pub(super) fn missing_partitions(evidence: &Evidence) -> Option<HealthRow> {
    let partitioned = || evidence.sources.iter().filter(|source| source.expected_days.is_some());
    let expected: u32 = partitioned().filter_map(|source| source.expected_days).sum();
    partitioned().next()?;
    let missing: usize = partitioned().map(|source| source.missing_days.len()).sum();
    let row = HealthRow {
        observed: Some(f64::from(expected) - missing as f64),
        expected: Some(f64::from(expected)),
        ..HealthRow::new("missing_partitions")
    };
    if missing == 0 {
        return Some(row.say(Outcome::Pass, "every expected day is there".to_owned()));
    }
    let lacks = |source: &SourceCounts| {
        let first = source.missing_days.iter().min()?;
        let days = counted(source.missing_days.len() as u64, "day");
        Some(format!("`{}` lacks {days}, the first is {first}", source.source))
    };
    let detail = partitioned().filter_map(lacks).collect::<Vec<_>>().join("; ");
    Some(row.say(Outcome::Fail, format!("{detail}; look at whether that load ran")))
}
