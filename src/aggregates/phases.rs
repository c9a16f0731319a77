//! Rows of one variant that are about other units: phases and partitions.
//!
//! Partitions are merged. Phases are kept apart, for the mix of variants differs between them.

use std::collections::HashSet;

use super::answer::Stop;
use super::arm::{Arm, NO_MOMENTS, Substance, of_clusters};
use super::lookup::Lookup;
use super::record::Record;
use super::shape::{Shape, shape};
use crate::error::Problem;
use crate::stats::Summary;

impl Arm<'_> {
    /// The phases that its rows name, in their order.
    pub fn phase_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for row in &self.rows {
            let name = row.text("phase").unwrap_or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Units in one phase, and the weight that was promised for it.
    ///
    /// # Errors
    /// `Spec` where it has no row of that phase, or rows that say no units or two weights.
    pub fn in_phase(&self, phase: &str) -> Result<(u64, f64), Stop> {
        let rows = self.rows.iter().filter(|row| row.text("phase").unwrap_or_default() == phase);
        let (mut units, mut weight) = (0u64, None);
        for row in rows {
            let stated = Lookup::new(vec![row]).number_or("weight", 1.0)?;
            if weight.replace(stated).is_some_and(|other| other != stated) {
                return Err(row.problem("has another `weight` than the rows before it").into());
            }
            units = units.saturating_add(units_of(row)?);
        }
        weight.map(|weight| (units, weight)).ok_or_else(|| {
            let hint = "give it one with `units` 0, and with `weight` 0 where it had no share";
            self.row.problem(format!("has no row of the phase `{phase}`")).hint(hint).into()
        })
    }
}

/// Divisor of the variance of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Divisor {
    /// As for every other mean.
    UnitsMinusOne,
    /// As in gbstats and for a z-test.
    Units,
}

pub(super) fn divisor(options: &Lookup<'_>) -> Result<Divisor, Problem> {
    options.choice("divisor", &[("n-1", Divisor::UnitsMinusOne), ("n", Divisor::Units)])
}

/// Rows of several phases, and of several partitions within a phase.
pub(super) fn phases(rows: &[&Record], divisor: Divisor) -> Result<Substance, Stop> {
    disjoint(rows)?;
    let mut parts: Vec<(String, Vec<Summary>)> = Vec::new();
    let mut converted = Some(0u64);
    for row in rows {
        let phase = row.text("phase").unwrap_or_default();
        let (summary, hits) = moments_of(row)?;
        converted = converted.zip(hits).map(|(sum, hits)| sum.saturating_add(hits));
        match parts.iter_mut().find(|(name, _)| *name == phase) {
            Some((_, parts)) => parts.push(summary),
            None => parts.push((phase, vec![summary])),
        }
    }
    let merged = |(phase, parts): (String, Vec<Summary>)| {
        let whole = Summary::merge_all(&parts);
        (phase, if converted.is_some() { divisor.of_share(whole) } else { whole })
    };
    let phases: Vec<(String, Summary)> = parts.into_iter().map(merged).collect();
    let whole = match phases.as_slice() {
        [(_, only)] => *only,
        all => Summary::merge_all(&all.iter().map(|(_, phase)| *phase).collect::<Vec<_>>()),
    };
    Ok(Substance::Units { phases, whole, converted })
}

/// Every row has a phase and partition of its own.
pub(super) fn disjoint(rows: &[&Record]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let mut places = rows.iter().map(|row| (row, (row.text("phase"), row.text("partition"))));
    let again = places.find(|(_, place)| !seen.insert(place.clone()));
    again.map_or(Ok(()), |(row, _)| Err(second(row)))
}

fn second(row: &Record) -> Problem {
    let hint = "give rows of disjoint units a `partition`, and rows of periods with other shares \
                a `phase`";
    let name = row.text("variant").unwrap_or_default();
    row.problem(format!("is one more row of variant `{name}`")).hint(hint)
}

impl Divisor {
    /// The variance of a share by this divisor.
    fn of_share(self, mut summary: Summary) -> Summary {
        if self == Divisor::Units && summary.units > 0 {
            let units = summary.units as f64;
            summary.comoment[0][0] *= (units - 1.0) / units;
        }
        summary
    }
}

fn moments_of(row: &Record) -> Result<(Summary, Option<u64>), Stop> {
    match shape(row)? {
        Shape::Moments { summary, converted } => Ok((summary, converted)),
        Shape::Values { values } => Ok((Summary::from_values(&values), None)),
        Shape::Clusters(clusters) => Ok((of_clusters(&clusters), None)),
        _ => Err(row.problem(NO_MOMENTS).into()),
    }
}

/// How many units one row is about.
fn units_of(row: &Record) -> Result<u64, Stop> {
    match shape(row)? {
        Shape::Moments { summary, .. } => Ok(summary.units),
        Shape::Values { values } => Ok(values.len() as u64),
        Shape::Clusters(clusters) => Ok(clusters.len() as u64),
        Shape::Units(looks) => Ok(looks.last().copied().unwrap_or_default()),
        Shape::Point(point) => Ok(point.units),
        _ => Err(row.problem("has no `units`").into()),
    }
}

/// The share of all units that each phase has, over all variants.
pub fn phase_shares(arms: &[&Arm<'_>]) -> Vec<(String, f64)> {
    let mut units: Vec<(String, f64)> = Vec::new();
    for arm in arms {
        let Substance::Units { phases, .. } = &arm.substance else { continue };
        for (name, summary) in phases {
            match units.iter_mut().find(|(phase, _)| phase == name) {
                Some((_, sum)) => *sum += summary.units as f64,
                None => units.push((name.clone(), summary.units as f64)),
            }
        }
    }
    let whole: f64 = units.iter().map(|(_, units)| units).sum();
    units.iter_mut().for_each(|(_, units)| *units /= whole);
    units
}
