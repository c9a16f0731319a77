//! In which phase and segments a unit is, and what was known of it.

use assize::config::{Covariate, Phase};
use assize::plan::SegmentValue;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::lab::{ASSIGNMENTS, EXPOSURES, Lab, PEOPLE, rows};

#[tokio::test]
async fn a_phase_begins_at_midnight_of_the_zone_on_days_of_23_and_25_hours() {
    // The 25th of October has 25 hours in Berlin; its midnights are 22:00 and 23:00 UTC.
    let exposures = "
        experiment,user,variant,at
        lights,before,control,2026-10-24T21:59:59.999999
        lights,first,control,2026-10-24T22:00:00
        lights,last,treatment,2026-10-25T22:59:59.999999
        lights,after,treatment,2026-10-25T23:00:00
        lights,twice,treatment,2026-10-25T23:30:00
        lights,twice,treatment,2026-10-24T12:00:00";
    let mut lab = Lab::new(EXPOSURES, &[("exposures.csv", exposures)]);
    lab.project.timezone = TimeZone::get("Europe/Berlin").unwrap();
    let phase = |day: i8| Phase { from: date(2026, 10, day), shares: vec![0.5, 0.5] };
    lab.project.experiments[0].phases = vec![phase(1), phase(25), phase(26)];
    let found = lab.enrollments(date(2026, 10, 28), &["unit", "phase", "day"]).await;
    let expected = [
        "after 2 2026-10-26",
        "before 0 2026-10-24",
        "first 1 2026-10-25",
        "last 1 2026-10-25",
        "twice 0 2026-10-24",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn attributes_are_those_of_the_first_assignment_and_the_least_of_ties() {
    let assignments = "
        experiment,user,variant,at,country,age,score
        lights,a,control,2026-10-03T00:00:00,FR,3,0.1
        lights,a,control,2026-10-02T00:00:00,DE,2,0.2
        lights,b,control,2026-10-02T00:00:00,NL,41,0.4
        lights,b,control,2026-10-02T00:00:00,DE,42,0.3
        lights,c,treatment,2026-10-02T00:00:00,,,NaN
        lights,d,treatment,2026-10-02T00:00:00,\"1:x-\",7,-inf";
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", assignments)]);
    lab.project.experiments[0].segments = vec!["country".into()];
    for (attribute, expected) in [
        ("age", ["a DE 2.0", "b NL 41.0", "c missing -", "d 1:x- 7.0"]),
        ("score", ["a DE 0.2", "b NL 0.4", "c missing -", "d 1:x- -"]),
    ] {
        let metric = lab.project.metrics.get_mut("orders").unwrap();
        metric.covariate = Some(Covariate::Attribute(attribute.into()));
        let found = lab.night(date(2026, 10, 5), async |night, computed| {
            let value = |line: String| {
                let cells: Vec<&str> = line.split(' ').collect();
                let code = cells[1].parse().unwrap();
                let value = computed.segments.value("lights", "country", code);
                format!("{} {} {}", cells[0], shown(value), cells[2])
            };
            let found = rows(night, "enrollments", &["unit", "s0", "x0"]).await;
            found.into_iter().map(value).collect::<Vec<_>>()
        });
        assert_eq!(found.await, expected);
    }
}

#[tokio::test]
async fn an_experiment_is_split_by_its_own_attributes_and_rare_values_share_a_segment() {
    let mut assignments = String::from("experiment,user,variant,at,country,age,score\n");
    for i in 0..50 {
        // Two units of each of `c00` to `c19`, one of each of ten others.
        let country = if i < 40 { i / 2 } else { i };
        for experiment in ["lights", "sounds"] {
            let row = format!("{experiment},u{i},control,2026-10-02T00:00:00,c{country:02},1,0\n");
            assignments += &row;
        }
    }
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", &assignments)]);
    let mut other = lab.project.experiments[0].clone();
    other.key = "sounds".into();
    lab.project.experiments.push(other);
    lab.project.experiments[0].segments = vec!["country".into()];
    let columns = ["experiment", "s0"];
    let (rows, counts) = lab
        .night(date(2026, 10, 9), async |night, computed| {
            (rows(night, "enrollments", &columns).await, computed.counts.segments)
        })
        .await;
    assert_eq!(rows.iter().filter(|row| *row == "sounds -").count(), 50);
    let is_other = |count: &&assize::plan::SegmentUnits| count.value == SegmentValue::Other;
    assert_eq!(counts.len(), 21);
    assert_eq!(counts.iter().filter(is_other).map(|count| count.units).sum::<u64>(), 10);
    assert!(counts.iter().all(|count| count.experiment == "lights"));
}

#[tokio::test]
async fn units_are_counted_by_day_phase_and_segment() {
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", PEOPLE)]);
    let experiment = &mut lab.project.experiments[0];
    experiment.segments = vec!["country".into(), "age".into()];
    let phase = |day: i8| Phase { from: date(2026, 10, day), shares: vec![0.5, 0.5] };
    experiment.phases = vec![phase(1), phase(2)];
    let counts = lab.night(date(2026, 10, 9), async |_, computed| computed.counts).await;
    let days =
        counts.days.iter().map(|c| format!("{} {} {} {}", c.variant, c.phase, c.day, c.units));
    let days: Vec<String> = days.collect();
    assert_eq!(days, ["control 1 2026-10-02 2", "treatment 1 2026-10-02 3"]);
    let segments = counts.segments.iter().map(|c| {
        let value = shown(c.value.clone());
        format!("{} {value} {} {} {}", c.attribute, c.variant, c.phase, c.units)
    });
    let expected = [
        "age 17 treatment 1 1",
        "age 18 treatment 1 1",
        "age 20 control 1 2",
        "age missing treatment 1 1",
        "country DE control 1 1",
        "country DE treatment 1 3",
        "country FR control 1 1",
    ];
    assert_eq!(segments.collect::<Vec<_>>(), expected);
}

fn shown(value: SegmentValue) -> String {
    match value {
        SegmentValue::Is(value) => value,
        SegmentValue::Other => "other".into(),
        SegmentValue::Missing => "missing".into(),
    }
}
