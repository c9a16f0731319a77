//! Whether the rows arrived.

use jiff::civil::Date;

use super::split::part;
use super::words::{count, counted, percent};
use super::{Evidence, HealthRow, Outcome, SourceCounts};

const MAX_QUARANTINED: f64 = 0.001;
/// Which of two facts with one id is the right one, nobody knows.
const MAX_DIFFERING: f64 = 0.001;

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

/// Days before a day that it is compared with, and at least so many of them.
const DAYS_BEFORE: usize = 28;
const ENOUGH_DAYS: usize = 7;
/// Rows of a day before there is anything to say about their number.
const ENOUGH_ROWS: f64 = 100.0;
/// A day that arrived twice has twice the rows of its like.
const MAX_OF_MEDIAN: f64 = 1.8;
/// Sources grow while units enroll; twice a day's rows is more than all days before had.
const MAX_OF_LARGEST: f64 = 1.5;
/// A day that has so little of the usual number is probably not over.
const MIN_OF_MEDIAN: f64 = 0.25;

/// Rows of each day before one: their median and the largest.
fn usual(source: &SourceCounts, day: Date) -> Option<(f64, f64)> {
    let before = source.rows_by_day.range(..day).rev().take(DAYS_BEFORE);
    let mut rows: Vec<u64> = before.map(|(_, rows)| *rows).collect();
    rows.sort_unstable();
    let (lower, upper) = (rows.get((rows.len().max(1) - 1) / 2)?, rows.get(rows.len() / 2)?);
    let median = 0.5 * (*lower as f64 + *upper as f64);
    let enough = rows.len() >= ENOUGH_DAYS && median >= ENOUGH_ROWS;
    enough.then_some((median, *rows.last()? as f64))
}

/// A day with so many rows that it was probably delivered twice.
pub(super) fn volume(source: &SourceCounts) -> Option<HealthRow> {
    let name = &source.source;
    let compared = source.rows_by_day.iter();
    let compared = compared.filter_map(|(day, n)| Some((*day, *n as f64, usual(source, *day)?)));
    let of_median = |(_, rows, (median, _)): &(Date, f64, (f64, f64))| rows / median;
    let largest = compared.max_by(|a, b| of_median(a).total_cmp(&of_median(b)))?;
    let (day, rows, (median, most)) = largest;
    let fails = rows > MAX_OF_MEDIAN * median && rows > MAX_OF_LARGEST * most;
    let seen = format!(
        "{} of `{name}` on {day}, where the median of the days before is {}",
        counted(rows as u64, "row"),
        count(median.round() as u64)
    );
    let (outcome, detail) = match fails {
        true => (Outcome::Fail, format!("{seen}; look at whether that day was delivered twice")),
        false => (Outcome::Pass, seen),
    };
    let row = HealthRow::new(&format!("volume:{name}")).say(outcome, detail);
    Some(HealthRow { observed: Some(rows), expected: Some(median), ..row })
}

/// Whether the last day is there, and whole.
pub(super) fn freshness(source: &SourceCounts, as_of: Date) -> Option<HealthRow> {
    let name = &source.source;
    let (first, last) =
        (*source.rows_by_day.keys().next()?, *source.rows_by_day.keys().next_back()?);
    let row = HealthRow::new(&format!("freshness:{name}"));
    // Who enrolls nobody any more need not deliver.
    let as_of = source.last_day.map_or(as_of, |day| day.min(as_of));
    let days = (as_of - first).get_days().max(0) as usize;
    let missed = (as_of - last).get_days().max(0);
    let row = HealthRow { observed: Some(f64::from(missed)), expected: Some(0.0), ..row };
    if missed > 0 {
        let has_every_day = source.rows_by_day.len() + missed as usize > days;
        let fails = has_every_day && source.rows_by_day.len() >= ENOUGH_DAYS;
        let outcome = if fails { Outcome::Fail } else { Outcome::Warn };
        let detail =
            format!("the last rows of `{name}` are of {last}; look at whether {as_of} was loaded");
        return Some(row.say(outcome, detail));
    }
    let rows = source.rows_by_day.get(&as_of).copied().unwrap_or(0);
    match usual(source, as_of) {
        Some((median, _)) if (rows as f64) < MIN_OF_MEDIAN * median => Some(row.say(
            Outcome::Warn,
            format!(
                "`{name}` has only {} of {as_of}, where the median of the days before is {}; look \
                 at whether that day is over",
                counted(rows, "row"),
                count(median.round() as u64)
            ),
        )),
        _ => Some(row.say(Outcome::Pass, format!("`{name}` has rows of {as_of}"))),
    }
}

/// Copies of facts, and whether they can be told at all.
pub(super) fn duplicates(source: &SourceCounts) -> Option<HealthRow> {
    let name = &source.source;
    let row = HealthRow::new(&format!("duplicates:{name}"));
    if !source.has_id? {
        let detail = format!(
            "`{name}` has no id column, so that a fact delivered twice counts twice; name one in \
             its columns"
        );
        return Some(row.say(Outcome::Warn, detail));
    }
    let share = part(source.duplicates, source.rows);
    let row = HealthRow { observed: Some(share), expected: Some(0.0), ..row };
    if source.duplicates == 0 {
        return Some(row.say(Outcome::Pass, format!("no row of `{name}` came twice")));
    }
    let what = format!(
        "{} of `{name}` ({}) came twice",
        counted(source.duplicates, "row"),
        percent(share)
    );
    if source.differing_duplicates == 0 {
        return Some(row.say(Outcome::Warn, format!("{what} and count once")));
    }
    let differing = part(source.differing_duplicates, source.rows);
    let fails = differing > MAX_DIFFERING;
    let detail = format!(
        "{what} and count once, {} ({}) with other content; look at what gives out the ids",
        count(source.differing_duplicates),
        percent(differing)
    );
    let row = HealthRow { observed: Some(differing), expected: Some(MAX_DIFFERING), ..row };
    Some(row.say(if fails { Outcome::Fail } else { Outcome::Warn }, detail))
}
