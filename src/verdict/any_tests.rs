//! Whatever the evidence holds, there is a report that can be written down.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::prelude::*;

use super::fixture::Night;
use super::{
    Decision, EnrolledCount, Evidence, JoinCount, Outcome, Report, RowStatus, Segment,
    SegmentCount, SegmentValue, SourceCounts, State, SummaryRow, Tails,
};
use crate::config::{Covariate, Maturity, Method, Phase};
use crate::stats::{Missing, Point, Summary};

fn number() -> BoxedStrategy<f64> {
    prop_oneof![4 => -1e3..1e3f64, 1 => any::<f64>(), 1 => Just(0.0), 1 => 0.0..1.0f64].boxed()
}

fn name(of: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(of).prop_map(str::to_owned).boxed()
}

fn variant() -> BoxedStrategy<String> {
    name(&["control", "simplified", "stranger"])
}

fn units() -> BoxedStrategy<u64> {
    prop_oneof![Just(0), Just(1), 2..20u64, 100..100_000u64].boxed()
}

fn day() -> BoxedStrategy<Date> {
    (1..29i8).prop_map(|day| date(2026, 10, day)).boxed()
}

fn segment() -> BoxedStrategy<Segment> {
    let value = prop_oneof![
        name(&["DE", ""]).prop_map(SegmentValue::Is),
        Just(SegmentValue::Other),
        Just(SegmentValue::Missing)
    ];
    (name(&["country", "age"]), value)
        .prop_map(|(attribute, value)| Segment { attribute, value })
        .boxed()
}

fn summary() -> BoxedStrategy<Summary> {
    let moments = (units(), prop::array::uniform4(number()), prop::array::uniform4(number()));
    let any = moments.prop_map(|(units, mean, squares)| {
        let mut comoment = [[0.0; 4]; 4];
        (0..4).for_each(|i| comoment[i][i] = squares[i]);
        Summary { units, mean, comoment }
    });
    let units_of = vec(prop::array::uniform2(0.0..10.0f64), 0..20);
    let real = units_of.prop_map(|units| {
        Summary::from_values(&units.iter().map(|[y, x]| [*y, 1.0, *x, 1.0]).collect::<Vec<_>>())
    });
    let shares = (units(), 0.0..1.0f64)
        .prop_map(|(n, p)| Summary::from_conversions(n, (n as f64 * p) as u64));
    prop_oneof![any, real, shares].boxed()
}

fn summary_row() -> BoxedStrategy<SummaryRow> {
    let point =
        (units(), number(), number(), number()).prop_map(|(units, dof, value, variance)| {
            Ok(Point { units, dof, value, variance: variance.abs() })
        });
    let quantile = prop_oneof![point, Just(Err(Missing::TiedQuantile))];
    let tails = (number(), number(), proptest::option::of(number()))
        .prop_map(|(smallest, largest, skewness)| Tails { smallest, largest, skewness });
    let metric = name(&["activation_rate", "error_rate", "unheard_of"]);
    let about = (metric, variant(), 0..3usize, proptest::option::of(segment()));
    let numbers =
        (summary(), proptest::option::weighted(0.1, quantile), proptest::option::of(tails));
    (about, numbers)
        .prop_map(|((metric, variant, phase, segment), (summary, quantile, tails))| SummaryRow {
            phase,
            segment,
            quantile,
            tails,
            ..SummaryRow::of_all(&metric, &variant, summary)
        })
        .boxed()
}

fn source() -> BoxedStrategy<SourceCounts> {
    let days = prop::collection::btree_map(day(), units(), 0..28);
    (days, units(), proptest::option::of(any::<bool>()))
        .prop_map(|(rows_by_day, duplicates, has_id)| SourceCounts {
            source: "events".to_owned(),
            rows: 1_000,
            rows_by_day,
            duplicates,
            has_id,
            ..SourceCounts::default()
        })
        .boxed()
}

prop_compose! {
    fn evidence()(
        summaries in vec(summary_row(), 0..24),
        units in vec((variant(), units()), 0..4),
        enrolled in vec((variant(), 0..3usize, day(), units()), 0..8),
        segments in vec((variant(), 0..3usize, segment(), units()), 0..8),
        joined in vec((variant(), prop::array::uniform4(units())), 0..4),
        source in source(),
        fails in proptest::option::weighted(0.1, name(&["activation_rate", "error_rate"])),
    ) -> Evidence {
        Evidence {
            summaries,
            units: units.into_iter().collect(),
            enrolled: enrolled
                .into_iter()
                .map(|(variant, phase, day, units)| EnrolledCount { variant, phase, day, units })
                .collect(),
            segments: segments
                .into_iter()
                .map(|(variant, phase, segment, units)| SegmentCount { variant, phase, segment, units })
                .collect(),
            joined: joined
                .into_iter()
                .map(|(variant, [units, with_facts, shortly_before, shortly_after])| JoinCount {
                    source: "events".to_owned(),
                    variant,
                    units,
                    with_facts,
                    shortly_before,
                    shortly_after,
                })
                .collect(),
            sources: vec![source],
            failed: fails.into_iter().map(|metric| (metric, "is broken".to_owned())).collect(),
            ..Evidence::default()
        }
    }
}

fn numbers(report: &Report) -> Vec<f64> {
    let verdict = &report.verdict;
    let mut numbers: Vec<Option<f64>> =
        vec![verdict.confidence, verdict.lift, verdict.lift_lower, verdict.lift_upper];
    for row in &report.estimates {
        numbers.extend([Some(row.alpha), row.adjusted_p_value, row.margin_p_value]);
        numbers.extend(row.covariate.iter().map(|used| Some(used.variance_reduction)));
        if let Ok(found) = &row.estimate {
            numbers.extend([found.effect, found.std_error, found.dof].map(Some));
            numbers.extend([found.fixed.p_value, found.sequential.p_value].map(Some));
        }
    }
    numbers.extend(report.health.iter().map(|row| row.p_value));
    numbers.into_iter().flatten().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_evidence_has_a_report(
        evidence in evidence(),
        phases in any::<bool>(),
        t_test in any::<bool>(),
        matured in any::<bool>(),
        day in day(),
    ) {
        let mut night = Night::quiet().on(day);
        night.evidence = evidence;
        night.experiment.segments = vec!["country".to_owned()];
        if phases {
            let shares = vec![1.0, 0.0];
            night.experiment.phases.insert(0, Phase { from: date(2026, 10, 1), shares });
        }
        if t_test {
            night = night.method(Method::TTest);
        }
        let metric = night.metrics.get_mut("activation_rate").unwrap();
        metric.covariate = Some(Covariate::Before(1));
        metric.maturity = if matured { Maturity::Matured } else { Maturity::All };
        let report = night.report();

        prop_assert!(numbers(&report).iter().all(|n| !n.is_nan()), "{:?}", report.estimates);
        let keys: BTreeSet<_> =
            report.estimates.iter().map(|r| (&r.metric, &r.treatment, &r.segment)).collect();
        prop_assert_eq!(keys.len(), report.estimates.len());
        let segments: BTreeSet<_> = keys.iter().map(|key| key.2).collect();
        prop_assert_eq!(keys.len(), 2 * segments.len());
        for row in &report.estimates {
            let told = row.status == RowStatus::Ok || row.reason.is_some();
            prop_assert!(told && (row.estimate.is_ok() || row.status != RowStatus::Ok));
            let is_error = row.status == RowStatus::Error;
            prop_assert_eq!(is_error, row.state == State::Error);
            let decides = !matches!(row.state, State::Insufficient | State::Error);
            prop_assert_eq!(decides, row.status == RowStatus::Ok);
        }
        let verdict = &report.verdict;
        let acts = matches!(verdict.decision, Decision::Ship | Decision::RollBack);
        prop_assert!(!(acts && report.health.iter().any(|row| row.outcome == Outcome::Fail)));
        prop_assert!(!acts || night.evidence.failed.is_empty());
        prop_assert!(verdict.recommendation.ends_with('.') && !verdict.recommendation.contains("NaN"));
        prop_assert!(report.health.iter().all(|row| !row.detail.is_empty() && !row.detail.contains("NaN")));
        let checks: BTreeSet<_> = report.health.iter().map(|row| &row.check).collect();
        prop_assert_eq!(checks.len(), report.health.len());
    }
}
