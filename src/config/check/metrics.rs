//! The `[metrics]` tables.

use toml::Spanned;

use super::{ratio, text};
use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::{Kind, MetricTable};
use crate::config::key::{self, Taken};
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, list, quote};
use crate::config::{
    Direction, FactFilter, Maturity, Metric, MetricKind, Source, SourceRole, Window,
};

/// A metric, and what only guardrails ask about it.
#[derive(Debug)]
pub struct CheckedMetric {
    pub metric: Metric,
    /// Whether `better` was written down.
    pub is_directed: bool,
}

pub fn check(
    page: Page,
    metrics: &Spanned<Named<MetricTable>>,
    sources: &Known<Source>,
) -> Known<CheckedMetric> {
    let tables = &metrics.get_ref().0;
    let mut taken = Taken::default();
    let mut known = Known { entries: Default::default(), complete: true };
    let mut in_order: Vec<_> = tables.iter().collect();
    in_order.sort_by_key(|(name, _)| name.span().start);
    for (name, table) in in_order {
        let named = key::check(page, "a metric", name.get_ref(), name.span())
            .and_then(|()| taken.take(page, "metric", name.get_ref(), name.span()));
        let metric = table.need().and_then(|table| one(page, name, table.get_ref(), sources));
        known.entries.insert(name.get_ref().clone(), named.and(metric));
    }
    ratio::check(page, tables, known)
}

fn one(
    page: Page,
    name: &Spanned<String>,
    table: &MetricTable,
    sources: &Known<Source>,
) -> Checked<CheckedMetric> {
    let kind = table.kind.get().map(|kind| kind.map(|kind| *kind.get_ref()));
    let misplaced =
        kind.and_then(|kind| kind.map_or(Ok(()), |kind| only_what_fits(page, kind, table)));
    let description = text::lines(page, "description", &table.description);
    let better = table.better.or(Direction::Higher);
    let kind = match kind?.ok_or(Reported)? {
        Kind::Conversion => filter(page, name, table, sources)
            .map(|filter| MetricKind::Conversion { filter, at_least: 1 }),
        Kind::Count => filter(page, name, table, sources).map(MetricKind::Count),
        Kind::Sum => sum(page, name, table, sources),
        Kind::Ratio => parts(page, name, table),
    };
    misplaced?;
    Ok(CheckedMetric {
        metric: Metric {
            key: name.get_ref().clone(),
            description: description?,
            kind: kind?,
            better: better?,
            cap: None,
            covariate: None,
            maturity: Maturity::All,
            at: page.place(&name.span()),
        },
        is_directed: table.better.said().is_some(),
    })
}

/// Reports the keys that mean nothing for this kind.
fn only_what_fits(page: Page, kind: Kind, table: &MetricTable) -> Checked<()> {
    let facts = kind != Kind::Ratio;
    let keys = [
        ("source", &table.source, facts),
        ("event", &table.event, facts),
        ("where", &table.predicate, facts),
        ("window", &table.window, facts),
        ("value", &table.value, kind == Kind::Sum),
        ("numerator", &table.numerator, !facts),
        ("denominator", &table.denominator, !facts),
    ];
    let mut result = Ok(());
    for (key, field, fits) in keys {
        if let (Some(said), false) = (field.said(), fits) {
            let (hint, kind) = match key {
                "value" => ("only a `sum` has one", kind),
                "numerator" | "denominator" => ("only a `ratio` has one", kind),
                _ => ("its numerator and denominator have their own", kind),
            };
            let message = format!("a {} has no `{key}`", word(kind));
            result = Err(page.error_with(said.span(), message, Some(hint.to_owned())));
        }
    }
    result
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Conversion => "conversion",
        Kind::Count => "count",
        Kind::Sum => "sum",
        Kind::Ratio => "ratio",
    }
}

fn sum(
    page: Page,
    name: &Spanned<String>,
    table: &MetricTable,
    sources: &Known<Source>,
) -> Checked<MetricKind> {
    let value = needed(page, name, "sum", "value", &table.value);
    let filter = filter(page, name, table, sources);
    let value = value.and_then(|_| text::placed(page, "value", &table.value));
    Ok(MetricKind::Sum { filter: filter?, value: value?.ok_or(Reported)? })
}

fn parts(page: Page, name: &Spanned<String>, table: &MetricTable) -> Checked<MetricKind> {
    let numerator = needed(page, name, "ratio", "numerator", &table.numerator);
    let denominator = needed(page, name, "ratio", "denominator", &table.denominator);
    Ok(MetricKind::Ratio { numerator: numerator?, denominator: denominator? })
}

fn needed(
    page: Page,
    name: &Spanned<String>,
    kind: &str,
    key: &str,
    field: &Field<String>,
) -> Checked<String> {
    field.get()?.map(|said| said.get_ref().clone()).ok_or_else(|| {
        page.error(name.span(), format!("{kind} {} needs `{key}`", quote(name.get_ref())))
    })
}

fn filter(
    page: Page,
    name: &Spanned<String>,
    table: &MetricTable,
    sources: &Known<Source>,
) -> Checked<FactFilter> {
    let source = source(page, name, table, sources);
    let event = text::placed(page, "event", &table.event);
    let predicate = text::placed(page, "where", &table.predicate);
    let window = window(page, &table.window);
    let source = source?;
    let columns = &source.columns;
    let has_event = column(page, "event", &table.event, "event", columns.event.is_some(), source);
    let has_time = column(page, "window", &table.window, "time", columns.time.is_some(), source);
    has_event.and(has_time)?;
    Ok(FactFilter {
        source: source.name.clone(),
        event: event?,
        predicate: predicate?,
        window: window?,
    })
}

/// A key that is said needs the column it is about.
fn column(
    page: Page,
    key: &str,
    field: &Field<String>,
    column: &str,
    is_there: bool,
    source: &Source,
) -> Checked<()> {
    let Some(said) = field.said().filter(|_| !is_there) else { return Ok(()) };
    let source = quote(&source.name);
    let message = format!("`{key}` needs a column `{column}`, which source {source} does not have");
    Err(page.error(said.span(), message))
}

fn window(page: Page, field: &Field<String>) -> Checked<Window> {
    let Some(said) = field.get()? else { return Ok(Window::OPEN) };
    Window::parse(said.get_ref()).map_err(|problem| {
        let message = format!("`window` {problem}, found {}", quote(said.get_ref()));
        let hint = "`7d` is the first 7 days, `7d..14d` the 7 days after them";
        page.error_with(said.span(), message, Some(hint.to_owned()))
    })
}

/// The fact source that was named, else the only one.
fn source<'a>(
    page: Page,
    name: &Spanned<String>,
    table: &MetricTable,
    sources: &'a Known<Source>,
) -> Checked<&'a Source> {
    match table.source.get()? {
        Some(said) => named_source(page, said, sources),
        None => only_source(page, name, sources),
    }
}

fn named_source<'a>(
    page: Page,
    said: &Spanned<String>,
    sources: &'a Known<Source>,
) -> Checked<&'a Source> {
    let name = quote(said.get_ref());
    match sources.find(said.get_ref()) {
        Found::Is(source) if source.role == SourceRole::Facts => Ok(source),
        Found::Broken => Err(Reported),
        Found::Is(_) => {
            let hint = fact_sources(sources);
            Err(page.error_with(said.span(), format!("source {name} has no facts"), Some(hint)))
        }
        Found::Missing => {
            let hint = hint(said.get_ref(), &sources.names(), "there are");
            Err(page.error_with(said.span(), format!("there is no source {name}"), hint))
        }
    }
}

fn only_source<'a>(
    page: Page,
    name: &Spanned<String>,
    sources: &'a Known<Source>,
) -> Checked<&'a Source> {
    // A source that could not be read may be another fact source.
    if !sources.complete || sources.entries.values().any(Result::is_err) {
        return Err(Reported);
    }
    let mut facts = sources.right().filter(|(_, source)| source.role == SourceRole::Facts);
    match (facts.next(), facts.next()) {
        (Some((_, source)), None) => Ok(source),
        _ => {
            let message = format!("metric {} needs `source`", quote(name.get_ref()));
            Err(page.error_with(name.span(), message, Some(fact_sources(sources))))
        }
    }
}

fn fact_sources(sources: &Known<Source>) -> String {
    let facts = sources.right().filter(|(_, source)| source.role == SourceRole::Facts);
    let names: Vec<&str> = facts.map(|(name, _)| name).collect();
    if names.is_empty() {
        return "there is no fact source; `assize.toml` says where facts are".to_owned();
    }
    format!("fact sources are {}", list(names))
}
