//! What is known of units from before they met the experiment.
//!
//! A covariate ends where the unit meets the experiment, so it is told how long it is and never
//! when it ends: what a unit did later may be the treatment's work.

use toml::Spanned;

use super::fits::{self, Tables};
use super::metrics::CheckedMetric;
use super::{attributes, facts};
use crate::config::document::Page;
use crate::config::field::{Field, TextOr};
use crate::config::file::{CovariateItem, CovariateTable};
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::window::{FORM, WindowError, duration};
use crate::config::words::{hint, nearest, quote};
use crate::config::{Covariate, Metric, MetricKind, Source};

/// What one table says, by itself.
pub fn check(
    page: Page,
    field: &Field<CovariateItem>,
    sources: &Known<Source>,
) -> Checked<Option<Covariate>> {
    let Some(said) = field.get()? else { return Ok(None) };
    match said.get_ref() {
        TextOr::Text(text) if text == "none" => Ok(None),
        TextOr::Text(text) => {
            let span = Spanned::new(said.span(), text.clone());
            span_before(page, "covariate", &span).map(|before| Some(Covariate::Before(before)))
        }
        TextOr::Table(table) => named(page, said, table, sources).map(Some),
    }
}

fn named(
    page: Page,
    said: &Spanned<CovariateItem>,
    table: &CovariateTable,
    sources: &Known<Source>,
) -> Checked<Covariate> {
    match (table.metric.get()?, table.attribute.get()?) {
        (Some(metric), None) => {
            let Some(window) = table.window.get()? else {
                let message = "`covariate` needs `window`, such as `14d`";
                return Err(page.error(said.span(), message));
            };
            let before = span_before(page, "window", window)?;
            Ok(Covariate::Metric { metric: metric.get_ref().clone(), before })
        }
        (None, Some(attribute)) => {
            let window = table.window.get()?.map_or(Ok(()), |window| {
                Err(page.error(window.span(), "a covariate that is an attribute has no `window`"))
            });
            attributes::named(page, "`covariate`", attribute, sources).and(window)?;
            Ok(Covariate::Attribute(attribute.get_ref().clone()))
        }
        (None, None) => Err(Reported),
        (Some(_), Some(attribute)) => {
            let message = "`covariate` has a `metric` and an `attribute`, and needs one";
            Err(page.error(attribute.span(), message))
        }
    }
}

/// How long before the meeting.
fn span_before(page: Page, key: &str, said: &Spanned<String>) -> Checked<i64> {
    let text = said.get_ref();
    let wrong = match duration(text) {
        Ok(0) => "must be longer than nothing".to_owned(),
        Ok(before) => return Ok(before),
        Err(WindowError::Form) if key == "covariate" => format!("must be {FORM}, or `none`"),
        Err(problem) => problem.to_string(),
    };
    let hint = match nearest(text, &["none"]) {
        Some(none) if key == "covariate" => format!("did you mean {}?", quote(none)),
        _ => "a covariate ends where the unit meets the experiment: `14d` is the 14 days before"
            .to_owned(),
    };
    Err(page.error_with(said.span(), format!("`{key}` {wrong}, found {}", quote(text)), Some(hint)))
}

/// The same metrics, without those whose covariate is no metric of facts in time.
pub fn refer(
    page: Page,
    tables: &Tables,
    sources: &Known<Source>,
    mut known: Known<CheckedMetric>,
) -> Known<CheckedMetric> {
    let mut wrong = Vec::new();
    for (name, table) in tables {
        let Some(said) = table.said().and_then(|table| table.get_ref().covariate.said()) else {
            continue;
        };
        let Found::Is(checked) = known.find(name.get_ref()) else { continue };
        let all = All { page, said, tables, sources, known: &known };
        if all.refers(&checked.metric).is_err() {
            wrong.push(name.get_ref().clone());
        }
    }
    known.entries.extend(wrong.into_iter().map(|key| (key, Err(Reported))));
    known
}

/// One covariate among all metrics.
struct All<'a> {
    page: Page<'a>,
    said: &'a Spanned<CovariateItem>,
    tables: &'a Tables,
    sources: &'a Known<Source>,
    known: &'a Known<CheckedMetric>,
}

impl All<'_> {
    fn refers(&self, metric: &Metric) -> Checked<()> {
        match (&metric.covariate, self.said.get_ref()) {
            (Some(Covariate::Before(_)), _) => self.is_timed(metric),
            (Some(Covariate::Metric { .. }), TextOr::Table(table)) => {
                self.other(metric, table.metric.need()?)
            }
            _ => Ok(()),
        }
    }

    fn other(&self, metric: &Metric, said: &Spanned<String>) -> Checked<()> {
        let other = said.get_ref();
        if metric.key == *other {
            let message = format!("{} is the metric itself", quote(other));
            let hint = "`covariate = \"14d\"` is the metric itself in the 14 days before";
            return Err(self.page.error_with(said.span(), message, Some(hint.to_owned())));
        }
        match self.known.find(other) {
            Found::Broken => Err(Reported),
            Found::Missing => {
                let hint = hint(other, &self.known.names(), "there are");
                let message = format!("there is no metric {}", quote(other));
                Err(self.page.error_with(said.span(), message, hint))
            }
            Found::Is(found) => {
                fits::plain(self.page, self.tables, said, "a covariate")?;
                self.is_timed(&found.metric)
            }
        }
    }

    /// Nothing is before anything in a source without a time.
    fn is_timed(&self, metric: &Metric) -> Checked<()> {
        if let MetricKind::Ratio { numerator, denominator } = &metric.kind {
            return [numerator, denominator].into_iter().try_for_each(|part| {
                match self.known.find(part) {
                    Found::Is(part) => self.is_timed(&part.metric),
                    _ => Err(Reported),
                }
            });
        }
        let Some(filter) = metric.kind.filter() else { return Ok(()) };
        match self.sources.find(&filter.source) {
            Found::Is(source) => {
                facts::needs_time(self.page, self.said.span(), "`covariate`", source)
            }
            _ => Err(Reported),
        }
    }
}
