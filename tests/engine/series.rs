//! A day of a series says what a night as of that day says, and what came later changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use assize::plan::{Arm, DayByDay, Night, Numbers, Series, Stopwatch};
use assize::run::{Selection, choose, prepare_warehouse};
use assize::source::list_all;
use assize::stats::Summary;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use tempfile::{TempDir, tempdir};

use crate::harness::{project, with_night};
use crate::shop::{DAY, ONE_CSV, START, Shop};

const FIRST: Date = date(2026, 10, 1);
const LAST: Date = date(2026, 10, 10);

const SECONDARY: &str =
    r#"["revenue", "order_value", "clicked", "held", "refunds", "often", "held_value"]"#;

const MORE: &str = r#"
[metrics.held]
kind = "sum"
event = "purchase"
value = "amount"
cap = { at = 1000.0 }

[metrics.refunds]
kind = "sum"
event = "purchase"
value = "CASE WHEN amount > 10 THEN -amount ELSE amount END"

[metrics.often]
kind = "conversion"
event = "purchase"
at_least = 2

[metrics.held_value]
kind = "ratio"
numerator = "held"
denominator = "often"
"#;

/// A shop whose experiments promise something more.
fn shop(seed: u64, promise: &str) -> (TempDir, Shop) {
    let mut shop = Shop::drawn(seed);
    shop.experiments = vec![("checkout", SECONDARY), ("search", SECONDARY)];
    shop.more_metrics = MORE.to_string();
    let folder = tempdir().unwrap();
    write(&shop, folder.path(), promise);
    (folder, shop)
}

fn write(shop: &Shop, folder: &Path, promise: &str) {
    shop.write(folder, ONE_CSV);
    for experiment in ["checkout", "search"] {
        let path = folder.join(format!("experiments/{experiment}.toml"));
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("end = 2026-10-08", &format!("end = 2026-10-08\n{promise}"));
        fs::write(&path, text).unwrap();
    }
}

async fn series(folder: &Path) -> Series {
    let night = with_night(folder, LAST, async |night| night.series(&Stopwatch::default()).await);
    night.await.unwrap().unwrap()
}

/// The same with the units in about so many parts.
async fn series_in(folder: &Path, parts: usize) -> Series {
    let project = project(folder);
    let listings = list_all(&project).await.unwrap();
    let chosen = choose(&project, &Selection::Due, LAST).unwrap();
    let warehouse = prepare_warehouse(&project, listings, &chosen, LAST).await.unwrap();
    let night = Night::prepare(&project, &warehouse, chosen.experiments, LAST).unwrap();
    night.in_parts(parts).series(&Stopwatch::default()).await.unwrap()
}

/// What nights as of each day say, by experiment and variant, then by metric; none without units.
async fn as_of(folder: &Path, day: Date) -> BTreeMap<Arm, BTreeMap<String, Summary>> {
    let night = with_night(folder, day, async |night| night.compute(&Stopwatch::default()).await);
    let computed = night.await.unwrap().unwrap();
    let of = |numbers: BTreeMap<String, Numbers>| {
        numbers.into_iter().map(|(metric, numbers)| (metric, numbers.summary)).collect()
    };
    computed.arms.into_iter().map(|(arm, numbers)| (arm, of(numbers))).collect()
}

fn agree(found: &Summary, expected: &Summary, place: &str) {
    assert_eq!(found.units, expected.units, "{place}");
    for i in 0..2 {
        let off = (found.mean[i] - expected.mean[i]).abs();
        assert!(off <= 1e-12 * expected.mean[i].abs(), "{place}: {found:?} {expected:?}");
        for j in 0..2 {
            let size = (expected.comoment[i][i] * expected.comoment[j][j]).sqrt();
            let off = (found.comoment[i][j] - expected.comoment[i][j]).abs();
            assert!(off <= 1e-10 * size, "{place}: {found:?} {expected:?}");
        }
    }
}

/// Every day of every metric and variant.
async fn every_day_agrees(folder: &Path, series: &Series, place: &str) -> u64 {
    let mut most = 0;
    for (day, date) in FIRST.series(1.day()).take_while(|day| *day <= LAST).enumerate() {
        let nights = as_of(folder, date).await;
        for ((experiment, variant), metrics) in &series.arms {
            let (experiment, variant) = (experiment.clone(), variant.clone());
            let arm = Arm { experiment, variant, phase: 0, segment: None };
            for (metric, found) in metrics {
                let expected = nights.get(&arm).map_or(Summary::EMPTY, |night| night[metric]);
                let place = format!("{place}, {date}, {arm:?}, {metric}");
                agree(&found.cumulative[day], &expected, &place);
                most = most.max(expected.units);
            }
        }
    }
    most
}

/// Units that are assigned late, cross over, stay where they were first, or enter by a fact.
const PROMISES: [&str; 4] = [
    "",
    "crossovers = \"first\"\nenroll_until = 2026-10-06",
    "basis = \"assignment\"",
    "entry = { event = \"click\", window = \"3d\" }",
];

#[tokio::test]
async fn a_day_says_what_a_night_as_of_it_says() {
    for (seed, promise) in (11..).zip(PROMISES) {
        let (folder, _) = shop(seed, promise);
        let series = series(folder.path()).await;
        assert_eq!((series.first, series.arms.len()), (Some(FIRST), 4));
        let place = format!("seed {seed}, {promise:?}");
        assert_eq!(series.arms.values().map(BTreeMap::len).min(), Some(8), "{place}");
        assert!(every_day_agrees(folder.path(), &series, &place).await > 3, "{place}");
    }
}

/// Crossovers, and units whose assignment came after they met the experiment.
#[tokio::test]
async fn a_unit_is_followed_from_when_it_is_known_until_it_is_left_out() {
    let (folder, mut shop) = shop(21, "");
    for (i, assignment) in shop.assignments.iter_mut().enumerate() {
        assignment.at = START + (i as i64 % 6) * DAY;
    }
    let other = |variant: &str| if variant == "control" { "treatment" } else { "control" };
    let mut crossing: Vec<_> = shop.exposures.iter().step_by(3).cloned().collect();
    for exposure in &mut crossing {
        exposure.variant = other(&exposure.variant).to_string();
        exposure.at = (exposure.at + 2 * DAY).min(START + 7 * DAY - 1);
    }
    shop.exposures.extend(crossing);
    write(&shop, folder.path(), "");
    let found = series(folder.path()).await;
    every_day_agrees(folder.path(), &found, "crossing").await;
    let falls = |found: &DayByDay| found.cumulative.windows(2).any(|w| w[1].units < w[0].units);
    assert!(found.arms.values().flat_map(BTreeMap::values).any(falls), "somebody leaves");
    let most = found.arms.values().flat_map(BTreeMap::values).flat_map(|f| &f.cumulative);
    assert!(most.map(|summary| summary.units).max() > Some(5));
    let in_parts = series_in(folder.path(), 3).await;
    every_day_agrees(folder.path(), &in_parts, "in parts").await;
    for (arm, metrics) in &found.arms {
        for (metric, whole) in metrics {
            let parts = &in_parts.arms[arm][metric];
            let units =
                |found: &DayByDay| found.since.iter().map(|day| day.units).collect::<Vec<_>>();
            assert_eq!(units(parts), units(whole), "{arm:?} {metric}");
        }
    }
}

#[tokio::test]
async fn every_row_is_read_once_whatever_the_number_of_days() {
    let (folder, shop) = shop(31, "");
    let watch = Stopwatch::default();
    let night = with_night(folder.path(), LAST, async |night| night.series(&watch).await);
    night.await.unwrap().unwrap();
    let rows = shop.events.len() + shop.exposures.len() + shop.assignments.len();
    assert_eq!(watch.progress.rows.load(Ordering::Relaxed), rows as u64);
}

/// Days since enrollment, counted by hand over the rows of the shop.
#[tokio::test]
async fn days_since_enrollment_are_counted_from_each_units_own_instant() {
    for seed in [41, 42] {
        let (folder, shop) = shop(seed, "crossovers = \"first\"\nbasis = \"assignment\"");
        let found = series(folder.path()).await;
        let mut copies = BTreeMap::new();
        let mut events = shop.events.clone();
        events.sort_by(|a, b| (a.at, &a.unit, &a.name).cmp(&(b.at, &b.unit, &b.name)));
        for event in events.iter().filter(|event| event.at < START + 10 * DAY) {
            copies.entry(&event.id).or_insert(event);
        }
        for variant in ["control", "treatment"] {
            let units = shop.assignments.iter();
            let units = units.filter(|a| a.experiment == "checkout" && a.variant == variant);
            let units: Vec<&str> = units.map(|assignment| assignment.unit.as_str()).collect();
            let arm = ("checkout".to_string(), variant.to_string());
            let since = &found.arms[&arm]["orders"].since;
            assert_eq!(since.len(), 10, "assigned at the start, as of the end of the tenth day");
            for (day, since) in since.iter().enumerate() {
                let is_of_day = |at: i64| (at - START).div_euclid(DAY) == day as i64;
                let orders = copies.values().filter(|event| {
                    event.name == "purchase"
                        && is_of_day(event.at)
                        && units.contains(&event.unit.as_str())
                });
                assert_eq!(since.units as usize, units.len());
                let total = since.mean[0] * since.units as f64;
                assert!((total - orders.count() as f64).abs() < 1e-9, "{variant}, day {day}");
            }
        }
    }
}
