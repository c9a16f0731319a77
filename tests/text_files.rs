//! Text files and expressions that used to give wrong numbers without a word.
#![cfg(feature = "engine")]

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

const PROJECT: &str = r#"
[project]
name = "small"
[sources.exposures]
location = "exposures.csv"
timezone = "UTC"
columns = { experiment = "e", unit = "u", variant = "v", time = "t" }
[sources.events]
kind = "facts"
location = "events"
timezone = "UTC"
columns = { unit = "u", time = "t" }
"#;

const EXPERIMENT: &str = r#"
start = 2026-10-01
variants = [{ key = "control", weight = 50, control = true }, { key = "b", weight = 50 }]
metrics = { primary = ["m"] }
"#;

/// One experiment on eight units, with these facts and this metric.
fn analyze(events: &[(&str, &str)], metric: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut exposures = String::from("e,u,v,t\n");
    for unit in 0..8 {
        let variant = if unit % 2 == 0 { "control" } else { "b" };
        writeln!(exposures, "k,u{unit},{variant},2026-10-01 10:00:00").unwrap();
    }
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    file("assize.toml", PROJECT);
    file("metrics.toml", &format!("[metrics.m]\n{metric}"));
    file("experiments/k.toml", EXPERIMENT);
    file("exposures.csv", &exposures);
    events.iter().for_each(|(name, text)| file(&format!("events/{name}"), text));
    run(folder.path())
}

fn run(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assize"))
        .args(["--log", "text", "analyze", "k", "--as-of", "2026-10-05", "--output", "json"])
        .arg("--project")
        .arg(folder)
        .output()
        .unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The mean of the control and that of the treatment.
fn means(output: &Output) -> [f64; 2] {
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mean = |i: usize| report[0]["summaries"][i]["summary"]["mean"][0].as_f64().unwrap();
    [mean(0), mean(1)]
}

#[test]
fn columns_in_another_order_are_read_by_name() {
    let first = "id,u,t\ni1,u1,2026-10-02 11:00:00\n";
    let second = "u,id,t\nu2,i2,2026-10-02 11:00:00\n";
    let output = analyze(&[("1.csv", first), ("2.csv", second)], "kind = \"count\"");
    assert_eq!(means(&output), [0.25, 0.25]);
}

/// A column of two types keeps its place, so that the ones after it are read as themselves.
#[test]
fn a_column_that_nobody_reads_may_have_two_types() {
    let first = "x,u,t,n\n1,u1,2026-10-02 11:00:00,5\n";
    let second = "x,u,t,n\na,u2,2026-10-02 11:00:00,6\n";
    let files = [("1.csv", first), ("2.csv", second)];
    assert_eq!(means(&analyze(&files, "kind = \"sum\"\nvalue = \"n\"")), [1.5, 1.25]);
    let said = complaint(&analyze(&files, "kind = \"sum\"\nvalue = \"n\"\nwhere = \"x = 'a'\""));
    assert!(
        said.contains("column `x` is an integer (Int64) in events/1.csv but text in events/2.csv"),
        "{said}"
    );
}

#[test]
fn an_integer_that_does_not_fit_is_never_a_number() {
    let rows = "u,t,n\nu1,2026-10-02 11:00:00,9223372036854775807\nu2,2026-10-02 11:00:00,3\n";
    for value in ["n * 4", "n + 1", "0 - n - 2"] {
        let metric = format!("kind = \"sum\"\nvalue = \"{value}\"");
        let said = complaint(&analyze(&[("1.csv", rows)], &metric));
        assert!(said.contains("out of range"), "{value}: {said}");
    }
    // What fits stays what it was, integer division included.
    let rows = "u,t,n\nu1,2026-10-02 11:00:00,7\nu2,2026-10-02 11:00:00,3\n";
    let metric = "kind = \"sum\"\nvalue = \"(n * 3 - 1) / 2 + n\"";
    assert_eq!(means(&analyze(&[("1.csv", rows)], metric)), [7.0 / 4.0, 17.0 / 4.0]);
}
