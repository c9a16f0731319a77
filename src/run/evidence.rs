//! What one experiment's verdict is made from, out of a whole night's counts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::checks::checks;
use super::numbers::{enrolled, joined, segments, summaries};
use crate::config::{Experiment, Project, SourceRole};
use crate::plan::{Computed, FactCount, MET, RowCount, UnitCount, is_quarantined, sources_read};
use crate::source::{Days, OpenSource, Warehouse, nearest};
use crate::verdict::{
    CrossoverCounts, Evidence, ExposureCounts, MismatchCounts, SourceCounts, WaterfallRow,
};

/// Collects the evidence of one experiment.
pub fn evidence(
    project: &Project,
    warehouse: &Warehouse,
    experiment: &Experiment,
    as_of: Date,
    computed: &Computed,
) -> Evidence {
    let units: Vec<&UnitCount> =
        computed.counts.units.iter().filter(|count| count.experiment == experiment.key).collect();
    let both = warehouse.sources.contains_key("exposures")
        && warehouse.sources.contains_key("assignments");
    Evidence {
        units: analysed(&units),
        summaries: summaries(experiment, computed),
        failed: BTreeMap::new(),
        crossovers: Some(crossovers(&units)),
        left_out: left_out(&units),
        exposures: Some(exposures(experiment, computed)),
        mismatches: both.then(|| mismatches(&units)),
        sources: sources(project, warehouse, experiment, as_of, computed),
        enrolled: enrolled(experiment, computed),
        segments: segments(experiment, computed),
        joined: joined(project, experiment, computed),
        health: checks(project, warehouse, experiment, computed),
        waterfall: waterfall(experiment, computed, &units),
    }
}

fn total<'a>(counts: impl Iterator<Item = &'a UnitCount>) -> u64 {
    counts.map(|count| count.units).sum()
}

fn analysed(units: &[&UnitCount]) -> BTreeMap<String, u64> {
    let mut by_variant = BTreeMap::new();
    for count in units.iter().filter(|count| count.reason.is_none()) {
        if let Some(variant) = &count.variant {
            *by_variant.entry(variant.clone()).or_insert(0) += count.units;
        }
    }
    by_variant
}

/// Units with a reason, by the variant they would be in.
fn left_out(units: &[&UnitCount]) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut by_reason: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for count in units {
        if let (Some(reason), Some(variant)) = (&count.reason, &count.variant) {
            let by_variant = by_reason.entry(reason.clone()).or_default();
            *by_variant.entry(variant.clone()).or_insert(0) += count.units;
        }
    }
    by_reason
}

fn crossovers(units: &[&UnitCount]) -> CrossoverCounts {
    let mut by_first = BTreeMap::new();
    for count in units.iter().filter(|count| count.crossed) {
        if let Some(variant) = &count.variant {
            *by_first.entry(variant.clone()).or_insert(0) += count.units;
        }
    }
    CrossoverCounts { units: total(units.iter().filter(|count| count.crossed).copied()), by_first }
}

fn mismatches(units: &[&UnitCount]) -> MismatchCounts {
    let unassigned = |count: &&&UnitCount| count.reason.as_deref() == Some("unassigned");
    MismatchCounts {
        disagreeing: total(units.iter().filter(|count| count.disagrees).copied()),
        unassigned: total(units.iter().filter(unassigned).copied()),
    }
}

/// Rows of the source that enrolls this experiment's units.
fn exposures(experiment: &Experiment, computed: &Computed) -> ExposureCounts {
    let source = enrolling(experiment);
    let named: Vec<&RowCount> = of_experiment(experiment, computed, source).collect();
    let unknown = named.iter().filter(|c| c.reason.as_deref() == Some("unknown_variant"));
    let unknown: Vec<(String, u64)> =
        unknown.map(|count| (count.variant.clone().unwrap_or_default(), count.rows)).collect();
    ExposureCounts {
        rows: named.iter().map(|count| count.rows).sum(),
        unknown_variant: unknown.iter().map(|(_, rows)| rows).sum(),
        unknown_names: describe_unknown(experiment, unknown),
    }
}

/// The ten most frequent unknown names, with the configured name each may have meant.
fn describe_unknown(experiment: &Experiment, mut unknown: Vec<(String, u64)>) -> Vec<String> {
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let known = || experiment.variants.iter().map(|variant| variant.key.as_str());
    unknown
        .into_iter()
        .take(10)
        .map(|(name, rows)| {
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            match nearest(name.trim(), known()) {
                Some(hint) => format!("{name:?} ({rows}; {})", hint.trim_end_matches('?')),
                None => format!("{name:?} ({rows})"),
            }
        })
        .collect()
}

/// The source whose rows enroll the units of an experiment.
pub fn enrolling(experiment: &Experiment) -> &'static str {
    match experiment.basis {
        crate::config::Basis::Exposure => "exposures",
        crate::config::Basis::Assignment => "assignments",
    }
}

fn of_experiment<'a>(
    experiment: &'a Experiment,
    computed: &'a Computed,
    source: &'a str,
) -> impl Iterator<Item = &'a RowCount> {
    let rows = computed.counts.rows.iter();
    rows.filter(move |c| c.source == source && c.experiment.as_deref() == Some(&experiment.key))
}

/// Every source this experiment reads: who enrolls its units, and its metrics' facts.
fn sources(
    project: &Project,
    warehouse: &Warehouse,
    experiment: &Experiment,
    as_of: Date,
    computed: &Computed,
) -> Vec<SourceCounts> {
    let opened = read_by(project, warehouse, experiment).into_iter();
    opened.map(|open| source_counts(open, experiment, as_of, computed)).collect()
}

/// The sources that say who is in an experiment, and those of its metrics' facts.
pub fn read_by<'w>(
    project: &Project,
    warehouse: &'w Warehouse,
    experiment: &Experiment,
) -> Vec<&'w OpenSource> {
    let measured = sources_read(project, experiment);
    let reads = |open: &&OpenSource| match open.source.role {
        SourceRole::Exposures | SourceRole::Assignments => true,
        SourceRole::Facts => measured.contains(&open.source.name),
        SourceRole::Members | SourceRole::Table => false,
    };
    warehouse.sources.values().filter(reads).collect()
}

fn source_counts(
    open: &OpenSource,
    experiment: &Experiment,
    as_of: Date,
    computed: &Computed,
) -> SourceCounts {
    let name = &open.source.name;
    let enrolls = open.source.role == SourceRole::Exposures;
    let end = experiment.enroll_until.yesterday().unwrap_or(experiment.enroll_until);
    let days = Days { first: experiment.start, last: if enrolls { as_of.min(end) } else { as_of } };
    let dated = open.source.partition.is_some() && open.source.role != SourceRole::Assignments;
    let expected = (days.last - days.first).get_days().max(0) as u32 + 1;
    let reasons: Vec<(&str, u64)> = source_reasons(name, computed);
    let bad = reasons.iter().filter(|(reason, _)| is_quarantined(reason));
    let rows_of = |wanted: &str| reasons.iter().find(|(reason, _)| *reason == wanted);
    let rows_of = |wanted: &str| rows_of(wanted).map_or(0, |(_, rows)| *rows);
    let differing_duplicates = rows_of("differing_duplicate");
    let columns = &open.source.columns;
    let is_dated_facts = open.source.role == SourceRole::Facts && columns.time.is_some();
    SourceCounts {
        source: name.clone(),
        rows: reasons.iter().map(|(_, rows)| rows).sum(),
        quarantined: bad.map(|(_, rows)| rows).sum(),
        expected_days: dated.then_some(expected),
        missing_days: if dated { open.missing_days(days) } else { Vec::new() },
        duplicates: rows_of("duplicate") + differing_duplicates,
        differing_duplicates,
        has_id: is_dated_facts.then_some(columns.id.is_some()),
        rows_by_day: if dated { rows_by_day(open, days) } else { BTreeMap::new() },
        last_day: Some(days.last),
    }
}

/// Rows of each partition of some days, as the files' footers promise them; nothing for text
/// files, which have none.
fn rows_by_day(open: &OpenSource, days: Days) -> BTreeMap<Date, u64> {
    let mut rows = BTreeMap::new();
    for file in &open.files {
        let (Some(day), Some(promised)) = (file.listed.day, file.rows) else {
            return BTreeMap::new();
        };
        if days.contains(day) {
            *rows.entry(day).or_insert(0) += promised;
        }
    }
    rows
}

/// What became of the rows of a source as a whole.
fn source_reasons<'a>(source: &str, computed: &'a Computed) -> Vec<(&'a str, u64)> {
    let sighted = computed.counts.rows.iter().filter(|count| count.source == source);
    let sighted = sighted.map(|count| (count.reason.as_deref().unwrap_or("counted"), count.rows));
    let facts = computed.counts.facts.iter();
    let facts = facts.filter(|count| count.source == source && count.experiment.is_none());
    let facts = facts.map(|count| (count.reason.as_str(), count.rows));
    let mut reasons: Vec<(&str, u64)> = Vec::new();
    for (reason, rows) in sighted.chain(facts) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, sum)) => *sum += rows,
            None => reasons.push((reason, rows)),
        }
    }
    reasons
}

/// The accounts of one experiment: each total, then its parts.
fn waterfall(
    experiment: &Experiment,
    computed: &Computed,
    units: &[&UnitCount],
) -> Vec<WaterfallRow> {
    let mut rows = Vec::new();
    for source in ["exposures", "assignments"] {
        let parts = of_experiment(experiment, computed, source)
            .map(|c| (c.reason.clone().unwrap_or_else(|| "counted".into()), c.rows));
        rows.extend(account(&format!("{source} rows"), "named", parts));
    }
    let parts =
        units.iter().map(|c| (c.reason.clone().unwrap_or_else(|| "analysed".into()), c.units));
    rows.extend(account("units", "enrolled", parts));
    let mut sources: Vec<&str> = computed.counts.facts.iter().map(|c| c.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    for source in sources {
        let of = |key: Option<&str>| {
            let facts = computed.counts.facts.iter();
            let mine = move |c: &&FactCount| c.source == source && c.experiment.as_deref() == key;
            facts.filter(mine).map(|c| (c.reason.clone(), c.rows)).collect::<Vec<_>>()
        };
        rows.extend(account(&format!("{source} rows, all experiments"), "read", of(None)));
        rows.extend(account(&format!("{source} rows"), MET, of(Some(&experiment.key))));
    }
    rows
}

/// A total and its parts by reason, each reason once.
fn account(
    population: &str,
    total: &str,
    parts: impl IntoIterator<Item = (String, u64)>,
) -> Vec<WaterfallRow> {
    let mut by_reason: BTreeMap<String, u64> = BTreeMap::new();
    for (reason, count) in parts {
        *by_reason.entry(reason).or_insert(0) += count;
    }
    let row = |reason: &str, count: u64, is_total: bool| WaterfallRow {
        population: population.to_string(),
        reason: reason.to_string(),
        count,
        is_total,
    };
    if by_reason.is_empty() {
        return Vec::new();
    }
    let sum = by_reason.values().sum();
    let parts = by_reason.iter().map(|(reason, count)| row(reason, *count, false));
    std::iter::once(row(total, sum, true)).chain(parts).collect()
}
