//! Which facts of which source: the keys that metrics and entries share.

use std::ops::Range;

use toml::Spanned;

use super::text;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, list, quote};
use crate::config::{FactFilter, Source, SourceRole, Window};

/// Who asks for facts, and what they say about them.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    pub page: Page<'a>,
    /// "metric `revenue`", for messages.
    pub who: String,
    pub at: Range<usize>,
    pub source: &'a Field<String>,
    pub event: &'a Field<String>,
    pub predicate: &'a Field<String>,
    pub window: &'a Field<String>,
    /// Whether the facts must have an instant.
    pub is_timed: bool,
    pub sources: &'a Known<Source>,
}

/// The facts, if there is a source that has them.
pub fn check(wanted: &Wanted) -> Checked<FactFilter> {
    let page = wanted.page;
    let source = source(wanted);
    let event = text::placed(page, "event", wanted.event);
    let predicate = text::placed(page, "where", wanted.predicate);
    let window = window(page, wanted.window);
    let source = source?;
    let has_time = match wanted.is_timed {
        true => needs_time(page, wanted.at.clone(), &wanted.who, source),
        false => wanted
            .window
            .said()
            .map_or(Ok(()), |said| needs_time(page, said.span(), "`window`", source)),
    };
    let has_event = wanted.event.said().map_or(Ok(()), |said| needs_event(page, said, source));
    has_event.and(has_time)?;
    Ok(FactFilter {
        source: source.name.clone(),
        event: event?,
        predicate: predicate?,
        window: window?,
    })
}

/// Only facts with an instant are before or after anything.
pub fn needs_time(page: Page, at: Range<usize>, who: &str, source: &Source) -> Checked<()> {
    column(page, at, who, "time", source.columns.time.is_some(), source)
}

/// The name of an event means something where the source names events.
pub fn needs_event(page: Page, said: &Spanned<String>, source: &Source) -> Checked<()> {
    column(page, said.span(), "`event`", "event", source.columns.event.is_some(), source)
}

/// What is said needs the column it is about.
fn column(
    page: Page,
    at: Range<usize>,
    who: &str,
    column: &str,
    is_there: bool,
    source: &Source,
) -> Checked<()> {
    if is_there {
        return Ok(());
    }
    let source = quote(&source.name);
    let message = format!("{who} needs a column `{column}`, which source {source} does not have");
    Err(page.error(at, message))
}

fn window(page: Page, field: &Field<String>) -> Checked<Window> {
    let Some(said) = field.get()? else { return Ok(Window::OPEN) };
    Window::parse(said.get_ref()).map_err(|problem| {
        let message = format!("`window` {problem}, found {}", quote(said.get_ref()));
        let hint = "`7d` is the first 7 days, `7d..14d` the 7 days after them";
        page.error_with(said.span(), message, Some(hint.to_owned()))
    })
}

/// The fact source that was named, else the only one that will do.
fn source<'a>(wanted: &Wanted<'a>) -> Checked<&'a Source> {
    match wanted.source.get()? {
        Some(said) => named_source(wanted, said),
        None => only_source(wanted),
    }
}

fn named_source<'a>(wanted: &Wanted<'a>, said: &Spanned<String>) -> Checked<&'a Source> {
    let Wanted { page, sources, .. } = wanted;
    let name = quote(said.get_ref());
    match sources.find(said.get_ref()) {
        Found::Is(source) if source.role == SourceRole::Facts => Ok(source),
        Found::Broken => Err(Reported),
        Found::Is(_) => {
            let message = format!("source {name} has no facts");
            Err(page.error_with(said.span(), message, Some(fact_sources(sources))))
        }
        Found::Missing => {
            let hint = hint(said.get_ref(), &sources.names(), "there are");
            Err(page.error_with(said.span(), format!("there is no source {name}"), hint))
        }
    }
}

fn only_source<'a>(wanted: &Wanted<'a>) -> Checked<&'a Source> {
    let sources = wanted.sources;
    // A source that could not be read may be another fact source.
    if !sources.complete || sources.entries.values().any(Result::is_err) {
        return Err(Reported);
    }
    let facts = || sources.right().map(|(_, source)| source).filter(|source| is_facts(source));
    let mut timed = facts().filter(|source| source.columns.time.is_some());
    match (facts().next(), facts().nth(1), timed.next(), timed.next()) {
        (Some(source), None, ..) => Ok(source),
        (_, _, Some(source), None) if wanted.is_timed => Ok(source),
        _ => {
            let message = format!("{} needs `source`", wanted.who);
            let hint = fact_sources(sources);
            Err(wanted.page.error_with(wanted.at.clone(), message, Some(hint)))
        }
    }
}

fn is_facts(source: &Source) -> bool {
    source.role == SourceRole::Facts
}

fn fact_sources(sources: &Known<Source>) -> String {
    let facts = sources.right().filter(|(_, source)| is_facts(source));
    let names: Vec<&str> = facts.map(|(name, _)| name).collect();
    if names.is_empty() {
        return "there is no fact source; `assize.toml` says where facts are".to_owned();
    }
    format!("fact sources are {}", list(names))
}
