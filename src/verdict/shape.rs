//! Whether a metric's numbers are of a kind that its test can be trusted with.
//!
//! `rare` and `tails` have a row only where they hold something up, `pre_period` only for
//! primaries with a covariate.

use super::arms::Part;
use super::judge::Comparison;
use super::split::BY_CHANCE;
use super::words::{count, counted, percent, quoted, readable, short};
use super::{EstimateRow, HealthRow, Outcome, SummaryRow};
use crate::config::{MetricKind, Role};
use crate::stats::normality::units_needed;
use crate::stats::proportion::{ENOUGH, fewest};
use crate::stats::{Alternative, Effect, Point, Twin};

/// Units from which one of them should not matter.
const MANY: u64 = 1_000;
const LARGE_PART: f64 = 0.01;
const TOO_LARGE_PART: f64 = 0.10;

/// Whether the metric counts units, 0 or 1 each.
fn is_share(part: &Part) -> bool {
    part.metric.is_some_and(|metric| {
        matches!(
            metric.kind,
            MetricKind::Conversion { .. } | MetricKind::Retention(_) | MetricKind::Funnel { .. }
        )
    })
}

/// The first comparison of each metric, in which all variants can be asked for.
fn by_metric<'c, 'a>(all: &'c [Comparison<'a>]) -> impl Iterator<Item = &'c Comparison<'a>> {
    let first = |i: usize| all[..i].iter().all(|c| c.part.key != all[i].part.key);
    (0..all.len()).filter(move |i| first(*i)).map(|i| &all[i])
}

/// Shares of units of which too few converted, or too few did not.
pub(super) fn rare(comparisons: &[Comparison]) -> Vec<HealthRow> {
    let mut rows: Vec<HealthRow> = Vec::new();
    for comparison in comparisons.iter().filter(|comparison| is_share(&comparison.part)) {
        let check = format!("rare:{}", comparison.part.key);
        let known = rows.iter().any(|row| row.check == check);
        let Some(fewest) = few(comparison).filter(|_| !known) else { continue };
        let detail = format!(
            "{} has too few units that converted, or that did not, to compare {} with {}: {} \
             where {ENOUGH} are needed; wait",
            readable(comparison.part.key),
            quoted(&comparison.treatment.key),
            quoted(&comparison.control.key),
            short(fewest)
        );
        let row = HealthRow::new(&check).say(Outcome::Warn, detail);
        rows.push(HealthRow { observed: Some(fewest), expected: Some(ENOUGH), ..row });
    }
    rows
}

fn few(comparison: &Comparison) -> Option<f64> {
    let pair = comparison.part.pair(comparison.control, comparison.treatment).ok()?;
    let [control, treatment] = pair.conversions();
    Some(fewest(&control, &treatment)).filter(|fewest| *fewest < ENOUGH)
}

/// A small arm beside a large one, with values too skewed for so few units.
pub(super) fn tails(comparisons: &[Comparison]) -> Vec<HealthRow> {
    let mut rows: Vec<HealthRow> = Vec::new();
    for comparison in comparisons.iter().filter(|comparison| !is_share(&comparison.part)) {
        let check = format!("tails:{}", comparison.part.key);
        let known = rows.iter().any(|row| row.check == check);
        let Some((units, needed)) = too_skewed(comparison).filter(|_| !known) else { continue };
        let detail = format!(
            "{} is too skewed for {} in the smaller of {} and {}, {} are needed; cap it in the \
             next experiment",
            readable(comparison.part.key),
            counted(units, "unit"),
            quoted(&comparison.control.key),
            quoted(&comparison.treatment.key),
            count(needed.ceil() as u64)
        );
        let row = HealthRow::new(&check).say(Outcome::Warn, detail);
        rows.push(HealthRow { observed: Some(units as f64), expected: Some(needed), ..row });
    }
    rows
}

/// Units of the smaller variant and those it needs, where it has fewer.
fn too_skewed(comparison: &Comparison) -> Option<(u64, f64)> {
    let units = comparison.part.pair(comparison.control, comparison.treatment).ok()?.units();
    let keys = [&comparison.control.key, &comparison.treatment.key];
    let rows = comparison.part.rows().filter(|row| keys.contains(&&row.variant));
    let skewness =
        rows.filter_map(|row| Some(row.tails?.skewness?.abs())).max_by(f64::total_cmp)?;
    let needed = units_needed(units, skewness);
    let smaller = units[0].min(units[1]);
    ((smaller as f64) < needed).then_some((smaller, needed))
}

/// One unit that is a large part of a metric's sum of squares.
pub(super) fn dominant_unit(comparisons: &[Comparison]) -> Vec<HealthRow> {
    let metrics = by_metric(comparisons).filter(|comparison| !is_share(&comparison.part));
    metrics.filter_map(dominates).collect()
}

fn dominates(comparison: &Comparison) -> Option<HealthRow> {
    let rows: Vec<&SummaryRow> = comparison.part.rows().collect();
    let units: u64 = rows.iter().map(|row| row.summary.units).sum();
    let square = |row: &&SummaryRow| {
        let mean = row.summary.mean[0];
        row.summary.comoment[0][0] + row.summary.units as f64 * mean * mean
    };
    let whole: f64 = rows.iter().map(square).sum();
    let reach = |row: &&SummaryRow| row.tails.map(|t| t.largest.abs().max(t.smallest.abs()));
    let largest = rows.iter().filter_map(reach).max_by(f64::total_cmp)?;
    let share = Some(largest * largest / whole).filter(|share| share.is_finite())?;
    if units < MANY {
        return None;
    }
    let decides = comparison.used.role != Role::Secondary;
    let (outcome, hint) = match share {
        s if s > TOO_LARGE_PART && decides => {
            (Outcome::Fail, "; look at who that is, or set a cap")
        }
        s if s > LARGE_PART => (Outcome::Warn, "; look at who that is, or set a cap"),
        _ => (Outcome::Pass, ""),
    };
    let detail = format!(
        "one unit of {} makes up {} of the squares of {}{hint}",
        count(units),
        percent(share),
        readable(comparison.part.key)
    );
    let row = HealthRow::new(&format!("dominant_unit:{}", comparison.part.key));
    let row = row.say(outcome, detail);
    Some(HealthRow { observed: Some(share), expected: Some(LARGE_PART), ..row })
}

/// Variants of a primary that differed before they could.
pub(super) fn pre_period(comparisons: &[Comparison]) -> Vec<HealthRow> {
    let primaries = by_metric(comparisons).filter(|c| c.used.role == Role::Primary);
    let mine = |primary: &Comparison| {
        let key = primary.part.key;
        let all: Vec<&Comparison> = comparisons.iter().filter(|c| c.part.key == key).collect();
        before(&all)
    };
    primaries.filter_map(mine).collect()
}

fn before(treatments: &[&Comparison]) -> Option<HealthRow> {
    let first = treatments.first()?;
    first.part.metric?.covariate.as_ref()?;
    let tested = treatments.iter().filter_map(|c| Some((&c.treatment.key, differed(c)?)));
    let worst = tested.min_by(|a, b| a.1.1.total_cmp(&b.1.1));
    let (treatment, ([control, treated], p_value)) = worst?;
    let p_value = (p_value * treatments.len() as f64).min(1.0);
    let fails = p_value < BY_CHANCE;
    let hint = if fails { "; look for a carry-over from another experiment" } else { "" };
    let detail = format!(
        "before the experiment the covariate of {} was {} in {} and {} in {}{hint}",
        readable(first.part.key),
        short(control),
        quoted(&first.control.key),
        short(treated),
        quoted(treatment)
    );
    let row = HealthRow::new(&format!("pre_period:{}", first.part.key));
    let row = row.say(if fails { Outcome::Fail } else { Outcome::Pass }, detail);
    Some(HealthRow {
        observed: Some(treated),
        expected: Some(control),
        p_value: Some(p_value),
        ..row
    })
}

/// Both covariates, control first, and how likely their difference is by chance.
fn differed(comparison: &Comparison) -> Option<([f64; 2], f64)> {
    let pair = comparison.part.pair(comparison.control, comparison.treatment).ok()?;
    let [control, treatment] = pair.twins().ok()?.map(point_before);
    let effect = Effect::contrast(&control, &treatment, 1.0).ok()?;
    let test = effect.t_test(0.0, Alternative::TwoSided, BY_CHANCE);
    Some(([control.value, treatment.value], test.p_value))
}

fn point_before(twin: Twin) -> Point {
    Point { units: twin.units, dof: twin.dof, value: twin.before, variance: twin.before_variance }
}

/// Units of phases in which control or a treatment had none to speak of.
pub(super) fn phases(estimates: &[EstimateRow]) -> Option<HealthRow> {
    let most = estimates.iter().filter(|row| row.left_out > 0).max_by_key(|row| row.left_out)?;
    let detail = format!(
        "{} of {} and control met in phases without units to compare them with, and are left out \
         of {}",
        counted(most.left_out, "unit"),
        quoted(&most.treatment),
        readable(&most.metric)
    );
    let row = HealthRow::new("phases").say(Outcome::Warn, detail);
    Some(HealthRow { observed: Some(most.left_out as f64), expected: Some(0.0), ..row })
}
