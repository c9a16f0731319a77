//! The steps of a funnel.

use toml::Spanned;

use super::{facts, text};
use crate::config::document::Page;
use crate::config::field::{Field, TextOr};
use crate::config::file::StepItem;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::{FactFilter, Source, Step};

/// One step is a conversion; more than anybody draws are a mistake.
const FEWEST: usize = 2;
const MOST: usize = 16;

type Steps = Spanned<Vec<Field<StepItem>>>;

pub fn check(page: Page, said: &Steps) -> Checked<Vec<Step>> {
    let steps: Vec<_> = said.get_ref().iter().map(|item| step(page, item.need()?)).collect();
    let count = steps.len();
    if !(FEWEST..=MOST).contains(&count) {
        let message = format!("`steps` must be from {FEWEST} to {MOST}, found {count}");
        return Err(page.error(said.span(), message));
    }
    steps.into_iter().collect()
}

fn step(page: Page, item: &Spanned<StepItem>) -> Checked<Step> {
    match item.get_ref() {
        TextOr::Text(event) => {
            let said = Field::Said(Spanned::new(item.span(), event.clone()));
            Ok(Step { event: text::placed(page, "event", &said)?, predicate: None })
        }
        TextOr::Table(table) => {
            let event = text::placed(page, "event", &table.event);
            let predicate = text::placed(page, "where", &table.predicate);
            let (event, predicate) = (event?, predicate?);
            match (&event, &predicate) {
                (None, None) => Err(Reported),
                _ => Ok(Step { event, predicate }),
            }
        }
    }
}

/// Events in steps need a source that names events.
pub fn name_events(
    page: Page,
    said: &Steps,
    filter: &FactFilter,
    sources: &Known<Source>,
) -> Checked<()> {
    let Found::Is(source) = sources.find(&filter.source) else { return Ok(()) };
    let mut result = Ok(());
    for item in said.get_ref().iter().filter_map(Field::said) {
        let event = match item.get_ref() {
            TextOr::Text(event) => Some(Spanned::new(item.span(), event.clone())),
            TextOr::Table(table) => table.event.said().cloned(),
        };
        let named = event.map_or(Ok(()), |event| facts::needs_event(page, &event, source));
        result = named.and(result);
    }
    result
}
