//! Why a day was judged again, and what came out otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Cell, Change, compare_rows};
use super::inputs::{InputChange, input_changes, inputs_in};
use super::opened::Tables;
use super::revisions::Revisions;
use super::stored::{StoredVerdict, verdicts_in};
use super::told::{NightRows, TOLD, stored};
use super::{InputFile, Night, OutputError, runs};

/// What sets a revision apart from the verdict before it, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Revised {
    pub because: String,
    pub changes: String,
}

/// By experiment, of those reports whose day was judged before.
///
/// # Errors
/// Where a table cannot be read.
pub(super) fn revised(
    tables: &mut Tables,
    night: &Night,
    revisions: &Revisions,
) -> Result<BTreeMap<String, Revised>, OutputError> {
    let before = |experiment: &String| revisions.newest_run(experiment).map(str::to_string);
    let wanted: BTreeSet<(String, String)> = (night.reports.iter())
        .filter_map(|report| Some((before(&report.experiment)?, report.experiment.clone())))
        .collect();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let [told, ..] = TOLD;
    let was = stored(&tables.verdicts, &wanted)?;
    let is = NightRows::of(night)?;
    let changes = compare_rows(&told, &was, &is.batches[0], 0.0)?;
    let mut found = BTreeMap::new();
    for (run_id, experiment) in &wanted {
        let verdicts = verdicts_in(&tables.verdicts, run_id)?;
        let verdict = verdicts.iter().find(|verdict| verdict.experiment == *experiment);
        let inputs = inputs_in(tables.follower(runs::SPEC.name)?, run_id)?;
        let because = because(night, experiment, verdict, inputs);
        let mine = changes.iter().filter(|change| change.experiment == *experiment);
        let changes = mine.filter_map(words).collect::<Vec<_>>().join("; ");
        found.insert(experiment.clone(), Revised { because, changes });
    }
    Ok(found)
}

fn because(
    night: &Night,
    experiment: &str,
    before: Option<&StoredVerdict>,
    inputs: Option<Vec<InputFile>>,
) -> String {
    let mut reasons: Vec<String> = match inputs {
        Some(inputs) => {
            let reads = night.reads.get(experiment);
            let changes = input_changes(&inputs, &night.inputs).into_iter();
            let is_read = |change: &InputChange| reads.is_none_or(|r| r.contains(&change.source));
            changes.filter(is_read).map(|change| change.words()).collect()
        }
        None => vec!["the files that were read then are not recorded".into()],
    };
    let config_hash = before.and_then(|before| before.config_hash.as_ref());
    if before.is_some() && config_hash != night.config_hashes.get(experiment) {
        reasons.push("the experiment's statistical fields changed".into());
    }
    let engine = before.map_or(&night.engine_version, |before| &before.engine_version);
    if *engine != night.engine_version {
        reasons.push(format!("assize {} instead of {engine}", night.engine_version));
    }
    match reasons.is_empty() {
        true => "who is in the experiment, or its lock, changed since".into(),
        false => reasons.join("; "),
    }
}

/// What pipelines and people look at first.
const TOLD_OF: [&str; 10] = [
    "decision",
    "winner",
    "metric",
    "treatment",
    "confidence",
    "lift",
    "lift_lower",
    "lift_upper",
    "units",
    "days",
];

/// A count as it is, any other number by its first four digits.
fn short(number: f64) -> String {
    match format!("{number:.3e}").parse::<f64>() {
        Ok(short) if number.fract() != 0.0 => short.to_string(),
        _ => number.to_string(),
    }
}

/// `lift: 0.031 -> 0.04`; `None` for a cell that is not among the first.
fn words(change: &Change) -> Option<String> {
    let column = change.column.as_deref().filter(|column| TOLD_OF.contains(column))?;
    let shown = |cell: &Cell| match cell {
        Cell::Number(number) => short(*number),
        Cell::Text(text) => text.clone(),
        Cell::Null | Cell::NoRow | Cell::Row => "NULL".into(),
    };
    Some(format!("{column}: {} -> {}", shown(&change.before), shown(&change.now)))
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short() {
        let numbers = [0.579_009_671_7, -0.418_67, 240.0, 1.5e-7, 12_345.678, 0.0];
        let words = ["0.579", "-0.4187", "240", "0.00000015", "12350", "0"];
        assert_eq!(numbers.map(short), words);
    }
}
