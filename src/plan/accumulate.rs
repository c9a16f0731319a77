//! The facts of each enrollment made into its measures.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::array_agg::array_agg_udaf;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::min_max::max_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{AggregateUDF, Expr, cast, ident, lit};
use datafusion::prelude::SessionContext;

use super::exact_sum::exact_sum;
use super::facts::FactScan;
use super::funnel::steps_taken;
use super::matched::{is_early, is_own, is_shortly_after, is_shortly_before};
use super::measure::{Accumulator, Measure};
use super::session::table;
use super::taken::Taken;
use super::terms::Measures;

/// One row per slot: every measure of the source, and how many facts were met.
pub async fn per_enrollment(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
) -> Result<DataFrame> {
    let matched = table(session, &format!("{}_matched", scan.source)).await?;
    let named = |name: &str| format!("{}_{name}", scan.source);
    let mut totals = vec![
        count(None).alias(named("rows")),
        count(Some(ident("first").is_true())).alias(named("first")),
    ];
    let own = is_own(scan);
    totals.extend(own.clone().map(|own| count(Some(own)).alias(named("own"))));
    if scan.has_time() {
        let and_own = |time: Expr| match &own {
            Some(own) => time.and(own.clone()),
            None => time,
        };
        totals.push(count(Some(is_early(scan))).alias(named("early")));
        totals.push(count(Some(and_own(is_shortly_before()))).alias(named("before")));
        totals.push(count(Some(and_own(is_shortly_after()))).alias(named("after")));
    }
    for (i, measure) in measures.of_source(&scan.source) {
        totals.extend(total(scan, measures, i, measure));
    }
    let units = matched.aggregate(vec![ident("slot")], totals)?;
    units.with_column_renamed("slot", &named("slot"))
}

/// A measure by its column, and the facts that it skips.
pub fn total(scan: &FactScan, measures: &Measures, i: usize, measure: &Measure) -> Vec<Expr> {
    let Some(taken) = Taken::of(scan, measures, measure) else { return Vec::new() };
    let counts = taken.in_time();
    if measure.accumulator == Accumulator::Steps {
        return vec![steps(scan, taken.masks, counts).alias(column(i))];
    }
    let Some((v, value)) = taken.value else { return vec![count(Some(counts)).alias(column(i))] };
    let missing = count(Some(counts.clone().and(value.is_missing)));
    let mut columns = vec![missing.alias(missing_column(i))];
    let mut found = counts.clone();
    if let Some(bad) = value.is_not_finite {
        let skipped = count(Some(counts.clone().and(bad.clone())));
        columns.push(skipped.alias(not_finite_column(i)));
        found = counts.and(bad.is_not_true());
    }
    columns.insert(0, of_values(measure.accumulator, scan, v, found).alias(column(i)));
    columns
}

/// What is made of the values that are there; `found` may hold where a value is NULL.
fn of_values(accumulator: Accumulator, scan: &FactScan, v: usize, found: Expr) -> Expr {
    let value = ident(format!("v{v}"));
    let number = || cast(value.clone(), DataType::Float64);
    match accumulator {
        Accumulator::Count | Accumulator::Steps => count(Some(found)),
        Accumulator::Sum => aggregate(Arc::new(exact_sum()), vec![value], Some(found)),
        Accumulator::Max => aggregate(max_udaf(), vec![number()], Some(found)),
        Accumulator::Values => {
            let is_there = found.and(value.clone().is_not_null());
            aggregate(array_agg_udaf(), vec![number()], Some(is_there))
        }
        // Plus 0, because -0.0 and 0.0 are one number in two ways of writing.
        Accumulator::Distinct if scan.is_floating(v) => distinct(number() + lit(0.0), found),
        Accumulator::Distinct => distinct(value, found),
    }
}

/// How many steps were taken; a table of units has no order, and its rows one instant.
fn steps(scan: &FactScan, masks: Vec<Expr>, counts: Expr) -> Expr {
    let time = if scan.has_time() { cast(ident("time"), DataType::Int64) } else { lit(0i64) };
    let arguments = std::iter::once(time).chain(masks).collect();
    aggregate(Arc::new(steps_taken()), arguments, Some(counts))
}

/// Column of a measure.
pub fn column(measure: usize) -> String {
    format!("measure_{measure}")
}

/// Column that counts a measure's facts without a value.
pub fn missing_column(measure: usize) -> String {
    format!("measure_{measure}_missing")
}

/// Column that counts a measure's facts whose value is NaN or infinite.
pub fn not_finite_column(measure: usize) -> String {
    format!("measure_{measure}_not_finite")
}

/// Columns of the measures of a source that only count facts.
pub fn counters(scan: &FactScan, measures: &Measures) -> Vec<String> {
    let mut names = vec![format!("{}_rows", scan.source), format!("{}_first", scan.source)];
    if scan.is_shared_unevenly() {
        names.push(format!("{}_own", scan.source));
    }
    if scan.has_time() {
        names.extend(["early", "before", "after"].map(|name| format!("{}_{name}", scan.source)));
    }
    for (i, measure) in measures.of_source(&scan.source) {
        if let Some(v) = scan.value_of(measure) {
            names.push(missing_column(i));
            names.extend(scan.is_floating(v).then(|| not_finite_column(i)));
        }
    }
    names
}

pub fn count(filter: Option<Expr>) -> Expr {
    aggregate(count_udaf(), vec![lit(1i64)], filter)
}

fn distinct(value: Expr, filter: Expr) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        count_udaf(),
        vec![value],
        true,
        Some(Box::new(filter)),
        Vec::new(),
        None,
    ))
}

pub fn aggregate(function: Arc<AggregateUDF>, values: Vec<Expr>, filter: Option<Expr>) -> Expr {
    let filter = filter.map(Box::new);
    Expr::AggregateFunction(AggregateFunction::new_udf(
        function,
        values,
        false,
        filter,
        Vec::new(),
        None,
    ))
}
