//! Every number against a second implementation that shares no code with ours.
//!
//! `tests/differential/` computes the scenarios of `assize simulate --scenario` in DuckDB: 500 of
//! them, or as many as `ASSIZE_SCENARIOS` says. `tests/differential.py` computes the sample data
//! and warehouses with odd names, types, partitions and zones with DuckDB, plain Python and scipy.
//! Set `ASSIZE_PYTHON` to a Python that has `tests/requirements.txt`; without it these tests say
//! so and pass. A scenario that differs is named, with the command that repeats it; more
//! warehouses: `$ASSIZE_PYTHON tests/differential.py random ASSIZE FIRST COUNT`.

#![cfg(feature = "engine")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a script on the binary under test; it says what differs.
fn differential(script: &str, arguments: &[&str]) {
    let Some(python) = std::env::var_os("ASSIZE_PYTHON") else {
        println!("skipped: ASSIZE_PYTHON is not set");
        return;
    };
    let mut command = Command::new(python);
    command.arg(root().join("tests").join(script));
    command.args(arguments.iter().map(|argument| match *argument {
        "ASSIZE" => env!("CARGO_BIN_EXE_assize"),
        other => other,
    }));
    let done = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success(), "{said}\n{complained}");
}

/// One quarter of the scenarios, so that processors share them.
fn scenarios(quarter: u64) {
    let all = std::env::var("ASSIZE_SCENARIOS").map_or(500, |count| count.parse().unwrap());
    let cut = |quarter: u64| (all * quarter / 4).to_string();
    differential("differential", &["ASSIZE", &cut(quarter), &cut(quarter + 1)]);
}

#[test]
fn scenarios_first_quarter() {
    scenarios(0);
}

#[test]
fn scenarios_second_quarter() {
    scenarios(1);
}

#[test]
fn scenarios_third_quarter() {
    scenarios(2);
}

#[test]
fn scenarios_fourth_quarter() {
    scenarios(3);
}

/// The sample project without tables that somebody may have written into it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && name != "out" {
            copy(&path, &to.join(name));
        } else if path.is_file() {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn sample_data() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("sample-data"), folder.path());
    differential(
        "differential.py",
        &["project", "ASSIZE", folder.path().to_str().unwrap(), "2026-10-20", "2026-10-28"],
    );
}

/// Two halves, so that two processors share them.
#[test]
fn nasty_warehouses() {
    differential("differential.py", &["random", "ASSIZE", "1", "10"]);
}

#[test]
fn more_nasty_warehouses() {
    differential("differential.py", &["random", "ASSIZE", "11", "10"]);
}
