//! What the rows of one variant say together.

use std::collections::HashSet;

use super::answer::{Reason, Stop};
use super::cap::Cap;
use super::group::Variant;
use super::lookup::Lookup;
use super::quantile::Reading;
use super::record::Record;
use super::shape::{Shape, shape};
use crate::error::Problem;
use crate::stats::{Effect, Missing, Point, Summary, Twin};

/// One variant, ready to be compared.
#[derive(Debug, Clone)]
pub struct Arm<'a> {
    pub name: Option<String>,
    /// Its first row, which is asked for options.
    pub row: &'a Record,
    pub substance: Substance,
    pub cap: Option<Cap>,
    pub quantile: Option<Reading>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Substance {
    /// Units, phase by phase; one phase is the rule. `converted` where all have 0 or 1.
    Units {
        phases: Vec<(String, Summary)>,
        /// All phases together.
        whole: Summary,
        converted: Option<u64>,
    },
    /// Every unit's numbers, or every unit's own list of them.
    Values {
        values: Vec<[f64; 4]>,
    },
    Clusters(Vec<Vec<f64>>),
    /// Anything else that a row can be.
    Other(Shape),
    /// Sums or moments that no units have.
    Undefined(Reason),
}

impl<'a> Arm<'a> {
    /// Reads the rows of a variant.
    ///
    /// # Errors
    /// `Spec` for a row of no shape, and for several rows that are neither phases nor
    /// partitions.
    pub fn new(variant: &Variant<'a>, defaults: &Record) -> Result<Arm<'a>, Problem> {
        let row = variant.rows[0];
        let divisor = divisor(&Lookup::new(vec![row, defaults]))?;
        let name = variant.name.clone();
        let only = variant.rows.len() == 1;
        let substance = match shape(row) {
            Err(Stop::Spec(problem)) => return Err(problem),
            Ok(Shape::Values { values }) if only => Substance::Values { values },
            Ok(Shape::Clusters(clusters)) if only => Substance::Clusters(clusters),
            Ok(Shape::Point(_)) if !only => Substance::Undefined(several_points()),
            Ok(other) if only && !matches!(other, Shape::Moments { .. }) => Substance::Other(other),
            _ => match phases(&variant.rows, divisor) {
                Ok(units) => units,
                Err(Stop::Undefined(reason)) => Substance::Undefined(reason),
                Err(Stop::Spec(problem)) => return Err(problem),
            },
        };
        Ok(Arm { name, row, substance, cap: None, quantile: None })
    }

    /// Moments of all its units, phases merged.
    ///
    /// # Errors
    /// `Spec` where the row holds no moments; undefined where no units have them.
    pub fn summary(&self) -> Result<Summary, Stop> {
        match &self.substance {
            Substance::Units { whole, .. } => Ok(*whole),
            Substance::Undefined(reason) => Err(Stop::Undefined(reason.clone())),
            Substance::Values { values } => Ok(Summary::from_values(values)),
            Substance::Clusters(clusters) => Ok(of_clusters(clusters)),
            Substance::Other(_) => Err(self.row.problem(NO_MOMENTS).into()),
        }
    }

    /// Units and those that converted.
    ///
    /// # Errors
    /// `Spec` where the row has no `conversions`; undefined as for [`Arm::summary`].
    pub fn conversions(&self) -> Result<(u64, u64), Stop> {
        match &self.substance {
            Substance::Units { whole, converted: Some(converted), .. } => {
                Ok((whole.units, *converted))
            }
            Substance::Undefined(reason) => Err(Stop::Undefined(reason.clone())),
            _ => Err(self.row.problem("this method needs `units` and `conversions`").into()),
        }
    }

    /// Value and pre-period value; phases weighted by their `shares` of all units.
    ///
    /// # Errors
    /// Undefined as for [`Summary::twin`], or where the variant has no units in a phase.
    pub fn twin(&self, shares: &[(String, f64)]) -> Result<Twin, Stop> {
        let Substance::Units { phases, .. } = &self.substance else {
            return Ok(self.summary()?.twin()?);
        };
        if let [(_, only)] = phases.as_slice()
            && shares.len() <= 1
        {
            return Ok(only.twin()?);
        }
        let of_phase = |(name, share): &(String, f64)| {
            let found = phases.iter().find(|(phase, _)| phase == name);
            let (_, summary) = found.ok_or_else(|| Stop::Undefined(self.lacks_phase(name)))?;
            Ok((*share, summary.twin()?))
        };
        let strata: Result<Vec<_>, Stop> = shares.iter().map(of_phase).collect();
        Ok(Twin::stratified(&strata?)?)
    }

    fn lacks_phase(&self, phase: &str) -> Reason {
        let name = self.name.as_deref().unwrap_or_default();
        let code = Missing::TooFewUnits { units: 0 }.code();
        Reason::insufficient(code, format!("variant `{name}` has no units in phase `{phase}`"))
    }

    /// The same variant as if nothing were known of the time before.
    pub fn without_covariate(&self) -> Arm<'a> {
        let mut arm = self.clone();
        match &mut arm.substance {
            Substance::Units { phases, whole, .. } => {
                phases.iter_mut().for_each(|(_, phase)| *phase = phase.without_covariate());
                *whole = whole.without_covariate();
            }
            Substance::Values { values } => {
                values.iter_mut().for_each(|unit| (unit[2], unit[3]) = (1.0, 1.0));
            }
            _ => {}
        }
        arm
    }

    /// A finished estimate.
    pub fn effect(&self) -> Option<Effect> {
        match &self.substance {
            Substance::Other(Shape::Effect(effect)) => Some(*effect),
            _ => None,
        }
    }

    /// Units at every look that the row has; the last is now.
    ///
    /// # Errors
    /// `Spec` where the row has neither `units` nor `looks`; undefined as for
    /// [`Arm::summary`].
    pub fn looks(&self) -> Result<Vec<u64>, Stop> {
        match &self.substance {
            Substance::Other(Shape::Units(looks)) => Ok(looks.clone()),
            _ => Ok(vec![self.summary()?.units]),
        }
    }

    /// A value that is no mean of units: a quantile, or one with its standard error.
    pub fn point(&self) -> Option<Point> {
        match (&self.quantile, &self.substance) {
            (Some(quantile), _) => Some(quantile.point),
            (None, Substance::Other(Shape::Point(point))) => Some(*point),
            _ => None,
        }
    }
}

/// Weights of phases are those of all variants, which a row does not know.
fn several_points() -> Reason {
    let words = "a quantile of several phases is not combined here; see the `estimates` table";
    Reason::insufficient("phases", words.to_owned())
}

const NO_MOMENTS: &str = "has no moments of units, such as `units`, `mean` and `variance`";

/// The mean over values, whose units are clusters of them: a ratio of two sums a unit.
fn of_clusters(clusters: &[Vec<f64>]) -> Summary {
    let unit = |values: &Vec<f64>| [values.iter().sum(), values.len() as f64, 1.0, 1.0];
    Summary::from_values(&clusters.iter().map(unit).collect::<Vec<_>>())
}

/// Divisor of the variance of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Divisor {
    /// As for every other mean.
    UnitsMinusOne,
    /// As in gbstats and for a z-test.
    Units,
}

fn divisor(options: &Lookup<'_>) -> Result<Divisor, Problem> {
    options.choice("divisor", &[("n-1", Divisor::UnitsMinusOne), ("n", Divisor::Units)])
}

/// Rows of several phases, and of several partitions within a phase.
fn phases(rows: &[&Record], divisor: Divisor) -> Result<Substance, Stop> {
    let mut parts: Vec<(String, Vec<Summary>)> = Vec::new();
    let mut seen = HashSet::new();
    let mut converted = Some(0u64);
    for row in rows {
        let phase = row.text("phase").unwrap_or_default();
        if !seen.insert((phase.clone(), row.text("partition"))) {
            return Err(second(row).into());
        }
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
