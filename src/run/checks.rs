//! Health checks that only the sources, or the facts of a night, can answer.

use super::evidence::read_by;
use crate::config::{Experiment, Project, SourceRole};
use crate::plan::Computed;
use crate::source::{OpenSource, Warehouse};
use crate::verdict::{HealthRow, Outcome, counted};

/// Those that found something, and no row for any other.
pub fn checks(
    project: &Project,
    warehouse: &Warehouse,
    experiment: &Experiment,
    computed: &Computed,
) -> Vec<HealthRow> {
    let sources = read_by(project, warehouse, experiment);
    let mut rows = valueless(experiment, computed);
    rows.extend(sources.iter().filter_map(|open| dates(open)));
    rows.extend(checksums(&sources));
    rows
}

/// A source of facts whose instants are days.
fn dates(open: &OpenSource) -> Option<HealthRow> {
    let (source, column) = (&open.source.name, open.days_for_instants()?);
    let detail = format!(
        "`{column}` of `{source}` is a date and counts as the start of its day, so that facts of \
         the day on which a unit meets the experiment come before it; write instants"
    );
    (open.source.role == SourceRole::Facts).then(|| warning(format!("dates:{source}"), detail))
}

/// Sources of Parquet whose pages carry no checksums.
fn checksums(sources: &[&OpenSource]) -> Option<HealthRow> {
    let without = sources.iter().filter(|open| open.has_checksums == Some(false));
    let without: Vec<String> = without.map(|open| format!("`{}`", open.source.name)).collect();
    let detail = format!(
        "the pages of {} carry no checksums, so that a flipped bit may pass unseen; have their \
         writer add page checksums",
        without.join(", ")
    );
    (!without.is_empty()).then(|| warning("checksums".to_owned(), detail))
}

fn warning(check: String, detail: String) -> HealthRow {
    let outcome = Outcome::Warn;
    HealthRow { check, outcome, observed: None, expected: None, p_value: None, detail }
}

/// Share of an experiment's facts that may be NaN or infinite.
const MAX_NOT_FINITE: f64 = 0.001;

/// Facts that match a metric of this experiment but have no number for it.
fn valueless(experiment: &Experiment, computed: &Computed) -> Vec<HealthRow> {
    let mut rows = Vec::new();
    for used in &experiment.metrics {
        let key = (experiment.key.clone(), used.metric.clone());
        let Some(found) = computed.counts.valueless.get(&key) else { continue };
        if found.missing > 0 {
            let check = format!("value_missing:{}", used.metric);
            rows.push(skipped(check, Outcome::Warn, found.missing, "without a value"));
        }
        if found.not_finite > 0 {
            let facts = facts_after_enrollment(experiment, computed).max(1);
            let share = found.not_finite as f64 / facts as f64;
            let outcome = if share > MAX_NOT_FINITE { Outcome::Fail } else { Outcome::Warn };
            let check = format!("non_finite:{}", used.metric);
            rows.push(skipped(check, outcome, found.not_finite, "whose value is NaN or infinite"));
        }
    }
    rows
}

fn skipped(check: String, outcome: Outcome, facts: u64, what: &str) -> HealthRow {
    let were = if facts == 1 { "was" } else { "were" };
    HealthRow {
        check,
        outcome,
        observed: Some(facts as f64),
        expected: Some(0.0),
        p_value: None,
        detail: format!(
            "{} {what} {were} skipped; look at how it is written",
            counted(facts, "fact")
        ),
    }
}

fn facts_after_enrollment(experiment: &Experiment, computed: &Computed) -> u64 {
    let facts = computed.counts.facts.iter();
    let mine = facts.filter(|count| count.experiment.as_deref() == Some(&experiment.key));
    mine.filter(|count| count.reason == "after_enrollment").map(|count| count.rows).sum()
}
