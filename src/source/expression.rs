//! A user's SQL expression, checked against the source's columns.

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError, SchemaError};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, Operator, Volatility, binary_expr, cast,
};
use datafusion::prelude::SessionContext;

use super::columns::nearest;
use super::schema::{names_of, type_name};
use super::warehouse::OpenSource;
use super::words::plain;
use crate::config::Place;
use crate::error::{Kind, Problem};

/// A condition on one row, for instance `currency = 'EUR'`.
///
/// # Errors
/// `Spec` where it does not parse, names an unknown column, is not a boolean, or gives another
/// answer when asked again (`now()`).
pub fn predicate(
    session: &SessionContext,
    source: &OpenSource,
    said: &(String, Place),
) -> Result<Expr, Problem> {
    condition(session, source, "where", said)
}

/// A condition, under the name by which the user states it.
pub(super) fn condition(
    session: &SessionContext,
    source: &OpenSource,
    stated_as: &str,
    (sql, place): &(String, Place),
) -> Result<Expr, Problem> {
    let (expr, found) = parse(session, source, sql, place)?;
    match found {
        DataType::Boolean | DataType::Null => Ok(expr),
        other => Err(Problem::new(
            Kind::Spec,
            place,
            format!("`{stated_as} = \"{sql}\"` is {}, not a condition", type_name(&other)),
        )
        .hint("write a comparison, for instance `amount > 0`")),
    }
}

/// A number of one row, for instance `amount * quantity`.
///
/// # Errors
/// As [`predicate`], where it is not a number.
pub fn value(
    session: &SessionContext,
    source: &OpenSource,
    (sql, place): &(String, Place),
) -> Result<Expr, Problem> {
    let (expr, found) = parse(session, source, sql, place)?;
    match found {
        DataType::Boolean => Ok(cast(expr, DataType::Int64)),
        DataType::Null => Ok(cast(expr, DataType::Float64)),
        number if number.is_numeric() => Ok(expr),
        other => Err(Problem::new(
            Kind::Spec,
            place,
            format!("`value = \"{sql}\"` is {}, not a number", type_name(&other)),
        )
        .hint("cast it, for instance `CAST(amount AS DOUBLE)`")),
    }
}

/// Anything of one row that can be told apart, for instance `product_id`.
///
/// # Errors
/// As [`predicate`], whatever its type.
pub fn any_value(
    session: &SessionContext,
    source: &OpenSource,
    (sql, place): &(String, Place),
) -> Result<Expr, Problem> {
    parse(session, source, sql, place).map(|(expr, _)| expr)
}

fn parse(
    session: &SessionContext,
    source: &OpenSource,
    sql: &str,
    place: &Place,
) -> Result<(Expr, DataType), Problem> {
    let schema = source.raw.schema();
    let expr = session
        .parse_sql_expr(sql, schema)
        .map_err(|error| explain(source, schema, sql, place, error))?;
    refuse_unrepeatable(&expr, sql, place)?;
    let expr =
        never_wrapping(expr, schema).map_err(|error| explain(source, schema, sql, place, error))?;
    let found =
        expr.get_type(schema).map_err(|error| explain(source, schema, sql, place, error))?;
    Ok((expr, found))
}

/// The engine's `+`, `-` and `*` of integers wrap in silence. Here they are done in decimals,
/// which hold any product of two integers, and the result has to fit 64 bits, or the run fails.
fn never_wrapping(expr: Expr, schema: &DFSchema) -> datafusion::error::Result<Expr> {
    let checked = expr.transform_up(|node| {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = node else {
            return Ok(Transformed::no(node));
        };
        let is_integer = |side: &Expr| side.get_type(schema).map(|found| found.is_integer());
        let can_wrap = matches!(op, Operator::Plus | Operator::Minus | Operator::Multiply)
            && is_integer(&left)?
            && is_integer(&right)?;
        if !can_wrap {
            return Ok(Transformed::no(binary_expr(*left, op, *right)));
        }
        let wide = |side: Box<Expr>| cast(*side, DataType::Decimal128(20, 0));
        let result = binary_expr(wide(left), op, wide(right));
        Ok(Transformed::yes(cast(result, DataType::Int64)))
    })?;
    Ok(checked.data)
}

/// Only what depends on the row alone: no aggregates, no subqueries, no clock, no dice.
fn refuse_unrepeatable(expr: &Expr, sql: &str, place: &Place) -> Result<(), Problem> {
    let mut found = None;
    let walked = expr.apply(|node| {
        let what = match node {
            Expr::AggregateFunction(_) => Some("an aggregate"),
            Expr::WindowFunction(_) => Some("a window function"),
            Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_) => Some("a subquery"),
            Expr::Placeholder(_) => Some("a placeholder"),
            Expr::ScalarFunction(call)
                if call.func.signature().volatility != Volatility::Immutable =>
            {
                Some("a function whose answer changes from run to run")
            }
            _ => None,
        };
        found = found.or(what);
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    match (walked, found) {
        (Ok(_), None) => Ok(()),
        (_, what) => Err(unrepeatable(sql, place, what.unwrap_or("something unsupported"))),
    }
}

fn unrepeatable(sql: &str, place: &Place, what: &str) -> Problem {
    Problem::new(Kind::Spec, place, format!("`{sql}` uses {what}"))
        .hint("an expression may only depend on the columns of one row")
}

/// Turns an engine's complaint into where, what and what to do.
pub fn explain(
    source: &OpenSource,
    schema: &DFSchema,
    sql: &str,
    place: &Place,
    error: DataFusionError,
) -> Problem {
    let root = error.find_root();
    if let DataFusionError::SchemaError(schema_error, _) = root
        && let SchemaError::FieldNotFound { field, .. } = schema_error.as_ref()
    {
        return unknown_column(source, schema, field, place);
    }
    let text = plain(&root.strip_backtrace());
    // Only a subquery reads a table.
    if text.starts_with("table '") && text.ends_with("not found") {
        return unrepeatable(sql, place, "a subquery");
    }
    if let Some(rest) = text.strip_prefix("invalid function '") {
        let name = rest.split('\'').next().unwrap_or_default();
        return Problem::new(Kind::Spec, place, format!("`{sql}`: there is no function `{name}`"));
    }
    Problem::new(Kind::Spec, place, format!("cannot read `{sql}`: {text}"))
}

fn unknown_column(
    source: &OpenSource,
    schema: &DFSchema,
    field: &Column,
    place: &Place,
) -> Problem {
    let name = field.name();
    if let Some(broken) = source.broken.get(name) {
        let message = format!("source `{}`: {}", source.source.name, broken.message);
        return Problem::new(Kind::Data, place, message).hint(&broken.hint);
    }
    let known = schema.fields().iter().map(|f| f.name().as_str());
    let message = format!("source `{}` has no column `{name}`", source.source.name);
    Problem::new(Kind::Spec, place, message).hint(
        nearest(name, known).unwrap_or_else(|| format!("it has {}", names_of(schema.as_arrow()))),
    )
}
