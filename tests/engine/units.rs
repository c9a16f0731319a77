//! What is said of one unit is what became of its rows.

use std::collections::{BTreeMap, BTreeSet};

use assize::config::{MetricKind, Project, QuantileOf};
use assize::error::Error;
use assize::plan::{
    Computed, EnrolledUnit, MetricFate, Night, Stopwatch, UnitFact, UnitNumbers, UnitRows, Value,
};
use assize::run::{Selection, choose, prepare_warehouse};
use assize::source::list_all;
use jiff::civil::{Date, date};
use tempfile::tempdir;

use crate::harness::{close, project};
use crate::lab::{ASSIGNMENTS, EXPOSURES, Lab, PEOPLE, rows};
use crate::members::{ORGS, with_members};
use crate::shop::{ONE_CSV, Shop};

const AS_OF: Date = date(2026, 10, 8);
const SEEDS: [u64; 1] = [1];

const MORE_METRICS: &str = r#"
[metrics.dearest]
kind = "max"
event = "purchase"
value = "amount"
window = "5d"

[metrics.kinds]
kind = "distinct"
value = "name"

[metrics.before]
kind = "sum"
event = "purchase"
value = "amount"
cap = { quantile = 0.9 }
covariate = "2d"

[metrics.late]
kind = "retention"
event = "click"
window = "1d..3d"

[metrics.path]
kind = "funnel"
steps = ["click", "purchase"]

[metrics.median]
kind = "quantile"
of = "facts"
event = "purchase"
value = "amount"
level = 0.5
"#;

const ALL: &str = r#"["revenue", "order_value", "clicked", "dearest", "kinds", "before", "late", "path", "median"]"#;

/// A night of one experiment, with what it amounts to, and what it says about some units.
struct Told {
    computed: Computed,
    /// `variant` and the values of all metrics, of every unit, sorted.
    unit_metrics: Vec<String>,
    units: Vec<UnitRows>,
}

async fn told(project: &Project, experiment: &str, units: &[String]) -> Result<Told, Error> {
    let selection = Selection::One(experiment.to_string());
    let chosen = choose(project, &selection, AS_OF)?;
    let warehouse = prepare_warehouse(project, list_all(project).await?, &chosen, AS_OF).await?;
    let night = || Night::prepare(project, &warehouse, chosen.experiments.clone(), AS_OF);
    let whole = night()?;
    let computed = whole.compute(&Stopwatch::default()).await?;
    let letters: Vec<String> =
        (0..project.experiments[0].metrics.len()).map(|i| format!("y{i}")).collect();
    let columns: Vec<&str> =
        ["variant"].into_iter().chain(letters.iter().map(String::as_str)).collect();
    let mut unit_metrics = rows(&whole, "unit_metrics", &columns).await;
    unit_metrics.retain(|line| !line.starts_with('-'));
    let one = night()?.showing_rows(&warehouse)?;
    let mut found = Vec::new();
    for unit in units {
        found.push(one.unit(unit, &computed, &Stopwatch::default()).await?);
    }
    Ok(Told { computed, unit_metrics, units: found })
}

fn shop(seed: u64) -> Shop {
    let mut shop = Shop::drawn(seed);
    shop.experiments = vec![("checkout", ALL)];
    shop.more_metrics = MORE_METRICS.to_string();
    shop
}

/// Every unit that some row of the shop names.
fn units(shop: &Shop) -> Vec<String> {
    let sightings = shop.exposures.iter().chain(&shop.assignments).map(|row| &row.unit);
    let units: BTreeSet<&String> = sightings.chain(shop.events.iter().map(|e| &e.unit)).collect();
    units.into_iter().cloned().collect()
}

/// The values of the facts that count for a number of a metric; 0 where it reads none.
fn counted<'a>(unit: &'a UnitRows, metric: &str, letter: char) -> Vec<&'a Option<Value>> {
    let parts = unit.facts.iter().flat_map(|fact| &fact.parts);
    let mine = parts.filter(|part| part.metric == metric && part.letter == letter);
    mine.filter(|part| part.fate == MetricFate::Counted).map(|part| &part.value).collect()
}

fn floats(values: &[&Option<Value>]) -> Vec<f64> {
    let number = |value: &&Option<Value>| match value {
        Some(Value::Number(number)) => *number,
        other => panic!("{other:?} is no number"),
    };
    values.iter().map(number).collect()
}

/// The number that the facts said to count add up to.
fn added_up(project: &Project, unit: &UnitRows, metric: &str, letter: char) -> f64 {
    let values = counted(unit, metric, letter);
    let share = |holds: bool| if holds { 1.0 } else { 0.0 };
    match (&project.metrics[metric].kind, letter) {
        (MetricKind::Count(_), _) | (MetricKind::Ratio { .. }, 'd') => values.len() as f64,
        (MetricKind::Sum { .. } | MetricKind::Ratio { .. }, _) => floats(&values).iter().sum(),
        (MetricKind::Conversion { .. } | MetricKind::Retention(_), _) => share(!values.is_empty()),
        (MetricKind::Max { .. }, _) => floats(&values).into_iter().fold(0.0, f64::max),
        (MetricKind::Distinct { .. }, _) => {
            let texts: BTreeSet<String> = values.iter().map(|value| format!("{value:?}")).collect();
            texts.len() as f64
        }
        (MetricKind::Funnel { .. } | MetricKind::Quantile { of: QuantileOf::Facts, .. }, _) => 0.0,
        (kind, _) => panic!("no rule for {kind:?}"),
    }
}

fn number(numbers: &UnitNumbers, letter: char) -> Option<f64> {
    numbers.numbers.iter().find(|(known, _)| *known == letter).map(|(_, number)| *number)
}

/// Steps by facts in the order of their instants, clicks first.
fn steps(unit: &UnitRows) -> u64 {
    let is_step = |fact: &&UnitFact| {
        fact.parts.iter().any(|part| part.metric == "path" && part.fate == MetricFate::Step)
    };
    let of = |name: &'static str| {
        unit.facts.iter().filter(is_step).filter(move |f| f.event.as_deref() == Some(name))
    };
    let clicked = of("click").map(|fact| fact.at).min();
    let bought = clicked.is_some_and(|at| of("purchase").any(|fact| fact.at >= at));
    u64::from(clicked.is_some()) + u64::from(bought)
}

#[tokio::test]
async fn what_is_said_of_units_is_what_became_of_their_rows() {
    for seed in SEEDS {
        let (folder, shop) = (tempdir().unwrap(), shop(seed));
        shop.write(folder.path(), ONE_CSV);
        let project = project(folder.path());
        let found = told(&project, "checkout", &units(&shop)).await.unwrap();
        facts_said_to_count_add_up(&project, &found);
        units_are_those_of_the_night(&found);
        reasons_are_those_of_the_night(&found);
    }
}

fn facts_said_to_count_add_up(project: &Project, found: &Told) {
    let mut summed = 0;
    for unit in &found.units {
        for numbers in &unit.numbers {
            let metric = numbers.metric.as_str();
            for &(letter, value) in &numbers.numbers {
                let sum = added_up(project, unit, metric, letter);
                if metric != "path" {
                    close(sum, value, 1e-12);
                }
                summed += usize::from(value != 0.0);
            }
            if metric == "median" {
                let values = counted(unit, metric, 'y').len() as u64;
                assert_eq!(numbers.values, Some(values));
            }
            if metric == "path" {
                assert_eq!(numbers.steps, Some((steps(unit), 2)));
            }
            let is_late = metric == "late" && !numbers.is_mature;
            assert_eq!(number(numbers, 'y').is_none(), is_late, "{metric}");
        }
    }
    assert!(summed > 60, "the shop has facts that count");
}

fn units_are_those_of_the_night(found: &Told) {
    let analysed = || {
        let enrolled = |unit: &UnitRows| unit.enrolled.clone();
        let units = found.units.iter().map(move |unit| (unit, enrolled(unit)));
        let is_in = |(_, of): &(&UnitRows, Option<EnrolledUnit>)| {
            of.as_ref().is_some_and(|of| of.reason.is_none())
        };
        units.filter(is_in).map(|(unit, of)| (unit, of.unwrap().variant.unwrap()))
    };
    let mut lines: Vec<String> = analysed()
        .map(|(unit, variant)| {
            let value = |of: &UnitNumbers| number(of, 'y').map_or("-".into(), |y| format!("{y:?}"));
            let values: Vec<String> = unit.numbers.iter().map(value).collect();
            format!("{variant} {}", values.join(" "))
        })
        .collect();
    lines.sort();
    let again = |line: &String| -> Vec<String> {
        let as_number = |cell: &str| cell.parse::<f64>().map(|y| format!("{y:?}"));
        line.split(' ').map(|cell| as_number(cell).unwrap_or(cell.into())).collect()
    };
    let mut night: Vec<String> =
        found.unit_metrics.iter().map(|line| again(line).join(" ")).collect();
    night.sort();
    assert_eq!(lines, night);
    for (arm, metrics) in &found.computed.arms {
        for (metric, of_arm) in metrics {
            let mine = analysed().filter(|(_, variant)| *variant == arm.variant);
            let of_metric = |(unit, _): (&UnitRows, String)| {
                let of = unit.numbers.iter().find(|of| of.metric == *metric).unwrap();
                number(of, 'y').map(|y| of.cap.map_or(y, |cap| y.min(cap)))
            };
            let values: Vec<f64> = mine.filter_map(of_metric).collect();
            assert_eq!(values.len() as u64, of_arm.summary.units, "{metric}");
            let sum = of_arm.summary.units as f64 * of_arm.summary.mean[0];
            close(values.iter().sum(), sum, 1e-12);
        }
    }
}

fn reasons_are_those_of_the_night(found: &Told) {
    let mut night: BTreeMap<String, u64> = BTreeMap::new();
    let mut said: BTreeMap<String, u64> = BTreeMap::new();
    for count in &found.computed.counts.rows {
        let reason = count.reason.clone().unwrap_or("counted".into());
        *night.entry(format!("{} {reason}", count.source)).or_default() += count.rows;
    }
    for count in found.computed.counts.facts.iter().filter(|c| c.experiment.is_none()) {
        *night.entry(format!("{} {}", count.source, count.reason)).or_default() += count.rows;
    }
    for count in &found.computed.counts.units {
        let reason = count.reason.clone().unwrap_or("analysed".into());
        *night.entry(format!("units {reason}")).or_default() += count.units;
    }
    for unit in &found.units {
        for row in &unit.seen {
            let reason = row.reason.clone().unwrap_or("counted".into());
            *said.entry(format!("{} {reason}", row.source)).or_default() += 1;
        }
        for fact in &unit.facts {
            let reason = fact.fate.map_or("met", |fate| fate.reason());
            *said.entry(format!("{} {reason}", fact.source)).or_default() += 1;
        }
        if let Some(enrolled) = &unit.enrolled {
            let reason = enrolled.reason.clone().unwrap_or("analysed".into());
            *said.entry(format!("units {reason}")).or_default() += 1;
        }
    }
    assert_eq!(said, night);
    let has = |reason: &str| said.contains_key(reason);
    assert!(
        has("events differing_duplicate") && has("events after_as_of") && said.len() >= 8,
        "{said:?}"
    );
}

async fn one(lab: &Lab, unit: &str) -> UnitRows {
    let mut found = told(&lab.project, "lights", &[unit.to_string()]).await.unwrap();
    found.units.remove(0)
}

#[tokio::test]
async fn facts_of_members_are_told_with_their_member() {
    let mut lab = Lab::new(EXPOSURES, &ORGS);
    with_members(&mut lab);
    let told = |unit: UnitRows| -> Vec<String> {
        let fact = |fact: &UnitFact| {
            let fate = fact.fate.map_or("met", |fate| fate.reason());
            format!("{} {} {fate}", fact.member.as_deref().unwrap(), fact.event.as_deref().unwrap())
        };
        unit.facts.iter().map(fact).collect()
    };
    assert_eq!(told(one(&lab, "acme").await), ["1 order met", "1 order met", "2 order met"]);
    let coin = told(one(&lab, "coin").await);
    let mut coin: Vec<&str> = coin.iter().map(String::as_str).collect();
    coin.sort_unstable();
    assert_eq!(coin, ["3 look no_metric", "3 order met", "4 order ambiguous_member"]);
    assert_eq!(told(one(&lab, "dock").await), ["6 order met", "6 order after_as_of"]);
}

#[tokio::test]
async fn a_unit_that_nobody_names_is_an_error() {
    let sources = format!("{ASSIGNMENTS}{EXPOSURES}");
    let met = "experiment,user,variant,at\nlights,a,control,2026-10-02T00:00:00";
    let lab = Lab::new(&sources, &[("assignments.csv", PEOPLE), ("exposures.csv", met)]);
    let told = told(&lab.project, "lights", &["nowhere".to_string()]).await;
    let error = told.err().unwrap();
    assert_eq!(error.exit_code(), 2);
    assert_eq!(error.problems[0].message, "no row of any source names `nowhere`");
    let assigned = one(&lab, "d").await;
    assert_eq!((assigned.seen.len(), assigned.enrolled), (1, None));
}
