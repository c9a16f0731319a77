//! Whether a stored run is what was written, and comes out the same, for people and programs.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::changes::{change_object, input_object};
use super::table::{indented, wrapped};
use super::text::{counted, harmless};
use crate::output::{Again, Cell, Change, FilesVerified, InputChange, MadeFrom};

/// What `assize verify` has found.
#[derive(Debug, Clone)]
pub struct Verified {
    pub run_id: String,
    pub as_of: Date,
    pub from: MadeFrom,
    pub files: FilesVerified,
    /// By experiment.
    pub experiments: BTreeMap<String, Again>,
    /// Files that are others than those that the run has read; nothing from summaries.
    pub inputs: Vec<InputChange>,
}

impl Verified {
    /// Whether everything is as it was written, and comes out the same.
    pub fn is_whole(&self) -> bool {
        let is_same = |again: &Again| matches!(again, Again::Same { .. });
        self.files.changed.is_empty() && self.experiments.values().all(is_same)
    }
}

/// Changes that are shown to a person, of one experiment.
const SHOWN: usize = 8;

/// For a terminal of `width` characters.
pub fn verified(found: &Verified, width: u16) -> String {
    let from = match found.from {
        MadeFrom::Summaries => "the stored summaries and checks",
        MadeFrom::Sources => "the sources",
    };
    let mut out = wrapped(
        &format!("run {}, as of {}, made again from {from}", found.run_id, found.as_of),
        width,
    );
    out += &files(&found.files, width);
    for change in &found.inputs {
        out += &wrapped(&format!("files of {} since", change.words()), width);
    }
    for (experiment, again) in &found.experiments {
        out += &one(experiment, again, width);
    }
    harmless(&out)
}

fn files(files: &FilesVerified, width: u16) -> String {
    let all = files.intact.len() + files.changed.len() + files.unrecorded.len();
    let mut out = match (files.changed.is_empty(), files.unrecorded.len()) {
        (true, 0) => wrapped(
            &format!("{} of the tables are as they were written", counted(all, "file")),
            width,
        ),
        (_, 0) => String::new(),
        (_, some) => {
            let words = "of a version that recorded no hashes, or rewritten by another tool";
            wrapped(&format!("{} {words}", counted(some, "file")), width)
        }
    };
    for (path, words) in &files.changed {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let table = path.parent().and_then(Path::file_name).unwrap_or_default();
        let (table, name) = (table.display(), name.display());
        out += &wrapped(&format!("changed: {table}/{name}: {words}"), width);
    }
    out
}

fn one(experiment: &str, again: &Again, width: u16) -> String {
    match again {
        Again::Same { estimates, is_exact } => {
            let how = if *is_exact { "identical" } else { "the same but for rounding" };
            let what = format!("verdict and {}", counted(*estimates, "estimate"));
            wrapped(&format!("{experiment}: {what} {how}"), width)
        }
        Again::Not(why) => wrapped(&format!("{experiment}: not made again: {why}"), width),
        Again::Differs(changes) => {
            let count = counted(changes.len(), "cell");
            let mut out = wrapped(
                &format!(
                    "{experiment}: {count} {} out otherwise",
                    if changes.len() == 1 { "comes" } else { "come" }
                ),
                width,
            );
            for change in changes.iter().take(SHOWN) {
                out += &indented(&words(change), width);
            }
            if changes.len() > SHOWN {
                let more = changes.len() - SHOWN;
                out += &indented(&format!("and {more} more, see --output json"), width);
            }
            out
        }
    }
}

/// `estimates, activation_rate, simplified: lift is 0.031 stored and 0.04 now`.
fn words(change: &Change) -> String {
    let place: Vec<&str> =
        [change.table].into_iter().chain(change.row.iter().map(String::as_str)).collect();
    let place = place.join(", ");
    let cell = |cell: &Cell| match cell {
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Null | Cell::NoRow | Cell::Row => "NULL".into(),
    };
    match (&change.column, &change.before) {
        (None, Cell::NoRow) => format!("{place}: the row is not stored"),
        (None, _) => format!("{place}: the row does not come out"),
        (Some(column), before) => {
            format!("{place}: {column} is {} stored and {} now", cell(before), cell(&change.now))
        }
    }
}

/// As one object.
pub fn verified_json(found: &Verified) -> Value {
    let shown = |path: &Path| path.display().to_string();
    json!({
        "run_id": found.run_id,
        "as_of": found.as_of.to_string(),
        "from": match found.from {
            MadeFrom::Summaries => "summaries",
            MadeFrom::Sources => "sources",
        },
        "is_whole": found.is_whole(),
        "files": {
            "intact": found.files.intact.iter().map(|path| shown(path)).collect::<Vec<_>>(),
            "changed": found.files.changed.iter().map(|(path, words)| json!({
                "path": shown(path),
                "words": words,
            })).collect::<Value>(),
            "unrecorded": found.files.unrecorded.iter().map(|path| shown(path)).collect::<Vec<_>>(),
        },
        "inputs": found.inputs.iter().map(input_object).collect::<Value>(),
        "experiments": found.experiments.iter().map(|(key, again)| experiment(key, again)).collect::<Value>(),
    })
}

fn experiment(key: &str, again: &Again) -> Value {
    match again {
        Again::Same { estimates, is_exact } => json!({
            "experiment": key,
            "outcome": if *is_exact { "identical" } else { "same" },
            "estimates": estimates,
        }),
        Again::Differs(changes) => json!({
            "experiment": key,
            "outcome": "differs",
            "changes": changes.iter().map(change_object).collect::<Value>(),
        }),
        Again::Not(why) => json!({ "experiment": key, "outcome": "not_made_again", "why": why }),
    }
}
