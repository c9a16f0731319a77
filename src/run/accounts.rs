//! Whether every row that was read is accounted for.

use std::collections::BTreeMap;

use super::evidence::enrolling;
use crate::config::{Experiment, Input, SourceRole};
use crate::error::{Error, Kind, Problem};
use crate::plan::{Computed, Scanned};
use crate::source::{OpenSource, Warehouse, footer_rows};

/// Rows read by the scan equal rows used plus rows left out, for every source; rows promised by
/// the files' footers equal rows read; units met equal units analysed plus units left out; units
/// analysed equal units summed up, in every variant, but for those whose window has not closed
/// where a metric waits for that; units analysed equal units counted by day.
///
/// Other sources may read the same files in the same stage, by a location or a query of their
/// own; then one of the scans has to be the one that is accounted for.
///
/// # Errors
/// `Bug` for each account that does not balance.
pub fn balance(
    warehouse: &Warehouse,
    experiments: &[&Experiment],
    computed: &Computed,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    for open in warehouse.sources.values() {
        problems.extend(rows(open, computed));
    }
    problems.extend(enrolled(experiments, computed));
    problems.extend(days(experiments, computed));
    problems.extend(units(computed));
    Error::check(problems)
}

fn rows(open: &OpenSource, computed: &Computed) -> Option<Problem> {
    if !matches!(open.source.input, Input::Location { .. }) || open.files.is_empty() {
        return None;
    }
    let (stage, accounted) = accounted(open, computed)?;
    let ours =
        |path: &str| open.files.iter().any(|file| file.listed.meta.location.as_ref() == path);
    let scans = computed.counts.scanned.iter();
    let scans: Vec<&Scanned> =
        scans.filter(|scan| scan.stage == stage && ours(&scan.path)).collect();
    let scanned: Vec<u64> = scans.iter().map(|scan| scan.rows).collect();
    let promised = footer_rows(&open.files).unwrap_or(accounted);
    let is_read = scanned.contains(&accounted) || by_layout(&scans).contains(&accounted);
    if is_read && accounted == promised {
        return None;
    }
    let name = &open.source.name;
    let read: Vec<String> = scanned.iter().map(u64::to_string).collect();
    let message = format!(
        "internal accounting error: source `{name}` holds {promised} rows by its footers, {} were read, {accounted} are accounted for",
        read.join(" and ")
    );
    Some(Problem::new(Kind::Bug, "", message))
}

/// Rows of a source whose CSV files have several layouts: one scan of each makes a reading.
fn by_layout(scans: &[&Scanned]) -> Vec<u64> {
    let mut layouts: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for scan in scans {
        layouts.entry(&scan.path).or_default().push(scan.rows);
    }
    let readings = layouts.values().map(Vec::len).max().unwrap_or(0);
    (0..readings).map(|i| layouts.values().filter_map(|rows| rows.get(i)).sum()).collect()
}

/// The stage that reads a source, and the rows it has a reason for.
fn accounted(open: &OpenSource, computed: &Computed) -> Option<(&'static str, u64)> {
    let name = open.source.name.as_str();
    let rows = || computed.counts.rows.iter().filter(|count| count.source == name);
    match open.source.role {
        SourceRole::Exposures => Some(("exposed", rows().map(|count| count.rows).sum())),
        SourceRole::Assignments => Some(("assigned", rows().map(|count| count.rows).sum())),
        SourceRole::Facts => {
            let facts = computed.counts.facts.iter();
            let whole = facts.filter(|count| count.source == name && count.experiment.is_none());
            let total = whole.map(|count| count.rows).sum();
            computed.counts.measured.contains(&open.source.name).then_some(("facts", total))
        }
        SourceRole::Members | SourceRole::Table => None,
    }
}

/// Every unit that was met, or assigned where that enrolls, is analysed or left out.
fn enrolled(experiments: &[&Experiment], computed: &Computed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for experiment in experiments {
        let source = enrolling(experiment);
        let sighted = computed.counts.sighted.iter();
        let sighted = sighted.filter(|s| s.source == source && s.experiment == experiment.key);
        let sighted: u64 = sighted.map(|sighted| sighted.units).sum();
        let counts = computed.counts.units.iter();
        let counts = counts.filter(|count| count.experiment == experiment.key);
        let accounted: u64 = counts.map(|count| count.units).sum();
        if sighted != accounted {
            let message = format!(
                "internal accounting error: `{}` has {sighted} units in its {source}, {accounted} are accounted for",
                experiment.key
            );
            problems.push(Problem::new(Kind::Bug, "", message));
        }
    }
    problems
}

/// Every analysed unit met its experiment on one day.
fn days(experiments: &[&Experiment], computed: &Computed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for experiment in experiments {
        let of = |key: &str| key == experiment.key;
        let counts = computed.counts.units.iter().filter(|count| of(&count.experiment));
        let analysed = counts.filter(|count| count.reason.is_none()).map(|count| count.units);
        let analysed: u64 = analysed.sum();
        let days = computed.counts.days.iter().filter(|count| of(&count.experiment));
        let by_day: u64 = days.map(|count| count.units).sum();
        if analysed != by_day {
            let message = format!(
                "internal accounting error: `{}` has {analysed} analysed units, {by_day} by day",
                experiment.key
            );
            problems.push(Problem::new(Kind::Bug, "", message));
        }
    }
    problems
}

/// Units summed up in all phases of a variant, by experiment, variant and metric.
fn summed_up(computed: &Computed) -> BTreeMap<(&str, &str, &str), u64> {
    let mut units = BTreeMap::new();
    for (arm, numbers) in computed.arms.iter().filter(|(arm, _)| arm.segment.is_none()) {
        for (metric, numbers) in numbers {
            let key = (arm.experiment.as_str(), arm.variant.as_str(), metric.as_str());
            *units.entry(key).or_insert(0) += numbers.summary.units;
        }
    }
    units
}

/// All analysed units, or those whose window has closed.
fn units(computed: &Computed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for ((experiment, variant, metric), summed_up) in summed_up(computed) {
        let key = (experiment.to_string(), variant.to_string(), metric.to_string());
        let (expected, which) = match computed.counts.matured.get(&key) {
            Some(units) => (*units, "matured"),
            None => (analysed(computed, experiment, variant), "analysed"),
        };
        if expected != summed_up {
            let message = format!(
                "internal accounting error: `{experiment}` has {expected} {which} units in `{variant}`, its metric `{metric}` has {summed_up}"
            );
            problems.push(Problem::new(Kind::Bug, "", message));
        }
    }
    problems
}

fn analysed(computed: &Computed, experiment: &str, variant: &str) -> u64 {
    let counts = computed.counts.units.iter();
    let mine = counts.filter(|count| count.experiment == experiment && count.reason.is_none());
    mine.filter(|c| c.variant.as_deref() == Some(variant)).map(|count| count.units).sum()
}
