//! Whether facts meet their units.

use super::split::{BY_CHANCE, part};
use super::words::{count, percent, quoted};
use super::{Evidence, HealthRow, JoinCount, Outcome};
use crate::config::Experiment;
use crate::stats::proportion::{Conversions, two_proportions};
use crate::stats::{Alternative, sample_ratio};

/// Fewer units with facts than this are no join at all.
const MIN_JOINED: f64 = 0.001;
/// Units of which none at all has a chance below 0.001 where [`MIN_JOINED`] have facts. That some
/// have, however few, says that the keys are the same: then the event is a rare one.
const SURE_TO_HAVE_SOME: u64 = 7_000;
/// What experiments do not do to the share of units that have any fact (see `implausible_lift`).
const MAX_DIFFERENCE: f64 = 0.30;
/// Facts of one unit come in bursts: of so many on average, their number varies this much more
/// than that of independent facts (a geometric burst of m has 2 m - 1).
const BURSTS: f64 = 2.0;

/// Units with facts, source by source: that there are any, and as many in every variant.
pub(super) fn join_rates(experiment: &Experiment, evidence: &Evidence) -> Vec<HealthRow> {
    of_sources(evidence).into_iter().map(|source| join_rate(experiment, evidence, source)).collect()
}

/// Facts in the hour before enrollment, source by source: as many in every variant.
pub(super) fn clock_skews(experiment: &Experiment, evidence: &Evidence) -> Vec<HealthRow> {
    let sources = of_sources(evidence).into_iter();
    sources.filter_map(|source| clock_skew(experiment, evidence, source)).collect()
}

fn of_sources(evidence: &Evidence) -> Vec<&str> {
    let mut sources: Vec<&str> =
        evidence.joined.iter().map(|count| count.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

/// Counts of a source in the order of the experiment's variants.
fn counts<'a>(experiment: &Experiment, evidence: &'a Evidence, source: &str) -> Vec<&'a JoinCount> {
    let of = |variant: &str| {
        evidence.joined.iter().find(|count| count.source == source && count.variant == variant)
    };
    experiment.variants.iter().filter_map(|variant| of(&variant.key)).collect()
}

fn join_rate(experiment: &Experiment, evidence: &Evidence, source: &str) -> HealthRow {
    let counts = counts(experiment, evidence, source);
    let (units, joined) = counts.iter().fold((0u64, 0u64), |(units, joined), count| {
        (units.saturating_add(count.units), joined.saturating_add(count.with_facts))
    });
    let share = part(joined, units);
    let row = HealthRow {
        observed: Some(share),
        expected: Some(MIN_JOINED),
        ..HealthRow::new(&format!("join_rate:{source}"))
    };
    let have = format!("{} of {} units have facts in `{source}`", count(joined), count(units));
    if units > 0 && share < MIN_JOINED {
        let none = joined == 0 && units >= SURE_TO_HAVE_SOME;
        let outcome = if none { Outcome::Fail } else { Outcome::Warn };
        return row.say(
            outcome,
            format!("{have}; look at whether its unit column is that of the experiment"),
        );
    }
    let shares: Vec<(u64, u64)> = counts.iter().map(|c| (c.units, c.with_facts)).collect();
    let Some((other, p_value)) = most_different(&shares) else {
        return row.say(Outcome::Pass, have);
    };
    let row = HealthRow { p_value: Some(p_value), ..row };
    let [control, other] =
        [counts[0], counts[other]].map(|c| (&c.variant, part(c.with_facts, c.units)));
    if p_value >= BY_CHANCE {
        return row.say(Outcome::Pass, format!("{have}, as many in every variant"));
    }
    let is_far = (other.1 - control.1).abs() > MAX_DIFFERENCE * control.1;
    let outcome = if is_far { Outcome::Fail } else { Outcome::Warn };
    let detail = format!(
        "{} of the units in {} have facts in `{source}`, and {} in {}; an effect on whether \
         there are any would look the same, but look at whether facts of one variant are lost",
        percent(control.1),
        quoted(control.0),
        percent(other.1),
        quoted(other.0)
    );
    row.say(outcome, detail)
}

/// Of how many units in each variant, and how many of them: the place of the one whose share
/// differs most from that of the first, and how likely that is by chance (Bonferroni).
pub(super) fn most_different(counts: &[(u64, u64)]) -> Option<(usize, f64)> {
    let arm = |(units, some): &(u64, u64)| Conversions::new(*units, *some);
    let control = arm(counts.first()?);
    let test = |(place, other): (usize, &(u64, u64))| {
        let found = two_proportions(&control, &arm(other), Alternative::TwoSided, BY_CHANCE);
        Some((place, found.ok()?.test.p_value))
    };
    let others = counts.iter().enumerate().skip(1);
    let worst = others.filter_map(test).min_by(|a, b| a.1.total_cmp(&b.1));
    worst.map(|(other, p_value)| (other, (p_value * (counts.len() - 1) as f64).min(1.0)))
}

/// The treatment cannot change what was before it, unless it moves the instant of enrollment.
fn clock_skew(experiment: &Experiment, evidence: &Evidence, source: &str) -> Option<HealthRow> {
    let counts = counts(experiment, evidence, source);
    let facts = |of: fn(&JoinCount) -> u64| counts.iter().map(|c| of(c) as f64).sum::<f64>();
    let before = facts(|count| count.shortly_before);
    let near = before + facts(|count| count.shortly_after);
    if near == 0.0 {
        return None;
    }
    let burst = (near / facts(|count| count.with_facts).max(1.0)).max(1.0);
    let independent =
        |count: &&JoinCount| (count.shortly_before as f64 / (BURSTS * burst - 1.0)).round() as u64;
    let observed: Vec<u64> = counts.iter().map(independent).collect();
    let units: Vec<f64> = counts.iter().map(|count| count.units as f64).collect();
    let p_value = sample_ratio(&observed, &units).map_or(1.0, |ratio| ratio.p_value);
    let fails = p_value < BY_CHANCE;
    let each: Vec<String> = counts
        .iter()
        .map(|c| format!("{} in {}", count(c.shortly_before), quoted(&c.variant)))
        .collect();
    let seen =
        format!("facts of `{source}` in the hour before enrollment: {}", super::words::list(&each));
    let detail = match fails {
        true => format!("{seen}; look at whether one variant tells its exposure later"),
        false => seen,
    };
    let row = HealthRow::new(&format!("clock_skew:{source}"));
    let row = row.say(if fails { Outcome::Fail } else { Outcome::Pass }, detail);
    Some(HealthRow { observed: Some(before / near), p_value: Some(p_value), ..row })
}
