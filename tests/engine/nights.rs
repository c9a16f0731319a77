//! Hand-written nights: a few rows that a person can read, counted by hand.
//!
//! Each folder of `tests/nights` is a project with a README that works out the numbers. The
//! tests assert these, so that a blessed snapshot cannot be nonsense, and then compare
//! everything else with `expected/`: the SQL of the built stages, summaries, estimates, and
//! verdict with health and waterfall. `ASSIZE_BLESS=1 cargo test --test engine` rewrites them.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::harness::{close, on_a_deep_stack, reports, root, with_night};

/// The reports of one night.
struct Night(Value);

/// Runs a night and compares it with its snapshots.
async fn night(name: &str, as_of: Date) -> Night {
    let folder = root().join("tests/nights").join(name);
    let reports = rounded(on_a_deep_stack(|| reports(&folder, as_of)));
    let part = |pick: &dyn Fn(&Value) -> Value| {
        let of =
            |report: &Value| (report["experiment"].as_str().unwrap().to_string(), pick(report));
        format!("{:#}\n", Value::from_iter(reports.as_array().unwrap().iter().map(of)))
    };
    let verdict = |report: &Value| {
        json!({ "verdict": report["verdict"], "health": report["health"],
                "waterfall": report["waterfall"] })
    };
    let expected = folder.join("expected");
    let mut changed = Vec::new();
    changed
        .extend(differs(expected.join("stages.sql"), on_a_deep_stack(|| stages(&folder, as_of))));
    changed.extend(differs(expected.join("summaries.json"), part(&|r| r["summaries"].clone())));
    changed.extend(differs(expected.join("estimates.json"), part(&|r| r["estimates"].clone())));
    changed.extend(differs(expected.join("verdict.json"), part(&verdict)));
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    Night(reports)
}

/// The SQL of the stages that are built from the project; those of `sql/` stand there.
async fn stages(folder: &Path, as_of: Date) -> String {
    let is_file = |text: &String| text.lines().next().is_some_and(|line| line.contains(": "));
    let stages = with_night(folder, as_of, async |night| night.stages().await).await;
    let mut stages = stages.and_then(|stages| stages).unwrap_or_else(|error| panic!("{error}"));
    stages.retain(|text| !is_file(text));
    stages.join("\n")
}

/// What is wrong with a snapshot, if it is not rewritten.
fn differs(path: PathBuf, found: String) -> Option<String> {
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected == found {
        return None;
    }
    if std::env::var_os("ASSIZE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
        return None;
    }
    let lines = expected.lines().zip(found.lines()).enumerate();
    let first = lines.into_iter().find(|(_, (expected, found))| expected != found);
    let (line, (was, is)) = first.unwrap_or((0, ("another length", "")));
    Some(format!(
        "{}:{}: expected `{was}`, found `{is}`\nASSIZE_BLESS=1 rewrites it; look at git diff then",
        path.display(),
        line + 1
    ))
}

/// Floats to 12 significant digits, for libraries differ in the last.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let short: f64 = format!("{:.11e}", number.as_f64().unwrap()).parse().unwrap();
            json!(short)
        }
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, rounded(value))).collect())
        }
        other => other,
    }
}

impl Night {
    fn report(&self, experiment: &str) -> &Value {
        let mut reports = self.0.as_array().unwrap().iter();
        reports.find(|report| report["experiment"] == experiment).unwrap()
    }

    /// Units, mean of the numerator, and its squares about the mean.
    #[track_caller]
    fn summary(&self, experiment: &str, metric: &str, variant: &str, expected: (u64, f64, f64)) {
        let rows = self.report(experiment)["summaries"].as_array().unwrap();
        let is_it = |row: &&Value| row["metric"] == metric && row["variant"] == variant;
        let summary = &rows.iter().find(is_it).unwrap()["summary"];
        assert_eq!(summary["units"], expected.0, "units of {variant}");
        close(summary["mean"][0].as_f64().unwrap(), expected.1, 1e-11);
        close(summary["comoment"][0][0].as_f64().unwrap(), expected.2, 1e-11);
    }

    /// All parts of a population, which must be these and no others.
    #[track_caller]
    fn account(&self, experiment: &str, population: &str, expected: &[(&str, u64)]) {
        let rows = self.report(experiment)["waterfall"].as_array().unwrap();
        let mine = rows.iter().filter(|row| row["population"] == population);
        let mut found: Vec<(&str, u64)> = mine
            .map(|row| (row["reason"].as_str().unwrap(), row["count"].as_u64().unwrap()))
            .collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{experiment}: {population}");
    }

    fn estimate(&self, experiment: &str, metric: &str) -> &Value {
        let rows = self.report(experiment)["estimates"].as_array().unwrap();
        &rows.iter().find(|row| row["metric"] == metric).unwrap()["estimate"]
    }

    /// Effect and squared standard error.
    #[track_caller]
    fn effect(&self, experiment: &str, metric: &str, effect: f64, squared_error: f64) {
        let found = self.estimate(experiment, metric);
        close(found["effect"].as_f64().unwrap(), effect, 1e-11);
        close(found["std_error"].as_f64().unwrap(), squared_error.sqrt(), 1e-11);
    }

    /// Outcome of a health check.
    fn health(&self, experiment: &str, check: &str) -> &str {
        let rows = self.report(experiment)["health"].as_array().unwrap();
        let row = rows.iter().find(|row| row["check"] == check);
        row.unwrap_or_else(|| panic!("no check {check} in {rows:#?}"))["outcome"].as_str().unwrap()
    }
}

#[tokio::test]
async fn exposed_and_assigned() {
    let night = night("exposed-and-assigned", date(2026, 10, 4)).await;
    let units = [("enrolled", 8), ("analysed", 5), ("crossover", 1), ("unassigned", 2)];
    night.account("checkout", "units", &units);
    let exposures = [("named", 12), ("counted", 10), ("unknown_variant", 2)];
    night.account("checkout", "exposures rows", &exposures);
    let assignments = [("named", 9), ("counted", 8), ("unknown_variant", 1)];
    night.account("checkout", "assignments rows", &assignments);
    let events = [("read", 11), ("met", 6), ("not_enrolled", 4), ("no_metric", 1)];
    night.account("checkout", "events rows, all experiments", &events);
    let met = [("met", 6), ("before_enrollment", 1), ("after_enrollment", 5)];
    night.account("checkout", "events rows", &met);
    night.summary("checkout", "orders", "control", (3, 1.0, 0.0));
    night.summary("checkout", "orders", "one-page", (2, 1.0, 2.0));
    night.summary("checkout", "revenue", "control", (3, 7.5, 10.5));
    night.summary("checkout", "revenue", "one-page", (2, 12.25, 300.125));
    night.effect("checkout", "revenue", 4.75, 151.8125);
    assert_eq!(night.health("checkout", "unknown_variants"), "fail");
    assert_eq!(night.health("checkout", "crossovers"), "fail");
}

#[tokio::test]
async fn exposed_only_in_two_experiments() {
    let night = night("exposed-only", date(2026, 10, 4)).await;
    night.account("search", "units", &[("enrolled", 4), ("analysed", 3), ("crossover", 1)]);
    night.account("banner", "units", &[("enrolled", 4), ("analysed", 4)]);
    let events = [("read", 7), ("met", 6), ("not_enrolled", 1)];
    for experiment in ["search", "banner"] {
        night.account(experiment, "events rows, all experiments", &events);
        let met = [("met", 4), ("before_enrollment", 1), ("after_enrollment", 3)];
        night.account(experiment, "events rows", &met);
    }
    night.summary("search", "clicks", "control", (1, 2.0, 0.0));
    night.summary("search", "clicks", "ranked", (2, 0.5, 0.5));
    night.summary("search", "clicked", "control", (1, 1.0, 0.0));
    night.summary("search", "clicked", "ranked", (2, 0.5, 0.5));
    night.summary("banner", "clicks", "blue", (2, 1.0, 0.0));
    night.summary("banner", "clicks", "red", (2, 0.5, 0.5));
}

#[tokio::test]
async fn assigned_without_time() {
    let night = night("assigned-without-time", date(2026, 10, 4)).await;
    night.account("pricing", "units", &[("enrolled", 6), ("analysed", 5), ("crossover", 1)]);
    night.account("pricing", "assignments rows", &[("named", 8), ("counted", 8)]);
    let visits = [("read", 10), ("met", 8), ("not_enrolled", 2)];
    night.account("pricing", "events rows, all experiments", &visits);
    let met = [("met", 8), ("before_enrollment", 1), ("after_enrollment", 7)];
    night.account("pricing", "events rows", &met);
    night.summary("pricing", "visits", "old", (2, 1.5, 0.5));
    night.summary("pricing", "visits", "new", (3, 4.0 / 3.0, 14.0 / 3.0));
}

#[tokio::test]
async fn windows_are_half_open_to_the_microsecond() {
    let night = night("windows", date(2026, 10, 5)).await;
    let exposures =
        [("named", 8), ("counted", 5), ("after_as_of", 1), ("after_end", 1), ("before_start", 1)];
    night.account("tour", "exposures rows", &exposures);
    night.account("tour", "units", &[("enrolled", 4), ("analysed", 4)]);
    let taps = [("read", 12), ("met", 11), ("after_as_of", 1)];
    night.account("tour", "taps rows, all experiments", &taps);
    let met = [("met", 11), ("before_enrollment", 2), ("after_enrollment", 9)];
    night.account("tour", "taps rows", &met);
    night.summary("tour", "ever", "control", (2, 3.0, 18.0));
    night.summary("tour", "ever", "tour", (2, 1.5, 4.5));
    night.summary("tour", "first_day", "control", (2, 1.0, 2.0));
    night.summary("tour", "first_day", "tour", (2, 1.0, 2.0));
    night.summary("tour", "second_day", "control", (2, 1.0, 2.0));
    night.summary("tour", "second_day", "tour", (2, 0.5, 0.5));
}

#[tokio::test]
async fn bad_rows_are_left_out_by_reason() {
    let night = night("bad-rows", date(2026, 10, 4)).await;
    let exposures = [
        ("named", 11),
        ("counted", 4),
        ("null_unit", 1),
        ("null_variant", 1),
        ("null_time", 2),
        ("implausible_time", 2),
        ("after_as_of", 1),
    ];
    night.account("checkout", "exposures rows", &exposures);
    let events = [
        ("read", 14),
        ("met", 6),
        ("null_unit", 1),
        ("null_time", 2),
        ("implausible_time", 2),
        ("after_as_of", 1),
        ("no_metric", 2),
    ];
    night.account("checkout", "events rows, all experiments", &events);
    night.summary("checkout", "orders", "control", (2, 1.5, 4.5));
    night.summary("checkout", "orders", "one-page", (2, 1.5, 4.5));
    night.summary("checkout", "revenue", "control", (2, 5.0, 50.0));
    night.summary("checkout", "revenue", "one-page", (2, 10.0, 200.0));
    assert_eq!(night.health("checkout", "value_missing:revenue"), "warn");
    assert_eq!(night.health("checkout", "non_finite:revenue"), "fail");
    assert_eq!(night.report("checkout")["verdict"]["decision"], "investigate");
}

#[tokio::test]
async fn duplicates_count_once() {
    let night = night("duplicates", date(2026, 10, 4)).await;
    let events = [
        ("read", 15),
        ("met", 8),
        ("duplicate", 2),
        ("differing_duplicate", 3),
        ("implausible_time", 1),
        ("after_as_of", 1),
    ];
    night.account("checkout", "events rows, all experiments", &events);
    night.summary("checkout", "orders", "control", (2, 1.0, 0.0));
    night.summary("checkout", "orders", "one-page", (2, 3.0, 2.0));
    night.summary("checkout", "revenue", "control", (2, 85.0, 450.0));
    night.summary("checkout", "revenue", "one-page", (2, 33.0, 578.0));
}

#[tokio::test]
async fn a_ratio_is_a_ratio_of_sums() {
    let night = night("ratio", date(2026, 10, 4)).await;
    let events = [("read", 9), ("met", 8), ("no_metric", 1)];
    night.account("checkout", "events rows, all experiments", &events);
    night.summary("checkout", "euros", "control", (3, 35.0 / 3.0, 925.0 - 1225.0 / 3.0));
    night.summary("checkout", "orders", "one-page", (3, 4.0 / 3.0, 2.0 / 3.0));
    let found = night.estimate("checkout", "order_value");
    close(found["control"].as_f64().unwrap(), 8.75, 1e-11);
    close(found["treatment"].as_f64().unwrap(), 13.75, 1e-11);
    night.effect("checkout", "order_value", 5.0, 2.63671875 + 96.97265625);
}

#[tokio::test]
async fn a_day_of_25_hours_in_berlin() {
    let night = night("berlin", date(2026, 10, 25)).await;
    let exposures = [("named", 7), ("counted", 5), ("after_as_of", 1), ("before_start", 1)];
    night.account("lights", "exposures rows", &exposures);
    let switches = [("read", 12), ("met", 11), ("after_as_of", 1)];
    night.account("lights", "switches rows, all experiments", &switches);
    let met = [("met", 11), ("before_enrollment", 4), ("after_enrollment", 7)];
    night.account("lights", "switches rows", &met);
    night.summary("lights", "ever", "off", (3, 2.0, 14.0));
    night.summary("lights", "ever", "on", (2, 0.5, 0.5));
    night.summary("lights", "first_day", "off", (3, 4.0 / 3.0, 42.0 / 9.0));
    night.summary("lights", "first_day", "on", (2, 0.5, 0.5));
}

#[tokio::test]
async fn a_table_of_units_with_assignments_by_query() {
    let night = night("units-by-query", date(2026, 10, 5)).await;
    let assignments = [("named", 8), ("counted", 7), ("unknown_variant", 1)];
    night.account("gate", "assignments rows", &assignments);
    let players = [("read", 9), ("met", 7), ("not_enrolled", 2)];
    night.account("gate", "players rows, all experiments", &players);
    night.account("gate", "players rows", &[("met", 7), ("after_enrollment", 7)]);
    night.summary("gate", "retained", "level_30", (3, 1.0 / 3.0, 2.0 / 3.0));
    night.summary("gate", "retained", "level_40", (4, 0.75, 0.75));
    night.summary("gate", "rounds", "level_30", (3, 41.0 / 3.0, 2678.0 / 3.0));
    night.summary("gate", "rounds", "level_40", (4, 86.25, 29510.75));
    assert_eq!(night.health("gate", "value_missing:rounds"), "warn");
}
