//! Whether every count of the truth is exact.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::{ROW_GROUP_ROWS, Spec};
use super::read::{Event, read};
use super::{made, spec};

/// Whole days from the day a fact occurred to the day of its partition.
fn days_late(fact: &Event) -> i32 {
    let stored: Date = fact.stored.parse().unwrap();
    let occurred = jiff::Timestamp::from_microsecond(fact.at).unwrap();
    let occurred = occurred.to_zoned(jiff::tz::TimeZone::UTC).date();
    stored.since(occurred).unwrap().get_days()
}

#[test]
fn rows_and_defects_are_counted_exactly() {
    let made = made(&spec(), 2);
    let rows = read(&made.path());
    let truth = &made.truth;
    assert_eq!(rows.assignments.len() as u64, truth.rows.assignments);
    assert_eq!(rows.exposures.len() as u64, truth.rows.exposures);
    assert_eq!(rows.events.len() as u64, truth.rows.events);

    let distinct: BTreeMap<&str, &Event> = rows.events.iter().map(|e| (e.id.as_str(), e)).collect();
    assert_eq!((rows.events.len() - distinct.len()) as u64, truth.rows.duplicate_events);
    assert!(truth.rows.duplicate_events > 0);
    let late = distinct.values().filter(|fact| days_late(fact) > 0).count();
    assert_eq!(late as u64, truth.rows.late_events);
    assert!(late > 0);
    assert!(distinct.values().all(|fact| (0..=3).contains(&days_late(fact))));

    for (name, count) in &truth.events {
        assert_eq!(distinct.values().filter(|fact| fact.name == *name).count() as u64, *count);
    }
    assert_eq!(truth.events.values().sum::<u64>(), distinct.len() as u64);
}

#[test]
fn repeated_ids_are_repeated_rows() {
    let made = made(&spec(), 2);
    let mut seen: BTreeMap<String, Event> = BTreeMap::new();
    for event in read(&made.path()).events {
        if let Some(first) = seen.get(&event.id) {
            assert_eq!((&first.unit, first.at, &first.name), (&event.unit, event.at, &event.name));
            assert_eq!(first.amount, event.amount);
        }
        seen.insert(event.id.clone(), event);
    }
}

#[test]
fn units_per_variant_are_counted_exactly() {
    let made = made(&spec(), 2);
    let rows = read(&made.path());
    for (key, truth) in &made.truth.experiments {
        let met = rows.met(key);
        let assigned: BTreeMap<&str, &str> = rows
            .assignments
            .iter()
            .filter(|row| row.experiment == *key)
            .map(|row| (row.unit.as_str(), row.variant.as_str()))
            .collect();
        for (variant, units) in &truth.variants {
            let members: BTreeSet<&str> =
                assigned.iter().filter(|(_, v)| *v == variant).map(|(unit, _)| *unit).collect();
            let exposed = members.iter().filter(|unit| met.contains_key(**unit));
            let crossed = exposed.clone().filter(|unit| met[**unit].len() > 1).count() as u64;
            assert_eq!(members.len() as u64, units.assigned);
            assert_eq!(exposed.count() as u64, units.exposed);
            assert_eq!(crossed, units.crossovers);
            assert_eq!(units.analysed, units.exposed - units.crossovers);
            assert!(units.exposed + units.lost < units.assigned, "some are never exposed");
        }
        assert!(met.keys().all(|unit| assigned.contains_key(unit)));
    }
    let [control, treatment] =
        ["control", "treatment"].map(|variant| &made.truth.experiments["first"].variants[variant]);
    assert_eq!(control.lost, 0);
    assert!(
        (0.17..0.23)
            .contains(&(treatment.lost as f64 / (treatment.lost + treatment.exposed) as f64))
    );
}

#[test]
fn exposures_lie_in_their_partition_and_in_the_enrollment_period() {
    let made = made(&spec(), 2);
    for row in read(&made.path()).exposures {
        let day = jiff::Timestamp::from_microsecond(row.at).unwrap();
        let day = day.to_zoned(jiff::tz::TimeZone::UTC).date();
        assert_eq!(day.to_string(), row.stored);
        assert!(day < Date::constant(2026, 10, 15) || row.experiment == "second");
        assert!(day >= Date::constant(2026, 10, 5));
    }
}

#[test]
fn row_groups_are_bounded() {
    let mut spec = Spec { days: 1, units: 30_000, pre_period_days: 0, ..spec() };
    spec.experiments.clear();
    spec.events[1].per_day = Some(3.0);
    let made = made(&spec, 1);
    assert!(made.truth.rows.events > ROW_GROUP_ROWS as u64);
    assert_eq!(read(&made.path()).largest_row_group, ROW_GROUP_ROWS as i64);
}

#[test]
fn benchmark_has_the_size_asked_for() {
    let spec = Spec::benchmark(2_000, 100_000, 6, 1);
    assert!(spec.experiments.iter().all(|one| one.metrics().count() == 8));
    let events = made(&spec, 2).truth.rows.events as f64;
    assert!((events / 100_000.0 - 1.0).abs() < 0.05, "{events} events");
}
