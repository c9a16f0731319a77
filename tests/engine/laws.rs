//! Laws that units' numbers keep, whatever the rows.
//!
//! A lab is drawn from a seed; M7 and the like are relations of the failure catalogue
//! (section 4.3). Numbers are held against a few lines that read the same rows.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use assize::config::{Cap, Covariate, MetricKind, QuantileOf, Window};
use assize::error::Kind;
use assize::plan::{Computed, Numbers, SegmentValue, scans};
use assize::stats::cap::{Zeros, pooled_percentile};
use assize::stats::quantile::Definition;
use assize::stats::{Point, Summary};
use jiff::civil::{Date, date};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::tempdir;

use crate::counting::{DAY, HOUR, Lab, OPEN, events, funnel, in_segment, of, said, sum, until};
use crate::harness::{close, reports, with_night};
use crate::shop::{Event as ShopEvent, Layout, ONE_CSV, START, Shop};

const AS_OF: Date = date(2026, 10, 8);
const SEEDS: [u64; 3] = [1, 2, 3];
const COUNTRIES: [&str; 4] = ["DE", "FR", "NL", ""];

/// The rows of a lab, as its files say them.
#[derive(Clone)]
struct Rows {
    units: Vec<Unit>,
    events: Vec<Event>,
}

#[derive(Clone)]
struct Unit {
    name: String,
    variant: &'static str,
    at: i64,
    country: &'static str,
}

#[derive(Clone)]
struct Event {
    unit: String,
    at: i64,
    name: &'static str,
    amount: Option<f64>,
    item: u32,
}

fn drawn(seed: u64, units: usize) -> Rows {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut rows = Rows { units: Vec::new(), events: Vec::new() };
    for i in 0..units {
        rows.units.push(Unit {
            name: format!("u{i:03}"),
            variant: ["control", "treatment"][rng.random_range(0..2)],
            at: START + rng.random_range(0..4) * 6 * HOUR,
            country: COUNTRIES[rng.random_range(0..4)],
        });
    }
    for _ in 0..units * 12 {
        let amount = 10f64.powf(rng.random_range(-2.0..4.0));
        rows.events.push(Event {
            unit: format!("u{:03}", rng.random_range(0..units + 3)),
            // Many at the same instant as another, or at a bound of a window.
            at: START + rng.random_range(-12..24) * 6 * HOUR,
            name: ["view", "cart", "buy", "noise"][rng.random_range(0..4)],
            amount: rng.random_bool(0.9).then_some(amount),
            item: rng.random_range(0..4),
        });
    }
    rows
}

fn instant(at: i64) -> String {
    format!("{:.6}", jiff::Timestamp::from_microsecond(at).unwrap()).replace('Z', "")
}

impl Rows {
    fn lab(&self) -> Lab {
        let line = |key: &str, u: &Unit| {
            format!("{key},{},{},{},{},7\n", u.name, u.variant, instant(u.at), u.country)
        };
        // Every other unit is in a second experiment as well, where there is one.
        let unit = |(i, u): (usize, &Unit)| match i % 2 {
            0 => line("lights", u),
            _ => line("lights", u) + &line("doors", u),
        };
        let event = |e: &Event| {
            let amount = e.amount.map_or(String::new(), |amount| format!("{amount:?}"));
            format!("{},{},{},{amount},{}\n", e.unit, instant(e.at), e.name, e.item)
        };
        let text = |lines: Vec<String>| lines.concat();
        let units = text(self.units.iter().enumerate().map(unit).collect());
        Lab::new(&units, &text(self.events.iter().map(event).collect()))
    }

    /// Events of a unit from its enrollment on, or before it.
    fn of<'a>(&'a self, unit: &'a Unit, after: bool) -> impl Iterator<Item = &'a Event> {
        let mine = self.events.iter().filter(|event| event.unit == unit.name);
        mine.filter(move |event| (event.at >= unit.at) == after)
    }

    fn of_variant<'a>(&'a self, variant: &'a str) -> impl Iterator<Item = &'a Unit> {
        self.units.iter().filter(move |unit| unit.variant == variant)
    }
}

fn buys<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<f64> {
    events.filter(|event| event.name == "buy").filter_map(|event| event.amount).collect()
}

static STEPS: LazyLock<MetricKind> = LazyLock::new(|| funnel(&["view", "cart", "view"], OPEN));

fn distinct(value: &str) -> MetricKind {
    MetricKind::Distinct { filter: events("buy", OPEN), value: said(value) }
}

fn max() -> MetricKind {
    MetricKind::Max { filter: events("buy", until(3 * DAY)), value: said("amount") }
}

/// A lab with a metric of each kind.
fn full(rows: &Rows) -> Lab {
    let mut lab = rows.lab();
    lab.project.experiments[0].segments = vec!["country".into()];
    lab.metric("spent", sum("buy", "amount")).covariate = Some(Covariate::Before(DAY));
    lab.metric("held", sum("buy", "amount")).cap = Some(Cap::Quantile(0.8));
    lab.metric("items", distinct("item"));
    lab.metric("most", max());
    lab.metric("went", STEPS.clone());
    let basket = MetricKind::Ratio { numerator: "held".into(), denominator: "orders".into() };
    lab.metric("basket", basket).covariate = Some(Covariate::Before(DAY));
    for (key, of) in [("of_units", QuantileOf::Units), ("of_facts", QuantileOf::Facts)] {
        let (filter, value) = (events("buy", OPEN), said("amount"));
        lab.metric(key, MetricKind::Quantile { filter, value, level: 0.6, of });
    }
    if let MetricKind::Count(filter) = &mut lab.project.metrics.get_mut("orders").unwrap().kind {
        filter.event = Some(said("buy"));
    }
    lab
}

/// The same without the metrics that ask for more of facts than to be counted, added up and
/// compared; and a second experiment that asks for fewer of them.
fn summable(rows: &Rows) -> Lab {
    let mut lab = full(rows);
    lab.metric("pieces", sum("buy", "item"));
    let experiments = &mut lab.project.experiments;
    experiments[0].metrics.retain(|m| !["items", "went", "of_facts"].contains(&m.metric.as_str()));
    let mut doors = experiments[0].clone();
    doors.key = "doors".into();
    doors.metrics.retain(|used| used.metric == "spent");
    experiments.push(doors);
    let mut views = events("view", Window { from: 6 * HOUR, to: Some(DAY) });
    views.predicate = Some(said("item > 1"));
    lab.metric("looks", MetricKind::Count(views));
    lab
}

/// Some whose facts need plain expressions, and one whose facts are summed up in one go.
fn labs() -> impl Iterator<Item = Lab> {
    let full = SEEDS.into_iter().map(|seed| full(&drawn(seed, 60)));
    full.chain([summable(&drawn(4, 60))])
}

/// What is summed up in one go is what the plain expressions say, whatever the experiments ask
/// for, and whenever their units enter.
#[tokio::test]
async fn in_one_go_as_by_plain_expressions() {
    for seed in SEEDS {
        let mut lab = summable(&drawn(seed, 60));
        for has_entry in [false, true] {
            lab.project.experiments[0].entry = has_entry.then(|| events("view", OPEN));
            let plainly = lab.computed_plainly(AS_OF).await;
            let found = lab.computed_by(AS_OF, 3, 7).await;
            assert_eq!(format!("{:?}", found.arms), format!("{:?}", plainly.arms));
            assert_eq!(counted(&found), counted(&plainly));
            assert_eq!(found.counts.joined, plainly.counts.joined);
            assert_eq!(found.counts.valueless, plainly.counts.valueless);
            assert_eq!(found.counts.joined.len(), 4, "two experiments of two variants");
            assert!(!found.counts.valueless.is_empty());
        }
    }
}

#[tokio::test]
async fn distinct_values_are_those_of_a_set_and_the_largest_is_the_largest() {
    for seed in SEEDS {
        let rows = drawn(seed, 40);
        let found = full(&rows).computed_by(AS_OF, 2, 8192).await;
        for variant in ["control", "treatment"] {
            let bought = |unit| rows.of(unit, true).filter(|event| event.name == "buy");
            let different =
                |unit| bought(unit).map(|e| e.item).collect::<HashSet<_>>().len() as f64;
            let items: Vec<f64> = rows.of_variant(variant).map(different).collect();
            same(of(&found, "items", variant), &items);
            let early = |unit: &Unit, event: &&Event| event.at < unit.at + 3 * DAY;
            let largest = |unit| {
                let amounts = buys(bought(unit).filter(|event| early(unit, event)));
                amounts.into_iter().fold(0.0, f64::max)
            };
            let most: Vec<f64> = rows.of_variant(variant).map(largest).collect();
            same(of(&found, "most", variant), &most);
        }
    }
}

/// The summary of these numbers, and how far they reach.
#[track_caller]
fn same(found: &Numbers, numbers: &[f64]) {
    let values: Vec<[f64; 4]> = numbers.iter().map(|y| [*y, 1.0, 1.0, 1.0]).collect();
    let expected = Summary::from_values(&values);
    assert_eq!(found.summary.units, expected.units);
    close(found.summary.mean[0], expected.mean[0], 1e-12);
    close(found.summary.comoment[0][0], expected.comoment[0][0], 1e-12);
    let tails = found.tails.unwrap();
    let third: f64 = numbers.iter().map(|y| (y - expected.mean[0]).powi(3)).sum();
    let units = numbers.len() as f64;
    close(
        tails.skewness.unwrap(),
        third / units / (expected.comoment[0][0] / units).powf(1.5),
        1e-9,
    );
    close(tails.smallest, numbers.iter().copied().fold(f64::INFINITY, f64::min), 1e-12);
    close(tails.largest, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max), 1e-12);
}

/// View, cart, and another view: every choice of three events is tried.
#[tokio::test]
async fn steps_are_those_that_some_choice_of_events_takes() {
    for seed in SEEDS {
        let rows = drawn(seed, 30);
        let found = full(&rows).computed_by(AS_OF, 2, 8192).await;
        for variant in ["control", "treatment"] {
            let mut steps = vec![0u64; 3];
            for unit in rows.of_variant(variant) {
                let at = |name: &'static str| {
                    let named = rows.of(unit, true).filter(move |event| event.name == name);
                    named.map(|event| event.at).collect::<Vec<_>>()
                };
                let (views, carts) = (at("view"), at("cart"));
                let pairs = || views.iter().flat_map(|v| carts.iter().map(move |c| (*v, *c)));
                let two = |(v, c): (i64, i64)| v <= c;
                let three =
                    |(v, c): (i64, i64)| two((v, c)) && views.iter().any(|w| *w >= c && *w > v);
                steps[0] += u64::from(!views.is_empty());
                steps[1] += u64::from(pairs().any(two));
                steps[2] += u64::from(pairs().any(three));
            }
            assert_eq!(of(&found, "went", variant).steps, steps, "seed {seed}");
        }
    }
}

#[tokio::test]
async fn a_pooled_cap_is_the_percentile_of_all_units() {
    for seed in SEEDS {
        let rows = drawn(seed, 40);
        let found = full(&rows).computed_by(AS_OF, 2, 8192).await;
        let spent = |unit: &Unit| buys(rows.of(unit, true)).iter().sum::<f64>();
        let all: Vec<f64> = rows.units.iter().map(spent).collect();
        let linear = Definition::Linear;
        let cap = pooled_percentile([all.as_slice()], 0.8, linear, Zeros::Counted).unwrap();
        for variant in ["control", "treatment"] {
            let numbers = of(&found, "held", variant);
            close(numbers.cap.unwrap(), cap, 1e-12);
            let mine: Vec<f64> = rows.of_variant(variant).map(spent).collect();
            assert_eq!(numbers.capped, mine.iter().filter(|y| **y > cap).count() as u64);
            same(numbers, &mine.iter().map(|y| y.min(cap)).collect::<Vec<_>>());
        }
    }
}

/// The number of readers and the size of batches change nothing; the rows of a segment are the
/// rows of all, told apart (M3, M14, M15).
#[tokio::test]
async fn m3_m14_m15_readers_batches_and_segments() {
    for lab in labs() {
        let alone = lab.computed_by(AS_OF, 1, 8192).await;
        for (readers, rows) in [(3, 7), (2, 1), (8, 100)] {
            let found = lab.computed_by(AS_OF, readers, rows).await;
            assert_eq!(format!("{:?}", found.arms), format!("{:?}", alone.arms));
            assert_eq!(found.counts.joined, alone.counts.joined);
        }
        for variant in ["control", "treatment"] {
            for metric in ["spent", "held", "items", "most", "went", "basket", "orders"] {
                let used = &lab.project.experiments[0].metrics;
                if !used.iter().any(|used| used.metric == metric) {
                    continue;
                }
                segments_sum_to_the_whole(&alone, metric, variant);
            }
        }
    }
}

/// Parts of the units, one after another, are the whole (M5, M14).
#[tokio::test]
async fn m5_m14_parts_are_the_whole() {
    for mut lab in labs() {
        for has_entry in [false, true] {
            lab.project.experiments[0].entry = has_entry.then(|| events("view", OPEN));
            let whole = lab.computed_in(AS_OF, 1).await;
            for parts in [2, 9] {
                let found = lab.computed_in(AS_OF, parts).await;
                assert_eq!(found.arms.len(), whole.arms.len());
                for (arm, numbers) in &whole.arms {
                    for (metric, numbers) in numbers {
                        alike(&found.arms[arm][metric], numbers);
                    }
                }
                assert_eq!(counted(&found), counted(&whole));
                assert_eq!(found.counts.joined, whole.counts.joined);
                assert_eq!(found.counts.matured, whole.counts.matured);
            }
        }
    }
}

/// Enough memory changes nothing, and too little is an error that says so (M5).
#[tokio::test]
async fn m5_memory_is_enough_or_an_error() {
    for lab in [full, summable].map(|lab| lab(&drawn(7, 300))) {
        let whole = lab.computed_in(AS_OF, 1).await;
        let found = lab.computed_within(AS_OF, 200_000_000).await.unwrap();
        assert_eq!(counted(&found), counted(&whole));
        assert_eq!(format!("{:?}", found.arms), format!("{:?}", whole.arms));
        for bytes in [60_000, 1_000_000] {
            let error = lab.computed_within(AS_OF, bytes).await.unwrap_err();
            assert_eq!(error.problems[0].kind, Kind::Memory, "{error}");
            assert!(error.to_string().contains("raise --memory-limit"), "{error}");
        }
    }
}

/// Counts are equal, and numbers but for the order in which they were added.
fn alike(found: &Numbers, expected: &Numbers) {
    let counts = |n: &Numbers| (n.summary.units, n.capped, n.cap, n.steps.clone());
    assert_eq!(counts(found), counts(expected));
    assert_eq!(found.quantile, expected.quantile);
    let spread = |n: &Numbers, i: usize| n.summary.comoment[i][i].sqrt();
    for i in 0..4 {
        close(found.summary.mean[i], expected.summary.mean[i], 1e-12);
        for j in 0..4 {
            let off = (found.summary.comoment[i][j] - expected.summary.comoment[i][j]).abs();
            // What is the same for all units has nothing but the rounding of pairs of doubles.
            let size = |i: usize| expected.summary.mean[i].abs();
            let rounding = 1e-30 * expected.summary.units as f64 * size(i) * size(j);
            let most = 1e-12 * spread(expected, i) * spread(expected, j) + rounding;
            assert!(off <= most, "{off}, at most {most}");
        }
    }
    let reach = |n: &Numbers| n.tails.map(|tails| (tails.smallest, tails.largest));
    assert_eq!(reach(found), reach(expected));
}

/// Units by what became of them, and facts.
fn counted(computed: &Computed) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    let units = computed.counts.units.iter();
    let units =
        units.map(|c| (format!("{} {:?} {:?}", c.experiment, c.variant, c.reason), c.units));
    let facts = computed.counts.facts.iter();
    let facts = facts.map(|c| (format!("{} {:?} {}", c.source, c.experiment, c.reason), c.rows));
    let rows = computed.counts.rows.iter();
    let rows = rows.map(|c| (format!("{} {:?} {:?}", c.source, c.experiment, c.reason), c.rows));
    for (key, count) in units.chain(facts).chain(rows) {
        *counted.entry(key).or_insert(0) += count;
    }
    counted
}

fn segments_sum_to_the_whole(computed: &Computed, metric: &str, variant: &str) {
    let value = |country: &str| match country {
        "" => SegmentValue::Missing,
        country => SegmentValue::Is(country.to_string()),
    };
    let parts: Vec<&Numbers> = COUNTRIES
        .iter()
        .filter_map(|c| in_segment(computed, metric, variant, Some(("country", value(c)))))
        .collect();
    let whole = of(computed, metric, variant);
    let units: u64 = parts.iter().map(|part| part.summary.units).sum();
    assert_eq!(units, whole.summary.units);
    assert_eq!(parts.iter().map(|part| part.capped).sum::<u64>(), whole.capped);
    for i in 0..4 {
        let total = |numbers: &Numbers| numbers.summary.mean[i] * numbers.summary.units as f64;
        close(parts.iter().map(|part| total(part)).sum(), total(whole), 1e-12);
    }
    for (k, units) in whole.steps.iter().enumerate() {
        assert_eq!(parts.iter().map(|part| part.steps[k]).sum::<u64>(), *units);
    }
}

/// Facts before the covariate's time, after the window and of unknown units change nothing, nor
/// does another order (M1, M7).
#[tokio::test]
async fn m1_m7_facts_that_cannot_count_and_their_order() {
    for seed in SEEDS {
        let rows = drawn(seed, 40);
        let mut more = rows.clone();
        for i in 0..40 {
            let event = |unit: String, at: i64, name: &'static str| Event {
                unit,
                at,
                name,
                amount: Some(1e9),
                item: 99,
            };
            more.events.push(event(format!("u{i:03}"), START - 9 * DAY, "buy"));
            more.events.push(event(format!("u{i:03}"), START + 8 * DAY, "buy"));
            more.events.push(event(format!("new{i:03}"), START + DAY, "buy"));
            more.events.push(event(format!("u{i:03}"), START + DAY, "unheard"));
        }
        more.events.reverse();
        let (more, plain) = (
            full(&more).computed_by(AS_OF, 2, 8192).await,
            full(&rows).computed_by(AS_OF, 2, 8192).await,
        );
        assert_eq!(format!("{:?}", more.arms), format!("{:?}", plain.arms), "seed {seed}");
    }
}

/// Capping at 100 % is not capping, and a covariate that is the same for all is none (M19, M20).
#[tokio::test]
async fn m19_m20_caps_and_covariates_that_say_nothing() {
    for seed in SEEDS {
        let rows = drawn(seed, 40);
        let mut lab = rows.lab();
        lab.metric("plain", sum("buy", "amount"));
        lab.metric("whole", sum("buy", "amount")).cap = Some(Cap::Quantile(1.0));
        let age = Some(Covariate::Attribute("age".into()));
        lab.metric("aged", sum("buy", "amount")).covariate = age;
        let found = lab.computed_by(AS_OF, 2, 8192).await;
        for variant in ["control", "treatment"] {
            let plain = of(&found, "plain", variant);
            let whole = of(&found, "whole", variant);
            assert_eq!((whole.summary, whole.tails, whole.capped), (plain.summary, plain.tails, 0));
            let aged = of(&found, "aged", variant).summary;
            assert_eq!(aged.mean[2..], [7.0, 1.0]);
            let twin = aged.twin().unwrap();
            assert_eq!((twin.before_variance, twin.covariance), (0.0, 0.0));
            assert_eq!(Ok(twin.unadjusted()), plain.summary.point());
        }
    }
}

/// A quantile of units is that of their sums, one of facts that of the facts with units as
/// clusters; a segment of everybody is everybody.
#[tokio::test]
async fn quantiles_are_those_of_the_values() {
    use assize::stats::quantile::{Clusters, Ordered, QuantilePoint};
    for seed in SEEDS {
        let rows = drawn(seed, 60);
        let found = full(&rows).computed_by(AS_OF, 2, 8192).await;
        for variant in ["control", "treatment"] {
            let clusters: Vec<Vec<f64>> =
                rows.of_variant(variant).map(|unit| buys(rows.of(unit, true))).collect();
            let sums = clusters.iter().map(|values| values.iter().sum()).collect();
            let read = |values: Vec<f64>| {
                let values = Ordered::new(values).unwrap();
                QuantilePoint::from_values(&values, 0.6, Definition::Linear).unwrap()
            };
            near(of(&found, "of_units", variant), read(sums).point().unwrap());
            let quantile = read(clusters.concat());
            let sums = Clusters::count(clusters.iter().map(Vec::as_slice), quantile.value);
            near(of(&found, "of_facts", variant), sums.point(&quantile).unwrap());
        }
    }
}

#[track_caller]
fn near(found: &Numbers, expected: Point) {
    let found = found.quantile.clone().unwrap().unwrap();
    assert_eq!((found.units, found.dof), (expected.units, expected.dof));
    close(found.value, expected.value, 1e-12);
    close(found.variance, expected.variance, 1e-11);
}

/// What the twins say is what the metric says of the time before, unit by unit.
#[tokio::test]
async fn twins_are_the_metric_before() {
    for seed in SEEDS {
        let rows = drawn(seed, 40);
        let found = full(&rows).computed_by(AS_OF, 2, 8192).await;
        let day = Window { from: 0, to: Some(DAY) };
        for variant in ["control", "treatment"] {
            let inside =
                |unit: &Unit, event: &&Event| unit.at - event.at <= day.to.unwrap_or_default();
            let mut units: BTreeMap<&str, [f64; 4]> = BTreeMap::new();
            for unit in rows.of_variant(variant) {
                let before = buys(rows.of(unit, false).filter(|event| inside(unit, event)));
                let y = buys(rows.of(unit, true)).iter().sum();
                units.insert(&unit.name, [y, 1.0, before.iter().sum(), 1.0]);
            }
            let values: Vec<[f64; 4]> = units.into_values().collect();
            let expected = Summary::from_values(&values);
            let summary = of(&found, "spent", variant).summary;
            for i in [0, 2] {
                close(summary.mean[i], expected.mean[i], 1e-12);
                close(summary.comoment[i][2], expected.comoment[i][2], 1e-9);
            }
        }
    }
}

/// Folders of days before the experiment are read as far back as a covariate asks for, and no
/// scan is added for it.
#[tokio::test]
async fn folders_of_the_time_before_are_read() {
    let mut shop = Shop::drawn(1);
    for i in 0..40 {
        let (id, unit) = (format!("early{i}"), format!("u{i:03}"));
        let (name, at) = ("purchase".to_string(), START - 3 * DAY + i * HOUR);
        shop.events.push(ShopEvent { id, unit, name, at, amount: Some(i as f64) });
    }
    shop.experiments = vec![("checkout", r#"["before", "middle"]"#)];
    shop.more_metrics = r#"
[metrics.before]
kind = "sum"
event = "purchase"
value = "amount"
cap = { quantile = 0.9 }
covariate = "20d"

[metrics.middle]
kind = "quantile"
event = "purchase"
value = "amount"
level = 0.5
of = "facts"
"#
    .to_string();
    let mut found = Vec::new();
    for by_day in [true, false] {
        let folder = tempdir().unwrap();
        shop.write(folder.path(), Layout { by_day, ..ONE_CSV });
        let reports = reports(folder.path(), AS_OF).await;
        let plan = with_night(folder.path(), AS_OF, async |night| night.facts_plan().await);
        assert_eq!(scans(&plan.await.unwrap().unwrap()).len(), 1);
        found.push(reports[0]["summaries"].clone());
    }
    assert_eq!(found[0], found[1]);
    let before = found[0].as_array().unwrap().iter().find(|row| row["metric"] == "before");
    assert!(before.unwrap()["summary"]["mean"][2].as_f64().unwrap() > 0.0);
}
