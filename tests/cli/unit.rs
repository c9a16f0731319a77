//! What is said of one unit.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project, day_file};

/// Five people and every kind of row.
fn lights() -> Project {
    let project = Project::empty();
    project.write("assize.toml", ASSIZE_TOML).write("metrics.toml", METRICS_TOML);
    project.write("experiments/lights.toml", LIGHTS_TOML).write("events.csv", EVENTS_CSV);
    project.write("assignments.csv", ASSIGNMENTS_CSV).write("exposures.csv", EXPOSURES_CSV);
    project
}

fn of(unit: &str) -> String {
    lights().say(&["unit", unit, "--experiment", "lights", "--as-of", "2026-10-25"])
}

#[test]
fn a_unit_that_is_analysed() {
    assert_snapshot!(of("ann"), @r#"
    exit 0
    --- stdout
    ann in lights as of 2026-10-25; instants are in UTC

      Analysed in `control`. It met the experiment at 2026-10-06 12:00:00 and is enrolled from then on,
        in phase 2 of 2. Segments: country=DE.

    Assignments
      2026-10-01 00:00:00  control  counts
      2026-10-01 00:00:00           left out: it names another experiment

    Exposures
      2026-10-06 12:00:00     control  counts
      2026-10-07 12:00:00.25  control  counts
      2026-10-08 12:00:00     blue     left out: it names a variant that the experiment does not have
      2026-12-07 12:00:00     control  left out: it is later than the night

    Facts
      no instant  order (events)
        counts for nothing: it has no instant
      2026-09-28 12:00:00  order (events)
        before enrollment, so not for orders, revenue, order_value, the denominator of order_value,
          second_week, bought, items, top
        in the time before, for the covariate of revenue (12.5)
      2026-10-05 12:00:00  view (events)
        before enrollment, so not for second_week, bought, items
        does not match orders, revenue, order_value, the denominator of order_value, top
      2026-10-06 11:59:59  view (events)
        counts for items (shoe)
        matches a step of bought
        before the window opens of second_week
        does not match orders, revenue, order_value, the denominator of order_value, top
      2026-10-06 12:30:00  order (events)
        counts for nothing: it has the id of another, and says something else
      2026-10-06 12:31:00  order (events)
        counts for nothing: it has the id of another, and says something else
      2026-10-10 12:30:00  order (events)
        counts for orders, the denominator of order_value, items (hat)
        matches a step of bought
        before the window opens of second_week
        has no value for revenue, order_value, top
      2026-10-14 12:30:00  order (events)
        counts for second_week, items (coat)
        matches a step of bought
        after the window has closed of orders, the denominator of order_value
        has a value that is NaN or infinite for revenue, order_value, top
      2026-10-21 12:30:00  ping (events)
        after the window has closed of second_week
        has no value for items
        does not match orders, revenue, order_value, the denominator of order_value, bought, top
      2026-10-31 12:30:00  order (events)
        counts for nothing: it is later than the night

    What the metrics make of it
      orders       1
      revenue      0; covariate 12.5
      order_value  0, over 1
      second_week  1
      bought       1, 2 of 2 steps taken
      items        3; covariate 31
      top          0 values
    "#);
}

#[test]
fn a_unit_above_the_cap() {
    assert_snapshot!(of("bob"), @r#"
    exit 0
    --- stdout
    bob in lights as of 2026-10-25; instants are in UTC

      Analysed in `treatment`. It met the experiment at 2026-10-02 12:00:00 and is enrolled from then
        on, in phase 1 of 2. Segments: country=FR.

    Assignments
      2026-10-01 00:00:00  treatment  counts

    Exposures
      2026-10-02 12:00:00  treatment  counts

    Facts
      2026-10-03 12:30:00  order (events)
        counts for orders, revenue (9), order_value (9), the denominator of order_value, items (coat), top
          (9)
        matches a step of bought
        before the window opens of second_week

    What the metrics make of it
      orders       1
      revenue      9, held to 4.5; covariate 0
      order_value  9, held to 4.5, over 1
      second_week  0
      bought       0, 0 of 2 steps taken
      items        1; covariate unknown
      top          1 value
    "#);
}

#[test]
fn units_that_are_not_analysed() {
    assert_snapshot!(of("cyd"), @r#"
    exit 0
    --- stdout
    cyd in lights as of 2026-10-25; instants are in UTC

      Not analysed, because it was seen in more than one variant (crossover).

    Assignments
      2026-10-01 00:00:00  control    counts
      2026-10-02 00:00:00  treatment  counts

    Exposures
      2026-10-02 12:00:00  treatment  counts

    Facts
      none in the sources that the metrics read
    "#);
    assert_snapshot!(of("dan"), @r#"
    exit 0
    --- stdout
    dan in lights as of 2026-10-25; instants are in UTC

      Not analysed: it was assigned, and no exposure of it counts.

    Assignments
      2026-10-01 00:00:00  control  counts

    Facts
      none in the sources that the metrics read
    "#);
    assert_snapshot!(of("zed"), @r#"
    exit 0
    --- stdout
    zed in lights as of 2026-10-25; instants are in UTC

      Not analysed: no assignment or exposure of it counts.

    Facts
      2026-10-06 12:00:00  order (events)
        counts for nothing: it is of a unit that is not analysed
    "#);
}

#[test]
fn a_unit_of_nobody() {
    assert_snapshot!(of("Ann"), @r#"
    exit 2
    --- stderr
    error: no row of any source names `Ann`
      hint: of the days and sources that this experiment needs; keys are compared as they are written
    "#);
}

#[test]
fn a_unit_of_a_source_that_only_has_text() {
    let project = Project::small();
    let told = project.say(&["unit", "u017", "--experiment", "checkout", "--as-of", LAST_DAY]);
    assert_snapshot!(told, @r#"
    exit 0
    --- stdout
    u017 in checkout as of 2026-03-08; instants are in UTC

      Analysed in `one-page`. It met the experiment at 2026-03-03 08:17:00 and is enrolled from then on.

    Exposures
      2026-03-03 08:17:00  one-page  counts

    Facts
      2026-03-05 12:00:00  purchase (events)
        counts for orders, revenue (44.5)
      2026-03-07 12:00:00  purchase (events)
        counts for orders, revenue (20.5)

    What the metrics make of it
      orders   2
      revenue  65
    "#);
    assert!(project.live_files().is_empty(), "it writes nothing");
}

#[test]
fn text_where_keys_are_integers() {
    let project = Project::small();
    let files = (1..=8).map(day_file).chain(["data/exposures/all.csv".to_string()]);
    for file in files {
        let text = fs::read_to_string(project.path(&file)).unwrap();
        let plain =
            |text: String, user| text.replace(&format!(",u{user:03},"), &format!(",{user},"));
        project.write(&file, (0..240).fold(text, plain));
    }
    let of = |unit| project.say(&["unit", unit, "--experiment", "checkout", "--as-of", LAST_DAY]);
    assert_snapshot!(of("u017"), @r#"
    exit 2
    --- stderr
    error: `u017` can be no unit: the units of this project are integers
    "#);
    // Integers have no zeros before them.
    let told = of("17");
    assert!(told.contains("counts for orders"), "{told}");
    assert_eq!(of("017").replace("017 in", "17 in"), told);
}

#[test]
fn an_experiment_that_is_not_there() {
    let told = lights().say(&["unit", "ann", "--experiment", "light", "--as-of", "2026-10-25"]);
    assert_snapshot!(told, @r#"
    exit 2
    --- stderr
    error: no experiment matches `light`
      hint: did you mean `lights`?
    "#);
}

#[test]
fn a_metric_that_fails_on_some_row() {
    let project = lights();
    project.edit("metrics.toml", "value = \"item\"", "value = \"CAST(item AS BIGINT)\"");
    let told = project.say(&["unit", "bob", "--experiment", "lights", "--as-of", "2026-10-25"]);
    let lines = told.lines().filter(|line| line.contains("items") || line.contains("exit"));
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    exit 10
      items        could not be computed for anybody: `CAST(item AS BIGINT)` fails on some row of source
    "#);
}

/// All rows and all digits, and nothing else on standard output.
#[test]
fn as_json() {
    let arguments = ["unit", "ann", "--experiment", "lights", "--as-of", "2026-10-25"];
    let output = lights().command(&[&arguments[..], &["--output", "json"]].concat()).output();
    let output = output.unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["facts"].as_array().unwrap().len(), 10);
    assert_eq!(told["enrolled"]["variant"], "control");
    assert_eq!(told["exposures"][2]["reason"], "unknown_variant");
    let first = &told["facts"][1]["metrics"];
    let covariate = first.as_array().unwrap().iter().find(|part| part["number"] == "x").unwrap();
    assert_eq!((&covariate["metric"], &covariate["value"]), (&"revenue".into(), &12.5.into()));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "units are not in logs");
}

const ASSIZE_TOML: &str = r#"[project]
name = "lab"
[sources.assignments]
location = "assignments.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
attributes = ["country", "age"]
[sources.exposures]
location = "exposures.csv"
timezone = "UTC"
columns = { experiment = "experiment", unit = "user", variant = "variant", time = "at" }
[sources.events]
kind = "facts"
location = "events.csv"
timezone = "UTC"
clock_skew = "2s"
columns = { unit = "user", time = "at", event = "name", id = "id" }
"#;

const METRICS_TOML: &str = r#"[metrics.orders]
kind = "count"
event = "order"
window = "7d"
[metrics.revenue]
kind = "sum"
event = "order"
value = "amount"
cap = { quantile = 0.5 }
covariate = "14d"
[metrics.order_value]
kind = "ratio"
numerator = "revenue"
denominator = "orders"
[metrics.second_week]
kind = "retention"
window = "7d..14d"
[metrics.bought]
kind = "funnel"
steps = ["view", "order"]
[metrics.items]
kind = "distinct"
value = "item"
covariate = { attribute = "age" }
[metrics.top]
kind = "quantile"
of = "facts"
event = "order"
value = "amount"
level = 0.5
"#;

const LIGHTS_TOML: &str = r#"start = 2026-10-01
end = 2026-11-01
segments = ["country"]
variants = [
  { key = "control", weight = 50, control = true },
  { key = "treatment", weight = 50 },
]
[[phases]]
from = 2026-10-05
weights = { control = 40, treatment = 60 }
[metrics]
primary = ["orders"]
secondary = ["revenue", "order_value", "second_week", "bought", "items", "top"]
"#;

const ASSIGNMENTS_CSV: &str = r#"experiment,user,variant,at,country,age
lights,ann,control,2026-10-01T00:00:00,DE,31
lights,bob,treatment,2026-10-01T00:00:00,FR,
lights,cyd,control,2026-10-01T00:00:00,DE,40
lights,cyd,treatment,2026-10-02T00:00:00,DE,40
lights,dan,control,2026-10-01T00:00:00,DE,40
other,ann,control,2026-10-01T00:00:00,DE,31
"#;

const EXPOSURES_CSV: &str = r#"experiment,user,variant,at
lights,ann,control,2026-10-06T12:00:00
lights,ann,control,2026-10-07T12:00:00.25
lights,ann,control,2026-12-07T12:00:00
lights,ann,blue,2026-10-08T12:00:00
lights,bob,treatment,2026-10-02T12:00:00
lights,cyd,treatment,2026-10-02T12:00:00
"#;

const EVENTS_CSV: &str = r#"id,user,at,name,amount,item
1,ann,2026-09-28T12:00:00,order,12.5,hat
2,ann,2026-10-05T12:00:00,view,,shoe
3,ann,2026-10-06T11:59:59,view,,shoe
4,ann,2026-10-06T12:30:00,order,20,hat
4,ann,2026-10-06T12:31:00,order,20,hat
5,ann,2026-10-10T12:30:00,order,,hat
6,ann,2026-10-14T12:30:00,order,NaN,coat
7,ann,2026-10-21T12:30:00,ping,,
8,ann,2026-10-31T12:30:00,order,9,coat
9,bob,2026-10-03T12:30:00,order,9,coat
4,zed,2026-10-06T12:00:00,order,20,hat
10,ann,,order,9,coat
"#;
