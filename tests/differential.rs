//! Every number against a second implementation that shares no code with ours.
//!
//! `tests/differential.py` computes experiments from the rows with DuckDB, plain Python and scipy.
//! Set `ASSIZE_PYTHON` to a Python that has `tests/requirements.txt`; without it these tests say
//! so and pass. More seeds: `$ASSIZE_PYTHON tests/differential.py random ASSIZE FIRST COUNT`.

#![cfg(feature = "engine")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn differential(arguments: &[&str]) {
    let Some(python) = std::env::var_os("ASSIZE_PYTHON") else {
        println!("skipped: ASSIZE_PYTHON is not set");
        return;
    };
    let mut command = Command::new(python);
    command.arg(root().join("tests/differential.py")).arg(arguments[0]);
    command.arg(env!("CARGO_BIN_EXE_assize")).args(&arguments[1..]);
    let done = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let (said, complained) =
        (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("{said}");
    assert!(done.status.success(), "{said}\n{complained}");
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
    differential(&["project", folder.path().to_str().unwrap(), "2026-10-20", "2026-10-28"]);
}

/// Two halves, so that two processors share them.
#[test]
fn nasty_warehouses() {
    differential(&["random", "1", "10"]);
}

#[test]
fn more_nasty_warehouses() {
    differential(&["random", "11", "10"]);
}
