//! Sufficient statistics per experiment, variant, phase and segments, out of units' numbers.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::{Expr, ident, lit, when};
use datafusion::prelude::SessionContext;

use super::accumulate::{aggregate, count};
use super::caps::{CAPS, cap_column};
use super::exact_sum::exact_sum;
use super::moments::moments;
use super::session::table;
use super::terms::{Before, MetricTerms};
use super::unit_metrics::Shapes;
use crate::config::Cap;

/// One row per experiment, variant, phase, segments and fate: `units`, and by the place of each
/// metric its `moments`, `smallest`, `largest`, units `capped`, and those that took each step; and
/// the sums of all counters.
pub async fn summaries(session: &SessionContext, shapes: Shapes<'_>) -> Result<DataFrame> {
    let mut units = table(session, "unit_metrics").await?;
    if shapes.measures.has_pooled_caps() {
        let same = ident("experiment").eq(ident("capped_experiment"));
        units = units.join_on(table(session, CAPS).await?, JoinType::Left, [same])?;
    }
    let mut totals = vec![count(None).alias("units")];
    for (i, terms) in shapes.measures.metrics.iter().enumerate() {
        totals.extend(metric(i, terms)?);
    }
    for scan in shapes.scans {
        let own = if scan.is_shared_unevenly() { "own" } else { "rows" };
        let has_facts = ident(format!("{}_{own}", scan.source)).gt(lit(0.0));
        totals.push(count(Some(has_facts)).alias(format!("{}_with_facts", scan.source)));
    }
    let sum = Arc::new(exact_sum());
    let counters = shapes.counters().into_iter();
    totals
        .extend(counters.map(|name| aggregate(sum.clone(), vec![ident(&name)], None).alias(name)));
    let mut groups = shapes.arm();
    groups.push(ident("fate"));
    units.aggregate(groups, totals)
}

fn metric(i: usize, terms: &MetricTerms) -> Result<Vec<Expr>> {
    let y = held(i, terms, 'y')?;
    let moments = aggregate(Arc::new(moments()), columns(i, terms)?, None);
    let mut totals = vec![moments.alias(format!("moments{i}"))];
    if terms.has_tails() {
        totals.push(aggregate(min_udaf(), vec![y.clone()], None).alias(format!("smallest{i}")));
        totals.push(aggregate(max_udaf(), vec![y], None).alias(format!("largest{i}")));
    }
    if let Some(cap) = limit(i, terms, 'y') {
        let above = ident(format!("y{i}")).gt(cap);
        totals.push(count(Some(above)).alias(format!("capped{i}")));
    }
    for step in 1..=terms.steps {
        let taken = ident(format!("f{i}")).gt_eq(lit(step as i64));
        totals.push(count(Some(taken)).alias(format!("step{i}_{step}")));
    }
    Ok(totals)
}

/// `y`, `y, d` or `y, d, x, e`, with ones for what the metric does not have.
fn columns(i: usize, terms: &MetricTerms) -> Result<Vec<Expr>> {
    let letters: &[char] = match (&terms.before, terms.denominator) {
        (Before::Nothing, None) => &['y'],
        (Before::Nothing, Some(_)) => &['y', 'd'],
        _ => &['y', 'd', 'x', 'e'],
    };
    letters.iter().map(|letter| held(i, terms, *letter)).collect()
}

/// A number of a unit, held to its cap.
fn held(i: usize, terms: &MetricTerms, letter: char) -> Result<Expr> {
    if !terms.letters().contains(&letter) {
        return Ok(lit(1.0));
    }
    let number = ident(format!("{letter}{i}"));
    match limit(i, terms, letter) {
        // Not the least of both, which is the cap where the number is NULL.
        Some(cap) => when(number.clone().gt(cap.clone()), cap).otherwise(number),
        None => Ok(number),
    }
}

/// What a number of a unit is held to.
fn limit(i: usize, terms: &MetricTerms, letter: char) -> Option<Expr> {
    let (_, term) = terms.terms().find(|(of, _)| *of == letter)?;
    Some(match term.cap? {
        Cap::At(value) => lit(value),
        Cap::Quantile(_) => ident(cap_column(letter, i)),
    })
}
