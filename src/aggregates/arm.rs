//! What the rows of one variant say together.

use super::answer::{Reason, Stop};
use super::cap::Cap;
use super::group::Variant;
use super::lookup::Lookup;
use super::phases::{disjoint, divisor, phases};
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
    /// All its rows: phases and partitions.
    pub rows: Vec<&'a Record>,
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
            Ok(Shape::Units(_)) => {
                disjoint(&variant.rows)?;
                Substance::Other(Shape::Nothing)
            }
            _ => match phases(&variant.rows, divisor) {
                Ok(units) => units,
                Err(Stop::Undefined(reason)) => Substance::Undefined(reason),
                Err(Stop::Spec(problem)) => return Err(problem),
            },
        };
        let rows = variant.rows.clone();
        Ok(Arm { name, row, rows, substance, cap: None, quantile: None })
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
    /// `Spec` where the row has no `conversions`, and for several phases, which must not be
    /// pooled; undefined as for [`Arm::summary`].
    pub fn conversions(&self) -> Result<(u64, u64), Stop> {
        match &self.substance {
            Substance::Units { phases, .. } if phases.len() > 1 => {
                let hint = "`t-test`, `z-test`, `sequential`, `msprt` and `bayesian` combine them";
                Err(self.row.problem("this method knows no `phase`s").hint(hint).into())
            }
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

pub(super) const NO_MOMENTS: &str =
    "has no moments of units, such as `units`, `mean` and `variance`";

/// The mean over values, whose units are clusters of them: a ratio of two sums a unit.
pub(super) fn of_clusters(clusters: &[Vec<f64>]) -> Summary {
    let unit = |values: &Vec<f64>| [values.iter().sum(), values.len() as f64, 1.0, 1.0];
    Summary::from_values(&clusters.iter().map(unit).collect::<Vec<_>>())
}
