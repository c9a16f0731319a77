//! What is compared: two or more variants, one of them the control, with all of the weight.

use std::ops::Range;

use toml::Spanned;

use crate::config::Variant;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::VariantTable;
use crate::config::key::{self, Taken};
use crate::config::problem::{Checked, Reported};

/// Weights may miss 100 by this much, for thirds.
const TOLERANCE: f64 = 1e-9;

type Tables = Vec<Field<VariantTable>>;

/// The variants, control first, with the weights at `start`.
///
/// A treatment may begin without weight where the weights change later.
pub fn check(page: Page, field: &Field<Tables>, has_phases: bool) -> Checked<Vec<Variant>> {
    let said = field.need()?;
    let tables = said.get_ref();
    let enough = enough(page, said);
    let mut taken = Taken::default();
    let variants: Vec<_> =
        tables.iter().map(|table| one(page, table, has_phases, &mut taken)).collect();
    // A single variant has no one to share with or be compared with: one mistake, one line.
    enough?;
    let control = control(page, tables, said.span());
    let weights = weights(page, tables, has_phases, said.span());
    let mut variants = variants.into_iter().collect::<Checked<Vec<_>>>()?;
    control.and(weights)?;
    variants.sort_by_key(|variant| !variant.is_control);
    Ok(variants)
}

fn enough(page: Page, said: &Spanned<Tables>) -> Checked<()> {
    let found = match said.get_ref().len() {
        0 => "none",
        1 => "one",
        _ => return Ok(()),
    };
    Err(page
        .error(said.span(), format!("an experiment needs at least two variants, found {found}")))
}

fn one(
    page: Page,
    table: &Field<VariantTable>,
    has_phases: bool,
    taken: &mut Taken,
) -> Checked<Variant> {
    let table = table.need()?.get_ref();
    let key = table.key.need().and_then(|said| {
        key::check(page, "a variant", said.get_ref(), said.span())?;
        taken.take(page, "variant", said.get_ref(), said.span())?;
        Ok(said.get_ref().clone())
    });
    let is_control = table.control.or(false);
    let weight = weight(page, table, has_phases);
    Ok(Variant { key: key?, share: weight? / 100.0, is_control: is_control? })
}

fn weight(page: Page, table: &VariantTable, has_phases: bool) -> Checked<f64> {
    let said = table.weight.need()?;
    let weight = said.get_ref().0;
    if is_weight(table, weight, has_phases) {
        return Ok(weight);
    }
    let message = format!("`weight` must be more than 0 and at most 100, found `{weight}`");
    Err(page.error(said.span(), message))
}

fn is_weight(table: &VariantTable, weight: f64, has_phases: bool) -> bool {
    let may_be_none = has_phases && table.control.or(false) == Ok(false);
    (0.0 < weight || may_be_none && weight == 0.0) && weight <= 100.0
}

fn control(page: Page, tables: &Tables, at: Range<usize>) -> Checked<()> {
    let mut first = None;
    for table in tables {
        let control = &table.need()?.get_ref().control;
        let Some(said) = control.get()?.filter(|said| *said.get_ref()) else { continue };
        match first {
            None => first = Some(page.place(&said.span())),
            Some(place) => {
                let message = format!("a second control, after {place}");
                let hint = "exactly one variant has `control = true`";
                return Err(page.error_with(said.span(), message, Some(hint.to_owned())));
            }
        }
    }
    match first {
        Some(_) => Ok(()),
        None => {
            let hint = "one variant needs `control = true`";
            Err(page.error_with(at, "no variant is the control", Some(hint.to_owned())))
        }
    }
}

/// The sum, unless a weight is wrong by itself.
fn weights(page: Page, tables: &Tables, has_phases: bool, at: Range<usize>) -> Checked<()> {
    let mut sum = 0.0;
    for table in tables {
        let table = table.need()?.get_ref();
        let weight = table.weight.need()?.get_ref().0;
        if !is_weight(table, weight, has_phases) {
            return Err(Reported);
        }
        sum += weight;
    }
    self::sum(page, sum, at)
}

/// All weights of a phase together are all units.
pub fn sum(page: Page, sum: f64, at: Range<usize>) -> Checked<()> {
    if (sum - 100.0).abs() <= TOLERANCE {
        return Ok(());
    }
    Err(page.error(at, format!("the weights sum to {}, not 100", trimmed(sum))))
}

/// Without the digits that only binary fractions have: 99.9, not 99.89999999999999.
fn trimmed(sum: f64) -> f64 {
    format!("{sum:.9}").parse().unwrap_or(sum)
}
