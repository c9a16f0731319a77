//! Whether units fell into the variants as promised, and where they did not.

use std::collections::{BTreeMap, BTreeSet};

use super::split::{BY_CHANCE, promised, units_by_variant};
use super::words::{count, percent, quoted};
use super::{Evidence, HealthRow, Outcome};
use crate::config::Experiment;
use crate::stats::{SampleRatio, chi_square_test, sample_ratio_by_phase};

/// Units of every phase and variant.
#[derive(Debug, Clone, PartialEq)]
struct Counts(Vec<Vec<u64>>);

/// A part of the units, by a name for people.
struct Group {
    name: String,
    counts: Counts,
}

impl Counts {
    fn none(experiment: &Experiment) -> Counts {
        Counts(vec![vec![0; experiment.variants.len()]; experiment.phases.len()])
    }

    /// Phases and variants that the experiment does not have count nowhere.
    fn add(&mut self, experiment: &Experiment, phase: usize, variant: &str, units: u64) {
        let place = experiment.variants.iter().position(|v| v.key == variant);
        let cell = place.and_then(|place| self.0.get_mut(phase)?.get_mut(place));
        if let Some(cell) = cell {
            *cell = cell.saturating_add(units);
        }
    }

    fn units(&self) -> f64 {
        self.0.iter().flatten().map(|units| *units as f64).sum()
    }

    fn by_variant(&self) -> Vec<u64> {
        let variants = self.0.first().map_or(0, Vec::len);
        let of = |i: usize| self.0.iter().filter_map(|phase| phase.get(i)).sum();
        (0..variants).map(of).collect()
    }

    /// Units that each variant was to have, given those of each phase.
    fn expected(&self, experiment: &Experiment) -> Vec<f64> {
        let mut expected = vec![0.0; experiment.variants.len()];
        for (units, phase) in self.0.iter().zip(&experiment.phases) {
            let whole: f64 = units.iter().map(|units| *units as f64).sum();
            for (sum, share) in expected.iter_mut().zip(&phase.shares) {
                *sum += whole * share;
            }
        }
        expected
    }

    fn by_phase(&self, experiment: &Experiment) -> Vec<(Vec<u64>, Vec<f64>)> {
        let phases = self.0.iter().zip(&experiment.phases);
        phases.map(|(units, phase)| (units.clone(), phase.shares.clone())).collect()
    }

    fn ratio(&self, experiment: &Experiment) -> Option<SampleRatio> {
        sample_ratio_by_phase(&self.by_phase(experiment)).ok()
    }

    /// Pearson's chi-squares of all phases together.
    fn chi_square(&self, experiment: &Experiment) -> f64 {
        let of = |(units, shares): &(Vec<u64>, Vec<f64>)| chi_square_test(units, shares).ok();
        let phases = self.by_phase(experiment);
        phases.iter().filter_map(of).map(|ratio| ratio.statistic).sum()
    }

    fn without(&self, part: &Counts) -> Counts {
        let phase = |(whole, part): (&Vec<u64>, &Vec<u64>)| {
            whole.iter().zip(part).map(|(whole, part)| whole.saturating_sub(*part)).collect()
        };
        Counts(self.0.iter().zip(&part.0).map(phase).collect())
    }

    /// "4,812 units in `simplified` where 5,120 were to be expected", of the variant that is
    /// furthest off for its size.
    fn furthest(&self, experiment: &Experiment) -> String {
        let (units, expected) = (self.by_variant(), self.expected(experiment));
        let cells = experiment.variants.iter().zip(units.iter().zip(&expected));
        let off = |units: u64, expected: f64| (units as f64 - expected).powi(2) / expected;
        let most = cells.max_by(|a, b| off(*a.1.0, *a.1.1).total_cmp(&off(*b.1.0, *b.1.1)));
        most.map_or(String::new(), |(variant, (units, expected))| {
            format!(
                "{} units in {} where {} were to be expected",
                count(*units),
                quoted(&variant.key),
                count(expected.round() as u64)
            )
        })
    }
}

/// Units by phase; `None` where there are several phases and units were not counted by them.
fn counts(experiment: &Experiment, evidence: &Evidence) -> Option<Counts> {
    let mut counts = Counts::none(experiment);
    if !evidence.enrolled.is_empty() {
        for found in &evidence.enrolled {
            counts.add(experiment, found.phase, &found.variant, found.units);
        }
        return Some(counts);
    }
    for (variant, units) in &evidence.units {
        counts.add(experiment, 0, variant, *units);
    }
    (experiment.phases.len() == 1).then_some(counts)
}

/// Share of all units that each variant was to have, over all phases; where units were not
/// counted by phase, the present shares.
pub(super) fn shares(experiment: &Experiment, evidence: &Evidence) -> Vec<f64> {
    let present = || experiment.variants.iter().map(|variant| variant.share).collect();
    let counts = counts(experiment, evidence).filter(|counts| counts.units() > 0.0);
    counts.map_or_else(present, |counts| {
        let whole = counts.units();
        counts.expected(experiment).iter().map(|units| units / whole).collect()
    })
}

/// Units per variant against the promised shares. `observed` and `expected` are the share of
/// the variant that is furthest off.
pub(super) fn sample_ratio_check(experiment: &Experiment, evidence: &Evidence) -> HealthRow {
    let row = HealthRow::new("sample_ratio");
    let Some(counts) = counts(experiment, evidence) else {
        let detail = "units were not counted by phase, so their split cannot be checked";
        return row.say(Outcome::Warn, detail.to_owned());
    };
    let Some(ratio) = counts.ratio(experiment) else {
        return row.say(Outcome::Pass, "no units to compare with the promised split".to_owned());
    };
    let (units, expected) = (counts.by_variant(), shares(experiment, evidence));
    let observed: Vec<f64> = units.iter().map(|n| *n as f64 / counts.units()).collect();
    let pairs = observed.iter().zip(&expected);
    let furthest = pairs.max_by(|a, b| (a.0 - a.1).abs().total_cmp(&(b.0 - b.1).abs()));
    let fails = ratio.p_value < BY_CHANCE;
    let split = match experiment.phases.len() {
        1 => format!("a {} split was promised", promised(&expected)),
        n => format!("{} was to be expected over {n} phases", promised(&expected)),
    };
    let hint = if fails { hint(experiment, evidence, &counts) } else { String::new() };
    let detail = format!("{}, where {split}{hint}", units_by_variant(&experiment.variants, &units));
    HealthRow {
        observed: furthest.map(|(observed, _)| *observed),
        expected: furthest.map(|(_, expected)| *expected),
        p_value: Some(ratio.p_value),
        ..row.say(if fails { Outcome::Fail } else { Outcome::Pass }, detail)
    }
}

fn hint(experiment: &Experiment, evidence: &Evidence, counts: &Counts) -> String {
    let look = "; look at what happens between assignment and exposure";
    match culprit(experiment, evidence, counts) {
        Some(group) => {
            let there = group.counts.furthest(experiment);
            format!("; most of it is in {}: {there}{look} there", group.name)
        }
        None => look.to_owned(),
    }
}

/// The segment, day or phase without which the rest is clean: it has less than half the
/// chi-square that so many units of the whole would have.
fn culprit(experiment: &Experiment, evidence: &Evidence, counts: &Counts) -> Option<Group> {
    let whole = counts.chi_square(experiment);
    let mut groups = segments(experiment, evidence).into_values().flatten().collect::<Vec<_>>();
    groups.extend(days(experiment, evidence));
    groups.extend(phases(experiment, counts));
    let rest = |group: &Group| counts.without(&group.counts);
    let is_clean = |group: &Group| {
        let rest = rest(group);
        rest.units() > 0.0
            && rest.chi_square(experiment) < 0.5 * whole * rest.units() / counts.units()
    };
    let left = |group: &Group| rest(group).chi_square(experiment);
    let clean = groups.into_iter().filter(is_clean);
    clean.min_by(|a, b| left(a).total_cmp(&left(b)))
}

/// Units of each segment, by attribute.
fn segments(experiment: &Experiment, evidence: &Evidence) -> BTreeMap<String, Vec<Group>> {
    let mut attributes: BTreeMap<String, Vec<Group>> = BTreeMap::new();
    let all: BTreeSet<_> = evidence.segments.iter().map(|count| &count.segment).collect();
    for segment in all {
        let mut counts = Counts::none(experiment);
        for found in evidence.segments.iter().filter(|found| found.segment == *segment) {
            counts.add(experiment, found.phase, &found.variant, found.units);
        }
        let group = Group { name: segment.to_string(), counts };
        attributes.entry(segment.attribute.clone()).or_default().push(group);
    }
    attributes
}

fn days(experiment: &Experiment, evidence: &Evidence) -> Vec<Group> {
    let mut days = BTreeMap::new();
    for found in &evidence.enrolled {
        let counts = days.entry(found.day).or_insert_with(|| Counts::none(experiment));
        counts.add(experiment, found.phase, &found.variant, found.units);
    }
    days.into_iter().map(|(day, counts)| Group { name: day.to_string(), counts }).collect()
}

fn phases(experiment: &Experiment, counts: &Counts) -> Vec<Group> {
    let phase = |(i, phase): (usize, &crate::config::Phase)| {
        let mut only = Counts::none(experiment);
        if let (Some(only), Some(units)) = (only.0.get_mut(i), counts.0.get(i)) {
            only.clone_from(units);
        }
        Group { name: format!("the phase from {}", phase.from), counts: only }
    };
    experiment.phases.iter().enumerate().map(phase).collect()
}

/// The split of every segment, by attribute (Bonferroni over its segments).
pub(super) fn by_attribute(experiment: &Experiment, evidence: &Evidence) -> Vec<HealthRow> {
    let attributes = segments(experiment, evidence).into_iter();
    let check = |(attribute, groups): (String, Vec<Group>)| {
        let row = HealthRow::new(&format!("sample_ratio:{attribute}"));
        of_groups(experiment, row, &groups, &format!("segment by {attribute}"))
    };
    attributes.map(check).collect()
}

/// The split of every day of enrollment (Bonferroni over the days).
pub(super) fn by_day(experiment: &Experiment, evidence: &Evidence) -> Option<HealthRow> {
    let days = days(experiment, evidence);
    let row = HealthRow::new("sample_ratio_by_day");
    (!days.is_empty()).then(|| of_groups(experiment, row, &days, "day"))
}

fn of_groups(
    experiment: &Experiment,
    row: HealthRow,
    groups: &[Group],
    of_what: &str,
) -> HealthRow {
    let tested = groups.iter().filter_map(|group| Some((group, group.counts.ratio(experiment)?)));
    let worst = tested.min_by(|a, b| a.1.log_p_value.total_cmp(&b.1.log_p_value));
    let Some((group, ratio)) = worst else {
        return row.say(Outcome::Pass, format!("no {of_what} has units to compare"));
    };
    let p_value = (ratio.p_value * groups.len() as f64).min(1.0);
    let fails = p_value < BY_CHANCE;
    let detail = match fails {
        true => {
            let there = group.counts.furthest(experiment);
            format!("{}: {there}; look at what is different there", group.name)
        }
        false => format!(
            "every {of_what} fell as promised ({} with {} of the units is furthest off)",
            group.name,
            percent(group.counts.units() / groups.iter().map(|g| g.counts.units()).sum::<f64>())
        ),
    };
    let outcome = if fails { Outcome::Warn } else { Outcome::Pass };
    HealthRow { p_value: Some(p_value), ..row.say(outcome, detail) }
}
