use std::collections::BTreeMap;

use jiff::civil::date;

use super::fixture::Night;
use super::{CrossoverCounts, ExposureCounts, HealthRow, MismatchCounts, Outcome, SourceCounts};
use crate::config::{MetricKind, MetricUse, Role};

fn row(night: &Night, check: &str) -> HealthRow {
    let rows = night.report().health;
    rows.into_iter().find(|row| row.check == check).unwrap()
}

fn line(night: &Night, check: &str) -> String {
    let row = row(night, check);
    format!("{}: {}", row.outcome.code(), row.detail)
}

#[test]
fn a_quiet_night_passes_every_check() {
    let rows = Night::quiet().report().health;
    assert!(rows.iter().all(|row| row.outcome == Outcome::Pass && !row.detail.is_empty()));
}

/// Cookie Cats (data/README.md): p = 0.0086 is above the gate of 0.001.
#[test]
fn sample_ratio_fails_below_one_in_a_thousand() {
    let cats = Night::quiet().units("control", 44_700).units("simplified", 45_489);
    let check = row(&cats, "sample_ratio");
    assert_eq!(check.outcome, Outcome::Pass);
    assert!((check.p_value.unwrap() - 0.008_607_987_810_836).abs() < 1e-12);
    let off = Night::quiet().units("control", 5210).units("simplified", 4790);
    insta::assert_snapshot!(line(&off, "sample_ratio"), @"fail: 5,210 units in `control` and 4,790 in `simplified`, where a 50/50 split was promised; look at what happens between assignment and exposure");
    let furthest = row(&off, "sample_ratio").observed.unwrap();
    assert!(((furthest - 0.5).abs() - 0.021).abs() < 1e-12);
}

#[test]
fn an_empty_variant_fails_once_it_cannot_be_chance() {
    insta::assert_snapshot!(line(&Night::quiet().units("simplified", 0), "empty_arm"), @"fail: variant `simplified` has no units where 5,000 were expected; look at whether it is served at all");
    insta::assert_snapshot!(line(&Night::quiet().all_units(0), "empty_arm"), @"fail: nobody has met `onboarding-v2`; look at its exposure source");
    let first_hour = Night::quiet().units("control", 3).units("simplified", 0);
    assert_eq!(row(&first_hour, "empty_arm").outcome, Outcome::Warn);
}

#[test]
fn crossovers_fail_from_one_percent_or_where_they_are_lopsided() {
    let night = |units, control, simplified| {
        let mut night = Night::quiet();
        let by_first = [("control", control), ("simplified", simplified)];
        let by_first = by_first.map(|(key, units)| (key.to_owned(), units));
        night.evidence.crossovers =
            Some(CrossoverCounts { units, by_first: BTreeMap::from(by_first) });
        night
    };
    insta::assert_snapshot!(line(&night(412, 206, 206), "crossovers"), @"fail: 412 units (2 %) met more than one variant; look at whether the unit is the one that is randomised");
    insta::assert_snapshot!(line(&night(100, 95, 5), "crossovers"), @"fail: 100 units (0.5 %) met more than one variant, and not evenly: first met 95 units in `control` and 5 in `simplified`; look at the redirects");
    insta::assert_snapshot!(line(&night(100, 52, 48), "crossovers"), @"pass: 100 units (0.5 %) met more than one variant");
}

#[test]
fn exposures_that_do_not_fit_are_counted() {
    let mut night = Night::quiet();
    night.evidence.exposures = Some(ExposureCounts {
        rows: 30_000,
        unknown_variant: 31,
        unknown_names: vec!["\"Control\" (31 rows; did you mean `control`)".into()],
    });
    night.evidence.mismatches = Some(MismatchCounts { disagreeing: 12, unassigned: 1 });
    insta::assert_snapshot!(line(&night, "unknown_variants"), @"fail: 31 exposures (0.1 %) with a variant that the experiment does not have: \"Control\" (31 rows; did you mean `control`)");
    insta::assert_snapshot!(line(&night, "assignment_mismatch"), @"warn: 12 units met another variant than the assigned one, 1 met the experiment unassigned");
    night.evidence.exposures =
        Some(ExposureCounts { rows: 30_000, unknown_variant: 30, ..Default::default() });
    night.evidence.mismatches = Some(MismatchCounts { disagreeing: 300, unassigned: 0 });
    assert_eq!(row(&night, "unknown_variants").outcome, Outcome::Pass);
    assert_eq!(row(&night, "assignment_mismatch").outcome, Outcome::Fail);
}

#[test]
fn rows_that_did_not_arrive_are_named() {
    let mut night = Night::quiet();
    let source = SourceCounts {
        source: "events".to_owned(),
        rows: 10_000,
        quarantined: 3,
        expected_days: Some(10),
        missing_days: vec![date(2026, 10, 7), date(2026, 10, 4)],
        ..SourceCounts::default()
    };
    night.evidence.sources = vec![source.clone()];
    insta::assert_snapshot!(line(&night, "missing_partitions"), @"fail: `events` lacks 2 days, the first is 2026-10-04; look at whether that load ran");
    insta::assert_snapshot!(line(&night, "quarantine:events"), @"warn: 3 rows of `events` (0.03 %) could not be read; look at their unit, time and value");
    night.evidence.sources = vec![SourceCounts { quarantined: 11, ..source }];
    assert_eq!(row(&night, "quarantine:events").outcome, Outcome::Fail);
}

#[test]
fn a_metric_that_is_all_zero_is_probably_a_broken_join() {
    let zero = |night: Night| {
        night.rate("error_rate", "control", 0.0).rate("error_rate", "simplified", 0.0)
    };
    insta::assert_snapshot!(line(&zero(Night::quiet()), "metric_all_zero"), @"fail: error rate is 0 for every unit; look at its event name and its unit column");
    assert_eq!(row(&zero(Night::quiet().all_units(50)), "metric_all_zero").outcome, Outcome::Warn);
    let mut secondary = zero(Night::quiet());
    secondary.experiment.metrics[1].role = Role::Secondary;
    assert_eq!(row(&secondary, "metric_all_zero").outcome, Outcome::Warn);
    let mut unopened = zero(Night::quiet());
    if let Some(MetricKind::Conversion { filter, .. }) =
        unopened.metrics.get_mut("error_rate").map(|metric| &mut metric.kind)
    {
        filter.window.from = 14 * 86_400_000_000;
    }
    assert_eq!(row(&unopened, "metric_all_zero").outcome, Outcome::Pass);
}

#[test]
fn what_is_too_good_to_be_true_is_not_believed() {
    let good = Night::quiet().rate("activation_rate", "simplified", 0.6);
    insta::assert_snapshot!(line(&good, "implausible_lift"), @"fail: activation rate of `simplified` differs by 50 %, too good or too bad to be true; look for a change in logging");
    let clear = Night::quiet().all_units(1_000_000).rate("activation_rate", "simplified", 0.41);
    assert_eq!(row(&clear, "implausible_lift").outcome, Outcome::Fail);
}

#[test]
fn a_failed_metric_says_why() {
    insta::assert_snapshot!(line(&Night::quiet().fail("error_rate"), "metric_failed"), @"fail: error rate could not be computed: column `amont` is not there");
    let mut secondary = Night::quiet();
    let revenue = MetricUse { metric: "revenue".to_owned(), role: Role::Secondary };
    secondary.experiment.metrics.push(revenue);
    assert_eq!(row(&secondary.fail("revenue"), "metric_failed").outcome, Outcome::Warn);
}
