//! Whether files are the same every time, complete, and nobody else's.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::{Options, SimulateError, Spec, Truth, simulate, simulate_with};
use super::read::files;
use super::{made, spec};

/// A digest of all names and bytes below a folder.
fn digest(folder: &Path) -> String {
    let mut hash = Sha256::new();
    for path in files(folder) {
        hash.update(path.strip_prefix(folder).unwrap().to_string_lossy().as_bytes());
        hash.update(fs::read(&path).unwrap());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn small() -> Spec {
    Spec { units: 300, ..spec() }
}

#[test]
fn same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let spec = Spec { units: 20_000, days: 10, ..spec() };
    let digests = [1, 1, 2, 5].map(|threads| digest(&made(&spec, threads).path()));
    assert!(digests.iter().all(|digest| *digest == digests[0]));
    let other = Spec { seed: 12, ..spec };
    assert_ne!(digest(&made(&other, 2).path()), digests[0]);
}

#[test]
fn configuration_is_toml_and_names_its_schema() {
    let made = made(&small(), 1);
    for name in ["assize.toml", "metrics.toml", "experiments/first.toml", "experiments/second.toml"]
    {
        let text = fs::read_to_string(made.path().join(name)).unwrap();
        assert!(text.starts_with("#:schema "), "{name}");
        toml::from_str::<toml::Table>(&text).unwrap();
    }
    let text = fs::read_to_string(made.path().join("experiments/first.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(table["name"].as_str(), Some("First \"quoted\""));
    assert_eq!(table["variants"].as_array().unwrap().len(), 2);
}

#[test]
fn truth_and_spec_are_written_as_returned() {
    let made = made(&small(), 1);
    let text = fs::read_to_string(made.path().join("truth.json")).unwrap();
    let written: Truth = serde_json::from_str(&text).unwrap();
    assert_eq!(Truth { files: Vec::new(), ..written.clone() }, made.truth);
    assert_eq!(written.files.len() + 1, files(&made.path()).len());
    let text = fs::read_to_string(made.path().join("simulate.toml")).unwrap();
    assert_eq!(Spec::from_toml(&text, "simulate.toml").unwrap(), small());
}

#[test]
fn a_folder_with_only_its_spec_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("# kept\n{}", small().to_toml().unwrap());
    fs::write(folder.path().join("simulate.toml"), &text).unwrap();
    simulate(&small(), folder.path()).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("simulate.toml")).unwrap(), text);
}

#[test]
fn refuses_a_folder_that_holds_something_else() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "").unwrap();
    let error = simulate(&small(), folder.path()).unwrap_err();
    assert!(matches!(&error, SimulateError::Occupied { found, .. } if found == "thesis.txt"));
    assert!(error.to_string().ends_with("folder is not empty, it holds `thesis.txt`"));
    assert!(error.hint().is_some());
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn refuses_another_spec() {
    let folder = tempfile::tempdir().unwrap();
    let other = Spec { seed: 99, ..small() };
    fs::write(folder.path().join("simulate.toml"), other.to_toml().unwrap()).unwrap();
    for overwrite in [false, true] {
        let options = Options { overwrite, threads: 1 };
        let error = simulate_with(&small(), folder.path(), &options).unwrap_err();
        assert!(matches!(error, SimulateError::OtherSpec { .. }));
    }
}

#[test]
fn overwriting_leaves_the_files_of_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { overwrite: true, threads: 1 };
    let larger = Spec { days: 21, ..small() };
    simulate_with(&larger, folder.path(), &options).unwrap();
    fs::write(folder.path().join("data/notes.txt"), "mine").unwrap();
    let shorter = Spec { days: 14, seed: 3, ..small() };
    simulate_with(&shorter, folder.path(), &options).unwrap();
    assert!(folder.path().join("data/notes.txt").exists());
    assert!(!folder.path().join("data/events/day=2026-10-21").exists());
    fs::remove_file(folder.path().join("data/notes.txt")).unwrap();
    assert_eq!(digest(folder.path()), digest(&made(&shorter, 1).path()));
}

#[test]
fn a_list_that_leaves_the_folder_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::write(folder.path().join("precious"), "").unwrap();
    let mut truth = simulate(&small(), &out).unwrap();
    truth.files = vec!["../precious".to_owned()];
    fs::write(out.join("truth.json"), serde_json::to_string(&truth).unwrap()).unwrap();
    let options = Options { overwrite: true, threads: 1 };
    assert!(simulate_with(&small(), &out, &options).is_err());
    assert!(folder.path().join("precious").exists());
}

/// The committed sample is what its spec gives.
#[test]
fn sample_data_is_up_to_date() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    let text = fs::read_to_string(sample.join("simulate.toml")).unwrap();
    let truth = made(&Spec::from_toml(&text, "simulate.toml").unwrap(), 2).truth;
    let written = fs::read_to_string(sample.join("truth.json")).unwrap();
    let written: Truth = serde_json::from_str(&written).unwrap();
    assert_eq!(written.rows, truth.rows);
    assert_eq!(written.events, truth.events);
    let listed = written.files.iter().map(|file| fs::metadata(sample.join(file)).unwrap().len());
    assert!(listed.sum::<u64>() < 2_000_000);
}
