//! Splits that are off as a whole, in a phase, in a segment, on a day.

use jiff::civil::date;

use super::fixture::Night;
use super::{EnrolledCount, HealthRow, JoinCount, Outcome, Segment, SegmentCount, SegmentValue};
use crate::config::Phase;

fn row(night: &Night, check: &str) -> HealthRow {
    let rows = night.report().health;
    rows.into_iter().find(|row| row.check == check).unwrap()
}

fn line(night: &Night, check: &str) -> String {
    let row = row(night, check);
    format!("{}: {}", row.outcome.code(), row.detail)
}

fn in_phases(mut night: Night) -> Night {
    night.experiment.phases = vec![
        Phase { from: date(2026, 10, 1), shares: vec![0.9, 0.1] },
        Phase { from: date(2026, 10, 5), shares: vec![0.5, 0.5] },
    ];
    night
}

/// Units of control and treatment that enrolled on days of October.
fn enrolled(mut night: Night, days: &[(i8, usize, [u64; 2])]) -> Night {
    let mut sums = [0, 0];
    for (day, phase, units) in days {
        for (i, variant) in ["control", "simplified"].into_iter().enumerate() {
            sums[i] += units[i];
            night.evidence.enrolled.push(EnrolledCount {
                variant: variant.to_owned(),
                phase: *phase,
                day: date(2026, 10, *day),
                units: units[i],
            });
        }
    }
    night.units("control", sums[0]).units("simplified", sums[1])
}

fn segmented(mut night: Night, attribute: &str, segments: &[(&str, [u64; 2])]) -> Night {
    let mut sums = [0, 0];
    for (value, units) in segments {
        let value = SegmentValue::Is((*value).to_owned());
        let segment = Segment { attribute: attribute.to_owned(), value };
        for (i, variant) in ["control", "simplified"].into_iter().enumerate() {
            sums[i] += units[i];
            let (variant, segment) = (variant.to_owned(), segment.clone());
            night.evidence.segments.push(SegmentCount {
                variant,
                phase: 0,
                segment,
                units: units[i],
            });
        }
    }
    night.units("control", sums[0]).units("simplified", sums[1])
}

/// Simpson by weight change: 14,000 to 6,000 is as promised.
#[test]
fn a_ramp_is_expected_by_its_phases() {
    let ramp = [(1, 0, [9_010, 990]), (5, 1, [4_980, 5_020])];
    let night = enrolled(in_phases(Night::quiet()), &ramp);
    insta::assert_snapshot!(line(&night, "sample_ratio"), @"pass: 13,990 units in `control` and 6,010 in `simplified`, where 70/30 was to be expected over 2 phases");
    assert_eq!(row(&night, "empty_arm").outcome, Outcome::Pass);
    let off = [(1, 0, [9_000, 1_000]), (5, 1, [5_300, 4_700])];
    let night = enrolled(in_phases(Night::quiet()), &off);
    insta::assert_snapshot!(line(&night, "sample_ratio"), @"fail: 14,300 units in `control` and 5,700 in `simplified`, where 70/30 was to be expected over 2 phases; most of it is in 2026-10-05: 4,700 units in `simplified` where 5,000 were to be expected; look at what happens between assignment and exposure there");
    let uncounted = in_phases(Night::quiet());
    assert_eq!(row(&uncounted, "sample_ratio").outcome, Outcome::Warn);
}

#[test]
fn a_variant_without_a_share_has_nobody() {
    let mut night = in_phases(Night::quiet());
    night.experiment.phases[0].shares = vec![1.0, 0.0];
    let right = enrolled(night.clone(), &[(1, 0, [4_000, 0]), (5, 1, [5_000, 5_010])]);
    assert_eq!(row(&right, "sample_ratio").outcome, Outcome::Pass);
    let wrong = enrolled(night, &[(1, 0, [4_000, 1]), (5, 1, [5_000, 5_010])]);
    assert_eq!(row(&wrong, "sample_ratio").p_value, Some(0.0));
}

#[test]
fn a_split_that_is_off_says_where() {
    let platforms = [("ios", [5_320, 4_512]), ("web", [15_000, 15_010])];
    let night = segmented(Night::quiet(), "platform", &platforms);
    insta::assert_snapshot!(line(&night, "sample_ratio"), @"fail: 20,320 units in `control` and 19,522 in `simplified`, where a 50/50 split was promised; most of it is in platform=ios: 4,512 units in `simplified` where 4,916 were to be expected; look at what happens between assignment and exposure there");
}

/// Two segments that are off in opposite ways cancel.
#[test]
fn a_split_may_be_off_in_segments_only() {
    let platforms = [("ios", [5_500, 4_500]), ("web", [4_500, 5_500])];
    let night = segmented(Night::quiet(), "platform", &platforms);
    assert_eq!(row(&night, "sample_ratio").outcome, Outcome::Pass);
    insta::assert_snapshot!(line(&night, "sample_ratio:platform"), @"warn: platform=ios: 4,500 units in `simplified` where 5,000 were to be expected; look at what is different there");
    let fair =
        segmented(Night::quiet(), "platform", &[("ios", [500, 510]), ("web", [4_000, 4_020])]);
    insta::assert_snapshot!(line(&fair, "sample_ratio:platform"), @"pass: every segment by platform fell as promised (platform=ios with 11.2 % of the units is furthest off)");
}

#[test]
fn a_split_may_be_off_on_a_day_only() {
    let days = [(1, 0, [5_400, 4_600]), (2, 0, [4_600, 5_400]), (3, 0, [5_000, 5_000])];
    let night = enrolled(Night::quiet(), &days);
    assert_eq!(row(&night, "sample_ratio").outcome, Outcome::Pass);
    insta::assert_snapshot!(line(&night, "sample_ratio_by_day"), @"warn: 2026-10-01: 4,600 units in `simplified` where 5,000 were to be expected; look at what is different there");
}

fn joined(with_facts: [u64; 2], before: [u64; 2]) -> Night {
    let mut night = Night::quiet();
    for (i, variant) in ["control", "simplified"].into_iter().enumerate() {
        night.evidence.joined.push(JoinCount {
            source: "events".to_owned(),
            variant: variant.to_owned(),
            units: 10_000,
            with_facts: with_facts[i],
            shortly_before: before[i],
            shortly_after: 5_000,
        });
    }
    night
}

#[test]
fn facts_that_meet_no_units_are_a_broken_join() {
    insta::assert_snapshot!(line(&joined([0, 0], [0, 0]), "join_rate:events"), @"fail: 0 of 20,000 units have facts in `events`; look at whether its unit column is that of the experiment");
    // A rare event, of units that are the right ones.
    insta::assert_snapshot!(line(&joined([6, 9], [0, 0]), "join_rate:events"), @"warn: 15 of 20,000 units have facts in `events`; look at whether its unit column is that of the experiment");
    insta::assert_snapshot!(line(&joined([6_000, 6_010], [0, 0]), "join_rate:events"), @"pass: 12,010 of 20,000 units have facts in `events`, as many in every variant");
    insta::assert_snapshot!(line(&joined([6_000, 3_000], [0, 0]), "join_rate:events"), @"fail: 60 % of the units in `control` have facts in `events`, and 30 % in `simplified`; an effect on whether there are any would look the same, but look at whether facts of one variant are lost");
    let effect = joined([4_000, 4_400], [0, 0]);
    assert_eq!(row(&effect, "join_rate:events").outcome, Outcome::Warn);
}

#[test]
fn facts_before_enrollment_come_in_every_variant_alike() {
    insta::assert_snapshot!(line(&joined([6_000, 6_000], [2_000, 2_060]), "clock_skew:events"), @"pass: facts of `events` in the hour before enrollment: 2,000 in `control` and 2,060 in `simplified`");
    insta::assert_snapshot!(line(&joined([6_000, 6_000], [2_000, 2_900]), "clock_skew:events"), @"fail: facts of `events` in the hour before enrollment: 2,000 in `control` and 2,900 in `simplified`; look at whether one variant tells its exposure later");
}
