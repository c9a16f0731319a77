//! A project of a few rows, whose promise a test may change.

use std::fs;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use assize::config::{Place, Project};
use assize::error::Error;
use assize::plan::{Computed, Night};
use jiff::civil::Date;
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
pub struct Lab {
    pub folder: TempDir,
    pub project: Project,
}

impl Lab {
    /// `sources` beside the events, whose files are `rows` by name.
    pub fn new(sources: &str, rows: &[(&str, &str)]) -> Lab {
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

    pub async fn night<T>(
        &self,
        as_of: Date,
        look: impl AsyncFnOnce(&Night<'_>, Computed) -> T,
    ) -> T {
        self.try_night(as_of, look).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_night<T>(
        &self,
        as_of: Date,
        look: impl AsyncFnOnce(&Night<'_>, Computed) -> T,
    ) -> Result<T, Error> {
        assert!(self.folder.path().exists());
        with_computed(&self.project, as_of, look).await
    }

    /// Units of the experiment by variant and reason.
    pub async fn units(&self, as_of: Date) -> Vec<String> {
        let counted = self.night(as_of, async |_, computed| computed.counts.units).await;
        let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
        let line = |count: &assize::plan::UnitCount| {
            format!("{} {} {}", text(&count.variant), text(&count.reason), count.units)
        };
        counted.iter().map(line).collect()
    }

    /// Columns of `enrollments` by unit, each row as a line.
    pub async fn enrollments(&self, as_of: Date, columns: &[&str]) -> Vec<String> {
        self.night(as_of, async |night, _| rows(night, "enrollments", columns).await).await
    }
}

/// Columns of a relation, each row as a line, sorted.
pub async fn rows(night: &Night<'_>, relation: &str, columns: &[&str]) -> Vec<String> {
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

pub const ASSIGNMENTS: &str = r#"
[sources.assignments]
location = "assignments.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
attributes = ["country", "age", "score"]
"#;

pub const EXPOSURES: &str = r#"
[sources.exposures]
location = "exposures.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
"#;

pub const PEOPLE: &str = "
    experiment,user,variant,at,country,age,score
    lights,a,control,2026-10-02T00:00:00,DE,20,0.5
    lights,a,control,2026-10-03T00:00:00,FR,10,0.5
    lights,b,control,2026-10-02T00:00:00,FR,20,0.5
    lights,b,control,2026-10-03T00:00:00,DE,20,0.5
    lights,c,treatment,2026-10-02T00:00:00,DE,,0.5
    lights,d,treatment,2026-10-02T00:00:00,DE,18,0.5
    lights,e,treatment,2026-10-02T00:00:00,DE,17,0.5";

pub fn place() -> Place {
    Place { file: "experiments/lights.toml".into(), line: 9, column: 1 }
}
