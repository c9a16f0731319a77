//! Whether targets do to real servers and readers what they are asked.
//!
//! Each test needs what `tests/all.sh` installs and starts, and says so where it is not there:
//! `ASSIZE_UNLEASH` and `ASSIZE_UNLEASH_TOKEN` (see `tests/servers/unleash.sh`), `ASSIZE_FLAGD`
//! (a folder with `node_modules/@openfeature/flagd-core`), `ASSIZE_PYTHON`.

mod files;
mod flagd;
mod opening;
mod unleash;
mod webhook;

use std::collections::BTreeMap;
use std::path::Path;

use assize::action::{Change, ChangeKind, Fault, Target, open};
use assize::config::{Project, load};
use tempfile::TempDir;

const CANARY: &str = "SECRET-CANARY-0815";

/// A project with these targets.
fn folder(targets: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let project = "[project]\nname = \"shop\"\n[sources.exposures]\nlocation = \"data\"\n\
                   columns = { experiment = \"e\", unit = \"u\", variant = \"v\", time = \"t\" }\n\
                   [sources.events]\nkind = \"facts\"\nlocation = \"facts\"\n\
                   columns = { unit = \"u\", time = \"t\" }\n";
    std::fs::create_dir(root.join("experiments")).unwrap();
    std::fs::write(root.join("assize.toml"), format!("{project}{targets}")).unwrap();
    std::fs::write(root.join("metrics.toml"), "[metrics.m]\nkind = \"count\"\n").unwrap();
    let experiment = "start = 2026-10-01\nvariants = [{ key = \"control\", weight = 50, control = true }, \
                      { key = \"treatment\", weight = 50 }]\n[metrics]\nprimary = [\"m\"]\n";
    std::fs::write(root.join("experiments/checkout.toml"), experiment).unwrap();
    folder
}

fn project(root: &Path) -> Project {
    load(root).unwrap_or_else(|errors| panic!("\n{errors}")).project
}

fn targets(folder: &TempDir) -> BTreeMap<String, Box<dyn Target>> {
    let clock = || jiff::Timestamp::now();
    open(&project(folder.path()), clock).unwrap_or_else(|error| panic!("\n{error}"))
}

fn change(id: &str, flag: &str, kind: ChangeKind) -> Change {
    Change {
        id: id.to_owned(),
        experiment: "checkout".to_owned(),
        flag: Some(flag.to_owned()),
        kind,
        reason: "treatment is better".to_owned(),
        as_of: jiff::civil::date(2026, 11, 29),
        decided_at: "2026-11-30T02:00:00Z".parse().unwrap(),
    }
}

fn rollout(flag: &str, percent: u8) -> Change {
    let (variant, control) = ("treatment".to_owned(), "control".to_owned());
    change("5ad1", flag, ChangeKind::SetRollout { variant, control, percent })
}

fn disable(flag: &str) -> Change {
    change("5ad2", flag, ChangeKind::Disable { control: "control".to_owned() })
}

/// As it is carried out: observed, written, observed again.
async fn carry_out(target: &dyn Target, change: &Change) -> Result<(), Fault> {
    let seen = target.observe(change).await?;
    let sent = target.write(change, seen.as_ref()).await?;
    assert!(!sent.requests.is_empty(), "nothing was sent");
    let now = target.observe(change).await?.unwrap();
    assert!(target.is_done(change, &now), "{change:?}\n{now:?}");
    let again = target.write(change, Some(&now)).await?;
    assert!(again.requests.is_empty(), "it was sent twice");
    Ok(())
}

/// What `tests/all.sh` gives, or a word about what is missing.
fn given(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
    if value.is_none() {
        eprintln!("skipped: {variable} is not set");
    }
    value
}
