//! Who is analysed, in which variant, phase and segment, from when.
//!
//! Each test writes the few rows that it is about; the accounts of each night have to balance.

use std::fs;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use assize::config::{Covariate, Phase, Project};
use assize::error::Error;
use assize::plan::{Computed, Night, SegmentValue};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use tempfile::{TempDir, tempdir};

use crate::harness::{project, with_computed};

const PROJECT: &str = r#"
[project]
name = "lab"

[sources.events]
kind = "facts"
location = "events.csv"
timezone = "UTC"
columns = { unit = "user", time = "at", event = "name" }
"#;

const METRICS: &str = r#"
[metrics.orders]
kind = "count"
event = "order"
"#;

const EXPERIMENT: &str = r#"
start = 2026-10-01
end = 2026-11-01
variants = [
  { key = "control", weight = 50, control = true },
  { key = "treatment", weight = 50 },
]

[metrics]
primary = ["orders"]
"#;

/// A project of a few rows.
struct Lab {
    folder: TempDir,
    project: Project,
}

impl Lab {
    /// `sources` beside the events, whose files are `rows` by name.
    fn new(sources: &str, rows: &[(&str, &str)]) -> Lab {
        let folder = tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            fs::write(folder.path().join(name), lines.join("\n") + "\n").unwrap();
        };
        put("assize.toml", &format!("{PROJECT}{sources}"));
        put("metrics.toml", METRICS);
        fs::create_dir(folder.path().join("experiments")).unwrap();
        put("experiments/lights.toml", EXPERIMENT);
        put("events.csv", "user,at,name\nnobody,2026-10-02T00:00:00,order");
        rows.iter().for_each(|(name, text)| put(name, text));
        let project = project(folder.path());
        Lab { folder, project }
    }

    async fn night<T>(&self, as_of: Date, look: impl AsyncFnOnce(&Night<'_>, Computed) -> T) -> T {
        self.try_night(as_of, look).await.unwrap_or_else(|error| panic!("{error}"))
    }

    async fn try_night<T>(
        &self,
        as_of: Date,
        look: impl AsyncFnOnce(&Night<'_>, Computed) -> T,
    ) -> Result<T, Error> {
        assert!(self.folder.path().exists());
        with_computed(&self.project, as_of, look).await
    }

    /// Columns of `enrollments` by unit, each row as a line.
    async fn enrollments(&self, as_of: Date, columns: &[&str]) -> Vec<String> {
        self.night(as_of, async |night, _| rows(night, "enrollments", columns).await).await
    }
}

/// Columns of a relation, each row as a line, sorted.
async fn rows(night: &Night<'_>, relation: &str, columns: &[&str]) -> Vec<String> {
    let rows = night.session.table(relation).await.unwrap();
    let batches = rows.select_columns(columns).unwrap().collect().await.unwrap();
    let mut lines = Vec::new();
    let options = FormatOptions::new().with_null("-");
    for batch in &batches {
        let cells: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = cells.iter().map(|cell| cell.value(row).to_string()).collect();
            lines.push(cells.join(" "));
        }
    }
    lines.sort();
    lines
}

const ASSIGNMENTS: &str = r#"
[sources.assignments]
location = "assignments.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
attributes = ["country", "age", "score"]
"#;

const EXPOSURES: &str = r#"
[sources.exposures]
location = "exposures.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
"#;

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

fn shown(value: SegmentValue) -> String {
    match value {
        SegmentValue::Is(value) => value,
        SegmentValue::Other => "other".into(),
        SegmentValue::Missing => "missing".into(),
    }
}
