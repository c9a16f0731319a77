//! A project of a few rows whose metrics a test makes up.

use std::fs;

use assize::config::{
    FactFilter, Metric, MetricKind, MetricUse, Place, Project, Role, Step, Window,
};
use assize::error::Error;
use assize::plan::{Arm, Computed, Night, Numbers, SegmentValue, Stopwatch};
use assize::run::{Remembered, Selection, analyze, choose, prepare_warehouse};
use assize::source::list_all;
use jiff::civil::Date;
use tempfile::{TempDir, tempdir};

use crate::harness::project;

const PROJECT: &str = r#"
[project]
name = "lab"

[sources.assignments]
location = "assignments.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
attributes = ["country", "age"]

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

/// Its experiment is `lights`, its units are assigned.
pub struct Lab {
    folder: TempDir,
    pub project: Project,
}

pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;
pub const OPEN: Window = Window { from: 0, to: None };

pub fn place() -> Place {
    Place { file: "metrics.toml".into(), line: 1, column: 1 }
}

pub fn said(text: &str) -> (String, Place) {
    (text.to_string(), place())
}

pub fn until(to: i64) -> Window {
    Window { from: 0, to: Some(to) }
}

/// Events of one name in a window.
pub fn events(name: &str, window: Window) -> FactFilter {
    FactFilter { source: "events".into(), event: Some(said(name)), predicate: None, window }
}

pub fn sum(name: &str, value: &str) -> MetricKind {
    MetricKind::Sum { filter: events(name, OPEN), value: said(value) }
}

pub fn funnel(steps: &[&str], window: Window) -> MetricKind {
    let step = |name: &&str| Step { event: Some(said(name)), predicate: None };
    let filter = FactFilter { event: None, ..events("", window) };
    MetricKind::Funnel { filter, steps: steps.iter().map(step).collect() }
}

impl Lab {
    /// `experiment,user,variant,at,country,age` and `user,at,name,amount,item`, without headers.
    pub fn new(assignments: &str, events: &str) -> Lab {
        let folder = tempdir().unwrap();
        let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
        let lines = |text: &str| {
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            lines.join("\n") + "\n"
        };
        fs::create_dir(folder.path().join("experiments")).unwrap();
        put("assize.toml", PROJECT.to_string());
        put("metrics.toml", METRICS.to_string());
        put("experiments/lights.toml", EXPERIMENT.to_string());
        let header = "experiment,user,variant,at,country,age\n";
        put("assignments.csv", format!("{header}{}", lines(assignments)));
        put("events.csv", format!("user,at,name,amount,item\n{}", lines(events)));
        let project = project(folder.path());
        Lab { folder, project }
    }

    /// A metric of the experiment.
    pub fn metric(&mut self, key: &str, kind: MetricKind) -> &mut Metric {
        let metric = Metric { key: key.into(), kind, ..self.project.metrics["orders"].clone() };
        let used = MetricUse { metric: key.into(), role: Role::Secondary };
        self.project.experiments[0].metrics.push(used);
        self.project.metrics.insert(key.into(), metric);
        self.project.metrics.get_mut(key).unwrap()
    }

    /// What a night amounts to; its accounts balance, and its plan can be written as SQL.
    pub async fn computed(&self, as_of: Date) -> Computed {
        let project = &self.project;
        let chosen = || choose(project, &Selection::Due, as_of).unwrap();
        let listings = list_all(project).await.unwrap();
        let warehouse = prepare_warehouse(project, listings, &chosen(), as_of).await.unwrap();
        analyze(
            project,
            chosen(),
            &warehouse,
            as_of,
            &Remembered::default(),
            &Stopwatch::default(),
        )
        .await
        .unwrap();
        let night = Night::prepare(project, &warehouse, chosen().experiments, as_of).unwrap();
        assert!(night.stages().await.unwrap().last().unwrap().starts_with("-- summaries"));
        self.computed_by(as_of, 2, 8192).await
    }

    /// In about so many parts of its units.
    pub async fn computed_in(&self, as_of: Date, parts: usize) -> Computed {
        let project = &self.project;
        let chosen = choose(project, &Selection::Due, as_of).unwrap();
        let listings = list_all(project).await.unwrap();
        let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await.unwrap();
        let night = Night::prepare(project, &warehouse, chosen.experiments, as_of).unwrap();
        night.in_parts(parts).compute(&Stopwatch::default()).await.unwrap()
    }

    /// By plain expressions, as a person reads them.
    pub async fn computed_plainly(&self, as_of: Date) -> Computed {
        let project = &self.project;
        let chosen = choose(project, &Selection::Due, as_of).unwrap();
        let listings = list_all(project).await.unwrap();
        let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await.unwrap();
        let night = Night::prepare(project, &warehouse, chosen.experiments, as_of).unwrap();
        night.plainly().compute(&Stopwatch::default()).await.unwrap()
    }

    /// Within so many bytes of memory.
    pub async fn computed_within(&self, as_of: Date, bytes: u64) -> Result<Computed, Error> {
        let project = &self.project;
        let chosen = choose(project, &Selection::Due, as_of)?;
        let listings = list_all(project).await?.within(bytes);
        let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await?;
        let night = Night::prepare(project, &warehouse, chosen.experiments, as_of)?;
        night.compute(&Stopwatch::default()).await
    }

    /// With so many readers, and so many rows in a batch.
    pub async fn computed_by(&self, as_of: Date, readers: usize, rows: usize) -> Computed {
        assert!(self.folder.path().exists());
        let project = &self.project;
        let chosen = choose(project, &Selection::Due, as_of).unwrap();
        let listings = list_all(project).await.unwrap();
        let warehouse = prepare_warehouse(project, listings, &chosen, as_of).await.unwrap();
        let night = Night::prepare(project, &warehouse, chosen.experiments, as_of).unwrap();
        for (option, value) in [("target_partitions", readers), ("batch_size", rows)] {
            let name = format!("datafusion.execution.{option}");
            let state = night.session.state_ref();
            let mut state = state.write();
            state.config_mut().options_mut().set(&name, &value.to_string()).unwrap();
        }
        night.compute(&Stopwatch::default()).await.unwrap()
    }
}

/// What all units of a variant in the first phase say.
pub fn of<'a>(computed: &'a Computed, metric: &str, variant: &str) -> &'a Numbers {
    in_segment(computed, metric, variant, None).unwrap()
}

/// What the units of a segment say, if it has any.
pub fn in_segment<'a>(
    computed: &'a Computed,
    metric: &str,
    variant: &str,
    segment: Option<(&str, SegmentValue)>,
) -> Option<&'a Numbers> {
    let segment = segment.map(|(attribute, value)| (attribute.to_string(), value));
    let (experiment, variant) = ("lights".to_string(), variant.to_string());
    computed.arms.get(&Arm { experiment, variant, phase: 0, segment })?.get(metric)
}

/// Units and the mean of `y`, or of another of the unit's numbers.
pub fn mean(computed: &Computed, metric: &str, variant: &str, number: usize) -> (u64, f64) {
    let summary = of(computed, metric, variant).summary;
    (summary.units, summary.mean[number])
}
