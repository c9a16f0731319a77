//! One row per enrollment with every metric's numbers.

use arrow::datatypes::DataType;
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, cast, ident, lit, when};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::accumulate::{column, counters};
use super::attributes::Attributes;
use super::calendar::at;
use super::facts::FactScan;
use super::session::table;
use super::terms::{Before, Measures, MetricTerms, Shape, Term};

/// Everything that the shape of the unit metrics follows from.
#[derive(Clone, Copy)]
pub struct Shapes<'a> {
    pub scans: &'a [FactScan],
    pub measures: &'a Measures,
    pub attributes: &'a Attributes,
    /// First instant after `as_of`.
    pub until: i64,
}

impl Shapes<'_> {
    /// Columns that say in which arm, phase and segments a unit is.
    pub fn arm(&self) -> Vec<Expr> {
        let segments = (0..self.attributes.segments.len()).map(|a| ident(format!("s{a}")));
        ["experiment", "variant", "phase"].map(ident).into_iter().chain(segments).collect()
    }

    /// Columns that only count facts.
    pub fn counters(&self) -> Vec<String> {
        self.scans.iter().flat_map(|scan| counters(scan, self.measures)).collect()
    }
}

/// Every enrollment, with the numbers of all metrics: `y`, `d`, `x` and `e` with the place of the
/// metric, NULL where the unit's time has not come. Of a quantile of facts `v` are the values and
/// `y` is 0; of a funnel `f` is how many steps were taken.
///
/// Rows without an experiment carry the facts that met no enrollment, by fate, in `fate`.
pub async fn unit_metrics(session: &SessionContext, shapes: Shapes<'_>) -> Result<DataFrame> {
    unit_metrics_with(session, shapes, &[]).await
}

/// The same with more columns of the enrollments.
pub async fn unit_metrics_with(
    session: &SessionContext,
    shapes: Shapes<'_>,
    more: &[&str],
) -> Result<DataFrame> {
    let more = || more.iter().map(|name| ident(*name));
    let enrolled: Vec<Expr> = enrolled(shapes).into_iter().chain(more()).collect();
    let mut units = table(session, "enrollments").await?.select(enrolled)?;
    let mut fates = vec![];
    for scan in shapes.scans {
        let slot = format!("{}_slot", scan.source);
        let facts = table(session, &format!("{}_units", scan.source)).await?;
        // Not by name as text: the engine would read `Events_slot` as `events_slot`.
        let same = ident("slot").eq(ident(&slot));
        units = units.join_on(facts, JoinType::Full, [same])?;
        fates.push(ident(slot));
    }
    let fate = match fates.is_empty() {
        true => lit(ScalarValue::Int64(None)),
        false => when(ident("experiment").is_null(), coalesce(fates)).end()?,
    };
    let mut columns = shapes.arm();
    columns.push(fate.alias("fate"));
    columns.extend(more());
    for name in shapes.counters() {
        columns.push(or_zero(ident(&name)).alias(name));
    }
    for (i, terms) in shapes.measures.metrics.iter().enumerate() {
        for (letter, number) in numbers(shapes.attributes, terms)? {
            columns.push(when_mature(shapes, terms, number)?.alias(format!("{letter}{i}")));
        }
    }
    units.select(columns)
}

/// What the numbers need of the enrollments.
fn enrolled(shapes: Shapes<'_>) -> Vec<Expr> {
    let mut columns = vec![ident("slot")];
    columns.extend(shapes.arm());
    if shapes.measures.metrics.iter().any(|terms| terms.matures_in.is_some()) {
        columns.push(ident("enrolled_at"));
    }
    // By another name than the numbers of units have.
    let covariates = 0..shapes.attributes.covariates.len();
    columns.extend(covariates.map(|a| ident(format!("x{a}")).alias(attribute(a))));
    columns
}

fn attribute(a: usize) -> String {
    format!("attribute_{a}")
}

/// The numbers of a metric, each with its letter.
fn numbers(attributes: &Attributes, terms: &MetricTerms) -> Result<Vec<(char, Expr)>> {
    let mut numbers = Vec::new();
    for (letter, term) in terms.terms() {
        numbers.push((letter, number(term)?));
    }
    let total = ident(column(terms.numerator.measure));
    if terms.numerator.shape == Shape::List {
        numbers.push(('v', total));
    } else if terms.steps > 0 {
        numbers.push(('f', coalesce(vec![total, lit(0i64)])));
    }
    if let Before::Attribute(name) = &terms.before
        && let Some(a) = attributes.covariates.iter().position(|known| known == name)
    {
        let is_known = ident(attribute(a)).is_not_null();
        numbers.push(('x', or_zero(ident(attribute(a)))));
        numbers.push(('e', when(is_known, lit(1.0)).otherwise(lit(0.0))?));
    }
    Ok(numbers)
}

/// A number of a unit whose window has closed, where that is asked for; else NULL.
fn when_mature(shapes: Shapes<'_>, terms: &MetricTerms, number: Expr) -> Result<Expr> {
    match terms.matures_in {
        None => Ok(number),
        Some(span) => {
            when(ident("enrolled_at").lt_eq(at(shapes.until.saturating_sub(span))), number).end()
        }
    }
}

/// A unit's number; a unit without facts has 0.
fn number(term: Term) -> Result<Expr> {
    let total = || or_zero(ident(column(term.measure)));
    match term.shape {
        Shape::Total => Ok(total()),
        Shape::AtLeast(least) => {
            when(total().gt_eq(lit(least as f64)), lit(1.0)).otherwise(lit(0.0))
        }
        Shape::List => Ok(lit(0.0)),
    }
}

fn or_zero(value: Expr) -> Expr {
    coalesce(vec![cast(value, DataType::Float64), lit(0.0)])
}
