//! `assize analyze --daily`: what each day would have said.

use insta::assert_snapshot;

use crate::project::{LAST_DAY, Project};

#[test]
fn a_metric_day_by_day() {
    let project = Project::small();
    let told = project.say(&[
        "analyze",
        "checkout",
        "--as-of",
        "2026-03-03",
        "--daily",
        "--metric",
        "orders",
    ]);
    assert_snapshot!(told, @r#"
    exit 0
    --- stdout
    checkout, day by day as of 2026-03-03

    orders, as of the end of each day
    day          variant  units   value      lift  always-valid interval
    ─────────────────────────────────────────────────────────────────────
    2026-03-01   control     24  0.1667         —                      —
    2026-03-01  one-page     24  0.4167  +150.0 %                [-∞, ∞]
    2026-03-02   control     48  0.2500         —                      —
    2026-03-02  one-page     48  0.5208  +108.3 %                [-∞, ∞]
    2026-03-03   control     72  0.3472         —                      —
    2026-03-03  one-page     72  0.5694   +64.0 %   [-159.7 %, +287.7 %]

    orders, in each day since enrollment, of units whose day is over
    day  control  units  one-page  units
    ─────────────────────────────────────
    0     0.1875     48    0.3750     48
    1     0.1250     24    0.2917     24
    "#);
}

#[test]
fn a_metric_without_a_series_says_why() {
    let project = Project::small();
    project.append("metrics.toml", MORE);
    project.edit(
        "experiments/checkout.toml",
        "[\"revenue\"]",
        "[\"revenue\", \"largest\", \"trimmed\", \"week\", \"broken\"]",
    );
    let told = project.say(&["analyze", "checkout", "--as-of", LAST_DAY, "--daily"]);
    let is_row = |line: &&str| {
        let (day, orders) =
            (line.starts_with(|c: char| c.is_ascii_digit()), line.contains("orders"));
        let head = line.starts_with("day") || line.starts_with('─') || line.is_empty();
        day || orders || head || line.starts_with("revenue")
    };
    let lines: Vec<&str> = told.lines().filter(|line| !is_row(line)).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    exit 10
    --- stdout
    checkout, day by day as of 2026-03-08
    largest has no daily series (skipped): the largest values of two days do not add up
    trimmed has no daily series (skipped): the quantile that caps it changes with the day
    week has no daily series (skipped): which of its units count changes with the day
    broken has no daily series (error): `CAST(currency AS DOUBLE)` fails on some row of source `events`:
      cannot cast string '...' to value of Float64 type
    --- stderr
    warning: metrics.toml:31:9: `CAST(currency AS DOUBLE)` fails on some row of source `events`: cannot cast string '...' to value of Float64 type
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    "#);
}

#[test]
fn several_phases_have_no_series() {
    let project = Project::small();
    let phase =
        "[[phases]]\nfrom = 2026-03-04\nweights = { control = 60, one-page = 40 }\n\n[metrics]";
    project.edit("experiments/checkout.toml", "[metrics]", phase);
    let told =
        project.say(&["analyze", "checkout", "--as-of", LAST_DAY, "--daily", "--output", "csv"]);
    assert_snapshot!(told, @r#"
    exit 0
    --- stdout
    experiment,metric,series,day,variant,units,value,effect,lift,lift_lower,lift_upper,status,reason
    checkout,orders,,,,,,,,,,skipped,skipped: the experiment has several phases
    checkout,revenue,,,,,,,,,,skipped,skipped: the experiment has several phases
    "#);
}

#[test]
fn as_lines_of_csv() {
    let project = Project::small();
    let told = project.say(&[
        "analyze",
        "checkout",
        "--as-of",
        "2026-03-02",
        "--daily",
        "--output",
        "csv",
    ]);
    assert_snapshot!(told, @r#"
    exit 0
    --- stdout
    experiment,metric,series,day,variant,units,value,effect,lift,lift_lower,lift_upper,status,reason
    checkout,orders,cumulative,2026-03-01,control,24,0.16666666666666666,,,,,,
    checkout,orders,cumulative,2026-03-01,one-page,24,0.4166666666666667,0.25,1.5,,,insufficient,too_few_units: `control` has 24 of at least 50 units
    checkout,orders,cumulative,2026-03-02,control,48,0.25,,,,,,
    checkout,orders,cumulative,2026-03-02,one-page,48,0.5208333333333334,0.27083333333333337,1.0833333333333335,,,insufficient,too_few_units: `control` has 48 of at least 50 units
    checkout,revenue,cumulative,2026-03-01,control,24,6.416666666666667,,,,,,
    checkout,revenue,cumulative,2026-03-01,one-page,24,13.958333333333334,7.541666666666667,,,,insufficient,too_few_units: `control` has 24 of at least 50 units
    checkout,revenue,cumulative,2026-03-02,control,48,9.083333333333334,,,,,,
    checkout,revenue,cumulative,2026-03-02,one-page,48,16.114583333333332,7.031249999999998,0.7740825688073392,,,insufficient,too_few_units: `control` has 48 of at least 50 units
    checkout,orders,since_enrollment,0,control,24,0.16666666666666666,,,,,,
    checkout,orders,since_enrollment,0,one-page,24,0.4166666666666667,,,,,,
    checkout,revenue,since_enrollment,0,control,24,6.416666666666667,,,,,,
    checkout,revenue,since_enrollment,0,one-page,24,13.958333333333334,,,,,,
    "#);
}

/// The same numbers as those of the night.
#[test]
fn the_last_day_is_the_night() {
    let project = Project::small();
    let json = |more: &[&str]| -> serde_json::Value {
        let arguments = [&["analyze", "checkout", "--as-of", LAST_DAY, "--output", "json"], more];
        let output = project.command(&arguments.concat()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (night, daily) = (json(&[]), json(&["--daily"]));
    let estimates = night[0]["estimates"].as_array().unwrap();
    assert_eq!(estimates.len(), 2);
    for estimate in estimates {
        let is_last = |row: &&serde_json::Value| {
            row["metric"] == estimate["metric"]
                && row["variant"] == estimate["treatment"]
                && row["day"] == LAST_DAY
        };
        let rows = daily[0]["cumulative"].as_array().unwrap();
        let last = rows.iter().find(is_last).unwrap();
        let lift = &estimate["estimate"]["lift"];
        for (found, expected) in [
            (&last["effect"], &estimate["estimate"]["effect"]),
            (&last["lift"], &lift["value"]),
            (&last["lift_lower"], &lift["sequential"][0]),
            (&last["lift_upper"], &lift["sequential"][1]),
        ] {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} {expected}");
        }
        assert_eq!(last["status"], estimate["status"]);
    }
}

const MORE: &str = r#"
[metrics.largest]
kind = "max"
event = "purchase"
value = "amount"

[metrics.trimmed]
kind = "sum"
event = "purchase"
value = "amount"
cap = { quantile = 0.99 }

[metrics.week]
kind = "count"
event = "purchase"
window = "2d"
maturity = "matured"

[metrics.broken]
kind = "sum"
event = "purchase"
value = "CAST(currency AS DOUBLE)"
"#;
