//! Which keys mean something for which kind of metric.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{Kind, MetricTable};
use crate::config::problem::Checked;
use crate::config::words::{list, quote};

use Kind::{Conversion, Count, Distinct, Funnel, Max, Quantile, Ratio, Retention, Sum};

const OF_FACTS: &[Kind] = &[Conversion, Count, Sum, Max, Distinct, Retention, Quantile, Funnel];
/// A funnel's steps name its events.
const OF_ONE_EVENT: &[Kind] = &[Conversion, Count, Sum, Max, Distinct, Retention, Quantile];
const WITH_VALUE: &[Kind] = &[Sum, Max, Distinct, Quantile];
/// Numbers that one unit may have much more of than others.
const UNBOUNDED: &[Kind] = &[Count, Sum, Max, Distinct];
/// One number of a unit's facts, of which a mean makes sense.
const PLAIN: &[Kind] = &[Conversion, Count, Sum, Max, Distinct];
/// Means and ratios of means, which a covariate sharpens.
const MEANS: &[Kind] = &[Conversion, Count, Sum, Max, Distinct, Ratio];

/// A key, where its value is if it was said, and the kinds that have it.
type Key = (&'static str, Option<Range<usize>>, &'static [Kind]);

/// Reports the keys that mean nothing for this kind.
pub fn check(page: Page, kind: Kind, table: &MetricTable) -> Checked<()> {
    let mut result = Ok(());
    for (key, at, kinds) in keys(table) {
        if let (Some(at), false) = (at, kinds.contains(&kind)) {
            let message = format!("a {} has no `{key}`", word(kind));
            result = Err(page.error_with(at, message, Some(why(kind, key, kinds))));
        }
    }
    result
}

fn keys(table: &MetricTable) -> [Key; 13] {
    [
        ("source", span(&table.source), OF_FACTS),
        ("event", span(&table.event), OF_ONE_EVENT),
        ("where", span(&table.predicate), OF_FACTS),
        ("window", span(&table.window), OF_FACTS),
        ("value", span(&table.value), WITH_VALUE),
        ("at_least", span(&table.at_least), &[Conversion]),
        ("level", span(&table.level), &[Quantile]),
        ("of", span(&table.of), &[Quantile]),
        ("steps", span(&table.steps), &[Funnel]),
        ("numerator", span(&table.numerator), &[Ratio]),
        ("denominator", span(&table.denominator), &[Ratio]),
        ("cap", span(&table.cap), UNBOUNDED),
        ("covariate", span(&table.covariate), MEANS),
    ]
}

fn span<T>(field: &Field<T>) -> Option<Range<usize>> {
    field.said().map(Spanned::span)
}

fn why(kind: Kind, key: &str, kinds: &[Kind]) -> String {
    match (kind, key, kinds) {
        (Ratio, "source" | "event" | "where" | "window" | "cap", _) => {
            "its numerator and denominator have their own".to_owned()
        }
        (Funnel, "event", _) => "its steps have their own; `where` is for all of them".to_owned(),
        (_, "steps", _) => "only a `funnel` has them".to_owned(),
        (.., [only]) => format!("only a {} has one", quote(word(*only))),
        (.., kinds) => format!("these have one: {}", list(kinds.iter().map(|kind| word(*kind)))),
    }
}

/// The tables of all metrics.
pub type Tables = BTreeMap<Spanned<String>, Field<MetricTable>>;

/// What a metric is, as far as its table says so.
pub fn kind_of(tables: &Tables, key: &str) -> Option<Kind> {
    let table = tables.get(key)?.said()?;
    table.get_ref().kind.said().map(|kind| *kind.get_ref())
}

/// Reports a metric that is no one number of a unit's facts, where only such a metric makes sense.
pub fn plain(page: Page, tables: &Tables, said: &Spanned<String>, part: &str) -> Checked<()> {
    let name = quote(said.get_ref());
    match kind_of(tables, said.get_ref()) {
        Some(kind) if !PLAIN.contains(&kind) => {
            let message = format!("{name} is a {}, which cannot be {part}", word(kind));
            let can = list(PLAIN.iter().map(|kind| word(*kind)));
            Err(page.error_with(said.span(), message, Some(format!("these can: {can}"))))
        }
        _ => Ok(()),
    }
}

/// A kind as it is written.
pub fn word(kind: Kind) -> &'static str {
    match kind {
        Conversion => "conversion",
        Count => "count",
        Sum => "sum",
        Max => "max",
        Distinct => "distinct",
        Ratio => "ratio",
        Retention => "retention",
        Quantile => "quantile",
        Funnel => "funnel",
    }
}
