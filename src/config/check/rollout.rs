//! The `[rollout]` table and `segments`: checked, and not used in this version.

use toml::Spanned;

use super::text;
use crate::config::Source;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::RolloutTable;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::window::duration;
use crate::config::words::{hint, quote};

pub fn check(page: Page, field: &Field<RolloutTable>) -> Checked<()> {
    let Some(said) = field.get()? else { return Ok(()) };
    let table = said.get_ref();
    let flag = text::line(page, "flag", &table.flag);
    let steps = steps(page, &table.steps);
    let every = every(page, &table.every);
    flag.and(steps).and(every)
}

fn steps(page: Page, field: &Field<Vec<Field<i64>>>) -> Checked<()> {
    let said = field.need()?;
    if said.get_ref().is_empty() {
        return Err(page.error(said.span(), "`steps` is empty"));
    }
    let mut last = 0;
    for item in said.get_ref() {
        let step = item.need()?;
        let percent = *step.get_ref();
        if !(1..=100).contains(&percent) {
            let message = format!("a step must be from 1 to 100, found `{percent}`");
            return Err(page.error(step.span(), message));
        }
        if percent <= last {
            let message = format!("`steps` must increase, found `{percent}` after `{last}`");
            return Err(page.error(step.span(), message));
        }
        last = percent;
    }
    Ok(())
}

fn every(page: Page, field: &Field<String>) -> Checked<()> {
    let said = field.need()?;
    let wrong = match duration(said.get_ref()) {
        Ok(0) => "must be longer than nothing".to_owned(),
        Ok(_) => return Ok(()),
        Err(problem) => problem.to_string(),
    };
    Err(page.error(said.span(), format!("`every` {wrong}, found {}", quote(said.get_ref()))))
}

/// Segments are attributes of the assignments.
pub fn segments(
    page: Page,
    field: &Field<Vec<Field<String>>>,
    sources: &Known<Source>,
) -> Checked<()> {
    let Some(said) = field.get()? else { return Ok(()) };
    if said.get_ref().is_empty() {
        return Ok(());
    }
    let source = match sources.find("assignments") {
        Found::Is(source) => source,
        Found::Broken => return Err(Reported),
        Found::Missing => {
            let message = "`segments` need the source `assignments`, whose `attributes` they are";
            return Err(page.error(said.span(), message));
        }
    };
    let mut result = Ok(());
    for item in said.get_ref() {
        result = item.need().and_then(|item| attribute(page, item, source)).and(result);
    }
    result?;
    let message = "`segments` are not computed in this version";
    page.warn(said.span(), message, Some("results are of all units together".to_owned()));
    Ok(())
}

fn attribute(page: Page, item: &Spanned<String>, source: &Source) -> Checked<()> {
    let name = item.get_ref();
    if source.attributes.contains(name) {
        return Ok(());
    }
    let known: Vec<&str> = source.attributes.iter().map(String::as_str).collect();
    let message = format!("{} is not an attribute of source `assignments`", quote(name));
    Err(page.error_with(item.span(), message, hint(name, &known, "attributes are")))
}
