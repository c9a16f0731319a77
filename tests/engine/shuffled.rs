//! A shuffle says what the night would say, had its units been promised those variants.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assize::config::{Experiment, Project};
use assize::plan::{Arm, Computed, Night, Numbers, Shuffles, Stopwatch};
use assize::run::{Selection, choose, prepare_warehouse};
use assize::source::list_all;
use jiff::civil::{Date, date};
use tempfile::{TempDir, tempdir};

use crate::harness::{project, with_night};
use crate::shop::{ONE_CSV, Shop};

const LAST: Date = date(2026, 10, 9);
const SHUFFLES: Shuffles = Shuffles { count: 6, seed: 3 };

const SECONDARY: &str = r#"["revenue", "order_value", "clicked", "held", "trimmed", "again", "steps", "most", "middle", "before"]"#;

const MORE: &str = r#"
[metrics.held]
kind = "sum"
event = "purchase"
value = "amount"
cap = { at = 1000.0 }

[metrics.trimmed]
kind = "sum"
event = "purchase"
value = "amount"
cap = { quantile = 0.8 }

[metrics.again]
kind = "retention"
event = "click"
window = "1d..3d"

[metrics.steps]
kind = "funnel"
steps = [{ event = "click" }, { event = "purchase" }]

[metrics.most]
kind = "max"
event = "purchase"
value = "amount"

[metrics.middle]
kind = "quantile"
event = "purchase"
value = "amount"
level = 0.5

[metrics.before]
kind = "count"
event = "purchase"
covariate = "1d"
"#;

/// The second phase has the same shares, so that a unit's variant does not depend on its phase.
const PHASES: &str =
    "[[phases]]\nfrom = 2026-10-04\nweights = { control = 50, treatment = 50 }\n\n[metrics]";

/// A shop in which units have the variants of `variant`, by experiment and unit, throughout.
fn written(variant: impl Fn(&str, &str) -> String) -> TempDir {
    let mut shop = Shop::drawn(5);
    shop.experiments = vec![("checkout", SECONDARY), ("search", SECONDARY)];
    shop.more_metrics = MORE.to_string();
    for row in shop.exposures.iter_mut().chain(&mut shop.assignments) {
        row.variant = variant(&row.experiment, &row.unit);
    }
    let folder = tempdir().unwrap();
    shop.write(folder.path(), ONE_CSV);
    for experiment in ["checkout", "search"] {
        let path = folder.path().join(format!("experiments/{experiment}.toml"));
        let text = fs::read_to_string(&path).unwrap().replace("[metrics]", PHASES);
        fs::write(path, text).unwrap();
    }
    folder
}

/// As they were promised: every other unit is treated.
fn promised(_: &str, unit: &str) -> String {
    let is_treated = unit.ends_with(['1', '3', '5', '7', '9']);
    if is_treated { "treatment".to_owned() } else { "control".to_owned() }
}

async fn shuffled(folder: &Path, parts: usize) -> Vec<Computed> {
    let project = project(folder);
    let listings = list_all(&project).await.unwrap();
    let chosen = choose(&project, &Selection::Due, LAST).unwrap();
    let warehouse = prepare_warehouse(&project, listings, &chosen, LAST).await.unwrap();
    let night = Night::prepare(&project, &warehouse, chosen.experiments, LAST).unwrap();
    night.in_parts(parts).shuffled(SHUFFLES, &Stopwatch::default()).await.unwrap()
}

fn experiment<'p>(project: &'p Project, key: &str) -> &'p Experiment {
    project.experiments.iter().find(|experiment| experiment.key == key).unwrap()
}

#[tokio::test]
async fn a_shuffle_is_the_night_of_units_with_those_variants() {
    let folder = written(promised);
    let project = project(folder.path());
    let found = shuffled(folder.path(), 1).await;
    assert_eq!(found.len(), SHUFFLES.count);
    for (number, found) in found.iter().enumerate() {
        let dealt = |key: &str, unit: &str| {
            let experiment = experiment(&project, key);
            SHUFFLES.variant_of(experiment, number, unit, 0).unwrap().to_owned()
        };
        let real = written(dealt);
        let night =
            with_night(real.path(), LAST, async |night| night.compute(&Stopwatch::default()).await);
        let real = night.await.unwrap().unwrap();
        agree(found, &real);
    }
    let differs = |other: &Computed| units(other) != units(&found[0]);
    assert!(found.iter().any(differs), "all shuffles are the same");
}

/// However the units are divided to fit into memory.
#[tokio::test]
async fn parts_change_nothing() {
    let folder = written(promised);
    let (whole, parts) = (shuffled(folder.path(), 1).await, shuffled(folder.path(), 4).await);
    for (whole, parts) in whole.iter().zip(&parts) {
        agree(parts, whole);
    }
}

/// Analysed units of each arm.
fn units(computed: &Computed) -> BTreeMap<Arm, u64> {
    let of = |numbers: &BTreeMap<String, Numbers>| numbers["orders"].summary.units;
    computed.arms.iter().map(|(arm, numbers)| (arm.clone(), of(numbers))).collect()
}

#[track_caller]
fn agree(found: &Computed, expected: &Computed) {
    let real = expected;
    assert_eq!(units(found), units(expected));
    assert!(expected.arms.len() >= 6, "too little to compare");
    for (arm, expected) in &expected.arms {
        assert_eq!(expected.len(), 11);
        for (metric, expected) in expected {
            let scale = scale(real, metric);
            agree_in(&found.arms[arm][metric], expected, scale, &format!("{metric} in {arm:?}"));
        }
    }
    assert_eq!(found.counts.joined, expected.counts.joined);
    let analysed = |computed: &Computed| -> BTreeMap<(String, Option<String>), u64> {
        let mut units = BTreeMap::new();
        for count in computed.counts.units.iter().filter(|count| count.reason.is_none()) {
            let arm = (count.experiment.clone(), count.variant.clone());
            *units.entry(arm).or_insert(0) += count.units;
        }
        units
    };
    assert_eq!(analysed(found), analysed(expected));
}

/// How large the numbers of one unit are, whatever its arm. A shuffle takes them relative to the
/// mean of all units, so that is what it rounds by.
fn scale(computed: &Computed, metric: &str) -> [f64; 4] {
    let size = |numbers: &Numbers, i: usize| {
        let found = &numbers.summary;
        (found.comoment[i][i] / found.units.max(1) as f64).sqrt() + found.mean[i].abs()
    };
    let sizes = |i| computed.arms.values().map(move |numbers| size(&numbers[metric], i));
    [0, 1, 2, 3].map(|i| sizes(i).fold(0.0, f64::max))
}

#[track_caller]
fn agree_in(found: &Numbers, expected: &Numbers, scale: [f64; 4], place: &str) {
    let (a, b) = (&found.summary, &expected.summary);
    assert_eq!(a.units, b.units, "{place}");
    assert_eq!(found.quantile, expected.quantile, "{place}");
    for i in (0..4).filter(|_| b.units > 0) {
        assert!((a.mean[i] - b.mean[i]).abs() <= 1e-13 * scale[i], "{place}: {a:?} {b:?}");
        for j in 0..4 {
            let off = (a.comoment[i][j] - b.comoment[i][j]).abs();
            let size = scale[i] * scale[j] * b.units as f64;
            assert!(off <= 1e-13 * size, "{place}: {a:?} {b:?}");
        }
    }
    // Nor is a third moment known of numbers that hardly differ beside the others.
    let spread = (b.comoment[0][0] / b.units.max(1) as f64).sqrt();
    let is_told = spread > 1e-3 * scale[0];
    match (found.tails, expected.tails) {
        (Some(a), Some(b)) => {
            let size = scale[0].max(b.largest.abs()).max(b.smallest.abs());
            assert!((a.smallest - b.smallest).abs() <= 1e-12 * size, "{place}: {a:?} {b:?}");
            assert!((a.largest - b.largest).abs() <= 1e-12 * size, "{place}: {a:?} {b:?}");
            match (a.skewness, b.skewness) {
                _ if !is_told => {}
                (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-7, "{place}: {a} {b}"),
                (a, b) => assert_eq!(a, b, "{place}"),
            }
        }
        (a, b) => assert_eq!(a, b, "{place}"),
    }
}
