//! Facts met with the enrollments of their unit.

use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, ident, lit, when};
use datafusion::prelude::SessionContext;

use super::accounting::FactFate;
use super::calendar::span;
use super::facts::FactScan;
use super::measure::{Anchor, Span};
use super::session::table;
use super::terms::Measures;

/// Facts so close to an enrollment tell whether two clocks agree.
pub const SHORTLY: i64 = 3_600_000_000;

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
    bounds.extend(asks(scan).map(|(i, asks)| asks.alias(format!("asks{i}"))));
    if scan.has_time() {
        bounds.push(from_enrollment(-SHORTLY).alias("hour_before"));
        bounds.push(from_enrollment(SHORTLY).alias("hour_after"));
        if scan.clock_skew > 0 {
            bounds.push(from_enrollment(-scan.clock_skew).alias("skewed_at"));
        }
        for (i, span) in measures.spans().into_iter().enumerate() {
            bounds.extend(span_bounds(i, span));
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

/// Conditions with whether the experiment of an enrollment asks for them.
pub fn asks(scan: &FactScan) -> impl Iterator<Item = (usize, Expr)> {
    scan.asked_by().map(|(i, experiments)| {
        let keys = experiments.iter().map(|key| lit(key.as_str())).collect();
        (i, ident("experiment").in_list(keys, false))
    })
}

fn from_enrollment(offset: i64) -> Expr {
    ident("enrolled_at") + span(offset)
}

/// The bounds of a span as instants of each enrollment; one from 0 to `as_of` has none of its
/// own, and one from 0 starts at enrollment.
fn span_bounds(i: usize, of: Span) -> Vec<Expr> {
    let at = |offset: i64| match offset {
        0 => ident(of.anchor.column()),
        offset => ident(of.anchor.column()) + span(offset),
    };
    let mut bounds = Vec::new();
    if (of.anchor, of.from) != (Anchor::Enrolled, 0) {
        bounds.push(at(of.from).alias(format!("w{i}_from")));
    }
    if let Some(to) = of.to {
        bounds.push(at(to).alias(format!("w{i}_to")));
    }
    bounds
}

/// Whether a span has begun when a fact happens.
pub fn has_begun(i: usize, span: Span) -> Expr {
    let from = match (span.anchor, span.from) {
        (Anchor::Enrolled, 0) => ident("enrolled_at"),
        _ => ident(format!("w{i}_from")),
    };
    ident("time").gt_eq(from)
}

/// Whether a span is not over when a fact happens; `None` for one that only `as_of` ends.
pub fn is_not_over(i: usize, span: Span) -> Option<Expr> {
    span.to.map(|_| ident("time").lt(ident(format!("w{i}_to"))))
}

/// Whether some metric of the enrollment's own experiment asks for a fact, whenever it was;
/// `None` where that is so for every fact that is met.
pub fn is_own(scan: &FactScan) -> Option<Expr> {
    let own = |i: usize| ident(format!("m{i}")).and(ident(format!("asks{i}")));
    scan.asked_by().map(|(i, _)| own(i)).reduce(Expr::or)
}

/// Whether a fact was before its enrollment, by more than clocks differ.
pub fn is_early(scan: &FactScan) -> Expr {
    let from = if scan.clock_skew > 0 { "skewed_at" } else { "enrolled_at" };
    ident("time").lt(ident(from))
}

/// Whether a fact was in the hour before its enrollment.
pub fn is_shortly_before() -> Expr {
    ident("time").gt_eq(ident("hour_before")).and(ident("time").lt(ident("enrolled_at")))
}

/// Whether a fact was in the hour from its enrollment on.
pub fn is_shortly_after() -> Expr {
    ident("time").gt_eq(ident("enrolled_at")).and(ident("time").lt(ident("hour_after")))
}
