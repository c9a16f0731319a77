//! What a person sees of an experiment that has everything.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::{detail, json};
use crate::stats::{Estimate, Interval, Lift, LiftMethod, Summary, Test};
use crate::verdict::*;

fn estimate(lift: f64) -> Estimate {
    let around = |half: f64| Interval { lower: lift - half, upper: lift + half };
    let test = |half, p: f64| Test { p_value: p, log_p_value: p.ln(), interval: around(half) };
    Estimate {
        control: 1.0,
        treatment: 1.0 + lift,
        effect: lift,
        std_error: 0.02,
        dof: 1990.5,
        statistic: lift / 0.02,
        fixed: test(0.04, 0.003),
        sequential: test(0.07, 0.04),
        lift: Ok(Lift {
            value: lift,
            std_error: 0.02,
            method: LiftMethod::Delta,
            fixed: around(0.04),
            sequential: around(0.07),
        }),
    }
}

fn row(metric: &str, state: State, estimate: Estimate) -> EstimateRow {
    EstimateRow {
        metric: metric.into(),
        role: "primary",
        treatment: "new".into(),
        segment: None,
        exploratory: false,
        state,
        status: RowStatus::Ok,
        reason: None,
        alpha: 0.05,
        adjusted_p_value: Some(0.04),
        margin: None,
        margin_p_value: None,
        estimate: Ok(estimate),
        covariate: None,
        left_out: 0,
        added_late: false,
        planned: None,
    }
}

fn country(value: SegmentValue) -> Option<Segment> {
    Some(Segment { attribute: "country".into(), value })
}

fn estimates() -> Vec<EstimateRow> {
    let few = "`new` has 12 of at least 100 units".to_owned();
    let rare = "0.5 converted units are to be expected in the smaller variant, and a test at every \
                look needs 10";
    let covariate = CovariateUsed { unadjusted: estimate(0.05), variance_reduction: 0.41 };
    let revenue = || row("revenue", State::Better, estimate(0.08));
    vec![
        EstimateRow { covariate: Some(covariate), ..revenue() },
        EstimateRow {
            status: RowStatus::Insufficient,
            reason: Some(Reason { code: "rare_events", words: rare.to_owned() }),
            ..row("pay_through", State::Insufficient, estimate(0.01))
        },
        EstimateRow { segment: country(SegmentValue::Is("DE".into())), ..revenue() },
        EstimateRow {
            segment: country(SegmentValue::Missing),
            state: State::Insufficient,
            status: RowStatus::Insufficient,
            reason: Some(Reason { code: "too_few_units", words: few }),
            ..revenue()
        },
        EstimateRow {
            segment: Some(Segment { attribute: "age".into(), value: SegmentValue::Other }),
            exploratory: true,
            state: State::Flat,
            ..revenue()
        },
    ]
}

fn summaries() -> Vec<SummaryRow> {
    let row = |metric: &str, variant: &str, phase: usize| SummaryRow {
        phase,
        ..SummaryRow::of_all(metric, variant, Summary::from_mean(2_500, 1.0, 1.0))
    };
    let capped = |variant: &str, capped| SummaryRow {
        cap: Some(500.0),
        capped,
        ..row("revenue", variant, 0)
    };
    let funnel = |variant: &str, phase, steps: [u64; 3]| SummaryRow {
        steps: steps.to_vec(),
        ..row("pay_through", variant, phase)
    };
    vec![
        capped("control", 7),
        capped("new", 9),
        funnel("control", 0, [2_000, 1_000, 100]),
        funnel("control", 1, [2_200, 1_100, 150]),
        funnel("new", 0, [2_100, 1_000, 120]),
        funnel("new", 1, [2_300, 1_100, 200]),
    ]
}

fn report() -> Report {
    Report {
        experiment: "checkout".into(),
        as_of: date(2026, 10, 20),
        verdict: Verdict {
            decision: Decision::Ship,
            winner: Some("new".into()),
            metric: "revenue".into(),
            treatment: Some("new".into()),
            confidence: Some(0.96),
            lift: Some(0.08),
            lift_lower: Some(0.01),
            lift_upper: Some(0.15),
            probability_best: None,
            units: 10_000,
            units_by_variant: vec![],
            days: 20,
            days_left: None,
            actionable: true,
            hold_reasons: vec![],
            lock_phase: 1,
            confirmed: 0,
            settled_on: None,
            trace: vec![],
            recommendation: "Ship `new`.".into(),
            otherwise: vec![],
        },
        estimates: estimates(),
        summaries: summaries(),
        health: vec![],
        steps: BTreeMap::from([(
            "pay_through".to_owned(),
            ["view", "cart", "pay"].map(str::to_owned).to_vec(),
        )]),
        waterfall: vec![],
        looks: vec![],
    }
}

#[test]
fn everything_fits_eighty_columns() {
    let text = detail(&report(), 80);
    let numbers = text.lines().skip_while(|line| !line.starts_with("revenue"));
    let numbers: Vec<&str> = numbers.take_while(|line| !line.starts_with("check")).collect();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(numbers.join("\n"), @r"
    revenue (primary), new: better
      control 1.0000, treatment 1.0800
      lift +8.0 %, always valid [+1.0 %, +15.0 %]
      p 0.0400, t-test p 0.0030
    pay_through (primary), new: insufficient
      control 1.0000, treatment 1.0100
      lift +1.0 %, always valid [-6.0 %, +8.0 %]
      p 0.0400, t-test p 0.0030

    About these numbers
      revenue, new: its covariate explains 41 % of the variance; without it the lift
        would be +5.0 % [-2.0 %, +12.0 %]
      pay_through, new: 0.5 converted units are to be expected in the smaller
        variant, and a test at every look needs 10
      revenue: 5,000 of 10,000 units count, those whose window has closed
      revenue: held to at most 500.0: 7 units of control, 9 units of new
      pay_through, control: of 5,000 units view 4,200 > cart 2,100 > pay 250 (5.0 %)
      pay_through, new: of 5,000 units view 4,400 > cart 2,100 > pay 320 (6.4 %)

    Segments decide nothing. p is corrected among the segments of a metric and
      treatment, and the intervals are as much wider; a star marks what the
      experiment did not ask for beforehand.
    revenue, new
      segment            state           lift  always-valid interval       p
      ───────────────────────────────────────────────────────────────────────
      country=DE         better        +8.0 %      [+1.0 %, +15.0 %]  0.0400
      country (missing)  insufficient  +8.0 %      [+1.0 %, +15.0 %]  0.0400
      age (other) *      flat          +8.0 %      [+1.0 %, +15.0 %]  0.0400
      country (missing): `new` has 12 of at least 100 units
    ");
}

#[test]
fn a_program_reads_what_a_metric_has() {
    let report = &json(&[report()])[0];
    let estimates = &report["estimates"];
    assert_eq!(estimates[0]["variance_reduction"], 0.41);
    assert_eq!(estimates[0]["unadjusted"]["effect"], 0.05);
    assert_eq!(estimates[1]["status"], "insufficient");
    assert!(estimates[1]["reason"].as_str().unwrap().starts_with("rare_events: 0.5 converted"));
    assert_eq!(
        (&estimates[2]["segment"], &estimates[2]["unadjusted"]),
        (&"country=DE".into(), &serde_json::Value::Null)
    );
    assert_eq!(estimates[4]["exploratory"], true);
    let summaries = &report["summaries"];
    assert_eq!((&summaries[0]["cap"], &summaries[0]["capped"]), (&500.0.into(), &7.into()));
    assert_eq!((&summaries[3]["phase"], &summaries[3]["steps"][2]), (&1.into(), &150.into()));
}
