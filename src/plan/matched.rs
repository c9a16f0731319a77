//! Facts met with the enrollments of their unit, and summed per enrollment.

use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{AggregateUDF, Expr, ident, lit, when};
use datafusion::prelude::SessionContext;
use std::sync::Arc;

use super::accounting::FactFate;
use super::calendar::span;
use super::exact_sum::exact_sum;
use super::facts::FactScan;
use super::measure::{Measure, Measures};
use super::session::table;
use crate::config::Window;

/// Facts with `slot`: the number of the enrollment they meet, or the code of their fate.
///
/// A fact of a unit in three experiments has three rows here; `first` marks one of them.
pub async fn matched(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
) -> Result<DataFrame> {
    let facts = table(session, &scan.name()).await?;
    let mut bounds = vec![
        ident("unit").alias("enrolled_unit"),
        ident("slot").alias("enrollment"),
        ident("first"),
        ident("enrolled_at"),
    ];
    if scan.has_time() {
        for (i, window) in measures.windows().into_iter().enumerate() {
            bounds.extend(window_bounds(i, window));
        }
    }
    let enrollments = table(session, "enrollments").await?.select(bounds)?;
    let facts = facts.with_column("key", when(ident("fate").is_null(), ident("unit")).end()?)?;
    let slot = when(ident("enrollment").is_not_null(), ident("enrollment"))
        .when(ident("fate").is_not_null(), ident("fate"))
        .otherwise(lit(FactFate::NotEnrolled.code()))?;
    facts
        .join(enrollments, JoinType::Left, &["key"], &["enrolled_unit"], None)?
        .with_column("slot", slot)
}

/// The bounds of a window as instants of each enrollment; a window from 0 to `as_of` has none
/// of its own, and one from 0 starts at enrollment.
fn window_bounds(i: usize, window: Window) -> Vec<Expr> {
    let enrolled_at = || ident("enrolled_at");
    let mut bounds = Vec::new();
    if window.from != 0 {
        bounds.push((enrolled_at() + span(window.from)).alias(format!("w{i}_from")));
    }
    if let Some(to) = window.to {
        bounds.push((enrolled_at() + span(to)).alias(format!("w{i}_to")));
    }
    bounds
}

/// Whether a fact lies in a window of its enrollment.
fn in_window(i: usize, window: Window) -> Expr {
    let from = if window.from == 0 { ident("enrolled_at") } else { ident(format!("w{i}_from")) };
    let after = ident("time").gt_eq(from);
    match window.to {
        Some(_) => after.and(ident("time").lt(ident(format!("w{i}_to")))),
        None => after,
    }
}

/// One row per slot: every measure of the source, and how many facts were met.
pub async fn per_enrollment(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
) -> Result<DataFrame> {
    let matched = table(session, &format!("{}_matched", scan.source)).await?;
    let mut totals = vec![
        count(None).alias(format!("{}_rows", scan.source)),
        count(Some(ident("first").is_true())).alias(format!("{}_first", scan.source)),
    ];
    if scan.has_time() {
        let early = ident("time").lt(ident("enrolled_at"));
        totals.push(count(Some(early)).alias(format!("{}_early", scan.source)));
    }
    for (i, measure) in measures.of_source(&scan.source) {
        totals.extend(total(scan, measures, i, measure));
    }
    let units = matched.aggregate(vec![ident("slot")], totals)?;
    units.with_column_renamed("slot", &format!("{}_slot", scan.source))
}

fn total(scan: &FactScan, measures: &Measures, i: usize, measure: &Measure) -> Vec<Expr> {
    let Some(mask) = scan.mask_of(&measure.mask) else { return Vec::new() };
    let matches = ident(format!("m{mask}"));
    let window = measures.windows().iter().position(|window| *window == measure.window);
    let counts = match window {
        Some(w) if scan.has_time() => matches.and(in_window(w, measure.window)),
        _ => matches,
    };
    let value = measure.value.as_ref().and_then(|said| scan.value_of(mask, said));
    match value {
        None => vec![count(Some(counts)).alias(column(i))],
        Some(v) => {
            let value = ident(format!("v{v}"));
            let missing = counts.clone().and(value.clone().is_null());
            let missing = count(Some(missing)).alias(missing_column(i));
            let sum =
                |filter| aggregate(Arc::new(exact_sum()), value, Some(filter)).alias(column(i));
            match scan.not_finite(v) {
                None => vec![sum(counts), missing],
                Some(bad) => {
                    let skipped = count(Some(counts.clone().and(bad.clone())));
                    let finite = counts.and(bad.is_not_true());
                    vec![sum(finite), missing, skipped.alias(not_finite_column(i))]
                }
            }
        }
    }
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

/// Whether a measure has that column.
pub fn counts_not_finite(scan: &FactScan, measure: &Measure) -> bool {
    let mask = scan.mask_of(&measure.mask);
    let value = mask.zip(measure.value.as_ref()).and_then(|(mask, v)| scan.value_of(mask, v));
    value.and_then(|v| scan.not_finite(v)).is_some()
}

fn count(filter: Option<Expr>) -> Expr {
    aggregate(count_udaf(), lit(1i64), filter)
}

fn aggregate(function: Arc<AggregateUDF>, value: Expr, filter: Option<Expr>) -> Expr {
    let filter = filter.map(Box::new);
    Expr::AggregateFunction(AggregateFunction::new_udf(
        function,
        vec![value],
        false,
        filter,
        Vec::new(),
        None,
    ))
}
