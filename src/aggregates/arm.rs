//! What the rows of one variant say together.

use super::answer::Stop;
use super::cap::Cap;
use super::group::Variant;
use super::lookup::Lookup;
use super::quantile::Reading;
use super::record::Record;
use super::shape::{Divisor, Shape, shape};
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
        converted: Option<u64>,
    },
    /// Every unit's numbers, or every unit's own list of them.
    Values {
        values: Vec<[f64; 4]>,
    },
    Clusters(Vec<Vec<f64>>),
    /// Anything else that a row can be.
    Other(Shape),
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
        let substance = match shape(row, divisor)? {
            Shape::Values { values } if only => Substance::Values { values },
            Shape::Clusters(clusters) if only => Substance::Clusters(clusters),
            Shape::Moments { summary, converted } if only && !row.has("phase") => {
                Substance::Units { phases: vec![(String::new(), summary)], converted }
            }
            other if only && !matches!(other, Shape::Moments { .. }) => Substance::Other(other),
            _ => phases(&variant.rows, divisor)?,
        };
        Ok(Arm { name, row, substance, cap: None, quantile: None })
    }

    /// Moments of all its units, phases merged.
    ///
    /// # Errors
    /// `Spec` where the row holds no moments.
    pub fn summary(&self) -> Result<Summary, Problem> {
        match &self.substance {
            Substance::Units { phases, .. } => {
                Ok(phases.iter().fold(Summary::EMPTY, |sum, (_, phase)| sum.merge(phase)))
            }
            Substance::Values { values } => Ok(Summary::from_values(values)),
            Substance::Clusters(clusters) => Ok(of_clusters(clusters)),
            Substance::Other(_) => Err(self.row.problem(NO_MOMENTS)),
        }
    }

    /// Units and those that converted.
    ///
    /// # Errors
    /// `Spec` where the row has no `conversions`.
    pub fn conversions(&self) -> Result<(u64, u64), Problem> {
        match (&self.substance, self.summary()) {
            (Substance::Units { converted: Some(converted), .. }, Ok(all)) => {
                Ok((all.units, *converted))
            }
            _ => Err(self.row.problem("this method needs `units` and `conversions`")),
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
            let (_, summary) = found.ok_or(Missing::TooFewUnits { units: 0 })?;
            Ok((*share, summary.twin()?))
        };
        let strata: Result<Vec<_>, Missing> = shares.iter().map(of_phase).collect();
        Ok(Twin::stratified(&strata?)?)
    }

    /// The same variant as if nothing were known of the time before.
    pub fn without_covariate(&self) -> Arm<'a> {
        let mut arm = self.clone();
        match &mut arm.substance {
            Substance::Units { phases, .. } => {
                phases.iter_mut().for_each(|(_, phase)| *phase = phase.without_covariate());
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
    /// `Spec` where the row has neither `units` nor `looks`.
    pub fn looks(&self) -> Result<Vec<u64>, Problem> {
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

const NO_MOMENTS: &str = "has no moments of units, such as `units`, `mean` and `variance`";

/// The mean over values, whose units are clusters of them: a ratio of two sums a unit.
fn of_clusters(clusters: &[Vec<f64>]) -> Summary {
    let unit = |values: &Vec<f64>| [values.iter().sum(), values.len() as f64, 1.0, 1.0];
    Summary::from_values(&clusters.iter().map(unit).collect::<Vec<_>>())
}

fn divisor(options: &Lookup<'_>) -> Result<Divisor, Problem> {
    options.choice("divisor", &[("n-1", Divisor::UnitsMinusOne), ("n", Divisor::Units)])
}

/// Rows of several phases, and of several partitions within a phase.
fn phases(rows: &[&Record], divisor: Divisor) -> Result<Substance, Problem> {
    let mut phases: Vec<(String, Summary)> = Vec::new();
    let mut seen = Vec::new();
    let mut converted = Some(0);
    for row in rows {
        let key = (row.text("phase"), row.text("partition"));
        if seen.contains(&key) {
            let message = "is a second row of its variant";
            let hint = "give rows of disjoint units a `partition`, and rows of periods with \
                        other shares a `phase`";
            return Err(row.problem(message).hint(hint));
        }
        let (summary, hits) = moments_of(row, divisor)?;
        converted = converted.zip(hits).map(|(sum, hits)| sum + hits);
        let name = key.0.clone().unwrap_or_default();
        seen.push(key);
        match phases.iter_mut().find(|(phase, _)| *phase == name) {
            Some((_, sum)) => *sum = sum.merge(&summary),
            None => phases.push((name, summary)),
        }
    }
    Ok(Substance::Units { phases, converted })
}

fn moments_of(row: &Record, divisor: Divisor) -> Result<(Summary, Option<u64>), Problem> {
    match shape(row, divisor)? {
        Shape::Moments { summary, converted } => Ok((summary, converted)),
        Shape::Values { values } => Ok((Summary::from_values(&values), None)),
        Shape::Clusters(clusters) => Ok((of_clusters(&clusters), None)),
        _ => Err(row.problem(NO_MOMENTS)),
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
