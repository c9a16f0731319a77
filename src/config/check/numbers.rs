//! Numbers and their ranges.

use crate::config::document::Page;
use crate::config::field::{Field, Finite};
use crate::config::problem::Checked;

/// A fraction in (0, 1).
pub fn fraction(page: Page, name: &str, field: &Field<Finite>) -> Checked<Option<f64>> {
    within(page, name, field, "less than 1", |number| number < 1.0)
}

/// A fraction in (0, 1]: all is one.
pub fn share(page: Page, name: &str, field: &Field<Finite>) -> Checked<Option<f64>> {
    within(page, name, field, "at most 1", |number| number <= 1.0)
}

fn within(
    page: Page,
    name: &str,
    field: &Field<Finite>,
    most: &str,
    is_low: impl Fn(f64) -> bool,
) -> Checked<Option<f64>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let number = said.get_ref().0;
    if 0.0 < number && is_low(number) {
        return Ok(Some(number));
    }
    let hint = (1.0..100.0)
        .contains(&number)
        .then(|| format!("it is a fraction: {number} % is `{}`", hundredth(number)));
    let message = format!("`{name}` must be more than 0 and {most}, found `{number}`");
    Err(page.error_with(said.span(), message, hint))
}

/// By decimal places, so that no rounding shows: 7 becomes 0.07.
fn hundredth(percent: f64) -> f64 {
    format!("{percent}e-2").parse().unwrap_or(percent / 100.0)
}

/// A whole number, 0 or more, that `T` can hold.
pub fn natural<T: TryFrom<i64>>(page: Page, name: &str, field: &Field<i64>) -> Checked<Option<T>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let number = *said.get_ref();
    T::try_from(number).map(Some).map_err(|_| {
        let wrong = if number < 0 { "must not be negative" } else { "is too large" };
        page.error(said.span(), format!("`{name}` {wrong}, found `{number}`"))
    })
}

/// A whole number, 1 or more.
pub fn positive(page: Page, name: &str, field: &Field<i64>) -> Checked<Option<u64>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let number = *said.get_ref();
    u64::try_from(number).ok().filter(|number| *number > 0).map(Some).ok_or_else(|| {
        page.error(said.span(), format!("`{name}` must be at least 1, found `{number}`"))
    })
}
