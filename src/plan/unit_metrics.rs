//! One row per enrollment with every metric's numbers, then one per experiment and variant.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{AggregateUDF, Expr, cast, ident, lit, when};
use datafusion::prelude::SessionContext;

use super::exact_sum::exact_sum;
use super::facts::FactScan;
use super::matched::{column, counts_not_finite, missing_column, not_finite_column};
use super::measure::{Measures, Shape, Term};
use super::moments::moments;
use super::session::table;

/// Every enrollment, with the measures of all sources beside it.
///
/// Rows without an experiment carry the facts that met no enrollment, by fate, in `fate`.
pub async fn unit_metrics(
    session: &SessionContext,
    scans: &[FactScan],
    measures: &Measures,
) -> Result<DataFrame> {
    let arms = vec![ident("slot"), ident("experiment"), ident("variant")];
    let mut units = table(session, "enrollments").await?.select(arms)?;
    let mut fates = vec![];
    for scan in scans {
        let slot = format!("{}_slot", scan.source);
        let facts = table(session, &format!("{}_units", scan.source)).await?;
        // Not by name as text: the engine would read `Events_slot` as `events_slot`.
        let same = ident("slot").eq(ident(&slot));
        units = units.join_on(facts, JoinType::Full, [same])?;
        fates.push(ident(slot));
    }
    let mut columns = vec![ident("experiment"), ident("variant")];
    let fate = match fates.is_empty() {
        true => lit(datafusion::scalar::ScalarValue::Int64(None)),
        false => when(ident("experiment").is_null(), coalesce(fates)).end()?,
    };
    columns.push(fate.alias("fate"));
    for name in counters(scans, measures) {
        columns.push(or_zero(ident(&name)).alias(name));
    }
    for (i, terms) in measures.metrics.iter().enumerate() {
        columns.push(number(terms.numerator)?.alias(format!("y{i}")));
        if let Some(denominator) = terms.denominator {
            columns.push(number(denominator)?.alias(format!("d{i}")));
        }
    }
    units.select(columns)
}

/// A unit's number; a unit without facts has 0.
fn number(term: Term) -> Result<Expr> {
    let total = or_zero(ident(column(term.measure)));
    match term.shape {
        Shape::Total => Ok(total),
        Shape::Any => when(total.gt(lit(0.0)), lit(1.0)).otherwise(lit(0.0)),
    }
}

fn or_zero(value: Expr) -> Expr {
    coalesce(vec![cast(value, DataType::Float64), lit(0.0)])
}

/// Columns that only count facts.
pub fn counters(scans: &[FactScan], measures: &Measures) -> Vec<String> {
    let mut names = Vec::new();
    for scan in scans {
        names.push(format!("{}_rows", scan.source));
        names.push(format!("{}_first", scan.source));
        if scan.has_time() {
            names.push(format!("{}_early", scan.source));
        }
        for (i, measure) in measures.of_source(&scan.source).filter(|(_, m)| m.value.is_some()) {
            names.push(missing_column(i));
            if counts_not_finite(scan, measure) {
                names.push(not_finite_column(i));
            }
        }
    }
    names
}

/// Sufficient statistics per experiment and variant, `s0`, `s1`, ... in the order of
/// [`Measures::metrics`], and the sums of all counters.
pub async fn summaries(
    session: &SessionContext,
    scans: &[FactScan],
    measures: &Measures,
) -> Result<DataFrame> {
    let units = table(session, "unit_metrics").await?;
    let moments = Arc::new(moments());
    let mut totals: Vec<Expr> = measures
        .metrics
        .iter()
        .enumerate()
        .map(|(i, terms)| {
            let mut columns = vec![ident(format!("y{i}"))];
            columns.extend(terms.denominator.map(|_| ident(format!("d{i}"))));
            aggregate(moments.clone(), columns).alias(format!("s{i}"))
        })
        .collect();
    let sum = Arc::new(exact_sum());
    totals.extend(
        counters(scans, measures)
            .into_iter()
            .map(|name| aggregate(sum.clone(), vec![ident(&name)]).alias(name)),
    );
    units.aggregate(vec![ident("experiment"), ident("variant"), ident("fate")], totals)
}

fn aggregate(function: Arc<AggregateUDF>, values: Vec<Expr>) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        function,
        values,
        false,
        None,
        Vec::new(),
        None,
    ))
}
