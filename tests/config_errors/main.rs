//! What an author reads when a project is refused.
//!
//! Each test changes one valid project and asserts the complete text. If a message here could
//! be clearer, change it: the text is the feature.

mod actions;
mod comparisons;
mod covariates;
mod enrollment;
mod experiments;
mod files;
mod fuzz;
mod hash;
mod kinds;
mod members;
mod metrics;
mod options;
mod phases;
mod policies;
mod project;
mod rollout;
mod rows;
mod targets;
mod together;

use std::fs;
use std::path::Path;

use assize::config::{Loaded, load};
use tempfile::TempDir;

pub const PROJECT: &str = r#"[project]
name = "shop"
timezone = "Europe/Berlin"

[sources.assignments]
location = "data/assignments"
columns = { experiment = "experiment_key", unit = "user_id", variant = "variation", time = "at" }
attributes = ["country", "platform"]

[sources.exposures]
location = "data/exposures"
columns = { experiment = "experiment_key", unit = "user_id", time = "exposed_at" }

[sources.events]
kind = "facts"
location = "data/events"
partition = "day"
columns = { unit = "user_id", time = "occurred_at", event = "event_name", id = "event_id" }
"#;

pub const METRICS: &str = r#"[metrics.activation]
kind = "conversion"
event = "onboarding.completed"
window = "7d"

[metrics.revenue]
kind = "sum"
event = "purchase"
value = "amount"
where = "currency = 'EUR'"

[metrics.orders]
kind = "count"
event = "purchase"

[metrics.order_value]
kind = "ratio"
numerator = "revenue"
denominator = "orders"

[metrics.errors]
kind = "count"
event = "error"
better = "lower"
"#;

pub const CHECKOUT: &str = r#"#:schema ../schemas/experiment.json
name = "Checkout"
hypothesis = "Fewer steps, more orders"
start = 2026-10-01
end = 2026-10-29
traffic = 0.5
variants = [
    { key = "control", weight = 50, control = true },
    { key = "short", weight = 50 },
]

[metrics]
primary = ["activation"]
secondary = ["order_value"]
guardrail = [{ metric = "errors", margin = 0.02 }]

[test]
method = "sequential"
alpha = 0.05
power = 0.8
target_sample_size = 20000
minimum_effect = 0.05

[decision]
policy = "risk-aware"
confidence = 0.95
minimum_days = 7
minimum_units = 100
"#;

pub const PROJECT_FILE: &str = "assize.toml";
pub const METRICS_FILE: &str = "metrics.toml";
pub const CHECKOUT_FILE: &str = "experiments/checkout.toml";

/// One text of one file of the valid project, and what stands there instead.
pub type Change<'a> = (&'a str, &'a str, &'a str);

/// A folder with the given files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        write(folder.path(), file, text);
    }
    folder
}

pub fn write(folder: &Path, file: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The valid project with changes; a file that is not in it is added.
pub fn changed(changes: &[Change]) -> TempDir {
    let mut files = vec![
        (PROJECT_FILE, PROJECT.to_owned()),
        (METRICS_FILE, METRICS.to_owned()),
        (CHECKOUT_FILE, CHECKOUT.to_owned()),
    ];
    for &(file, from, to) in changes {
        match files.iter_mut().find(|(name, _)| *name == file) {
            Some((_, text)) => {
                assert!(text.contains(from), "{file} does not contain {from}");
                *text = text.replacen(from, to, 1);
            }
            None => files.push((file, to.to_owned())),
        }
    }
    folder(&files.iter().map(|(file, text)| (*file, text.as_str())).collect::<Vec<_>>())
}

/// The project with these changes is refused, with exactly this text.
#[track_caller]
pub fn refused(changes: &[Change], expected: &str) {
    refuses(changed(changes).path(), expected);
}

#[track_caller]
pub fn refuses(folder: &Path, expected: &str) {
    let text = load(folder).map(|_| ()).expect_err("the project is accepted").to_string();
    assert_eq!(format!("{text}\n"), expected.trim_start_matches('\n'), "\n{text}\n");
}

#[track_caller]
pub fn accepted(changes: &[Change]) -> Loaded {
    load(changed(changes).path()).unwrap_or_else(|errors| panic!("\n{errors}\n"))
}

/// The project with these changes is accepted, with exactly these warnings.
#[track_caller]
pub fn warned(changes: &[Change], expected: &str) {
    let warnings = accepted(changes).warnings;
    let text: String = warnings.iter().map(|warning| format!("{warning}\n")).collect();
    assert_eq!(text, expected.trim_start_matches('\n'), "\n{text}");
}
