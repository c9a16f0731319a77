//! Cells of a frame in our types. NULL is `None`.

use jiff::civil::Date;
use jiff::{Span, civil};
use polars::prelude::{AnyValue, DataFrame, PolarsError};

use crate::error::Error;

/// One column, cell by cell.
///
/// # Errors
/// `Bug` where the frame has no such column: it is ours.
pub fn cells<T>(
    frame: &DataFrame,
    name: &str,
    cell: impl Fn(AnyValue<'_>) -> Option<T>,
) -> Result<Vec<Option<T>>, Error> {
    let bug = |why: PolarsError| Error::bug(format!("column `{name}`: {why}"));
    let column = frame.column(name).map_err(bug)?;
    (0..frame.height()).map(|row| Ok(cell(column.get(row).map_err(bug)?))).collect()
}

pub fn text(cell: AnyValue<'_>) -> Option<String> {
    cell.get_str().map(str::to_owned)
}

pub fn number(cell: AnyValue<'_>) -> Option<f64> {
    match cell {
        AnyValue::Float64(number) => Some(number).filter(|number| number.is_finite()),
        _ => None,
    }
}

pub fn whole(cell: AnyValue<'_>) -> Option<i64> {
    match cell {
        AnyValue::Int64(number) => Some(number),
        _ => None,
    }
}

pub fn flag(cell: AnyValue<'_>) -> Option<bool> {
    match cell {
        AnyValue::Boolean(flag) => Some(flag),
        _ => None,
    }
}

pub fn day(cell: AnyValue<'_>) -> Option<Date> {
    match cell {
        AnyValue::Date(days) => day_of(days),
        _ => None,
    }
}

pub fn texts(cell: AnyValue<'_>) -> Option<Vec<String>> {
    match cell {
        AnyValue::List(list) => {
            Some(list.str().ok()?.iter().flatten().map(str::to_owned).collect())
        }
        _ => None,
    }
}

/// Days since 1970 as a day; `None` beyond what a calendar has.
fn day_of(days: i32) -> Option<Date> {
    civil::date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}
