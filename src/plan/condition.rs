//! Conditions on one fact, as expressions of the engine.

use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::prelude::SessionContext;

use super::measure::{Mask, Said};
use crate::error::{Kind, Problem};
use crate::source::{OpenSource, predicate};

/// The event's name and the user's predicates, all of them.
///
/// # Errors
/// `Spec` for an event of a source without events, and for a predicate that cannot be asked.
pub fn condition(
    session: &SessionContext,
    open: &OpenSource,
    mask: &Mask,
) -> Result<Expr, Problem> {
    let mut named = None;
    if let Some(Said((event, place))) = &mask.event {
        let column = open.source.columns.event.clone().ok_or_else(|| {
            let message = format!("source `{}` names no `event` column", open.source.name);
            Problem::new(Kind::Spec, place, message)
        })?;
        named = Some(open.text("event", &column)?.eq(lit(event.as_str())));
    }
    let mut all = named;
    for said in &mask.predicates {
        let said = predicate(session, open, &said.0)?;
        let joined = all.map_or(Ok(said.clone()), |all| both(all, said));
        all = Some(joined.map_err(|error| Problem::new(Kind::Bug, "", error.strip_backtrace()))?);
    }
    Ok(all.unwrap_or(lit(true)))
}

/// Two conditions, the second asked only where the first holds: of other events a predicate may
/// make no sense. By numbers, because the engine turns a CASE of conditions into an AND, which
/// asks both.
fn both(first: Expr, second: Expr) -> Result<Expr> {
    let second = when(second, lit(1i64)).otherwise(lit(0i64))?;
    Ok(when(first, second).otherwise(lit(0i64))?.eq(lit(1i64)))
}

/// A condition that is unknown does not hold.
///
/// Not `IS TRUE`: the engine plans that column as never NULL and then makes it nullable, and
/// refuses its own plan (`tests/engine/facts.rs`).
pub fn or_false(condition: Expr) -> Result<Expr> {
    when(condition, lit(true)).otherwise(lit(false))
}

/// NaN and both infinities: what is not 0 when it is taken from itself.
pub fn not_finite(value: Expr) -> Expr {
    let value = cast(value, DataType::Float64);
    (value.clone() - value).not_eq(lit(0.0))
}
