//! Whatever the evidence holds, there is a report that can be written down.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::prelude::*;

use super::fixture::Night;
use super::{
    Decision, EnrolledCount, EstimateRow, Evidence, JoinCount, Memory, Outcome, Report, RowStatus,
    Segment, SegmentCount, SegmentValue, SourceCounts, State, SummaryRow, Tails, decide_again,
};
use crate::config::{
    Are, At, Condition, Covariate, HowMany, Maturity, Method, Phase, Policy, Rule, Then, Those,
};
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

/// A policy with a name, or rules of one's own.
#[derive(Debug, Clone)]
enum Promise {
    Named(Policy),
    Own(Vec<Rule>),
}

impl Promise {
    fn of(&self, night: Night) -> Night {
        match self {
            Promise::Named(policy) => night.policy(*policy),
            Promise::Own(rules) => night.rules(rules),
        }
    }
}

fn policy() -> BoxedStrategy<Promise> {
    let named =
        prop::sample::select(vec![Policy::RiskAware, Policy::ClearSignals, Policy::DoNoHarm]);
    let own = vec(rule(), 0..5).prop_map(Promise::Own);
    prop_oneof![3 => named.prop_map(Promise::Named), 2 => own].boxed()
}

fn rule() -> BoxedStrategy<Rule> {
    use prop::sample::{select, subsequence};
    let those = vec![Those::Primaries, Those::Guardrails];
    let are = vec![Are::Better, Are::Worse, Are::Safe, Are::Flat, Are::Holding];
    let how_many = select(vec![HowMany::Any, HowMany::All, HowMany::None]);
    let condition = (how_many, subsequence(those, 1..=2), subsequence(are, 1..=5));
    let condition = condition.prop_map(|(how_many, of, are)| Condition { how_many, of, are });
    let then = select(vec![Then::Ship, Then::RollBack, Then::Review]);
    let at = select(vec![At::AnyLook, At::PlannedEnd]);
    (vec(condition, 1..3), at, then)
        .prop_map(|(when, at, then)| Rule { when, at, then, because: None })
        .boxed()
}

/// Health and the minimum come first whatever the policy, and a policy with a name ships nothing
/// that is worse or that is not shown to be within its margin.
fn ships_only_what_it_may(
    night: &Night,
    report: &Report,
    policy: &Promise,
) -> Result<(), TestCaseError> {
    let verdict = &report.verdict;
    let decision = &night.experiment.decision;
    if verdict.decision != Decision::Ship {
        prop_assert_eq!(&verdict.winner, &None);
        return Ok(());
    }
    prop_assert!(verdict.days >= decision.minimum_days);
    for variant in &night.experiment.variants {
        let units = night.evidence.units.get(&variant.key).copied().unwrap_or(0);
        prop_assert!(units >= decision.minimum_units);
    }
    let Promise::Named(policy) = policy else { return Ok(()) };
    let of_winner = |row: &&EstimateRow| {
        Some(&row.treatment) == verdict.winner.as_ref()
            && row.segment.is_none()
            && row.role != "secondary"
    };
    let mut is_better = false;
    for row in report.estimates.iter().filter(of_winner) {
        prop_assert!(row.state != State::Worse, "{row:?}");
        let holds = match row.margin {
            Some(_) => matches!(row.state, State::Better | State::Safe),
            None => matches!(row.state, State::Better | State::Safe | State::Flat),
        };
        prop_assert!(row.role == "primary" || holds, "{row:?}");
        is_better |= row.role == "primary" && row.state == State::Better;
    }
    let at_end = night.as_of >= night.experiment.end.yesterday().unwrap();
    prop_assert!(is_better || (*policy == Policy::DoNoHarm && at_end));
    Ok(())
}

/// Summaries, units and checks are all that a verdict rests on.
fn comes_out_again(night: &Night, report: &Report) -> Result<(), TestCaseError> {
    let Evidence { units, summaries, failed, segments, .. } = night.evidence.clone();
    let evidence = Evidence { units, summaries, failed, segments, ..Evidence::default() };
    let judged = (evidence, report.health.clone());
    let (experiment, metrics) = (&night.experiment, &night.metrics);
    let again = decide_again(experiment, night.as_of, metrics, judged, &Memory::none());
    prop_assert_eq!(format!("{:?}", again.verdict), format!("{:?}", report.verdict));
    prop_assert_eq!(format!("{:?}", again.estimates), format!("{:?}", report.estimates));
    Ok(())
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
        policy in policy(),
    ) {
        let mut night = policy.of(Night::quiet()).on(day);
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
        let told = verdict.trace.last().is_some_and(|tried| tried.matched);
        prop_assert!(told, "{:?}", verdict.trace);
        let others = verdict.otherwise.iter();
        prop_assert!(others.clone().all(|one| one.words.ends_with('.') && !one.words.contains("NaN")));
        prop_assert!(verdict.probability_best.is_none_or(|p| (0.0..=1.0).contains(&p)));
        ships_only_what_it_may(&night, &report, &policy)?;
        comes_out_again(&night, &report)?;
        let acts = matches!(verdict.decision, Decision::Ship | Decision::RollBack);
        prop_assert!(!(acts && report.health.iter().any(|row| row.outcome == Outcome::Fail)));
        prop_assert!(!acts || night.evidence.failed.is_empty());
        prop_assert!(verdict.recommendation.ends_with('.') && !verdict.recommendation.contains("NaN"));
        prop_assert!(report.health.iter().all(|row| !row.detail.is_empty() && !row.detail.contains("NaN")));
        let checks: BTreeSet<_> = report.health.iter().map(|row| &row.check).collect();
        prop_assert_eq!(checks.len(), report.health.len());
    }
}
