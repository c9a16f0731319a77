//! `assize history`: what each look said of an experiment.

use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::{LAST_DAY, Project, day_file};

/// Five nights, and the third once more after facts came late.
fn nights() -> Project {
    let project = Project::small();
    for day in 4..=8 {
        project.say(&["run", "--as-of", &format!("2026-03-{day:02}")]);
    }
    project.append(&day_file(6), "late-1,u001,purchase,30.5,EUR,2026-03-06T13:00:00\n");
    project.say(&["run", "--as-of", "2026-03-06"]);
    project
}

fn printed(project: &Project, arguments: &[&str]) -> String {
    let output = project.command(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(project: &Project, key: &str) -> Value {
    serde_json::from_str(&printed(project, &["history", key, "--output", "json"])).unwrap()
}

#[test]
fn nights_and_a_revision() {
    assert_snapshot!(nights().say(&["history", "checkout"]), @r"
    exit 0
    --- stdout
    checkout: 5 looks, 2026-03-04 to 2026-03-08

    as of       verdict       treatment     lift             interval  confidence  units  actionable
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    2026-03-04  keep running  one-page   +43.2 %  [-90.6 %, +177.0 %]      28.2 %    192  no
    2026-03-05  keep running  one-page   +27.4 %  [-57.8 %, +112.6 %]      21.5 %    240  no
    2026-03-06  keep running  one-page   +40.9 %  [-41.6 %, +123.3 %]      59.6 %    240  no (revision)
    2026-03-07  keep running  one-page   +33.3 %  [-33.6 %, +100.3 %]      57.1 %    240  no
    2026-03-08  keep running  one-page   +30.2 %   [-30.4 %, +90.8 %]      56.2 %    240  no

    lift █▁▇▄▂, +27.4 % to +43.2 %

    metric  role     treatment  first lift  last lift  state  since
    ─────────────────────────────────────────────────────────────────────
    orders  primary  one-page      +43.2 %    +30.2 %  flat   2026-03-04

    2026-03-06 was judged again, revision 2: events: 1 file changed; confidence: 0.579 -> 0.5956; lift:
      0.3978 -> 0.4086; lift_lower: -0.4187 -> -0.4159; lift_upper: 1.214 -> 1.233
    ");
}

#[test]
fn a_terminal_without_room() {
    let project = Project::small();
    project.run();
    let mut command = project.command(&["history", "checkout"]);
    assert_snapshot!(project.told(command.env("COLUMNS", "60").output().unwrap()), @r"
    exit 0
    --- stdout
    checkout: 1 look, 2026-03-08

    2026-03-08: keep running, one-page +30.2 % [-30.4 %,
      +90.8 %], confidence 56.2 %, 240 units, actionable: no

    orders (primary), one-page: +30.2 %, now +30.2 %, flat since
      2026-03-08
    ");
}

#[test]
fn a_key_that_the_tables_do_not_know() {
    let project = Project::small();
    assert_snapshot!(project.say(&["history", "checkout"]), @r"
    exit 2
    --- stderr
    error: [project]/out holds no verdict yet
      hint: `assize run` writes them
    ");
    project.run();
    assert_snapshot!(project.say(&["history", "chekout"]), @r"
    exit 2
    --- stderr
    error: [project]/out holds no verdict on `chekout`
      hint: did you mean `checkout`?
    ");
    assert_snapshot!(project.say(&["history", "pricing"]), @r"
    exit 2
    --- stderr
    error: [project]/out holds no verdict on `pricing`
      hint: there are verdicts on checkout
    ");
}

/// The tables are asked, not the project: an experiment whose file is gone has had its looks.
#[test]
fn an_experiment_that_the_project_has_no_longer() {
    let project = Project::small();
    project.run();
    let before = printed(&project, &["history", "checkout"]);
    let file = String::from_utf8(project.read("experiments/checkout.toml")).unwrap();
    project.remove("experiments/checkout.toml").write("experiments/search.toml", file);
    assert_eq!(printed(&project, &["history", "checkout"]), before);
    assert!(project.say(&["history", "search"]).contains("exit 2"));
}

/// A run holds the folder meanwhile; nothing is written.
#[test]
fn reading_takes_no_lock() {
    let project = nights();
    let before = (printed(&project, &["history", "checkout"]), project.live_files());
    let lock = std::fs::File::open(project.path("out/.assize.lock")).unwrap();
    lock.try_lock().unwrap();
    assert!(project.say(&["run", "--as-of", LAST_DAY]).starts_with("exit 4\n"));
    let after = (printed(&project, &["history", "checkout"]), project.live_files());
    assert_eq!(after, before);
}

#[test]
fn csv_and_json_hold_every_revision_with_all_digits() {
    let project = nights();
    let json = json(&project, "checkout");
    let csv = printed(&project, &["history", "checkout", "--output", "csv"]);
    let (verdicts, estimates) =
        (json["verdicts"].as_array().unwrap(), json["estimates"].as_array().unwrap());
    assert_eq!((verdicts.len(), estimates.len()), (6, 12));
    let current: Vec<&Value> = verdicts.iter().map(|row| &row["is_current"]).collect();
    assert_eq!(current, [true, true, false, true, true, true]);
    assert!(verdicts[2]["lift"] != verdicts[3]["lift"], "the late fact moved nothing");
    assert!(json["verdicts"][4]["lift"].to_string().len() > 12, "digits are missing");
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    let at = |name: &str| lines[0].iter().position(|known| *known == name).unwrap();
    assert_eq!(lines.len(), 1 + 6 + 12);
    for (line, row) in lines[1..].iter().zip(verdicts.iter().chain(estimates)) {
        // Before the sentences, which have commas.
        for name in ["as_of", "revision", "metric", "treatment", "lift"] {
            let cell = row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
            assert_eq!(line[at(name)].replace("null", ""), cell.replace("null", ""), "{name}");
        }
    }
}

/// Rows as DuckDB has them, which finds the files by itself.
const BY_DUCKDB: &str = "
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
import duckdb
from read_tables import live_files
root, key = pathlib.Path(sys.argv[2]), sys.argv[3]
verdicts, estimates = live_files(root / 'verdicts'), live_files(root / 'estimates')
ask = lambda sql, values: [list(row) for row in duckdb.execute(sql, values).fetchall()]
print(json.dumps({
    'verdicts': ask('''
        SELECT CAST(as_of AS TEXT), revision, run_id, decision, treatment, confidence, lift,
               lift_lower, lift_upper, units, actionable, hold_reasons, recommendation,
               revision = max(revision) OVER (PARTITION BY as_of)
        FROM read_parquet(?, union_by_name = true) WHERE experiment = ? ORDER BY as_of, revision
        ''', [verdicts, key]),
    'estimates': ask('''
        SELECT CAST(as_of AS TEXT), revision, run_id, metric, role, treatment, effect, lift,
               lift_sequential_lower, lift_fixed_upper, adjusted_p_value, state, status, reason
        FROM read_parquet(?, union_by_name = true)
        WHERE experiment = ? AND segment IS NULL AND run_id IN (
            SELECT run_id FROM read_parquet(?, union_by_name = true) WHERE experiment = ?)
        ORDER BY as_of, revision, metric, treatment
        ''', [estimates, key, verdicts, key]),
}))
";
const VERDICT: &str = "as_of revision run_id decision treatment confidence lift lift_lower \
                       lift_upper units actionable hold_reasons recommendation is_current";
const ESTIMATE: &str = "as_of revision run_id metric role treatment effect lift \
                        lift_sequential_lower lift_fixed_upper adjusted_p_value state status reason";

/// `OPTIMIZE`, by another writer.
const COMPACT: &str = "
import deltalake, sys
for table in ['verdicts', 'estimates']:
    deltalake.DeltaTable(sys.argv[2] + '/' + table).optimize.compact()
";

fn by_python(python: &str, script: &str, project: &Project, key: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut command = Command::new(python);
    command.args(["-c", script]).arg(tests).arg(project.path("out")).arg(key);
    let done = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn rows(rows: &Value, names: &str) -> Vec<Vec<Value>> {
    let row = |row: &Value| names.split_whitespace().map(|name| row[name].clone()).collect();
    rows.as_array().unwrap().iter().map(row).collect()
}

/// Sample data over four nights, the last one twice; then compacted into one file a table.
#[test]
fn duckdb_reads_the_same() {
    let Ok(python) = std::env::var("ASSIZE_PYTHON") else {
        println!("skipped: ASSIZE_PYTHON is not set");
        return;
    };
    let project = Project::sample();
    for day in [22, 25, 27, 28] {
        project.say(&["run", "--as-of", &format!("2026-10-{day}")]);
    }
    let folder = project.path("data/events/day=2026-10-27");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::copy(&file, folder.join("again.parquet")).unwrap();
    std::fs::remove_file(file).unwrap();
    project.say(&["run", "--as-of", "2026-10-28"]);
    let keys = ["checkout-redesign", "onboarding-v2", "search-ranking"];
    for compacted in [false, true] {
        if compacted {
            by_python(&python, COMPACT, &project, "");
            assert_eq!(project.live_files_of("estimates").len(), 1);
        }
        for key in keys {
            let theirs = by_python(&python, BY_DUCKDB, &project, key);
            let theirs: Value = serde_json::from_str(&theirs).unwrap();
            let ours = json(&project, key);
            for (table, names) in [("verdicts", VERDICT), ("estimates", ESTIMATE)] {
                let theirs: Vec<Vec<Value>> =
                    serde_json::from_value(theirs[table].clone()).unwrap();
                assert!(theirs.len() >= 5, "{key}: {} rows of {table}", theirs.len());
                assert_eq!(rows(&ours[table], names), theirs, "{key}, {table}");
            }
        }
    }
}
