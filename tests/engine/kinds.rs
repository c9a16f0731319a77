//! What the numbers of units are, for each kind of metric, counted by hand.

use assize::config::{
    Cap, Covariate, FactFilter, Maturity, MetricKind, Phase, QuantileOf, Step, Window,
};
use assize::plan::{SegmentValue, Tails};
use assize::stats::Missing;
use jiff::civil::{Date, date};

use crate::counting::{
    DAY, HOUR, Lab, OPEN, events, funnel, in_segment, mean, of, said, sum, until,
};

const AS_OF: Date = date(2026, 10, 8);

const UNITS: &str = "
    lights,c1,control,2026-10-02T00:00:00,DE,30
    lights,c2,control,2026-10-02T00:00:00,FR,
    lights,t1,treatment,2026-10-02T00:00:00,DE,50
    lights,t2,treatment,2026-10-07T00:00:00,,NaN";

/// c2 buys before it looks; t1 does all at once; t2 only returns things.
const EVENTS: &str = "
    c1,2026-10-02T01:00:00,view,,
    c1,2026-10-02T02:00:00,cart,5,
    c1,2026-10-02T03:00:00,buy,7,pen
    c1,2026-10-03T00:00:00,buy,3,pen
    c2,2026-10-02T04:00:00,buy,10,ink
    c2,2026-10-02T05:00:00,view,,
    t1,2026-10-02T06:00:00,buy,15,ink
    t1,2026-10-02T06:00:00,cart,1,
    t1,2026-10-02T06:00:00,view,,
    t1,2026-10-02T23:59:59.999999,buy,5,pen
    t2,2026-10-07T01:00:00,back,-4,
    t2,2026-10-07T02:00:00,back,-2,
    t2,2026-10-07T03:00:00,rate,0.0,
    t2,2026-10-07T03:00:00,rate,-0.0,
    t2,2026-10-07T03:00:00,rate,NaN,
    t2,2026-10-07T03:00:00,rate,,
    t2,2026-10-07T03:00:00,rate,1.5,";

fn lab() -> Lab {
    Lab::new(UNITS, EVENTS)
}

#[tokio::test]
async fn counts_and_values() {
    let mut lab = lab();
    let value = |text: &str| said(text);
    lab.metric("twice", MetricKind::Conversion { filter: events("buy", OPEN), at_least: 2 });
    lab.metric("most", MetricKind::Max { filter: events("buy", OPEN), value: value("amount") });
    lab.metric("loss", MetricKind::Max { filter: events("back", OPEN), value: value("amount") });
    let distinct =
        |name: &str, of: &str| MetricKind::Distinct { filter: events(name, OPEN), value: said(of) };
    lab.metric("items", distinct("buy", "item"));
    lab.metric("rates", distinct("rate", "amount"));
    let found = lab.computed(AS_OF).await;
    assert_eq!(mean(&found, "twice", "control", 0), (2, 0.5));
    assert_eq!(mean(&found, "twice", "treatment", 0), (2, 0.5));
    assert_eq!(mean(&found, "most", "control", 0), (2, 8.5));
    assert_eq!(mean(&found, "most", "treatment", 0), (2, 7.5));
    assert_eq!(mean(&found, "loss", "control", 0), (2, 0.0));
    assert_eq!(mean(&found, "loss", "treatment", 0), (2, -1.0));
    assert_eq!(mean(&found, "items", "control", 0), (2, 1.0));
    assert_eq!(mean(&found, "items", "treatment", 0), (2, 1.0));
    assert_eq!(mean(&found, "rates", "treatment", 0), (2, 1.0));
    let skipped = found.counts.valueless[&("lights".to_string(), "rates".to_string())];
    assert_eq!((skipped.missing, skipped.not_finite), (1, 1));
    let tails = of(&found, "most", "treatment").tails.unwrap();
    assert_eq!(tails, Tails { smallest: 0.0, largest: 15.0, skewness: Some(0.0) });
    assert_eq!(of(&found, "items", "control").tails.unwrap().skewness, None);
}

#[tokio::test]
async fn funnels() {
    let mut lab = lab();
    lab.metric("bought", funnel(&["view", "cart", "buy"], OPEN));
    lab.metric("quickly", funnel(&["view", "cart", "buy"], until(3 * HOUR)));
    lab.metric("again", funnel(&["buy", "buy"], OPEN));
    let where_ = |predicate: &str| Step { event: None, predicate: Some(said(predicate)) };
    let filter = FactFilter { predicate: Some(said("amount > 3")), ..events("buy", OPEN) };
    let steps = vec![where_("amount < 10"), where_("item = 'pen'")];
    lab.metric("odd", MetricKind::Funnel { filter, steps });
    let found = lab.computed(AS_OF).await;
    let steps = |metric: &str, variant: &str| of(&found, metric, variant).steps.clone();
    assert_eq!(steps("bought", "control"), [2, 1, 1]);
    assert_eq!(steps("bought", "treatment"), [1, 1, 1]);
    assert_eq!(mean(&found, "bought", "treatment", 0), (2, 0.5));
    assert_eq!(steps("quickly", "control"), [1, 1, 0]);
    assert_eq!(mean(&found, "quickly", "control", 0), (2, 0.0));
    assert_eq!(steps("again", "control"), [2, 1]);
    assert_eq!(steps("again", "treatment"), [1, 1]);
    // c1 takes both steps with its first buy, t1 with its second; c2 takes none.
    assert_eq!(steps("odd", "control"), [1, 1]);
    assert_eq!(steps("odd", "treatment"), [1, 1]);
}

#[tokio::test]
async fn only_units_whose_window_has_closed_count_where_that_is_asked_for() {
    let mut lab = lab();
    let second = Window { from: DAY, to: Some(2 * DAY) };
    lab.metric("returned", MetricKind::Retention(events("buy", second)));
    lab.metric("spent", sum("buy", "amount")).cap = Some(Cap::Quantile(0.5));
    let spent = lab.project.metrics.get_mut("spent").unwrap();
    spent.maturity = Maturity::Matured;
    if let MetricKind::Sum { filter, .. } = &mut spent.kind {
        filter.window = until(2 * DAY);
    }
    let found = lab.computed(AS_OF).await;
    assert_eq!(mean(&found, "returned", "control", 0), (2, 0.5));
    assert_eq!(mean(&found, "returned", "treatment", 0), (2, 0.0));
    assert_eq!(found.counts.matured.len(), 4);
    let found = lab.computed(date(2026, 10, 7)).await;
    assert_eq!(mean(&found, "returned", "treatment", 0), (1, 0.0));
    // 10, 10 and 20: the one who is not ready does not move the cap either.
    assert_eq!(mean(&found, "spent", "treatment", 0), (1, 10.0));
    assert_eq!(of(&found, "spent", "treatment").cap, Some(10.0));
}

#[tokio::test]
async fn units_are_held_to_caps() {
    let mut lab = lab();
    lab.metric("at", sum("buy", "amount")).cap = Some(Cap::At(15.0));
    lab.metric("median", sum("buy", "amount")).cap = Some(Cap::Quantile(0.5));
    lab.metric("third", sum("buy", "amount")).cap = Some(Cap::Quantile(0.9));
    let ratio = MetricKind::Ratio { numerator: "median".into(), denominator: "at".into() };
    lab.metric("ratio", ratio);
    let found = lab.computed(AS_OF).await;
    // 10 and 10, 20 and 0.
    let held = |metric: &str| {
        let numbers = of(&found, metric, "treatment");
        (numbers.summary.mean[0], numbers.cap, numbers.capped)
    };
    assert_eq!(held("at"), (7.5, Some(15.0), 1));
    assert_eq!(held("median"), (5.0, Some(10.0), 1));
    let (mean, cap, capped) = held("third");
    assert!((cap.unwrap() - 17.0).abs() < 1e-12 && (mean - 8.5).abs() < 1e-12);
    assert_eq!((capped, of(&found, "third", "control").capped), (1, 0));
    assert_eq!(held("ratio"), (5.0, Some(10.0), 1));
    assert_eq!(of(&found, "ratio", "treatment").summary.mean[1], 7.5);
    assert_eq!(of(&found, "median", "treatment").tails.unwrap().largest, 10.0);
}

#[tokio::test]
async fn covariates_end_where_a_unit_met_its_experiment() {
    let before = "
        c1,2026-10-01T12:00:00,buy,4,pen
        c1,2026-10-01T11:59:59.999999,buy,100,pen
        c1,2026-10-01T23:59:59.999999,buy,6,pen
        c2,2026-10-02T00:00:00,buy,1,pen
        t1,2026-10-01T20:00:00,view,,";
    let mut lab = Lab::new(UNITS, &format!("{EVENTS}{before}"));
    let half_a_day = Some(Covariate::Before(12 * HOUR));
    lab.metric("spent", sum("buy", "amount")).covariate = half_a_day.clone();
    lab.metric("bought", MetricKind::Count(events("buy", OPEN)));
    let ratio = MetricKind::Ratio { numerator: "spent".into(), denominator: "bought".into() };
    lab.metric("basket", ratio).covariate = half_a_day;
    let views = Covariate::Metric { metric: "views".into(), before: DAY };
    lab.metric("views", MetricKind::Count(events("view", until(HOUR))));
    lab.metric("by_views", sum("buy", "amount")).covariate = Some(views);
    let age = Some(Covariate::Attribute("age".into()));
    lab.metric("by_age", sum("buy", "amount")).covariate = age;
    let found = lab.computed(AS_OF).await;
    let means = |metric: &str, variant: &str| of(&found, metric, variant).summary.mean;
    assert_eq!(means("spent", "control"), [10.5, 1.0, 5.0, 1.0]);
    assert_eq!(means("spent", "treatment"), [10.0, 1.0, 0.0, 1.0]);
    assert_eq!(means("basket", "control"), [10.5, 2.0, 5.0, 1.0]);
    assert_eq!(means("by_views", "treatment"), [10.0, 1.0, 0.5, 1.0]);
    assert_eq!(means("by_age", "control"), [10.5, 1.0, 15.0, 0.5]);
    assert_eq!(means("by_age", "treatment"), [10.0, 1.0, 25.0, 0.5]);
    let early = |reason: &str| {
        let mine = found.counts.facts.iter().filter(|f| f.experiment.is_some());
        mine.filter(|fact| fact.reason == reason).map(|fact| fact.rows).sum::<u64>()
    };
    assert_eq!(early("before_enrollment"), 4);
    let joined = &found.counts.joined;
    let key = |variant: &str| ("events".to_string(), "lights".to_string(), variant.to_string());
    let of_arm = |variant: &str| {
        let joined = joined[&key(variant)];
        (joined.units, joined.with_facts, joined.shortly_before, joined.shortly_after)
    };
    // Shortly before: c1 at the last microsecond; shortly after: c2 at once.
    assert_eq!(of_arm("control"), (2, 2, 1, 1));
    assert_eq!(of_arm("treatment"), (2, 1, 0, 0));
}

#[tokio::test]
async fn a_skewed_clock_widens_windows_and_no_covariate() {
    let before = "
        c1,2026-10-01T23:59:58,buy,4,pen
        c1,2026-10-01T23:59:57.999999,buy,100,pen";
    let mut lab = Lab::new(UNITS, &format!("{EVENTS}{before}"));
    lab.project.sources.get_mut("events").unwrap().clock_skew = 2_000_000;
    lab.metric("spent", sum("buy", "amount")).covariate = Some(Covariate::Before(DAY));
    let found = lab.computed(AS_OF).await;
    assert_eq!(of(&found, "spent", "control").summary.mean, [12.0, 1.0, 52.0, 1.0]);
    let early = found.counts.facts.iter().find(|fact| fact.reason == "before_enrollment");
    assert_eq!(early.unwrap().rows, 1);
}

#[tokio::test]
async fn phases_and_segments_are_summed_up_apart() {
    let mut lab = lab();
    let experiment = &mut lab.project.experiments[0];
    experiment.segments = vec!["country".into()];
    let phase = |day: i8| Phase { from: date(2026, 10, day), shares: vec![0.5, 0.5] };
    experiment.phases = vec![phase(1), phase(5)];
    lab.metric("spent", sum("buy", "amount")).cap = Some(Cap::Quantile(0.5));
    let found = lab.computed(AS_OF).await;
    assert_eq!(mean(&found, "spent", "treatment", 0), (1, 10.0));
    let german = Some(("country", SegmentValue::Is("DE".into())));
    let german = in_segment(&found, "spent", "control", german).unwrap();
    assert_eq!((german.summary.units, german.summary.mean[0]), (1, 10.0));
    let missing = Some(("country", SegmentValue::Missing));
    assert!(in_segment(&found, "spent", "treatment", missing).is_none(), "not in this phase");
    let later: Vec<_> = found.arms.keys().filter(|arm| arm.phase == 1).collect();
    assert_eq!(later.len(), 2, "{later:?}");
}

#[tokio::test]
async fn too_few_values_have_no_quantile() {
    let mut lab = lab();
    for (key, of) in [("units", QuantileOf::Units), ("facts", QuantileOf::Facts)] {
        let (filter, value) = (events("buy", OPEN), said("amount"));
        lab.metric(key, MetricKind::Quantile { filter, value, level: 0.5, of });
    }
    let found = lab.computed(AS_OF).await;
    for key in ["units", "facts"] {
        let numbers = of(&found, key, "control");
        assert!(matches!(numbers.quantile, Some(Err(Missing::TooFewValues { .. }))));
        assert_eq!(
            (numbers.summary.units, numbers.summary.mean, numbers.tails),
            (2, [0.0; 4], None)
        );
    }
}
