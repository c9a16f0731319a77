//! What must not matter changes nothing.
//!
//! A small shop is drawn from a seed and written in two ways; M1 and the like are relations of
//! the failure catalogue (section 4.3). Where nothing at all may change, whole reports are
//! compared, every float to its last bit; else summaries, which everything follows from.

use std::fs;

use assize::report;
use assize::run::Analysis;
use jiff::civil::{Date, date};
use serde_json::Value;
use tempfile::tempdir;

use crate::harness::{analysed, computed_by};
use crate::shop::{DAY, Event, Form, Layout, ONE_CSV, SECONDARY, START, Shop};

const AS_OF: Date = date(2026, 10, 8);
const SEEDS: [u64; 3] = [1, 2, 3];

async fn night(shop: &Shop, layout: Layout, as_of: Date) -> Analysis {
    let folder = tempdir().unwrap();
    shop.write(folder.path(), layout);
    analysed(folder.path(), as_of).await
}

async fn analysis(shop: &Shop) -> Analysis {
    night(shop, ONE_CSV, AS_OF).await
}

/// Every number and word of a night.
fn all(analysis: &Analysis) -> Value {
    report::json(&analysis.reports)
}

/// Units and the bits of every moment, by experiment, metric and variant.
fn summaries(analysis: &Analysis) -> Vec<(String, u64, Vec<u64>)> {
    let rows = analysis.reports.iter().flat_map(|report| {
        report.summaries.iter().map(move |row| {
            let summary = &row.summary;
            let numbers = summary.mean.iter().chain(summary.comoment.iter().flatten());
            let key = format!("{} {} {}", report.experiment, row.metric, row.variant);
            (key, summary.units, numbers.map(|number| number.to_bits()).collect())
        })
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.iter().any(|(_, units, _)| *units > 5), "the shop is not empty");
    rows
}

#[tokio::test]
async fn m1_the_order_of_rows_changes_nothing() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let found = analysis(&shop.shuffled(seed)).await;
        assert_eq!(all(&found), all(&analysis(&shop).await), "seed {seed}");
    }
}

#[tokio::test]
async fn m2_splitting_files_changes_nothing() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let whole = all(&analysis(&shop).await);
        for files in [2, 7] {
            let split = night(&shop, Layout { files, ..ONE_CSV }, AS_OF).await;
            assert_eq!(all(&split), whole, "seed {seed}, {files} files");
        }
    }
}

#[tokio::test]
async fn m3_the_number_of_readers_changes_nothing() {
    let folder = tempdir().unwrap();
    Shop::drawn(4).write(folder.path(), Layout { files: 5, ..ONE_CSV });
    let alone = computed_by(folder.path(), AS_OF, 1).await;
    for readers in 2..=8 {
        let together = computed_by(folder.path(), AS_OF, readers).await;
        assert_eq!(format!("{:?}", together.arms), format!("{:?}", alone.arms));
        assert_eq!(together.counts.rows, alone.counts.rows);
        let sorted = |mut facts: Vec<assize::plan::FactCount>| {
            facts.sort_by_key(|f| (f.source.clone(), f.experiment.clone(), f.reason.clone()));
            facts
        };
        assert_eq!(sorted(together.counts.facts), sorted(alone.counts.facts.clone()));
    }
}

#[tokio::test]
async fn m6_writing_every_event_twice_changes_nothing() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let mut twice = shop.clone();
        twice.events.extend(shop.events.clone());
        let twice = analysis(&twice.shuffled(seed)).await;
        assert_eq!(summaries(&twice), summaries(&analysis(&shop).await), "seed {seed}");
    }
}

#[tokio::test]
async fn m7_facts_that_cannot_count_change_nothing() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let event = |i: usize, unit: &str, name: &str, at: i64| Event {
            id: format!("more-{seed}-{i}"),
            unit: unit.to_string(),
            name: name.to_string(),
            at,
            amount: Some(1e9),
        };
        let mut more = shop.clone();
        for i in 0..40 {
            let unit = format!("u{i:03}");
            more.events.push(event(4 * i, &unit, "purchase", START - 1));
            more.events.push(event(4 * i + 1, &unit, "purchase", START + 8 * DAY));
            more.events.push(event(4 * i + 2, &unit, "unheard_of", START + 3 * DAY));
            more.events.push(event(4 * i + 3, &format!("new-{i}"), "purchase", START + 3 * DAY));
        }
        let more = analysis(&more.shuffled(seed)).await;
        assert_eq!(summaries(&more), summaries(&analysis(&shop).await), "seed {seed}");
    }
}

#[tokio::test]
async fn m8_the_names_of_units_change_nothing() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let backwards = |unit: &str| unit.chars().rev().collect::<String>();
        let renamed = shop.renamed(|unit| format!("{} é", backwards(unit)));
        let found = analysis(&renamed).await;
        assert_eq!(all(&found), all(&analysis(&shop).await), "seed {seed}");
    }
}

#[tokio::test]
async fn m16_another_experiment_with_other_metrics_changes_nothing() {
    for seed in SEEDS {
        let mut shop = Shop::drawn(seed);
        shop.experiments = vec![("checkout", SECONDARY)];
        let alone = analysis(&shop).await;
        shop.experiments.push(("search", r#"["a_double", "a_noise", "zz_click"]"#));
        shop.more_metrics = r#"
[metrics.a_double]
kind = "sum"
event = "purchase"
value = "-2 * amount"
window = "1h..6d"

[metrics.a_noise]
kind = "count"
event = "noise"

[metrics.zz_click]
kind = "conversion"
event = "click"
where = "amount IS NULL"
"#
        .to_string();
        let mut both = analysis(&shop).await;
        both.reports.retain(|report| report.experiment == "checkout");
        assert_eq!(summaries(&both), summaries(&alone), "seed {seed}");
        let (both, alone) = (all(&both), all(&alone));
        for part in ["verdict", "estimates", "health"] {
            assert_eq!(both[0][part], alone[0][part], "seed {seed}");
        }
    }
}

#[tokio::test]
async fn m17_what_came_later_does_not_change_what_was_known() {
    for (seed, by_day) in [(1, true), (1, false), (2, false), (3, false)] {
        let as_of = date(2026, 10, 4);
        let layout = Layout { by_day, ..ONE_CSV };
        let mut shop = Shop::drawn(seed);
        // A late copy of an early fact, under the name of another unit.
        let early = shop.events.iter().filter(|event| event.at < START + 4 * DAY);
        let late = early.map(|event| Event {
            unit: "a-unit-that-sorts-first".to_string(),
            at: event.at + 4 * DAY,
            ..event.clone()
        });
        let late: Vec<Event> = late.filter(|event| event.at >= START + 4 * DAY).collect();
        assert!(late.len() > 10);
        shop.events.extend(late);
        let later = night(&shop, layout, as_of).await;
        let known = |at: i64| at < START + 4 * DAY;
        shop.events.retain(|event| known(event.at));
        shop.exposures.retain(|exposure| known(exposure.at));
        let then = night(&shop, layout, as_of).await;
        assert_eq!(summaries(&later), summaries(&then), "seed {seed}, by day {by_day}");
    }
}

/// Metrics of every kind that looks at more than sums of facts, in experiments with segments, with
/// an entry and without.
#[tokio::test]
async fn m17_whatever_the_kind_of_metric() {
    for (seed, promise) in [(1, ""), (2, ENTRY), (3, ""), (4, ENTRY)] {
        let mut shop = Shop::drawn(seed);
        shop.experiments = vec![("checkout", EVERY_KIND), ("search", SECONDARY)];
        shop.more_metrics = KINDS.to_string();
        for (i, assignment) in shop.assignments.iter_mut().enumerate() {
            assignment.at = START + (i as i64 % 6) * DAY;
        }
        let later = said_of(&shop, promise).await;
        let known = |at: i64| at < START + 4 * DAY;
        assert!(shop.exposures.iter().any(|exposure| !known(exposure.at)));
        shop.events.retain(|event| known(event.at));
        shop.exposures.retain(|exposure| known(exposure.at));
        shop.assignments.retain(|assignment| known(assignment.at));
        let then = said_of(&shop, promise).await;
        assert_eq!(later, then, "seed {seed}, {promise}");
        let of = |what: &str| then.iter().filter(|row| row.contains(what)).count();
        assert!(of("metric: \"typical\"") >= 6 && of("Is(\"odd\")") >= 18, "seed {seed}");
    }
}

/// Summaries and estimates of a shop whose assignments know the country, as of the fourth day.
async fn said_of(shop: &Shop, promise: &str) -> Vec<String> {
    let folder = tempdir().unwrap();
    shop.write(folder.path(), ONE_CSV);
    let change = |name: &str, change: &dyn Fn(String) -> String| {
        let path = folder.path().join(name);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    };
    let more = "location = \"data/assignments\"\nattributes = [\"country\"]";
    change("assize.toml", &|text| text.replace("location = \"data/assignments\"", more));
    let more = format!("end = 2026-10-08\nsegments = [\"country\"]\n{promise}");
    change("experiments/checkout.toml", &|text| text.replace("end = 2026-10-08", &more));
    change("data/assignments/part-0.csv", &|text| {
        let line = |(i, line): (usize, &str)| match i {
            0 => format!("{line},country\n"),
            _ => {
                let unit = line.split(',').nth(1).unwrap();
                let is_odd = unit.ends_with(['1', '3', '5', '7', '9']);
                format!("{line},{}\n", if is_odd { "odd" } else { "even" })
            }
        };
        text.lines().enumerate().map(line).collect()
    });
    let analysis = analysed(folder.path(), date(2026, 10, 4)).await;
    let reports = || analysis.reports.iter();
    let summaries = reports().flat_map(|report| &report.summaries).map(|row| format!("{row:?}"));
    let estimates = reports().flat_map(|report| &report.estimates).map(|row| format!("{row:?}"));
    summaries.chain(estimates).collect()
}

const ENTRY: &str = "entry = { event = \"click\", window = \"2d\" }";

const EVERY_KIND: &str = r#"["before", "trimmed", "path", "typical", "each", "largest", "amounts",
    "settled", "back"]"#;

const KINDS: &str = r#"
[metrics.before]
kind = "sum"
event = "purchase"
value = "amount"
covariate = "1d"

[metrics.trimmed]
kind = "sum"
event = "purchase"
value = "amount"
cap = { quantile = 0.9 }

[metrics.path]
kind = "funnel"
steps = ["click", "purchase"]

[metrics.typical]
kind = "quantile"
event = "purchase"
value = "amount"
level = 0.5

[metrics.each]
kind = "quantile"
event = "purchase"
value = "amount"
level = 0.5
of = "facts"

[metrics.largest]
kind = "max"
event = "purchase"
value = "amount"

[metrics.amounts]
kind = "distinct"
event = "purchase"
value = "amount"

[metrics.settled]
kind = "count"
event = "purchase"
window = "2d"
maturity = "matured"

[metrics.back]
kind = "retention"
event = "purchase"
window = "1d..2d"
"#;

/// Only Parquet has pages whose checksums may be missing: a check more, and the count of checks.
fn but_for_checksums(mut reports: Value) -> Value {
    for report in reports.as_array_mut().unwrap() {
        let checks = report["health"].as_array_mut().unwrap();
        checks.retain(|row| row["check"] != "checksums");
        for rule in report["verdict"]["trace"].as_array_mut().unwrap() {
            let because = rule["because"].as_str().unwrap();
            let rest = Value::from(because.split_once(" checks").map_or(because, |(_, rest)| rest));
            rule["because"] = rest;
        }
    }
    reports
}

#[tokio::test]
async fn m18_csv_ndjson_and_parquet_say_the_same() {
    for seed in SEEDS {
        let shop = Shop::drawn(seed);
        let csv = but_for_checksums(all(&analysis(&shop).await));
        for form in [Form::Ndjson, Form::Parquet] {
            let other = night(&shop, Layout { form, ..ONE_CSV }, AS_OF).await;
            assert_eq!(but_for_checksums(all(&other)), csv, "seed {seed}, {form:?}");
        }
    }
}
