//! What is known of units before they meet an experiment: `attributes` of the assignments.

use toml::Spanned;

use super::once::Once;
use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, quote};
use crate::config::{Place, Source};

/// Segments are attributes, each once.
pub fn segments(
    page: Page,
    field: &Field<Vec<Field<String>>>,
    sources: &Known<Source>,
) -> Checked<Vec<String>> {
    let Some(said) = field.get()? else { return Ok(Vec::new()) };
    if said.get_ref().is_empty() {
        return Ok(Vec::new());
    }
    let source = assignments(page, "`segments`", said, sources)?;
    let mut once = Once::default();
    let segments: Vec<_> = said
        .get_ref()
        .iter()
        .map(|item| {
            let item = item.need()?;
            is_one(page, item, source)?;
            once.check(page, "segment", item.get_ref(), item.span())?;
            Ok(item.get_ref().clone())
        })
        .collect();
    segments.into_iter().collect()
}

/// An SQL predicate over attributes; it is parsed where their types are known.
pub fn audience(
    page: Page,
    field: &Field<String>,
    sources: &Known<Source>,
) -> Checked<Option<(String, Place)>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let audience = text::placed(page, "audience", field);
    let source = assignments(page, "`audience`", said, sources)?;
    if source.attributes.is_empty() {
        let message = "`audience` is about attributes, and source `assignments` lists none";
        let hint = "`attributes = [\"country\"]` lists columns that are known before exposure";
        return Err(page.error_with(said.span(), message, Some(hint.to_owned())));
    }
    audience
}

/// One attribute that `who` names.
pub fn named(
    page: Page,
    who: &str,
    said: &Spanned<String>,
    sources: &Known<Source>,
) -> Checked<()> {
    is_one(page, said, assignments(page, who, said, sources)?)
}

fn assignments<'a, T>(
    page: Page,
    who: &str,
    said: &Spanned<T>,
    sources: &'a Known<Source>,
) -> Checked<&'a Source> {
    match sources.find("assignments") {
        Found::Is(source) => Ok(source),
        Found::Broken => Err(Reported),
        Found::Missing => {
            let need = if who == "`segments`" { "need" } else { "needs" };
            let message = format!("{who} {need} the source `assignments` and its `attributes`");
            Err(page.error(said.span(), message))
        }
    }
}

fn is_one(page: Page, item: &Spanned<String>, source: &Source) -> Checked<()> {
    let name = item.get_ref();
    if source.attributes.contains(name) {
        return Ok(());
    }
    let known: Vec<&str> = source.attributes.iter().map(String::as_str).collect();
    let message = format!("{} is not an attribute of source `assignments`", quote(name));
    Err(page.error_with(item.span(), message, hint(name, &known, "attributes are")))
}
