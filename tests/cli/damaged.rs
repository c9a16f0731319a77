//! One source of facts is damaged, the other is not.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project, day_file};

/// Visits beside the events, in files of their own.
fn with_visits() -> Project {
    let project = Project::small();
    project.append(
        "assize.toml",
        "\n[sources.visits]\nkind = \"facts\"\nlocation = \"data/visits/\"\ntimezone = \"UTC\"\n\
         columns = { unit = \"user\", time = \"at\" }\n",
    );
    project.edit(
        "metrics.toml",
        "event = \"purchase\"",
        "source = \"events\"\nevent = \"purchase\"",
    );
    project.append("metrics.toml", "\n[metrics.visits]\nkind = \"count\"\nsource = \"visits\"\n");
    project.edit("experiments/checkout.toml", "[\"revenue\"]", "[\"revenue\", \"visits\"]");
    project.write("data/visits/a.csv", "user,at\nu001,2026-03-07T10:00:00\n");
    project.write("data/visits/b.csv", "user,at\nu002,2026-03-07T10:00:00\n");
    project
}

/// Status of each metric of the experiment, in order.
pub fn statuses(project: &Project) -> Vec<String> {
    let arguments = ["analyze", "checkout", "--as-of", LAST_DAY, "--output", "json"];
    let output = project.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(10), "{}", project.told(output));
    let reports: Value = serde_json::from_slice(&output.stdout).unwrap();
    let estimates = reports[0]["estimates"].as_array().unwrap().iter();
    estimates.map(|row| format!("{} {}", row["metric"], row["status"]).replace('"', "")).collect()
}

#[test]
fn the_metrics_of_the_other_are_computed() {
    let project = with_visits();
    project.write("data/visits/b.csv", "");
    assert_snapshot!(project.run(), @r#"
    exit 10
    --- stdout
    experiment  verdict  winner  lift  interval  confidence  units  days
    ─────────────────────────────────────────────────────────────────────
    checkout    error    —          —         —           —    240     8

    checkout: No verdict: visits could not be computed: source `visits`: data/visits/b.csv is empty (0
      bytes). The other metrics decide nothing until it can.
    --- stderr
    warning: assize.toml:20:10: source `visits`: data/visits/b.csv is empty (0 bytes)
      hint: a writer died or has not finished: write the file again, or remove it
    run [run]: 699 rows read, tables in [project]/out
    "#);
    assert_eq!(statuses(&project), ["orders ok", "revenue ok", "visits error"]);
}

#[test]
fn damage_that_shows_only_when_all_rows_are_read() {
    let project = with_visits();
    let mut text = String::from("user,at\n");
    (0..2_000).for_each(|_| text.push_str("u002,2026-03-07T10:00:00\n"));
    project.write("data/visits/b.csv", text + "u003,2026-03-07T10:00:00,3\n");
    assert_snapshot!(project.run(), @r#"
    exit 10
    --- stdout
    experiment  verdict  winner  lift  interval  confidence  units  days
    ─────────────────────────────────────────────────────────────────────
    checkout    error    —          —         —           —    240     8

    checkout: No verdict: visits could not be computed: source `visits`: cannot read data/visits/b.csv
      (50035 bytes) as CSV: line 2002 has 3 cells, the header has 2. The other metrics decide nothing
      until it can.
    --- stderr
    warning: assize.toml:20:10: source `visits`: cannot read data/visits/b.csv (50035 bytes) as CSV: line 2002 has 3 cells, the header has 2
      hint: write the file again, or remove it
    run [run]: 699 rows read, tables in [project]/out
    "#);
    assert_eq!(statuses(&project), ["orders ok", "revenue ok", "visits error"]);
}

#[test]
fn a_metric_whose_covariate_is_damaged() {
    let project = with_visits();
    let covariate = "covariate = { metric = \"visits\", window = \"2d\" }\n\n[metrics.revenue]";
    project.edit("metrics.toml", "\n[metrics.revenue]", covariate);
    project.write("data/visits/b.csv", "");
    assert_eq!(statuses(&project), ["orders error", "revenue ok", "visits error"]);
}

#[test]
fn an_entry_that_is_damaged_enrolls_nobody() {
    let project = with_visits();
    let entry = "entry = { source = \"visits\", window = \"7d\" }\nstart = 2026-03-01";
    project.edit("experiments/checkout.toml", "start = 2026-03-01", entry);
    project.write("data/visits/b.csv", "");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:20:10: source `visits`: data/visits/b.csv is empty (0 bytes)
      hint: nothing was written; a writer died or has not finished: write the file again, or remove it
    "#);
}

#[test]
fn an_entry_that_fails_on_some_row() {
    let project = Project::small();
    let entry =
        "entry = { where = \"CAST(currency AS BIGINT) > 1\", window = \"7d\" }\nstart = 2026-03-01";
    project.edit("experiments/checkout.toml", "start = 2026-03-01", entry);
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: experiments/checkout.toml:5:19: `CAST(currency AS BIGINT) > 1` fails on some row of source `events`: cannot cast string '...' to value of Int64 type
      hint: nothing was written; allow for every row, for instance with TRY_CAST or NULLIF
    "#);
}

#[test]
fn both_are_damaged() {
    let project = with_visits();
    project.write("data/visits/b.csv", "").write(&day_file(4), "");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:13:10: source `events`: data/events/day=2026-03-04/part-0.csv is empty (0 bytes)
      hint: nothing was written; a writer died or has not finished: write the file again, or remove it
    error: assize.toml:20:10: source `visits`: data/visits/b.csv is empty (0 bytes)
      hint: nothing was written; a writer died or has not finished: write the file again, or remove it
    "#);
}

#[test]
fn damaged_exposures() {
    let project = with_visits();
    project.append("data/exposures/all.csv", "checkout,u240,control,2026-03-05T08:00:00,5,6\n");
    assert_snapshot!(project.refused(), @r#"
    exit 3
    --- stderr
    error: assize.toml:8:10: source `exposures`: cannot read data/exposures/all.csv (10278 bytes) as CSV: line 242 has 6 cells, the header has 4
      hint: write the file again, or remove it
    "#);
}

/// The other experiment is judged as if it were alone.
#[test]
fn an_audience_that_fails_on_some_row() {
    let project = Project::small();
    let exposures = String::from_utf8(project.read("data/exposures/all.csv")).unwrap();
    let with_country = |line: &str| format!("{line},DE\n");
    let mut assigned: String = exposures.lines().skip(1).map(with_country).collect();
    assigned += &assigned.replace("checkout,", "cart,").replace(",DE", ",12");
    let header = exposures.lines().next().unwrap();
    project.write("data/assignments/all.csv", format!("{header},country\n{assigned}"));
    project.append(
        "data/exposures/all.csv",
        &exposures
            .lines()
            .skip(1)
            .map(|line| line.to_owned() + "\n")
            .collect::<String>()
            .replace("checkout,", "cart,"),
    );
    let columns = "columns = { experiment = \"experiment\", unit = \"user\", variant = \"variant\", \
                   time = \"seen_at\" }";
    let source = format!(
        "\n[sources.assignments]\nlocation = \"data/assignments/\"\ntimezone = \"UTC\"\n{columns}\n\
         attributes = [\"country\"]\n"
    );
    project.append("assize.toml", &source);
    let experiment = String::from_utf8(project.read("experiments/checkout.toml")).unwrap();
    project.write("experiments/cart.toml", experiment.replace("key = \"checkout\"\n", ""));
    let audience = "audience = \"CAST(country AS BIGINT) > 1\"\nstart = 2026-03-01";
    project.edit("experiments/checkout.toml", "start = 2026-03-01", audience);
    assert_snapshot!(project.run(), @r"
    exit 10
    --- stdout
    experiment  verdict       winner     lift            interval  confidence  units  days
    ───────────────────────────────────────────────────────────────────────────────────────
    cart        keep running  —       +30.2 %  [-30.4 %, +90.8 %]      56.2 %    240     8
    checkout    error         —             —                   —           —      0     8

    cart: Keep running: no difference can be told from noise yet; the planned end is 2026-03-15. So far
      `one-page` leads: orders is up 30.2 % (between -30.4 % and 90.8 %), which may be chance.
    checkout: No verdict: orders could not be computed: `CAST(country AS BIGINT) > 1` fails on some row
      of source `assignments`: cannot cast string '...' to value of Int64 type.
    --- stderr
    warning: experiments/checkout.toml:5:12: `CAST(country AS BIGINT) > 1` fails on some row of source `assignments`: cannot cast string '...' to value of Int64 type
      hint: allow for every row, for instance with TRY_CAST or NULLIF
    run [run]: 1,419 rows read, tables in [project]/out
    ");
    project.edit(
        "experiments/cart.toml",
        "start = 2026-03-01",
        &audience.replace("> 1", "> 1 AND country < 'X'"),
    );
    project.edit("data/assignments/all.csv", ",12\n", ",FR\n");
    assert_snapshot!(project.refused(), @r#"
    exit 2
    --- stderr
    error: experiments/cart.toml: `cart` is locked since its first look, of 2026-03-08: `enrollment` is new: {"audience":"CAST(country AS BIGINT) > 1 AND country < 'X'"}
      hint: undo it, or open a new phase, whose verdicts act on nothing unless `start` is later, too: assize unlock cart --reason "..."
    "#);
}
