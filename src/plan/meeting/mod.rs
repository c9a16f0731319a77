//! Facts met with enrollments and summed up in one go, without a row for each meeting.
//!
//! The same relation as `matched` and `accumulate` make together in plain expressions, for the
//! measures that are counts, sums and extremes: those are the ones that most facts are for.
//!
//! | file       | asks                                                     |
//! |------------|----------------------------------------------------------|
//! | `recipe`   | what is counted and added up for each enrollment         |
//! | `index`    | which unit is this                                       |
//! | `roster`   | who is enrolled where                                    |
//! | `facts`    | what is this fact                                        |
//! | `sheet`    | what do the facts of one stream amount to                |
//! | `sheets`   | what do the streams amount to together                   |
//! | `operator` | how does the engine run it                               |
//! | `table`    | how is it read                                           |
//!
//! Does not: steps, distinct values or lists of values. A source with such measures stays with
//! the plain expressions.

mod facts;
mod index;
mod operator;
mod recipe;
mod roster;
mod sheet;
mod sheets;
mod table;

use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, ident};
use datafusion::prelude::SessionContext;

use self::recipe::Recipe;
use self::table::MetFacts;
use super::accumulate::per_enrollment;
use super::facts::FactScan;
use super::matched::asks;
use super::session::table;
use super::terms::Measures;

/// One row per slot, as [`per_enrollment`] has them; `None` where some measure needs more.
/// Reads enrollments.
pub async fn in_one_go(
    session: &SessionContext,
    scan: &FactScan,
    measures: &Measures,
) -> Result<Option<DataFrame>> {
    let Some(recipe) = Recipe::of(scan, measures) else { return Ok(None) };
    let enrolled = table(session, "enrollments").await?.select(enrolled(&recipe, scan))?;
    let enrollments = Arc::new(enrolled.collect().await?);
    let facts = table(session, &scan.name()).await?;
    let facts = recipe.ingredients(facts, scan, measures)?.into_unoptimized_plan();
    let plain = per_enrollment(session, scan, measures).await?;
    let schema: &Schema = plain.schema().as_arrow();
    let (recipe, schema) = (Arc::new(recipe), Arc::new(schema.clone()));
    let met = MetFacts { recipe, enrollments, facts, schema };
    session.read_table(Arc::new(met)).map(Some)
}

/// What is asked of the enrollments.
fn enrolled(recipe: &Recipe, scan: &FactScan) -> Vec<Expr> {
    let columns = ["unit", "slot", "first", "enrolled_at", "met_at"].map(ident).into_iter();
    let asks = asks(scan).filter_map(|(mask, asks)| {
        let bit = recipe.masks.iter().position(|known| *known == mask)?;
        Some(asks.alias(format!("asks{bit}")))
    });
    columns.chain(asks).collect()
}
