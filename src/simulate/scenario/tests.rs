use std::collections::BTreeMap;
use std::path::Path;

use super::scenario;

/// Every file with its bytes.
fn made(seed: u64) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    scenario(seed, folder.path()).unwrap();
    let files = crate::simulate::folder::files_below(folder.path()).unwrap();
    let read = |file: &String| std::fs::read(folder.path().join(file)).unwrap();
    files.into_iter().map(|file| (file.clone(), read(&file))).collect()
}

#[test]
fn a_seed_is_a_project() {
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
}

#[test]
fn what_is_there_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let error = scenario(1, folder.path()).unwrap_err().to_string();
    assert!(error.contains("holds `notes.txt`"), "{error}");
}

/// A kind or a key that no seed has is never compared.
#[test]
fn a_hundred_seeds_leave_nothing_out() {
    let mut said = String::new();
    for seed in 0..100 {
        for (file, bytes) in made(seed) {
            if Path::new(&file).extension().is_some_and(|extension| extension == "toml") {
                said.push_str(&String::from_utf8(bytes).unwrap());
            }
        }
    }
    for word in [
        "\"conversion\"",
        "\"count\"",
        "\"sum\"",
        "\"max\"",
        "\"distinct\"",
        "\"ratio\"",
        "\"retention\"",
        "\"quantile\"",
        "\"funnel\"",
        "\"members\"",
        "\"facts\"",
        "\"units\"",
        "at_least",
        "clock_skew",
        "forced",
        "enroll_until",
        "audience",
        "holdout",
        "segments",
        "basis",
        "crossovers",
        "phases",
        "entry",
        "quantile = ",
        "at = ",
        "attribute = ",
        "metric = ",
        "\"matured\"",
        "\"none\"",
        "members = ",
    ] {
        assert!(said.contains(word), "{word}");
    }
}
