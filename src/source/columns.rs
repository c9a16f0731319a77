//! The user's columns under our names, instants in UTC, bad rows left recognisable.

use arrow::datatypes::{DataType, Field};
use datafusion::common::DFSchema;
use datafusion::functions::expr_fn::{coalesce, get_field};
use datafusion::logical_expr::{Expr, cast, ident, lit, try_cast};
use datafusion::scalar::ScalarValue;

use super::schema::{type_name, utc};
use super::view::KeyType;
use crate::config::{Place, Source};
use crate::error::{Kind, Problem};

/// Our name for it, the user's column and where that was said.
pub type Named<'a> = (&'static str, &'a (String, Place));

/// A column of the source, by the user's name for it; `props.amount` is a field of a struct.
///
/// # Errors
/// `Spec` with the nearest name when the source has no such column or field.
pub fn find(
    source: &Source,
    schema: &DFSchema,
    (ours, (name, place)): Named<'_>,
) -> Result<(Expr, DataType), Problem> {
    let fields: Vec<&Field> = schema.fields().iter().map(|field| field.as_ref()).collect();
    if let Some(field) = fields.iter().find(|field| field.name() == name) {
        return Ok((ident(name), field.data_type().clone()));
    }
    walk(&fields, name).map_err(|(missing, known)| {
        let message = format!("source `{}` has no column `{name}` (for `{ours}`)", source.name);
        Problem::new(Kind::Spec, place, message).hint(
            nearest(missing, known.iter().map(String::as_str))
                .unwrap_or_else(|| format!("it has {}", listed(&known))),
        )
    })
}

/// Follows a dotted path into structs; else the part that is not there, and what is.
fn walk<'a>(fields: &[&Field], path: &'a str) -> Result<(Expr, DataType), (&'a str, Vec<String>)> {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or(path);
    let named = |fields: &[&Field]| fields.iter().map(|field| field.name().clone()).collect();
    let Some(field) = fields.iter().find(|field| field.name() == first) else {
        return Err((first, named(fields)));
    };
    let (mut expr, mut found) = (ident(first), field.data_type().clone());
    for part in parts {
        let inner: Vec<&Field> = match &found {
            DataType::Struct(inner) => inner.iter().map(|field| field.as_ref()).collect(),
            _ => Vec::new(),
        };
        let Some(field) = inner.iter().find(|field| field.name() == part) else {
            return Err((part, named(&inner)));
        };
        let data_type = field.data_type().clone();
        expr = get_field(expr, part);
        found = data_type;
    }
    Ok((expr, found))
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "no fields".into(),
        _ => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// "did you mean `amount`?", if something is near.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|known| {
            (strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase()), known)
        })
        .min()
        .filter(|(distance, known)| *distance <= (name.len().max(known.len()) / 3).max(1))
        .map(|(_, known)| format!("did you mean `{known}`?"))
}

/// The class of a unit key, which two sources must share.
///
/// # Errors
/// `Spec` for types that must never be keys: floating point, dates, nested values.
pub fn key_type(source: &Source, named: Named<'_>, found: &DataType) -> Result<KeyType, Problem> {
    match found {
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => Ok(KeyType::Text),
        DataType::UInt64 => Ok(KeyType::WideInteger),
        integer if integer.is_integer() => Ok(KeyType::Integer),
        DataType::Decimal128(_, 0) => Ok(KeyType::WideInteger),
        _ => Err(wrong_type(source, named, found, "text or an integer")),
    }
}

/// A column that holds names (variants, experiments, events): text, never cast in silence.
pub fn text(source: &Source, schema: &DFSchema, named: Named<'_>) -> Result<Expr, Problem> {
    let (expr, found) = find(source, schema, named)?;
    match found {
        DataType::Utf8View => Ok(expr),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Null => Ok(cast(expr, DataType::Utf8View)),
        DataType::Dictionary(_, value) if value.is_string() => Ok(cast(expr, DataType::Utf8View)),
        other => Err(wrong_type(source, named, &other, "text")),
    }
}

/// Whether a row is marked; a row that does not say so is not.
pub fn flag(source: &Source, schema: &DFSchema, named: Named<'_>) -> Result<Expr, Problem> {
    let (expr, found) = find(source, schema, named)?;
    match found {
        DataType::Boolean | DataType::Null => Ok(cast(expr, DataType::Boolean)),
        other => Err(wrong_type(source, named, &other, "true or false")),
    }
}

fn wrong_type(
    source: &Source,
    (ours, (name, place)): Named<'_>,
    found: &DataType,
    wanted: &str,
) -> Problem {
    let message = format!(
        "source `{}`: column `{name}` (for `{ours}`) is {}, where {wanted} is needed",
        source.name,
        type_name(found)
    );
    Problem::new(Kind::Spec, place, message).hint(format!(
        "keys are never cast in silence: declare a source with `query = \"SELECT CAST({name} AS VARCHAR) AS {ours}, ... FROM ...\"`"
    ))
}

/// An instant in UTC microseconds; what cannot be read becomes NULL and is counted as such.
///
/// # Errors
/// `Spec` for a timestamp or text without a zone where the source states none, and for
/// integers, whose unit nobody could know.
pub fn instant(source: &Source, schema: &DFSchema, named: Named<'_>) -> Result<Expr, Problem> {
    let (expr, found) = find(source, schema, named)?;
    let (ours, (name, place)) = named;
    let zone = source.timezone.as_ref().and_then(|zone| zone.iana_name());
    let refuse = |what: &str, hint: String| {
        let message = format!("source `{}`: column `{name}` (for `{ours}`) {what}", source.name);
        Err(Problem::new(Kind::Spec, place, message).hint(hint))
    };
    let state_zone = || {
        format!(
            "add `timezone = \"UTC\"` (or the zone it was written in) to [sources.{}]",
            source.name
        )
    };
    match found {
        DataType::Timestamp(_, Some(_)) => Ok(cast(expr, utc())),
        DataType::Null => Ok(cast(expr, utc())),
        DataType::Timestamp(_, None) | DataType::Date32 | DataType::Date64 => match zone {
            Some("UTC") => Ok(cast(expr, utc())),
            Some(zone) => Ok(cast(local(expr, zone), utc())),
            None => refuse("carries no time zone", state_zone()),
        },
        DataType::Utf8View | DataType::Utf8 | DataType::LargeUtf8 => match zone {
            Some(zone) => {
                let stated = try_cast(expr.clone(), in_zone(zone));
                Ok(cast(coalesce(vec![stated, hour_later(expr, zone)]), utc()))
            }
            None => refuse("is text, which may carry no time zone", state_zone()),
        },
        other => refuse(
            &format!("is {}, not an instant", type_name(&other)),
            format!(
                "declare a source with `query = \"SELECT to_timestamp_millis({name}) AS time, ... FROM ...\"`"
            ),
        ),
    }
}

fn in_zone(zone: &str) -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some(zone.into()))
}

/// The instant of a clock in a zone. Where the clock went back, an hour is there twice: the first
/// is meant; where it went forward, an hour is not there: it is counted on from the hour before.
fn local(expr: Expr, zone: &str) -> Expr {
    let at_once = try_cast(cast(expr.clone(), naive()), in_zone(zone));
    coalesce(vec![at_once, hour_later(expr, zone)])
}

/// An hour after what the clock showed an hour before.
fn hour_later(expr: Expr, zone: &str) -> Expr {
    let hour = || lit(ScalarValue::new_interval_mdn(0, 0, 3_600_000_000_000));
    try_cast(try_cast(expr, naive()) - hour(), in_zone(zone)) + hour()
}

fn naive() -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, None)
}

/// A column of NULLs, for one of ours that the source does not have.
pub fn absent(data_type: &DataType) -> Expr {
    ScalarValue::try_from(data_type).map(lit).unwrap_or_else(|_| lit(ScalarValue::Null))
}
