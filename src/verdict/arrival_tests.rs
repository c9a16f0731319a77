//! Days that came twice, too late or not at all, and units that outweigh all others.

use jiff::civil::{Date, date};

use super::fixture::{Night, UNITS};
use super::{HealthRow, Outcome, SourceCounts, SummaryRow, Tails};
use crate::config::{FactFilter, MetricKind, Role, Window};
use crate::stats::Summary;

fn find(night: &Night, check: &str) -> Option<HealthRow> {
    night.report().health.into_iter().find(|row| row.check == check)
}

fn line(night: &Night, check: &str) -> String {
    let row = find(night, check).unwrap();
    format!("{}: {}", row.outcome.code(), row.detail)
}

/// Rows of the days of October, as of the last of them unless said otherwise.
fn source(rows: &[u64]) -> Night {
    let mut night = Night::quiet();
    let day = |i: usize| date(2026, 10, 1 + i8::try_from(i).unwrap());
    let rows_by_day = rows.iter().enumerate().map(|(i, rows)| (day(i), *rows)).collect();
    let all = rows.iter().sum();
    night.evidence.sources = vec![SourceCounts {
        source: "events".to_owned(),
        rows: all,
        rows_by_day,
        ..SourceCounts::default()
    }];
    night.on(day(rows.len() - 1))
}

const WEEK: [u64; 7] = [1_000, 1_100, 900, 1_050, 600, 550, 1_000];

#[test]
fn a_day_that_came_twice_is_told() {
    let twice = [&WEEK[..], &[2_100, 1_000]].concat();
    insta::assert_snapshot!(line(&source(&twice), "volume:events"), @"fail: 2,100 rows of `events` on 2026-10-08, where the median of the days before is 1,000; look at whether that day was delivered twice");
    let calm = [&WEEK[..], &[1_200, 1_000]].concat();
    assert_eq!(find(&source(&calm), "volume:events").unwrap().outcome, Outcome::Pass);
    // Sources of the experiment itself grow as units enroll.
    let growing: Vec<u64> = (1..=14).map(|day| 200 * day).collect();
    assert_eq!(find(&source(&growing), "volume:events").unwrap().outcome, Outcome::Pass);
    assert!(find(&source(&WEEK), "volume:events").is_none());
}

fn as_of(night: Night, day: Date) -> String {
    line(&night.on(day), "freshness:events")
}

#[test]
fn a_day_that_is_not_there_or_not_over_is_told() {
    insta::assert_snapshot!(as_of(source(&WEEK), date(2026, 10, 7)), @"pass: `events` has rows of 2026-10-07");
    insta::assert_snapshot!(as_of(source(&WEEK), date(2026, 10, 8)), @"fail: the last rows of `events` are of 2026-10-07; look at whether 2026-10-08 was loaded");
    assert!(as_of(source(&WEEK[..3]), date(2026, 10, 4)).starts_with("warn"));
    let part = [&WEEK[..], &[90]].concat();
    insta::assert_snapshot!(line(&source(&part), "freshness:events"), @"warn: `events` has only 90 rows of 2026-10-08, where the median of the days before is 1,000; look at whether that day is over");
}

/// Exposures of an experiment end with its enrollment, and its nights go on.
#[test]
fn a_source_that_is_over_is_not_late() {
    let mut night = source(&WEEK);
    night.evidence.sources[0].last_day = Some(date(2026, 10, 7));
    insta::assert_snapshot!(as_of(night.clone(), date(2026, 10, 20)), @"pass: `events` has rows of 2026-10-07");
    night.evidence.sources[0].last_day = Some(date(2026, 10, 8));
    assert!(
        as_of(night.clone(), date(2026, 10, 20))
            .starts_with("fail: the last rows of `events` are of 2026-10-07")
    );
    // Before its last day it is as any other.
    assert!(as_of(night, date(2026, 10, 7)).starts_with("pass"));
}

#[test]
fn copies_are_counted_where_they_can_be_told() {
    let night = |has_id, duplicates| {
        let mut night = source(&WEEK);
        night.evidence.sources[0].has_id = has_id;
        night.evidence.sources[0].duplicates = duplicates;
        night
    };
    insta::assert_snapshot!(line(&night(Some(true), 62), "duplicates:events"), @"warn: 62 rows of `events` (1 %) came twice and count once");
    insta::assert_snapshot!(line(&night(Some(true), 0), "duplicates:events"), @"pass: no row of `events` came twice");
    insta::assert_snapshot!(line(&night(Some(false), 0), "duplicates:events"), @"warn: `events` has no id column, so that a fact delivered twice counts twice; name one in its columns");
    assert!(find(&night(None, 0), "duplicates:events").is_none());
}

/// The largest of 20,000 units of a count with this mean and variance.
fn largest(largest: f64, role: Role) -> Night {
    let mut night = Night::quiet();
    let window = Window { from: 0, to: None };
    let source = "events".to_owned();
    let filter = FactFilter { source, event: None, predicate: None, window };
    night.metrics.get_mut("activation_rate").unwrap().kind = MetricKind::Count(filter);
    night.experiment.metrics[0].role = role;
    night.evidence.summaries.retain(|row| row.metric != "activation_rate");
    for variant in ["control", "simplified"] {
        let summary = Summary::from_mean(UNITS, 1.0, 4.0);
        let tails = Tails { smallest: 0.0, largest, skewness: None };
        let row = SummaryRow::of_all("activation_rate", variant, summary);
        night.evidence.summaries.push(SummaryRow { tails: Some(tails), ..row });
    }
    night
}

#[test]
fn one_unit_that_outweighs_all_others_is_told() {
    let check = "dominant_unit:activation_rate";
    insta::assert_snapshot!(line(&largest(10.0, Role::Primary), check), @"pass: one unit of 20,000 makes up 0.1 % of the squares of activation rate");
    insta::assert_snapshot!(line(&largest(40.0, Role::Primary), check), @"warn: one unit of 20,000 makes up 1.6 % of the squares of activation rate; look at who that is, or set a cap");
    insta::assert_snapshot!(line(&largest(150.0, Role::Primary), check), @"fail: one unit of 20,000 makes up 22.5 % of the squares of activation rate; look at who that is, or set a cap");
    assert_eq!(find(&largest(150.0, Role::Secondary), check).unwrap().outcome, Outcome::Warn);
}
