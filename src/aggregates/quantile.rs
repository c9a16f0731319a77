//! A quantile of units, or of their values, as a point that can be compared.

use super::answer::{Fields, Stop};
use super::arm::{Arm, Substance};
use super::lookup::Lookup;
use super::shape::{QuantileBounds, Shape};
use crate::error::Problem;
use crate::stats::Point;
use crate::stats::quantile::{Clusters, Definition, Ordered, QuantilePoint};

/// A quantile with what it was read off.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub point: Point,
    quantile: QuantilePoint,
}

/// The quantile of one variant, where one is asked for.
///
/// # Errors
/// `Spec` for rows that have no values; undefined for too few of them, or too many ties.
pub fn quantile(arm: &Arm<'_>, options: &Lookup<'_>) -> Result<Option<Reading>, Stop> {
    if !options.has("quantile") {
        return Ok(None);
    }
    let level = options.probability("quantile", 0.5)?;
    let grid = options.choice("quantile_interval", &[("exact", false), ("growthbook", true)])?;
    let definition = definition(options)?;
    let reading = match &arm.substance {
        Substance::Values { values } => {
            of_values(values.iter().map(|unit| unit[0]).collect(), level, grid, definition)?
        }
        Substance::Clusters(clusters) => of_clusters(clusters, level, grid, definition)?,
        Substance::Other(Shape::Quantile(bounds)) => of_bounds(bounds, level, grid)?,
        Substance::Undefined(reason) => return Err(Stop::Undefined(reason.clone())),
        _ => return Err(arm.row.problem(NEEDS).into()),
    };
    Ok(Some(reading))
}

const NEEDS: &str = "a quantile needs `values`, `clusters`, or `quantile_value` with its interval";

pub fn definition(options: &Lookup<'_>) -> Result<Definition, Problem> {
    let words = [
        ("linear", Definition::Linear),
        ("inverted-cdf", Definition::InvertedCdf),
        ("averaged-inverted-cdf", Definition::AveragedInvertedCdf),
        ("closest-observation", Definition::ClosestObservation),
        ("interpolated-inverted-cdf", Definition::InterpolatedInvertedCdf),
        ("hazen", Definition::Hazen),
        ("weibull", Definition::Weibull),
        ("median-unbiased", Definition::MedianUnbiased),
        ("normal-unbiased", Definition::NormalUnbiased),
    ];
    options.choice("quantile_definition", &words)
}

fn read(
    values: &Ordered,
    level: f64,
    grid: bool,
    definition: Definition,
) -> Result<QuantilePoint, Stop> {
    Ok(match grid {
        true => QuantilePoint::growthbook_from_values(values, level, definition)?,
        false => QuantilePoint::from_values(values, level, definition)?,
    })
}

fn of_values(
    values: Vec<f64>,
    level: f64,
    grid: bool,
    definition: Definition,
) -> Result<Reading, Stop> {
    let quantile = read(&Ordered::new(values)?, level, grid, definition)?;
    let point = if grid { quantile.growthbook_point()? } else { quantile.point()? };
    Ok(Reading { point, quantile })
}

fn of_clusters(
    clusters: &[Vec<f64>],
    level: f64,
    grid: bool,
    definition: Definition,
) -> Result<Reading, Stop> {
    let all = clusters.iter().flatten().copied().collect();
    let quantile = read(&Ordered::new(all)?, level, grid, definition)?;
    let sums = Clusters::count(clusters.iter().map(Vec::as_slice), quantile.value);
    let point = if grid { sums.growthbook_point(&quantile)? } else { sums.point(&quantile)? };
    Ok(Reading { point, quantile })
}

fn of_bounds(bounds: &QuantileBounds, level: f64, grid: bool) -> Result<Reading, Stop> {
    let quantile = QuantilePoint {
        values: bounds.units,
        level,
        value: bounds.value,
        lower: bounds.lower,
        upper: bounds.upper,
        n_star: bounds.for_units,
    };
    let point = match (&bounds.clusters, grid) {
        (Some(sums), true) => sums.growthbook_point(&quantile)?,
        (Some(sums), false) => sums.point(&quantile)?,
        (None, true) => quantile.growthbook_point()?,
        (None, false) => quantile.point()?,
    };
    Ok(Reading { point, quantile })
}

impl Reading {
    /// The quantile of one variant and its own 95 % interval.
    pub fn fields(&self, prefix: &str) -> Fields {
        let mut fields = Fields::default();
        fields
            .put(&format!("{prefix}quantile_values"), self.quantile.values)
            .put(&format!("{prefix}quantile_units"), self.quantile.n_star)
            .number(&format!("{prefix}quantile_lower"), self.quantile.lower)
            .number(&format!("{prefix}quantile_upper"), self.quantile.upper);
        fields
    }
}
