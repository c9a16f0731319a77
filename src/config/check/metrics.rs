//! The `[metrics]` tables.

use toml::Spanned;

use super::kinds::Reader;
use super::{cap, covariate, fits, maturity, ratio, text};
use crate::config::document::Page;
use crate::config::field::Named;
use crate::config::file::MetricTable;
use crate::config::key::{self, Taken};
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::{Direction, Metric, Source};

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
    let known = ratio::check(page, tables, known);
    let known = maturity::of_ratios(page, tables, known);
    covariate::refer(page, tables, sources, known)
}

fn one(
    page: Page,
    name: &Spanned<String>,
    table: &MetricTable,
    sources: &Known<Source>,
) -> Checked<CheckedMetric> {
    let kind = table.kind.get().map(|kind| kind.map(|kind| *kind.get_ref()));
    let description = text::lines(page, "description", &table.description);
    let better = table.better.or(Direction::Higher);
    let cap = cap::check(page, &table.cap);
    let covariate = covariate::check(page, &table.covariate, sources);
    let kind = kind?.ok_or(Reported)?;
    let misplaced = fits::check(page, kind, table);
    let maturity = maturity::check(page, kind, table);
    let kind = Reader { page, name, table, sources }.kind(kind);
    misplaced?;
    Ok(CheckedMetric {
        metric: Metric {
            key: name.get_ref().clone(),
            description: description?,
            kind: kind?,
            better: better?,
            cap: cap?,
            covariate: covariate?,
            maturity: maturity?,
            at: page.place(&name.span()),
        },
        is_directed: table.better.said().is_some(),
    })
}
