//! How much of one unit counts.

use super::numbers;
use crate::config::Cap;
use crate::config::document::Page;
use crate::config::field::{Field, Finite};
use crate::config::file::CapTable;
use crate::config::problem::{Checked, Reported};

pub fn check(page: Page, field: &Field<CapTable>) -> Checked<Option<Cap>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let table = said.get_ref();
    let at = at(page, &table.at);
    let quantile = numbers::share(page, "quantile", &table.quantile);
    match (at?, quantile?) {
        (Some(at), None) => Ok(Some(Cap::At(at))),
        (None, Some(quantile)) => Ok(Some(Cap::Quantile(quantile))),
        (None, None) => Err(Reported),
        (Some(_), Some(_)) => {
            let message = "`cap` has an `at` and a `quantile`, and needs one";
            Err(page.error(table.quantile.span_or(&said.span()), message))
        }
    }
}

fn at(page: Page, field: &Field<Finite>) -> Checked<Option<f64>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let at = said.get_ref().0;
    if at > 0.0 {
        return Ok(Some(at));
    }
    Err(page.error(said.span(), format!("`at` must be more than 0, found `{at}`")))
}
