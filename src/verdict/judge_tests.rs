//! One comparison at a time: phases, covariates, quantiles, rare events, segments.

use proptest::prelude::*;

use super::fixture::{Night, UNITS};
use super::{
    Decision, EstimateRow, Outcome, Report, RowStatus, Segment, SegmentCount, SegmentValue, State,
    SummaryRow, Tails,
};
use crate::config::{
    Covariate, FactFilter, Maturity, Method, MetricKind, MetricUse, Phase, Role, Window,
};
use crate::stats::{Missing, Point, Summary, compare, non_inferiority};

const METRIC: &str = "activation_rate";

fn first(night: &Night) -> EstimateRow {
    night.report().estimates.remove(0)
}

fn said(row: &EstimateRow) -> String {
    let reason = row.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("{} {}{reason}", row.status.code(), row.state.code())
}

/// The same metric by other numbers, in one phase.
fn with(mut night: Night, variant: &str, phase: usize, summary: Summary) -> Night {
    let row = SummaryRow { phase, ..SummaryRow::of_all(METRIC, variant, summary) };
    night.evidence.summaries.push(row);
    night
}

/// A mean per unit instead of a share.
fn of_sums(mut night: Night) -> Night {
    let metric = night.metrics.get_mut(METRIC).unwrap();
    let filter = FactFilter {
        source: "events".to_owned(),
        event: None,
        predicate: None,
        window: Window { from: 0, to: None },
    };
    metric.kind = MetricKind::Count(filter);
    night.evidence.summaries.retain(|row| row.metric != METRIC);
    night
}

/// Two phases with these shares of treatment.
fn in_phases(mut night: Night, treated: [f64; 2]) -> Night {
    let from = [night.experiment.start, night.experiment.start.tomorrow().unwrap()];
    let phase = |i: usize| Phase { from: from[i], shares: vec![1.0 - treated[i], treated[i]] };
    night.experiment.phases = vec![phase(0), phase(1)];
    night
}

/// 10 % treated while 10 % converted, then 50 % while 5 % did: pooled, it is a disaster.
#[test]
fn phases_are_never_pooled() {
    let mut night = in_phases(Night::quiet(), [0.1, 0.5]);
    night.evidence.summaries.retain(|row| row.metric != METRIC);
    for (variant, phase, units, converted) in [
        ("control", 0, 9_000, 900),
        ("simplified", 0, 1_000, 100),
        ("control", 1, 2_000, 100),
        ("simplified", 1, 2_000, 100),
    ] {
        night = with(night, variant, phase, Summary::from_conversions(units, converted));
    }
    let estimate = first(&night).estimate.unwrap();
    assert!(estimate.effect.abs() < 1e-15, "{}", estimate.effect);
    // 10,000 of 14,000 units at 10 %, 4,000 at 5 %.
    assert!((estimate.control - 1.2 / 14.0).abs() < 1e-15);
    let pooled = [(11_000, 1_000), (3_000, 200)].map(|(n, k)| Summary::from_conversions(n, k));
    let pooled = compare(&pooled[0], &pooled[1], 0.05, 5000.0).unwrap();
    assert!(pooled.sequential.p_value < 0.01 && estimate.sequential.p_value == 1.0);
}

#[test]
fn a_phase_in_which_a_variant_did_not_run_is_left_out_and_told() {
    let night = in_phases(of_sums(Night::quiet()), [0.0, 0.5]);
    let mean = |units, mean| Summary::from_mean(units, mean, 4.0);
    let night = with(night, "control", 0, mean(3_000, 9.0));
    let night = with(night, "control", 1, mean(5_000, 2.0));
    let night = with(night, "simplified", 1, mean(5_000, 2.1));
    let row = first(&night);
    assert_eq!(row.left_out, 3_000);
    let alone = compare(&mean(5_000, 2.0), &mean(5_000, 2.1), 0.05, 5000.0).unwrap();
    assert_eq!(row.estimate.unwrap(), alone);
    let health = night.report().health;
    let phases = health.iter().find(|row| row.check == "phases").unwrap();
    insta::assert_snapshot!(phases.detail, @"3,000 units of `simplified` and control met in phases without units to compare them with, and are left out of activation rate");
    assert_eq!(phases.outcome, Outcome::Warn);
}

/// A covariate that explains three quarters of the variance.
fn explained(units: u64, mean: f64, before: f64) -> Summary {
    let mut summary = Summary::from_mean(units, mean, 4.0);
    let freedom = (units - 1) as f64;
    summary.mean[2] = before;
    summary.comoment[2][2] = 4.0 * freedom;
    (summary.comoment[0][2], summary.comoment[2][0]) =
        (4.0 * 0.75_f64.sqrt() * freedom, 4.0 * 0.75_f64.sqrt() * freedom);
    summary
}

#[test]
fn the_time_before_sharpens_the_comparison_and_is_told() {
    let night = with(of_sums(Night::quiet()), "control", 0, explained(UNITS, 2.0, 1.0));
    let night = with(night, "simplified", 0, explained(UNITS, 2.08, 1.0));
    let row = first(&night);
    let (adjusted, used) = (row.estimate.unwrap(), row.covariate.unwrap());
    let bare = [2.0, 2.08].map(|mean| Summary::from_mean(UNITS, mean, 4.0));
    assert_eq!(used.unadjusted, compare(&bare[0], &bare[1], 0.05, 5000.0).unwrap());
    assert!((used.variance_reduction - 0.75).abs() < 1e-3);
    assert!((adjusted.std_error / used.unadjusted.std_error - 0.5).abs() < 1e-3);
    assert!((adjusted.effect - 0.08).abs() < 1e-3);
    // Alone it is flat, and with its past it is better.
    assert_eq!(row.state, State::Better);
    assert!(used.unadjusted.sequential.p_value > 0.05);
}

#[test]
fn a_constant_covariate_is_none() {
    let night = with(of_sums(Night::quiet()), "control", 0, Summary::from_mean(UNITS, 2.0, 4.0));
    let night = with(night, "simplified", 0, Summary::from_mean(UNITS, 2.1, 4.0));
    assert_eq!(first(&night).covariate, None);
}

#[test]
fn a_primary_that_differed_before_is_not_believed() {
    let night = |before| {
        let night = with(of_sums(Night::quiet()), "control", 0, explained(UNITS, 2.0, 1.0));
        let mut night = with(night, "simplified", 0, explained(UNITS, 2.0, before));
        night.metrics.get_mut(METRIC).unwrap().covariate = Some(Covariate::Before(1));
        let health = night.report().health;
        health.into_iter().find(|row| row.check == "pre_period:activation_rate").unwrap()
    };
    assert_eq!(night(1.02).outcome, Outcome::Pass);
    let off = night(1.2);
    assert_eq!(off.outcome, Outcome::Fail);
    insta::assert_snapshot!(off.detail, @"before the experiment the covariate of activation rate was 1 in `control` and 1.2 in `simplified`; look for a carry-over from another experiment");
}

#[test]
fn a_quantile_is_compared_by_its_points() {
    let night = |treatment: Result<Point, Missing>| {
        let mut night = of_sums(Night::quiet());
        let point = Point { units: UNITS, dof: f64::INFINITY, value: 250.0, variance: 4.0 };
        for (variant, quantile) in [("control", Ok(point)), ("simplified", treatment)] {
            let summary = Summary { units: UNITS, ..Summary::EMPTY };
            let row = SummaryRow::of_all(METRIC, variant, summary);
            night.evidence.summaries.push(SummaryRow { quantile: Some(quantile), ..row });
        }
        night
    };
    let point = Point { units: UNITS, dof: f64::INFINITY, value: 270.0, variance: 5.0 };
    let estimate = first(&night(Ok(point))).estimate.unwrap();
    assert_eq!((estimate.control, estimate.treatment, estimate.std_error), (250.0, 270.0, 3.0));
    let few = night(Err(Missing::TooFewValues { values: 3, needed: 8 }));
    insta::assert_snapshot!(said(&first(&few)), @"insufficient insufficient (too_few_values: the quantile needs 8 values, and there are 3)");
    let zero = few.report().health.into_iter().find(|row| row.check == "metric_all_zero").unwrap();
    assert_eq!(zero.outcome, Outcome::Pass);
}

#[test]
fn rare_events_decide_nothing_at_every_look_and_by_score_at_the_end() {
    // 1 % treated: nobody of a hundred, where 0.5 are to be expected.
    let night = Night::quiet().units("control", 9_900).units("simplified", 100);
    let night = night.rate(METRIC, "control", 0.005).rate(METRIC, "simplified", 0.0);
    let row = first(&night);
    insta::assert_snapshot!(said(&row), @"insufficient insufficient (rare_events: 0.5 converted units are to be expected in the smaller variant, and a test at every look needs 10)");
    let fixed = row.estimate.unwrap().fixed.p_value;
    assert!(fixed > 0.3, "Wald is certain, with 1e-12: {fixed}");
    assert_eq!(first(&night.method(Method::TTest)).status, RowStatus::Ok);
}

/// Ten and more are expected, and none came: the score knows.
#[test]
fn an_outage_is_seen_although_nobody_converts() {
    let night = Night::quiet().rate(METRIC, "control", 0.05).rate(METRIC, "simplified", 0.0);
    let row = first(&night);
    assert_eq!((row.status, row.state), (RowStatus::Ok, State::Worse));
    let lift = row.estimate.unwrap().lift.unwrap();
    assert_eq!(lift.value, -1.0);
    assert!(lift.sequential.lower < -1.0 && lift.sequential.upper < -0.5);
    let checks = night.report().health;
    assert!(checks.iter().any(|row| row.check == "rare:activation_rate"));
}

#[test]
fn tails_hold_what_is_told_and_change_no_state() {
    let night = |control: u64, skewness: f64| {
        let mut night = of_sums(Night::quiet()).units("control", control);
        night.experiment.phases[0].shares = vec![0.9, 0.1];
        for (variant, mean) in [("control", 2.0), ("simplified", 2.2)] {
            let units = night.evidence.units[variant];
            let summary = Summary::from_mean(units, mean, 4.0);
            let tails = Tails { smallest: 0.0, largest: 20.0, skewness: Some(skewness) };
            let row = SummaryRow::of_all(METRIC, variant, summary);
            night.evidence.summaries.push(SummaryRow { tails: Some(tails), ..row });
        }
        night.report().verdict
    };
    let held = night(90_000, 6.0);
    assert_eq!((held.decision, held.actionable), (Decision::Ship, false));
    assert_eq!(held.hold_reasons, ["tails:activation_rate"]);
    insta::assert_snapshot!(held.recommendation, @"Ship `simplified`: activation rate is up 10 % (between 6.4 % and 13.6 %), with more than 99.9 % confidence that it is not chance, and no guardrail got worse. It takes a person to do so: activation rate is too skewed for 10,000 units in the smaller of `control` and `simplified`, 12,780 are needed; cap it in the next experiment.");
    assert!(night(90_000, 5.0).actionable);
}

#[test]
fn an_open_window_is_no_failure() {
    let mut night = Night::quiet();
    night.metrics.get_mut(METRIC).unwrap().maturity = Maturity::Matured;
    night.evidence.summaries.retain(|row| row.metric != METRIC);
    insta::assert_snapshot!(said(&first(&night)), @"insufficient insufficient (not_matured: a variant has no unit whose window has closed)");
    assert_eq!(night.report().verdict.decision, Decision::KeepRunning);
    let night = with(night, "control", 0, Summary::from_conversions(200, 80));
    let night = with(night, "simplified", 0, Summary::from_conversions(60, 20));
    insta::assert_snapshot!(said(&first(&night)), @"insufficient insufficient (too_few_units: `simplified` has 60 of at least 100 units whose window has closed)");
}

fn country(value: &str) -> Segment {
    Segment { attribute: "country".to_owned(), value: SegmentValue::Is(value.to_owned()) }
}

/// Units and shares of control and treatment in one segment, for every metric.
fn segmented(mut night: Night, segment: &Segment, units: [u64; 2], shares: [f64; 2]) -> Night {
    for (i, variant) in ["control", "simplified"].into_iter().enumerate() {
        let (variant, segment) = (variant.to_owned(), segment.clone());
        let summary =
            Summary::from_conversions(units[i], (units[i] as f64 * shares[i]).round() as u64);
        if units[i] > 0 {
            for used in &night.experiment.metrics {
                let row = SummaryRow::of_all(&used.metric, &variant, summary);
                let segment = Some(segment.clone());
                night.evidence.summaries.push(SummaryRow { segment, ..row });
            }
        }
        let count = SegmentCount { variant, phase: 0, segment, units: units[i] };
        night.evidence.segments.push(count);
    }
    night
}

fn of_segments(report: &Report) -> Vec<&EstimateRow> {
    let is_it = |row: &&EstimateRow| row.segment.is_some() && row.metric == METRIC;
    report.estimates.iter().filter(is_it).collect()
}

#[test]
fn every_segment_has_a_row_for_every_metric_and_treatment() {
    let mut night = Night::quiet();
    night.experiment.segments = vec!["country".to_owned()];
    let night = segmented(night, &country("DE"), [4_000, 4_000], [0.4, 0.4]);
    let night = segmented(night, &country("FR"), [5_990, 6_000], [0.4, 0.4]);
    let night = segmented(night, &country("LI"), [10, 0], [0.4, 0.4]);
    let report = night.report();
    assert_eq!(report.estimates.len(), 2 + 2 * 3);
    let rows = of_segments(&report);
    let names: Vec<_> = rows.iter().map(|row| row.segment.as_ref().unwrap().to_string()).collect();
    assert_eq!(names, ["country=DE", "country=FR", "country=LI"]);
    assert!(rows.iter().all(|row| !row.exploratory));
    insta::assert_snapshot!(said(rows[2]), @"insufficient insufficient (too_few_units: a variant has no units)");
}

/// Holm (1979) by hand: the smallest of three counts three times, the next twice.
#[test]
fn segments_are_corrected_among_those_that_were_asked_for() {
    let mut night = Night::quiet();
    night.experiment.segments = vec!["country".to_owned()];
    for (value, share) in [("DE", 0.45), ("FR", 0.44), ("LI", 0.4)] {
        night = segmented(night, &country(value), [5_000, 5_000], [0.4, share]);
    }
    let other = Segment { attribute: "age".to_owned(), value: SegmentValue::Missing };
    let report = segmented(night, &other, [5_000, 5_000], [0.4, 0.44]).report();
    let rows = of_segments(&report);
    let raw: Vec<f64> =
        rows.iter().map(|row| row.estimate.as_ref().unwrap().sequential.p_value).collect();
    let adjusted: Vec<f64> = rows.iter().map(|row| row.adjusted_p_value.unwrap()).collect();
    let want = [3.0 * raw[0], 2.0 * raw[1], raw[2], raw[3]];
    let close = |(got, want): (&f64, f64)| (got / want - 1.0).abs() < 1e-12;
    assert!(adjusted.iter().zip(want).all(close), "{adjusted:?} {want:?}");
    assert_eq!(
        rows.iter().map(|row| row.exploratory).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!(rows[0].alpha, 0.05 / 3.0);
    assert_eq!((rows[0].state, rows[2].state), (State::Better, State::Flat));
}

#[test]
fn a_segment_that_was_not_computed_is_skipped() {
    let mut night = Night::quiet();
    night = segmented(night, &country("DE"), [5_000, 5_000], [0.4, 0.4]);
    night.evidence.summaries.retain(|row| row.segment.is_none() || row.metric != METRIC);
    let report = night.report();
    let row = of_segments(&report)[0];
    assert_eq!((row.status, row.state), (RowStatus::Skipped, State::Insufficient));
    insta::assert_snapshot!(row.reason.as_ref().unwrap(), @"skipped: `activation_rate` was not computed for `control` in country=DE");
    assert_eq!(report.verdict.decision, Decision::KeepRunning);
}

proptest! {
    /// Whatever the segments say.
    #[test]
    fn segments_never_change_the_verdict(
        units in prop::array::uniform2(0u64..9_000),
        shares in prop::array::uniform2(0.0..1.0f64),
        activation in prop::sample::select(vec![0.36, 0.4, 0.44]),
        asked: bool,
    ) {
        let plain = Night::quiet().rate(METRIC, "simplified", activation);
        let mut night = segmented(plain.clone(), &country("DE"), units, shares);
        if asked {
            night.experiment.segments = vec!["country".to_owned()];
        }
        let (with, without) = (night.report(), plain.report());
        let (a, b) = (&with.verdict, &without.verdict);
        prop_assert_eq!((a.decision, &a.winner, &a.treatment), (b.decision, &b.winner, &b.treatment));
        prop_assert_eq!((a.confidence, a.lift, a.units, a.days_left), (b.confidence, b.lift, b.units, b.days_left));
        prop_assert_eq!((a.actionable, &a.hold_reasons), (b.actionable, &b.hold_reasons));
        prop_assert_eq!(&a.recommendation, &b.recommendation);
        prop_assert_eq!(&with.estimates[0].estimate, &without.estimates[0].estimate);
    }

    /// Evidence is a set.
    #[test]
    fn the_order_of_rows_changes_nothing(order in Just((0..12usize).collect::<Vec<_>>()).prop_shuffle()) {
        let mut night = in_phases(Night::quiet(), [0.3, 0.5]);
        for metric in [METRIC, "error_rate"] {
            for (phase, units) in [(1, [3_000, 3_000]), (0, [700, 300])] {
                for (variant, units) in [("control", units[0]), ("simplified", units[1])] {
                    let summary = Summary::from_conversions(units, units / 3);
                    let row = SummaryRow { phase, ..SummaryRow::of_all(metric, variant, summary) };
                    night.evidence.summaries.push(row);
                }
            }
        }
        let old: Vec<_> = night.evidence.summaries.drain(4..).collect();
        night.evidence.summaries = old;
        let night = segmented(night, &country("DE"), [500, 500], [0.3, 0.4]);
        let rows = night.evidence.summaries.clone();
        let mut other = night.clone();
        other.evidence.summaries = order.iter().map(|i| rows[*i].clone()).collect();
        let (a, b) = (night.report(), other.report());
        for (a, b) in a.estimates.iter().zip(&b.estimates) {
            prop_assert_eq!(&a.estimate, &b.estimate);
            prop_assert_eq!((a.state, &a.segment, a.margin_p_value), (b.state, &b.segment, b.margin_p_value));
        }
        prop_assert_eq!(a.verdict.recommendation, b.verdict.recommendation);
    }

    /// Units dealt to two phases in equal parts say what they said together.
    #[test]
    fn equal_phases_have_the_effect_of_the_whole(
        means in prop::array::uniform4(1.0..100.0f64),
        units in 50u64..5_000,
    ) {
        let night = in_phases(of_sums(Night::quiet()), [0.5, 0.5]);
        let parts = means.map(|mean| Summary::from_mean(units, mean, mean));
        let night = with(night, "control", 0, parts[0]);
        let night = with(night, "control", 1, parts[1]);
        let night = with(night, "simplified", 0, parts[2]);
        let night = with(night, "simplified", 1, parts[3]);
        let whole = [parts[0].merge(&parts[1]), parts[2].merge(&parts[3])];
        let want = compare(&whole[0], &whole[1], 0.05, 5000.0).unwrap();
        let got = first(&night).estimate.unwrap();
        prop_assert!((got.effect - want.effect).abs() < 1e-12 * (want.control + want.treatment));
        prop_assert!(got.std_error <= want.std_error * (1.0 + 1.0 / units as f64));
    }
}

#[test]
fn a_margin_is_tested_over_phases_and_with_the_past() {
    let mut night = of_sums(Night::quiet());
    night.experiment.metrics.reverse();
    night.experiment.metrics[0] =
        MetricUse { metric: METRIC.to_owned(), ..night.experiment.metrics[0] };
    night.experiment.metrics[1] =
        MetricUse { metric: "error_rate".to_owned(), role: Role::Primary };
    let bare = [2.0, 1.98].map(|mean| Summary::from_mean(UNITS, mean, 4.0));
    let plain = with(night.clone(), "control", 0, bare[0]);
    let plain = with(plain, "simplified", 0, bare[1]);
    let better = plain.metrics[METRIC].better;
    let want = non_inferiority(&bare[0], &bare[1], 0.05, better, 0.05, 5000.0).unwrap();
    assert_eq!(first(&plain).margin_p_value, Some(want.sequential_p_value));
    let sharper = with(night, "control", 0, explained(UNITS, 2.0, 1.0));
    let sharper = with(sharper, "simplified", 0, explained(UNITS, 1.98, 1.0));
    assert!(first(&sharper).margin_p_value.unwrap() < want.sequential_p_value);
}
