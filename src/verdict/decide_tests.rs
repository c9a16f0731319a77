use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::fixture::{Night, UNITS};
use super::{CrossoverCounts, Decision, Report, RowStatus, RuleTried, State};
use crate::config::{Direction, Method, MetricUse, Role, Status};
use crate::stats::Summary;

const UP: f64 = 0.44;
const FLAT: f64 = 0.4;
const DOWN: f64 = 0.36;
/// Error rates: lower is better.
const CALM: f64 = 0.5;
const NOISY: f64 = 0.55;

fn decision(night: &Night) -> Decision {
    night.report().verdict.decision
}

fn last(report: &Report) -> &RuleTried {
    report.verdict.trace.last().unwrap()
}

fn night(activation: f64, errors: f64) -> Night {
    Night::quiet().rate("activation_rate", "simplified", activation).rate(
        "error_rate",
        "simplified",
        errors,
    )
}

#[test]
fn policy() {
    use Decision::{Investigate, KeepRunning, RollBack, Ship};
    //   trusted  primary  guardrail  decision
    let cases = [
        (false, UP, CALM, Investigate),    // health comes before benefit,
        (false, DOWN, NOISY, Investigate), // and before harm,
        (true, UP, NOISY, RollBack),       // harm before benefit
        (true, DOWN, CALM, RollBack),
        (true, FLAT, NOISY, RollBack),
        (true, UP, CALM, Ship),
        (true, FLAT, CALM, KeepRunning),
    ];
    for (trusted, primary, guardrail, want) in cases {
        let mut night = night(primary, guardrail);
        if !trusted {
            night.evidence.crossovers =
                Some(CrossoverCounts { units: 900, by_first: BTreeMap::new() });
        }
        let verdict = night.report().verdict;
        assert_eq!(verdict.decision, want, "{trusted} {primary} {guardrail}: {:?}", verdict.trace);
        assert_eq!(verdict.actionable, matches!(want, Ship | RollBack));
        assert!(verdict.trace.last().unwrap().matched);
    }
}

#[test]
fn the_trace_has_every_rule_that_was_tried_in_order() {
    let rules = |night: &Night| {
        night.report().verdict.trace.iter().map(|t| t.rule).collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(rules(&night(FLAT, CALM)), @"health minimum_runtime harm benefit planned_end keep_running");
    insta::assert_snapshot!(rules(&night(UP, CALM)), @"health minimum_runtime harm benefit");
    insta::assert_snapshot!(rules(&night(DOWN, CALM)), @"health minimum_runtime harm");
}

#[test]
fn nothing_ships_below_the_minimum_but_certain_harm_does_not_wait() {
    let early = date(2026, 10, 3);
    assert_eq!(decision(&night(UP, CALM).on(early)), Decision::KeepRunning);
    assert_eq!(last(&night(UP, CALM).on(early).report()).rule, "minimum_runtime");
    assert_eq!(decision(&night(DOWN, CALM).on(early)), Decision::RollBack);
    assert_eq!(decision(&night(UP, NOISY).on(early)), Decision::RollBack);
    let few = night(FLAT, CALM).all_units(60).rate("activation_rate", "simplified", 0.01);
    assert_eq!(decision(&few), Decision::KeepRunning);
}

#[test]
fn the_minimum_counts_the_smallest_variant_and_whole_days() {
    let mut night = night(UP, CALM);
    night.experiment.decision.minimum_units = UNITS + 1;
    assert_eq!(decision(&night), Decision::KeepRunning);
    night.experiment.decision.minimum_units = UNITS;
    night.experiment.decision.minimum_days = 11;
    assert_eq!(decision(&night), Decision::KeepRunning);
    assert_eq!(night.report().verdict.days, 10);
    night.experiment.decision.minimum_days = 10;
    assert_eq!(decision(&night), Decision::Ship);
}

#[test]
fn a_t_test_decides_only_at_the_planned_end() {
    let last_day = date(2026, 10, 28);
    for (activation, at_the_end) in [(UP, Decision::Ship), (DOWN, Decision::RollBack)] {
        let night = night(activation, CALM).method(Method::TTest);
        assert_eq!(decision(&night), Decision::KeepRunning);
        assert_eq!(decision(&night.clone().on(date(2026, 10, 27))), Decision::KeepRunning);
        assert_eq!(decision(&night.on(last_day)), at_the_end);
    }
    let early = night(UP, CALM).method(Method::TTest).report();
    assert_eq!(early.estimates[0].state, State::Better);
    let harm = early.verdict.trace.iter().find(|tried| tried.rule == "harm").unwrap();
    insta::assert_snapshot!(harm.because, @"`simplified`: a t-test decides once, at the planned end; this is day 10 of 28");
}

#[test]
fn a_guardrail_that_is_not_shown_to_be_safe_blocks_shipping() {
    let unproven = night(UP, CALM).margin(Some(0.01));
    assert_eq!(decision(&unproven), Decision::KeepRunning);
    assert_eq!(decision(&unproven.margin(None)), Decision::Ship);
    let at_the_end = night(UP, CALM).margin(Some(0.01)).on(date(2026, 10, 28));
    assert_eq!(decision(&at_the_end), Decision::Inconclusive);
}

#[test]
fn the_planned_end_is_a_date_or_a_sample_size() {
    assert_eq!(decision(&night(FLAT, CALM).on(date(2026, 10, 28))), Decision::Inconclusive);
    let mut full = night(FLAT, CALM);
    full.experiment.test.target_sample_size = Some(2 * UNITS);
    assert_eq!(decision(&full), Decision::Inconclusive);
    full.experiment.test.target_sample_size = Some(2 * UNITS + 1);
    assert_eq!(decision(&full), Decision::KeepRunning);
}

#[test]
fn a_failed_metric_is_never_a_rollback_and_never_ships() {
    let report = night(UP, CALM).fail("error_rate").report();
    assert_eq!(report.verdict.decision, Decision::Error);
    assert_eq!(report.verdict.hold_reasons, ["metric_failed"]);
    assert!(!report.verdict.actionable);
    assert_eq!(report.estimates.len(), 2);
    assert_eq!(report.estimates[0].state, State::Better);
    assert_eq!(report.estimates[1].state, State::Error);
    assert_eq!(report.estimates[1].status, RowStatus::Error);
    let nothing = night(UP, CALM).fail("error_rate").fail("activation_rate").report();
    assert_eq!(nothing.verdict.decision, Decision::Error);
    assert!(!nothing.verdict.actionable);
    let mut lost = night(UP, CALM);
    lost.evidence.summaries.retain(|row| row.metric != "error_rate" || row.variant != "control");
    assert_eq!(decision(&lost), Decision::Error);
}

#[test]
fn a_secondary_metric_never_decides() {
    let mut night = night(UP, CALM);
    let revenue = MetricUse { metric: "revenue".to_owned(), role: Role::Secondary };
    night.experiment.metrics.insert(1, revenue);
    let down = night.clone().rate("revenue", "control", 0.4).rate("revenue", "simplified", 0.2);
    assert_eq!(decision(&down), Decision::Ship);
    assert_eq!(decision(&night.fail("revenue")), Decision::Error);
}

#[test]
fn of_two_treatments_the_better_one_ships_and_a_harmful_one_does_not_stop_it() {
    let two = || Night::with_treatments(&["simplified", "loud"]);
    let both = two()
        .rate("activation_rate", "simplified", 0.44)
        .rate("activation_rate", "loud", 0.46)
        .report();
    assert_eq!(both.verdict.winner.as_deref(), Some("loud"));
    assert_eq!(both.estimates[0].alpha, 0.025);
    let one = two()
        .rate("activation_rate", "simplified", UP)
        .rate("activation_rate", "loud", DOWN)
        .report();
    assert_eq!(one.verdict.winner.as_deref(), Some("simplified"));
    assert!(one.verdict.trace.last().unwrap().because.starts_with("`simplified`"));
    let harmed = two().rate("activation_rate", "loud", DOWN).report();
    assert_eq!(harmed.verdict.decision, Decision::RollBack);
    assert_eq!(harmed.verdict.treatment.as_deref(), Some("loud"));
    assert_eq!(harmed.verdict.winner, None);
}

/// arXiv 2402.11609: primaries and treatments share alpha, guardrails do not.
#[test]
fn alpha_is_divided_among_primaries_and_treatments_only() {
    let mut night = Night::with_treatments(&["simplified", "loud"]);
    let revenue = MetricUse { metric: "revenue".to_owned(), role: Role::Primary };
    night.experiment.metrics.insert(1, revenue);
    let report = night.rate("activation_rate", "loud", 0.42).report();
    let alphas: Vec<f64> = report.estimates.iter().map(|row| row.alpha).collect();
    assert_eq!(alphas, [0.0125, 0.0125, 0.0125, 0.0125, 0.05, 0.05]);
    let loud = &report.estimates[1];
    let raw = loud.estimate.as_ref().unwrap().sequential.p_value;
    assert_eq!(loud.adjusted_p_value, Some((4.0 * raw).min(1.0)));
}

#[test]
fn more_confidence_than_alpha_asks_for_can_be_asked() {
    let mut night = night(0.43, CALM);
    night.experiment.decision.confidence = 0.999_999;
    let report = night.report();
    assert_eq!(report.estimates[0].state, State::Better);
    assert_eq!(report.verdict.decision, Decision::KeepRunning);
    assert!(report.verdict.trace.iter().any(|tried| tried.because.contains("below 0.999999")));
}

#[test]
fn better_lower_turns_better_and_worse_around() {
    let mut night = night(UP, CALM);
    night.metrics.get_mut("activation_rate").unwrap().better = Direction::Lower;
    assert_eq!(decision(&night), Decision::RollBack);
    assert_eq!(decision(&night.rate("activation_rate", "simplified", DOWN)), Decision::Ship);
}

#[test]
fn a_verdict_on_an_experiment_that_is_over_sets_nothing_in_motion() {
    let mut night = night(UP, CALM);
    night.experiment.status = Status::Concluded;
    let mut verdict = night.report().verdict;
    assert_eq!((verdict.decision, verdict.actionable), (Decision::Ship, false));
    verdict.hold("late_data");
    assert_eq!(verdict.hold_reasons, ["status_concluded", "late_data"]);
}

#[test]
fn days_left_come_from_precision_and_not_from_the_effect() {
    let mut night = night(FLAT, CALM);
    night.experiment.test.minimum_effect = Some(0.03);
    let flat = night.report().verdict.days_left.unwrap();
    let nearly = night.clone().rate("activation_rate", "simplified", 0.405).report();
    assert!(flat > 0);
    assert!(nearly.verdict.days_left.unwrap().abs_diff(flat) <= flat / 20 + 1);
    night.experiment.test.minimum_effect = None;
    assert_eq!(night.report().verdict.days_left, None);
}

fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![prop::num::f64::ANY, 0.0..1.0f64, Just(0.0)]
}

fn numbers(report: &Report) -> Vec<f64> {
    let verdict = &report.verdict;
    let mut numbers: Vec<Option<f64>> =
        vec![verdict.confidence, verdict.lift, verdict.lift_lower, verdict.lift_upper];
    for row in &report.health {
        numbers.extend([row.observed, row.expected, row.p_value]);
    }
    for row in &report.estimates {
        numbers.extend([Some(row.alpha), row.adjusted_p_value, row.margin, row.margin_p_value]);
        if let Ok(e) = &row.estimate {
            numbers.extend([e.effect, e.statistic, e.dof, e.fixed.p_value].map(Some));
        }
    }
    numbers.into_iter().flatten().collect()
}

proptest! {
    /// Whatever the evidence holds, the report has numbers or none, a decision with a reason,
    /// and no action that a failed check would forbid.
    #[test]
    fn no_report_has_a_nan_or_acts_on_a_failed_check(
        units in prop::array::uniform2(0u64..20_000),
        means in prop::array::uniform4(anything()),
        spreads in prop::array::uniform4(anything()),
        crossovers in 0u64..300,
        day in 1i8..31,
        t_test: bool,
    ) {
        let mut night = Night::quiet().on(date(2026, 10, day));
        night = night.units("control", units[0]).units("simplified", units[1]);
        night.evidence.crossovers = Some(CrossoverCounts { units: crossovers, by_first: BTreeMap::new() });
        for (i, row) in night.evidence.summaries.iter_mut().enumerate() {
            row.summary = Summary::from_mean(row.summary.units, means[i], spreads[i]);
        }
        if t_test {
            night = night.method(Method::TTest);
        }
        let report = night.report();
        let verdict = &report.verdict;
        prop_assert!(numbers(&report).iter().all(|n| n.is_finite()));
        prop_assert!(!verdict.recommendation.contains("NaN") && verdict.recommendation.ends_with('.'));
        prop_assert!(verdict.trace.last().is_some_and(|tried| tried.matched));
        let acts = matches!(verdict.decision, Decision::Ship | Decision::RollBack);
        let failed = report.health.iter().any(|row| row.outcome == super::Outcome::Fail);
        prop_assert!(!(failed && acts));
        prop_assert_eq!(verdict.actionable, acts && verdict.hold_reasons.is_empty());
    }
}
