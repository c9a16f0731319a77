//! What became of the facts of a night, read back from the summaries.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};

use super::accounting::{Counts, FactCount, FactFate};
use super::accumulate::{missing_column, not_finite_column};
use super::counted::strings;
use super::facts::FactScan;
use super::terms::MetricTerms;
use crate::error::Error;

/// Facts that met at least one enrollment, each once.
pub const MET: &str = "met";

/// One row of the summaries.
struct Row<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl Row<'_> {
    fn sum(&self, name: &str) -> u64 {
        let column = self.batch.column_by_name(name);
        column.map_or(0, |column| column.as_primitive::<Float64Type>().value(self.row) as u64)
    }

    fn units(&self, name: &str) -> u64 {
        let column = self.batch.column_by_name(name);
        column.map_or(0, |column| column.as_primitive::<Int64Type>().value(self.row).max(0) as u64)
    }
}

/// Adds what the summaries of some units count.
///
/// # Errors
/// `Bug` for summaries of another shape than the plan makes.
pub fn read(
    batch: &RecordBatch,
    scans: &[FactScan],
    metrics: &[MetricTerms],
    counts: &mut Counts,
) -> Result<(), Error> {
    let (experiments, variants) = (strings(batch, "experiment")?, strings(batch, "variant")?);
    let fates = batch["fate"].as_primitive::<Int64Type>();
    for (number, (experiment, variant)) in experiments.iter().zip(&variants).enumerate() {
        let row = Row { batch, row: number };
        let fate = fates.is_valid(number).then(|| fates.value(number)).and_then(FactFate::of_code);
        let arm = experiment.as_deref().zip(variant.as_deref());
        for scan in scans {
            facts(&row, &scan.source, experiment.as_deref(), fate, counts);
            if let Some(arm) = arm {
                joined(&row, &scan.source, arm, counts);
            }
        }
        if let Some(experiment) = experiment {
            valueless(&row, experiment, metrics, counts);
        }
    }
    Ok(())
}

fn facts(
    row: &Row<'_>,
    source: &str,
    experiment: Option<&str>,
    fate: Option<FactFate>,
    counts: &mut Counts,
) {
    let rows = row.sum(&format!("{source}_rows"));
    let mut add = |experiment: Option<&str>, reason: &str, rows: u64| {
        add_fact(&mut counts.facts, source, experiment, reason, rows);
    };
    match (experiment, fate) {
        (None, Some(fate)) => add(None, fate.reason(), rows),
        // Of no fate that we know: left out of the accounts, which then do not balance.
        (None, None) => {}
        (Some(_), _) => {
            let early = row.sum(&format!("{source}_early"));
            add(None, MET, row.sum(&format!("{source}_first")));
            add(experiment, "before_enrollment", early);
            add(experiment, "after_enrollment", rows - early);
        }
    }
}

fn add_fact(
    facts: &mut Vec<FactCount>,
    source: &str,
    experiment: Option<&str>,
    reason: &str,
    rows: u64,
) {
    let known = facts.iter_mut().find(|known| {
        known.source == source
            && known.experiment.as_deref() == experiment
            && known.reason == reason
    });
    match known {
        Some(known) => known.rows += rows,
        None if rows == 0 => {}
        None => facts.push(FactCount {
            source: source.to_string(),
            experiment: experiment.map(str::to_string),
            reason: reason.to_string(),
            rows,
        }),
    }
}

fn joined(row: &Row<'_>, source: &str, (experiment, variant): (&str, &str), counts: &mut Counts) {
    let key = (source.to_string(), experiment.to_string(), variant.to_string());
    let joined = counts.joined.entry(key).or_default();
    joined.units += row.units("units");
    joined.with_facts += row.units(&format!("{source}_with_facts"));
    joined.shortly_before += row.sum(&format!("{source}_before"));
    joined.shortly_after += row.sum(&format!("{source}_after"));
}

fn valueless(row: &Row<'_>, experiment: &str, metrics: &[MetricTerms], counts: &mut Counts) {
    for terms in metrics {
        for (_, term) in terms.terms() {
            let missing = row.sum(&missing_column(term.measure));
            let not_finite = row.sum(&not_finite_column(term.measure));
            if missing + not_finite > 0 {
                let key = (experiment.to_string(), terms.metric.clone());
                let valueless = counts.valueless.entry(key).or_default();
                valueless.missing += missing;
                valueless.not_finite += not_finite;
            }
        }
    }
}
