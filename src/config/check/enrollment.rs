//! Who enrolls, and by what, besides the dates.

use std::ops::Range;

use super::dates::Period;
use super::facts::{self, Wanted};
use super::once::Once;
use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::EntryTable;
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::window::DAY;
use crate::config::words::{days, quote};
use crate::config::{FactFilter, Source, Variant};

/// The fact that enrolls a unit.
pub fn entry(
    page: Page,
    field: &Field<EntryTable>,
    sources: &Known<Source>,
    period: Checked<Period>,
) -> Checked<Option<FactFilter>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let table = said.get_ref();
    let texts = [&table.source, &table.event, &table.predicate];
    if texts.iter().all(|field| matches!(field, Field::Absent)) {
        return Err(Reported);
    }
    let filter = facts::check(&Wanted {
        page,
        who: "`entry`".to_owned(),
        at: said.span(),
        source: &table.source,
        event: &table.event,
        predicate: &table.predicate,
        window: &table.window,
        is_timed: true,
        sources,
    })?;
    fits(page, &filter, table.window.span_or(&said.span()), period)?;
    Ok(Some(filter))
}

/// No unit could live through a window that is longer than the experiment.
fn fits(page: Page, filter: &FactFilter, at: Range<usize>, period: Checked<Period>) -> Checked<()> {
    let length = period?.days();
    match filter.window.to {
        Some(to) if to > length.saturating_mul(DAY) => {
            let window = filter.window;
            let message = format!(
                "`entry` has the window `{window}`, longer than the experiment's {}",
                days(length)
            );
            Err(page.error(at, message))
        }
        _ => Ok(()),
    }
}

/// Words in the variant column that are no variant.
pub fn holdouts(
    page: Page,
    field: &Field<Vec<Field<String>>>,
    variants: Result<&[Variant], Reported>,
) -> Checked<Vec<String>> {
    let Some(said) = field.get()? else { return Ok(Vec::new()) };
    let mut once = Once::default();
    let words: Vec<_> = said
        .get_ref()
        .iter()
        .map(|item| {
            let word = text::line(page, "holdout", item)?.ok_or(Reported)?;
            let at = item.span_or(&said.span());
            once.check(page, "holdout", &word, at.clone())?;
            if variants?.iter().any(|variant| variant.key == word) {
                let message = format!("{} is a variant, and no holdout", quote(&word));
                return Err(page.error(at, message));
            }
            Ok(word)
        })
        .collect();
    words.into_iter().collect()
}
