//! Who is analysed, in which variant, phase and segment, from when.
//!
//! Each test writes the few rows that it is about; the accounts of each night have to balance.

use std::fs;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use assize::config::{
    Columns, Covariate, FactFilter, Input, Phase, Place, Project, Source, SourceRole, Window,
};
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

    /// Units of the experiment by variant and reason.
    async fn units(&self, as_of: Date) -> Vec<String> {
        let counted = self.night(as_of, async |_, computed| computed.counts.units).await;
        let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
        let line = |count: &assize::plan::UnitCount| {
            format!("{} {} {}", text(&count.variant), text(&count.reason), count.units)
        };
        counted.iter().map(line).collect()
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

fn place() -> Place {
    Place { file: "experiments/lights.toml".into(), line: 9, column: 1 }
}

#[tokio::test]
async fn nobody_enrolls_from_enroll_until_on() {
    let exposures = "
        experiment,user,variant,at
        lights,a,control,2026-10-04T23:59:59.999999
        lights,b,control,2026-10-05T00:00:00
        lights,c,treatment,2026-10-05T00:00:00
        lights,c,treatment,2026-10-01T00:00:00";
    let mut lab = Lab::new(EXPOSURES, &[("exposures.csv", exposures)]);
    assert_eq!(lab.units(date(2026, 10, 9)).await, ["control - 2", "treatment - 1"]);
    lab.project.experiments[0].enroll_until = date(2026, 10, 5);
    assert_eq!(lab.units(date(2026, 10, 9)).await, ["control - 1", "treatment - 1"]);
    let rows = lab.night(date(2026, 10, 9), async |_, computed| computed.counts.rows).await;
    let late = rows.iter().find(|count| count.reason.as_deref() == Some("after_end"));
    assert_eq!(late.unwrap().rows, 2);
}

/// `forced` beside the other columns of a source.
fn with_forced(lab: &mut Lab, source: &str) {
    let columns = &mut lab.project.sources.get_mut(source).unwrap().columns;
    columns.forced = Some(("forced".into(), place()));
}

#[tokio::test]
async fn forced_and_held_out_units_are_left_out_whole() {
    let exposures = "
        experiment,user,variant,at,forced
        lights,plain,control,2026-10-02T00:00:00,false
        lights,silent,treatment,2026-10-02T00:00:00,
        lights,both,control,2026-10-02T00:00:00,false
        lights,both,control,2026-10-03T00:00:00,true
        lights,tester,preview,2026-10-03T00:00:00,true
        lights,crossed,control,2026-10-02T00:00:00,false
        lights,crossed,treatment,2026-10-03T00:00:00,false
        lights,crossed,treatment,2026-10-03T00:00:00,true
        lights,kept,holdout,2026-10-03T00:00:00,false
        lights,kept2,holdout,2026-10-03T00:00:00,false
        lights,kept2,treatment,2026-10-03T00:00:00,false
        lights,rolled,treatment,2026-10-02T00:00:00,false
        lights,rolled,treatment,2026-10-06T00:00:00,true
        lights,odd,tretment,2026-10-03T00:00:00,false";
    let mut lab = Lab::new(EXPOSURES, &[("exposures.csv", exposures)]);
    with_forced(&mut lab, "exposures");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    lab.project.experiments[0].enroll_until = date(2026, 10, 6);
    let expected = [
        "- forced 1",
        "- holdout 1",
        "control - 1",
        "control crossover 1",
        "control forced 1",
        "treatment - 2",
        "treatment holdout 1",
    ];
    assert_eq!(lab.units(date(2026, 10, 9)).await, expected);
    let rows = lab.night(date(2026, 10, 9), async |_, computed| computed.counts.rows).await;
    let of = |reason: Option<&str>| {
        let mine = rows.iter().filter(|count| count.reason.as_deref() == reason);
        mine.map(|count| count.rows).sum::<u64>()
    };
    let reasons =
        [None, Some("forced"), Some("holdout"), Some("after_end"), Some("unknown_variant")];
    assert_eq!(reasons.map(of), [7, 3, 2, 1, 1]);
}

#[tokio::test]
async fn assignments_force_and_hold_out_the_units_that_they_enroll_or_expose() {
    let assignments = "
        experiment,user,variant,at,forced,country,age,score
        lights,plain,control,2026-10-02T00:00:00,false,DE,1,1.0
        lights,tester,treatment,2026-10-02T00:00:00,true,DE,1,1.0
        lights,kept,holdout,2026-10-02T00:00:00,false,DE,1,1.0
        lights,rolled,treatment,2026-10-02T00:00:00,false,DE,1,1.0
        lights,rolled,treatment,2026-11-02T00:00:00,true,DE,1,1.0";
    let exposures = "
        experiment,user,variant,at
        lights,plain,control,2026-10-03T00:00:00
        lights,tester,treatment,2026-10-03T00:00:00
        lights,kept,control,2026-10-03T00:00:00
        lights,rolled,treatment,2026-10-03T00:00:00
        lights,nobody,treatment,2026-10-03T00:00:00";
    let expected = ["- forced 1", "- holdout 1", "control - 1", "treatment - 1"];
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", assignments)]);
    with_forced(&mut lab, "assignments");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    assert_eq!(lab.units(date(2026, 11, 3)).await, expected);

    let both = format!("{ASSIGNMENTS}{EXPOSURES}");
    let files = [("assignments.csv", assignments), ("exposures.csv", exposures)];
    let mut lab = Lab::new(&both, &files);
    with_forced(&mut lab, "assignments");
    lab.project.experiments[0].holdouts = vec!["holdout".into()];
    let mut expected = expected.to_vec();
    expected.insert(2, "- unassigned 1");
    assert_eq!(lab.units(date(2026, 11, 3)).await, expected);
}

const PEOPLE: &str = "
    experiment,user,variant,at,country,age,score
    lights,a,control,2026-10-02T00:00:00,DE,20,0.5
    lights,a,control,2026-10-03T00:00:00,FR,10,0.5
    lights,b,control,2026-10-02T00:00:00,FR,20,0.5
    lights,b,control,2026-10-03T00:00:00,DE,20,0.5
    lights,c,treatment,2026-10-02T00:00:00,DE,,0.5
    lights,d,treatment,2026-10-02T00:00:00,DE,18,0.5
    lights,e,treatment,2026-10-02T00:00:00,DE,17,0.5";

#[tokio::test]
async fn an_audience_is_asked_of_the_first_assignment_and_unknown_is_no() {
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", PEOPLE)]);
    let said = "country = 'DE' AND age >= 18".to_string();
    lab.project.experiments[0].audience = Some((said, place()));
    let expected = ["control - 1", "control not_in_audience 1", "treatment - 1"];
    let found = lab.units(date(2026, 10, 9)).await;
    assert_eq!(found[..3], expected);
    assert_eq!(found[3..], ["treatment not_in_audience 2"]);
    assert_eq!(lab.enrollments(date(2026, 10, 9), &["unit"]).await, ["a", "d"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_audiences_and_covariates_is_said_at_once() {
    let mut lab = Lab::new(ASSIGNMENTS, &[("assignments.csv", PEOPLE)]);
    let mut problems = async |audience: &str| {
        lab.project.experiments[0].audience = Some((audience.to_string(), place()));
        let metric = lab.project.metrics.get_mut("orders").unwrap();
        metric.covariate = Some(Covariate::Attribute("country".into()));
        metric.at = place();
        let error = lab.try_night(date(2026, 10, 9), async |_, _| ()).await.unwrap_err();
        let lines = error.problems.iter().map(|problem| {
            let hint = problem.hint.clone().unwrap_or_default();
            format!("{}: {}; {hint}", problem.place, problem.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(problems("contry = 'DE'").await, @r"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: source `assignments` has no column `contry`; did you mean `country`?
    ");
    insta::assert_snapshot!(problems("age + 1").await, @r#"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: `audience = "age + 1"` is an integer (Int64), not a condition; write a comparison, for instance `amount > 0`
    "#);
    insta::assert_snapshot!(problems("variant = 'control'").await, @r"
    experiments/lights.toml:9:1: attribute `country` is text in source `assignments`, where a number is needed; name an attribute that is a number, or make one with a `query` source
    experiments/lights.toml:9:1: `variant` is not among the `attributes` of source `assignments`; add it to `attributes` in [sources.assignments], if it was known before the experiment
    ");
}

/// A source that says which member belongs to which unit.
fn with_members(lab: &mut Lab) {
    let column = |name: &str| Some((name.to_string(), place()));
    let source = Source {
        name: "orgs".into(),
        role: SourceRole::Members,
        input: Input::Location { location: "orgs.csv".into(), format: None },
        partition: None,
        timezone: None,
        columns: Columns { unit: column("org"), member: column("user"), ..Columns::default() },
        attributes: Vec::new(),
        members: None,
        clock_skew: 0,
        at: place(),
    };
    lab.project.sources.insert("orgs".into(), source);
    lab.project.sources.get_mut("events").unwrap().members = Some("orgs".into());
}

/// Four organisations in two arms, users of which one is in two of them and one in none.
const ORGS: [(&str, &str); 3] = [
    (
        "exposures.csv",
        "
        experiment,user,variant,at
        lights,acme,control,2026-10-02T00:00:00
        lights,bell,control,2026-10-02T00:00:00
        lights,coin,treatment,2026-10-02T00:00:00
        lights,dock,treatment,2026-10-02T00:00:00",
    ),
    (
        "orgs.csv",
        "
        user,org
        1,acme
        2,acme
        2,acme
        3,coin
        4,bell
        4,coin
        5,
        6,dock
        6,dock",
    ),
    (
        "events.csv",
        "
        user,at,name
        1,2026-10-03T00:00:00,order
        1,2026-10-03T00:00:00,order
        2,2026-10-04T00:00:00,order
        3,2026-10-03T00:00:00,order
        3,2026-10-03T00:00:00,look
        4,2026-10-03T00:00:00,order
        5,2026-10-03T00:00:00,order
        7,2026-10-03T00:00:00,order
        ,2026-10-03T00:00:00,order
        6,2026-10-05T00:00:00,order
        6,2026-10-20T00:00:00,order",
    ),
];

#[tokio::test]
async fn facts_of_members_are_those_of_their_unit() {
    let as_of = date(2026, 10, 9);
    let mut lab = Lab::new(EXPOSURES, &ORGS);
    with_members(&mut lab);
    let (summaries, facts) = lab
        .night(as_of, async |_, computed| (format!("{:?}", computed.arms), computed.counts.facts))
        .await;
    let rows = |reason: &str| {
        let whole = facts.iter().filter(|count| count.experiment.is_none());
        whole.filter(|count| count.reason == reason).map(|count| count.rows).sum::<u64>()
    };
    let reasons = ["met", "no_member", "ambiguous_member", "null_unit", "no_metric", "after_as_of"];
    assert_eq!(reasons.map(rows), [5, 2, 1, 1, 1, 1]);

    let [exposures, _, _] = ORGS;
    let joined = "
        user,at,name
        acme,2026-10-03T00:00:00,order
        acme,2026-10-03T00:00:00,order
        acme,2026-10-04T00:00:00,order
        coin,2026-10-03T00:00:00,order
        dock,2026-10-05T00:00:00,order";
    let joined = Lab::new(EXPOSURES, &[exposures, ("events.csv", joined)]);
    let night = joined.night(as_of, async |_, computed| format!("{:?}", computed.arms));
    assert_eq!(summaries, night.await);
}

#[tokio::test]
async fn members_are_told_from_facts_of_another_type() {
    let [exposures, _, events] = ORGS;
    let mut lab = Lab::new(EXPOSURES, &[exposures, ("orgs.csv", "user,org\nu1,acme"), events]);
    with_members(&mut lab);
    let error = lab.try_night(date(2026, 10, 9), async |_, _| ()).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    assize.toml:3:10: member keys do not match: `user` of source `orgs` is text, `user` of source `events` is an integer
      hint: keys are never cast in silence ('01' is not 1): read `events` through a `query` source with CAST(user AS VARCHAR)
    ");
}

/// Facts of `name` enter a unit, from and to so many hours after it met the experiment.
fn entry(name: &str, hours: (i64, Option<i64>)) -> Option<FactFilter> {
    let hour = 3_600_000_000;
    Some(FactFilter {
        source: "events".into(),
        event: Some((name.into(), place())),
        predicate: None,
        window: Window { from: hours.0 * hour, to: hours.1.map(|to| to * hour) },
    })
}

const VISITS: [(&str, &str); 2] = [
    (
        "exposures.csv",
        "
        experiment,user,variant,at
        lights,a,control,2026-10-02T00:00:00
        lights,b,control,2026-10-02T00:00:00
        lights,c,treatment,2026-10-02T00:00:00
        lights,d,treatment,2026-10-02T00:00:00
        lights,e,treatment,2026-10-02T00:00:00
        lights,f,treatment,2026-10-02T00:00:00
        lights,f,control,2026-10-02T00:00:00",
    ),
    (
        "events.csv",
        "
        user,at,name
        a,2026-10-02T05:00:00,open
        a,2026-10-02T03:00:00,open
        a,2026-10-02T02:00:00,order
        a,2026-10-02T04:00:00,order
        b,2026-10-01T23:59:59,open
        c,2026-10-03T00:00:00,open
        d,2026-10-02T23:59:59.999999,open
        d,2026-10-03T23:59:59,order
        e,2026-10-02T00:00:00,open
        f,2026-10-02T01:00:00,open",
    ),
];

#[tokio::test]
async fn an_entry_moves_enrollment_to_its_first_fact() {
    let as_of = date(2026, 10, 9);
    let mut lab = Lab::new(EXPOSURES, &VISITS);
    lab.project.experiments[0].entry = entry("open", (0, Some(24)));
    let columns = ["unit", "met_at", "enrolled_at", "slot"];
    let found = lab.enrollments(as_of, &columns).await;
    let met = "2026-10-02T00:00:00Z";
    let expected = [
        format!("a {met} 2026-10-02T03:00:00Z"),
        format!("d {met} 2026-10-02T23:59:59.999999Z"),
        format!("e {met} {met}"),
    ];
    let (rows, mut slots): (Vec<&str>, Vec<&str>) =
        found.iter().map(|line| line.rsplit_once(' ').unwrap()).unzip();
    assert_eq!(rows, expected);
    slots.sort_unstable();
    assert_eq!(slots, ["0", "1", "2"]);
    let units = ["control - 1", "control crossover 1", "control no_entry 1", "treatment - 2"];
    let counted = lab.units(as_of).await;
    assert_eq!(counted[..4], units);
    assert_eq!(counted[4..], ["treatment no_entry 1"]);
    let arms = lab.night(as_of, async |_, computed| computed.arms).await;
    let mean = |variant: &str| {
        let (_, numbers) = arms.iter().find(|(arm, _)| arm.variant == variant).unwrap();
        numbers["orders"].summary.mean[0]
    };
    assert_eq!((mean("control"), mean("treatment")), (1.0, 0.5));
}

#[tokio::test]
async fn an_entry_has_not_happened_after_as_of_and_may_be_late_by_the_clocks() {
    let mut lab = Lab::new(EXPOSURES, &VISITS);
    lab.project.experiments[0].entry = entry("open", (0, None));
    let units = async |lab: &Lab, day: i8| lab.enrollments(date(2026, 10, day), &["unit"]).await;
    assert_eq!(units(&lab, 2).await, ["a", "d", "e"]);
    assert_eq!(units(&lab, 3).await, ["a", "c", "d", "e"]);
    lab.project.sources.get_mut("events").unwrap().clock_skew = 1_000_000;
    assert_eq!(units(&lab, 2).await, ["a", "b", "d", "e"]);
    let met = lab.enrollments(date(2026, 10, 2), &["unit", "enrolled_at"]).await;
    assert_eq!(met[1], "b 2026-10-02T00:00:00Z");
    lab.project.experiments[0].entry = entry("open", (3, None));
    assert_eq!(units(&lab, 2).await, ["a", "d"]);
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
