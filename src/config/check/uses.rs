//! Which metrics an experiment uses, and in which role.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::dates::Period;
use super::metrics::CheckedMetric;
use super::numbers;
use crate::config::document::Page;
use crate::config::field::{Field, Finite, TextOr};
use crate::config::file::{MetricItem, MetricLists};
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::window::DAY;
use crate::config::words::{days, hint, quote};
use crate::config::{Guardrail, Metric, MetricKind, MetricUse, Place, Role, Window};

type Items = Field<Vec<Field<MetricItem>>>;

/// The metrics in the order primary, secondary, guardrail.
pub fn check(
    page: Page,
    lists: &Field<MetricLists>,
    metrics: &Known<CheckedMetric>,
    period: Checked<Period>,
) -> Checked<Vec<MetricUse>> {
    let lists = lists.need()?.get_ref();
    let mut reader = Reader { page, metrics, period, used: BTreeMap::new() };
    let primary = reader.list(&lists.primary, |_| Role::Primary);
    let secondary = reader.list(&lists.secondary, |_| Role::Secondary);
    let guardrail = reader.list(&lists.guardrail, |margin| Role::Guardrail(Guardrail { margin }));
    primaries(page, &lists.primary)?;
    Ok([primary?, secondary?, guardrail?].concat())
}

fn primaries(page: Page, primary: &Items) -> Checked<()> {
    let said = primary.need()?;
    match said.get_ref().len() {
        0 => {
            let hint = "without one, nothing can decide";
            Err(page.error_with(said.span(), "no primary metric", Some(hint.to_owned())))
        }
        1 => Ok(()),
        count => {
            let message = format!("`alpha` is divided among {count} primary metrics");
            let hint = "each is tested more strictly; `secondary` metrics cost nothing";
            page.warn(said.span(), message, Some(hint.to_owned()));
            Ok(())
        }
    }
}

struct Reader<'a> {
    page: Page<'a>,
    metrics: &'a Known<CheckedMetric>,
    period: Checked<Period>,
    used: BTreeMap<String, Place>,
}

impl Reader<'_> {
    fn list(
        &mut self,
        items: &Items,
        role: impl Fn(Option<f64>) -> Role,
    ) -> Checked<Vec<MetricUse>> {
        let Some(items) = items.get()? else { return Ok(Vec::new()) };
        let uses: Vec<_> =
            items.get_ref().iter().map(|item| self.item(item.need()?, &role)).collect();
        uses.into_iter().collect()
    }

    fn item(
        &mut self,
        item: &Spanned<MetricItem>,
        role: &impl Fn(Option<f64>) -> Role,
    ) -> Checked<MetricUse> {
        let is_guardrail = matches!(role(None), Role::Guardrail(_));
        let (key, margin) = match item.get_ref() {
            TextOr::Text(key) => (Ok((key.as_str(), item.span())), Ok(None)),
            TextOr::Table(table) => (
                table.metric.need().map(|said| (said.get_ref().as_str(), said.span())),
                self.margin(&table.margin, is_guardrail),
            ),
        };
        let metric = key.and_then(|(key, at)| {
            self.once(key, at.clone())?;
            self.metric(key, at, is_guardrail)
        });
        Ok(MetricUse { metric: metric?, role: role(margin?) })
    }

    fn margin(&self, field: &Field<Finite>, is_guardrail: bool) -> Checked<Option<f64>> {
        match field.said() {
            Some(said) if !is_guardrail => {
                Err(self.page.error(said.span(), "only a guardrail has a `margin`"))
            }
            _ => numbers::fraction(self.page, "margin", field),
        }
    }

    fn once(&mut self, key: &str, at: Range<usize>) -> Checked<()> {
        let place = self.page.place(&at);
        match self.used.get(key) {
            Some(first) => {
                let message = format!("metric {} is used twice, first at {first}", quote(key));
                Err(self.page.error(at, message))
            }
            None => {
                self.used.insert(key.to_owned(), place);
                Ok(())
            }
        }
    }

    fn metric(&self, key: &str, at: Range<usize>, is_guardrail: bool) -> Checked<String> {
        let checked = match self.metrics.find(key) {
            Found::Is(checked) => checked,
            Found::Broken => return Err(Reported),
            Found::Missing => {
                let hint = hint(key, &self.metrics.names(), "there are");
                let message = format!("there is no metric {}", quote(key));
                return Err(self.page.error_with(at, message, hint));
            }
        };
        if is_guardrail && !checked.is_directed {
            let message = format!("guardrail {} does not say which direction is good", quote(key));
            let hint = format!("add `better` to the metric at {}", checked.metric.at);
            return Err(self.page.error_with(at, message, Some(hint)));
        }
        self.fits(&checked.metric, at)?;
        Ok(key.to_owned())
    }

    /// No unit could live through a window that is longer than the experiment.
    fn fits(&self, metric: &Metric, at: Range<usize>) -> Checked<()> {
        let length = self.period?.days();
        for window in windows(metric, self.metrics) {
            if window.to.is_some_and(|to| to > length.saturating_mul(DAY)) {
                let message = format!(
                    "metric {} has the window `{window}`, longer than the experiment's {}",
                    quote(&metric.key),
                    days(length)
                );
                return Err(self.page.error(at, message));
            }
        }
        Ok(())
    }
}

/// The metric's own window, or those of a ratio's parts.
fn windows(metric: &Metric, metrics: &Known<CheckedMetric>) -> Vec<Window> {
    match &metric.kind {
        MetricKind::Ratio { numerator, denominator } => [numerator, denominator]
            .into_iter()
            .filter_map(|key| match metrics.find(key) {
                Found::Is(part) => Some(windows(&part.metric, metrics)),
                _ => None,
            })
            .flatten()
            .collect(),
        kind => kind.filter().map(|filter| filter.window).into_iter().collect(),
    }
}
