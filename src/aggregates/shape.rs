//! What a row says about its variant.

use super::answer::{Reason, Stop};
use super::record::Record;
use crate::error::Problem;
use crate::stats::quantile::Clusters;
use crate::stats::{Effect, Missing, Point, Summary};

/// What one row holds, by the fields that are there.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Moments of units; `converted` where every unit has 0 or 1.
    Moments { summary: Summary, converted: Option<u64> },
    /// Every unit's `[y, d, x, e]`.
    Values { values: Vec<[f64; 4]> },
    /// Every unit's own values.
    Clusters(Vec<Vec<f64>>),
    /// A sample quantile with its 95 % interval.
    Quantile(QuantileBounds),
    /// A value with its standard error.
    Point(Point),
    /// A finished estimate of a treatment.
    Effect(Effect),
    /// A finished p-value, as its natural logarithm.
    PValue(f64),
    /// How many units there are, and at earlier looks.
    Units(Vec<u64>),
    /// Options only.
    Nothing,
}

/// A sample quantile as a warehouse computes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileBounds {
    pub units: u64,
    /// Units that the interval's levels were made for.
    pub for_units: u64,
    pub value: f64,
    pub lower: f64,
    pub upper: f64,
    /// Where the values are events of fewer units.
    pub clusters: Option<Clusters>,
}

/// The four numbers of a unit: prefix of their fields, and letter of their products.
const COLUMNS: [(&str, char); 4] =
    [("", 'y'), ("denominator_", 'd'), ("pre_", 'x'), ("pre_denominator_", 'e')];

/// What the row says.
///
/// # Errors
/// `Spec` for a field that is missing, not a number or at odds with another; undefined for sums
/// that no units have.
pub fn shape(row: &Record) -> Result<Shape, Stop> {
    let is = |name: &str| row.has(name);
    Ok(match () {
        () if is("effect") => Shape::Effect(effect(row)?),
        () if is("p_value") || is("log_p_value") => Shape::PValue(log_p_value(row)?),
        () if is("clusters") => Shape::Clusters(row.lists("clusters")?),
        () if is("values") => values(row)?,
        () if is("quantile_value") => Shape::Quantile(quantile(row)?),
        () if is("conversions") => conversions(row)?,
        () if is("point_value") => Shape::Point(table_point(row)?),
        () if row.names_it("mean_y") => moments(possible(row, table(row)?)?),
        () if is("std_error") => Shape::Point(point(row)?),
        () if is("mean") || is("variance") => moments(possible(row, means(row)?)?),
        () if is("sum") || is("sum_squares") => moments(sums(row)?),
        () if is("looks") => Shape::Units(looks(row)?),
        () if is("units") => units_only(row)?,
        () => Shape::Nothing,
    })
}

fn moments(summary: Summary) -> Shape {
    Shape::Moments { summary, converted: None }
}

fn effect(row: &Record) -> Result<Effect, Problem> {
    Ok(Effect {
        value: row.needed("effect")?,
        std_error: row.needed("std_error")?,
        dof: row.number("dof")?.unwrap_or(f64::INFINITY),
        units: row.number("units")?.unwrap_or(f64::INFINITY),
    })
}

fn point(row: &Record) -> Result<Point, Problem> {
    let std_error = row.needed("std_error")?;
    let units = if row.has("units") { row.units("units")? } else { u64::MAX };
    let dof = row.number("dof")?.unwrap_or(units.saturating_sub(1) as f64);
    Ok(Point { units, dof, value: row.needed("mean")?, variance: std_error * std_error })
}

fn log_p_value(row: &Record) -> Result<f64, Problem> {
    let log = match row.number("log_p_value")? {
        Some(log) => log,
        None => row.needed("p_value")?.ln(),
    };
    match log <= 0.0 {
        true => Ok(log),
        false => Err(row.problem("the p-value is not between 0 and 1")),
    }
}

fn quantile(row: &Record) -> Result<QuantileBounds, Problem> {
    let units = row.units("units")?;
    let for_units = if row.has("quantile_units") { row.units("quantile_units")? } else { units };
    Ok(QuantileBounds {
        units,
        for_units,
        value: row.needed("quantile_value")?,
        lower: row.needed("quantile_lower")?,
        upper: row.needed("quantile_upper")?,
        clusters: clusters(row)?,
    })
}

/// Counts over the units that the events belong to, where they are given.
fn clusters(row: &Record) -> Result<Option<Clusters>, Problem> {
    if !row.has("cluster_units") {
        return Ok(None);
    }
    Ok(Some(Clusters {
        clusters: row.units("cluster_units")?,
        at_most: row.needed("sum")?,
        at_most_squares: row.needed("sum_squares")?,
        events: row.needed("denominator_sum")?,
        events_squares: row.needed("denominator_sum_squares")?,
        products: row.needed("product_yd")?,
    }))
}

fn looks(row: &Record) -> Result<Vec<u64>, Problem> {
    let counts = row.numbers("looks")?;
    let whole = counts.iter().all(|count| *count >= 0.0 && count.fract() == 0.0);
    let grows = counts.is_sorted();
    match whole && grows {
        true => Ok(counts.iter().map(|count| *count as u64).collect()),
        false => Err(row.problem("`looks` are not counts that grow from look to look")),
    }
}

fn units_only(row: &Record) -> Result<Shape, Problem> {
    match row.units("units")? {
        0 => Ok(Shape::Moments { summary: Summary::EMPTY, converted: None }),
        units => Ok(Shape::Units(vec![units])),
    }
}

/// Which of the four columns the row has, by a field of each.
fn present(row: &Record, field: &str) -> [bool; 4] {
    COLUMNS.map(|(prefix, _)| prefix.is_empty() || row.has(&format!("{prefix}{field}")))
}

fn values(row: &Record) -> Result<Shape, Problem> {
    let has = present(row, "values");
    let column = |i: usize| row.numbers(&format!("{}values", COLUMNS[i].0));
    let columns = [column(0)?, column(1)?, column(2)?, column(3)?];
    let units = columns[0].len();
    if (0..4).any(|i| has[i] && columns[i].len() != units) {
        return Err(row.problem("the lists of values are not equally long"));
    }
    let number = |i: usize, unit: usize| columns[i].get(unit).copied().unwrap_or(1.0);
    let values = (0..units).map(|unit| [0, 1, 2, 3].map(|i| number(i, unit))).collect();
    Ok(Shape::Values { values })
}

/// A share of units; its covariate may be a share too.
fn conversions(row: &Record) -> Result<Shape, Stop> {
    let units = row.units("units")?;
    let converted = row.units("conversions")?;
    let share = |name: &str| -> Result<Summary, Problem> {
        let hits = row.units(name)?;
        if hits > units {
            return Err(row.problem(format!("has {hits} `{name}` among {units} `units`")));
        }
        Ok(Summary::from_conversions(units, hits))
    };
    let mut summary = share("conversions")?;
    if row.has("pre_sum") || row.has("pre_conversions") {
        let before = match row.has("pre_conversions") {
            true => share("pre_conversions")?,
            false => covariate(row, units)?,
        };
        let product = row.needed("product_yx")?;
        summary.mean[2] = before.mean[0];
        summary.comoment[2][2] = before.comoment[0][0];
        summary.comoment[0][2] = product - converted as f64 * before.mean[0];
        summary.comoment[2][0] = summary.comoment[0][2];
    }
    Ok(Shape::Moments { summary, converted: Some(converted) })
}

/// Moments of the covariate, as if it were the metric.
fn covariate(row: &Record, units: u64) -> Result<Summary, Stop> {
    let (sum, squares, n) = (row.needed("pre_sum")?, row.needed("pre_sum_squares")?, units as f64);
    let ones = [sum, n, n, n];
    let products = [[squares, sum, sum, sum], ones, ones, ones];
    Summary::from_sums(units, [sum, n, n, n], products).map_err(|missing| undefined(row, missing))
}

/// Means, variances and covariances.
fn means(row: &Record) -> Result<Summary, Problem> {
    let units = row.units("units")?;
    if units == 0 {
        return Ok(Summary::EMPTY);
    }
    let has = present(row, "mean");
    let freedom = (units - 1) as f64;
    let mut summary = Summary { units, mean: [1.0; 4], comoment: [[0.0; 4]; 4] };
    for i in (0..4).filter(|i| has[*i]) {
        let prefix = COLUMNS[i].0;
        summary.mean[i] = row.needed(&format!("{prefix}mean"))?;
        if units > 1 {
            summary.comoment[i][i] = row.needed(&format!("{prefix}variance"))? * freedom;
        }
        for j in (0..i).filter(|j| has[*j] && units > 1) {
            let name = format!("covariance_{}{}", COLUMNS[j].1, COLUMNS[i].1);
            summary.comoment[i][j] = row.needed(&name)? * freedom;
            summary.comoment[j][i] = summary.comoment[i][j];
        }
    }
    Ok(summary)
}

/// Sums, sums of squares and of products.
fn sums(row: &Record) -> Result<Summary, Stop> {
    let units = row.units("units")?;
    if units == 0 {
        return Ok(Summary::EMPTY);
    }
    with_sums(row, units, [row.needed("sum")?, row.needed("sum_squares")?])
}

fn with_sums(row: &Record, units: u64, y: [f64; 2]) -> Result<Summary, Stop> {
    let has = present(row, "sum");
    let n = units as f64;
    let (mut sums, mut products) = ([n; 4], [[n; 4]; 4]);
    for i in (0..4).filter(|i| has[*i]) {
        let prefix = COLUMNS[i].0;
        let squares = format!("{prefix}sum_squares");
        sums[i] = if i == 0 { y[0] } else { row.needed(&format!("{prefix}sum"))? };
        products[i][i] = if i == 0 { y[1] } else { row.needed(&squares)? };
    }
    for i in 0..4 {
        for j in 0..i {
            let name = format!("product_{}{}", COLUMNS[j].1, COLUMNS[i].1);
            products[i][j] = match (has[j], has[i]) {
                (true, true) => row.needed(&name)?,
                // A column of ones.
                (true, false) => sums[j],
                (false, true) => sums[i],
                (false, false) => n,
            };
            products[j][i] = products[i][j];
        }
    }
    Summary::from_sums(units, sums, products).map_err(|missing| undefined(row, missing))
}

/// Moments without a negative variance.
fn possible(row: &Record, summary: Summary) -> Result<Summary, Stop> {
    match (0..4).any(|i| summary.comoment[i][i] < 0.0) {
        true => Err(undefined(row, Missing::Corrupt)),
        false => Ok(summary),
    }
}

fn undefined(row: &Record, missing: Missing) -> Stop {
    Stop::Undefined(Reason::from(missing).at(&row.place))
}

/// A quantile in the `summaries` table.
fn table_point(row: &Record) -> Result<Point, Problem> {
    let units = row.units("units")?;
    let dof = row.number("point_dof")?.unwrap_or(f64::INFINITY);
    let (value, variance) = (row.needed("point_value")?, row.needed("point_variance")?);
    Ok(Point { units, dof, value, variance })
}

/// A row of the `summaries` table; a column that is not there is the constant 1.
fn table(row: &Record) -> Result<Summary, Stop> {
    if let Some(why) = row.text("no_value") {
        return Err(Stop::Undefined(Reason::insufficient("no_value", why).at(&row.place)));
    }
    if !row.has("mean_y") {
        // NULL in the table is what was no finite number.
        return Err(undefined(row, Missing::Overflow));
    }
    let mut summary =
        Summary { units: row.units("units")?, mean: [1.0; 4], comoment: [[0.0; 4]; 4] };
    let has = COLUMNS.map(|(_, letter)| row.has(&format!("mean_{letter}")));
    for i in (0..4).filter(|i| has[*i]) {
        let letter = COLUMNS[i].1;
        summary.mean[i] = row.needed(&format!("mean_{letter}"))?;
        for j in (i..4).filter(|j| has[*j]) {
            let other = COLUMNS[j].1;
            summary.comoment[i][j] = row.needed(&format!("c_{letter}{other}"))?;
            summary.comoment[j][i] = summary.comoment[i][j];
        }
    }
    Ok(if summary.units == 0 { Summary::EMPTY } else { summary })
}
