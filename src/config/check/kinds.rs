//! What each kind of metric asks of its table.

use std::ops::Range;

use toml::Spanned;

use super::facts::{self, Wanted};
use super::{fits, numbers, steps, text};
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{Kind, MetricTable};
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::{FactFilter, MetricKind, Place, QuantileOf, Source};

/// A metric's table, with all that its kind has to know.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    pub page: Page<'a>,
    pub name: &'a Spanned<String>,
    pub table: &'a MetricTable,
    pub sources: &'a Known<Source>,
}

impl Reader<'_> {
    /// How facts become one number per unit.
    pub fn kind(&self, kind: Kind) -> Checked<MetricKind> {
        match kind {
            Kind::Conversion => self.conversion(),
            Kind::Count => self.filter(kind).map(MetricKind::Count),
            Kind::Sum => self.valued(kind).map(|(filter, value)| MetricKind::Sum { filter, value }),
            Kind::Max => self.valued(kind).map(|(filter, value)| MetricKind::Max { filter, value }),
            Kind::Distinct => {
                self.valued(kind).map(|(filter, value)| MetricKind::Distinct { filter, value })
            }
            Kind::Ratio => self.ratio(),
            Kind::Retention => self.retention(),
            Kind::Quantile => self.quantile(),
            Kind::Funnel => self.funnel(),
        }
    }

    fn conversion(&self) -> Checked<MetricKind> {
        let filter = self.filter(Kind::Conversion);
        let at_least = numbers::positive(self.page, "at_least", &self.table.at_least);
        Ok(MetricKind::Conversion { filter: filter?, at_least: at_least?.unwrap_or(1) })
    }

    fn retention(&self) -> Checked<MetricKind> {
        let window = self.needed(Kind::Retention, "window", &self.table.window);
        let filter = self.filter(Kind::Retention);
        window?;
        filter.map(MetricKind::Retention)
    }

    fn quantile(&self) -> Checked<MetricKind> {
        let level = self.needed(Kind::Quantile, "level", &self.table.level);
        let level = level.and_then(|_| numbers::fraction(self.page, "level", &self.table.level));
        let of = self.table.of.or(QuantileOf::Units);
        let (filter, value) = self.valued(Kind::Quantile)?;
        Ok(MetricKind::Quantile { filter, value, level: level?.ok_or(Reported)?, of: of? })
    }

    fn funnel(&self) -> Checked<MetricKind> {
        let filter = self.filter(Kind::Funnel);
        let said = self.needed(Kind::Funnel, "steps", &self.table.steps)?;
        let steps = steps::check(self.page, said);
        let filter = filter?;
        let steps = steps?;
        steps::name_events(self.page, said, &filter, self.sources)?;
        Ok(MetricKind::Funnel { filter, steps })
    }

    fn ratio(&self) -> Checked<MetricKind> {
        let numerator = self.needed(Kind::Ratio, "numerator", &self.table.numerator);
        let denominator = self.needed(Kind::Ratio, "denominator", &self.table.denominator);
        Ok(MetricKind::Ratio {
            numerator: numerator?.get_ref().clone(),
            denominator: denominator?.get_ref().clone(),
        })
    }

    fn valued(&self, kind: Kind) -> Checked<(FactFilter, (String, Place))> {
        let value = self.needed(kind, "value", &self.table.value);
        let filter = self.filter(kind);
        let value = value.and_then(|_| text::placed(self.page, "value", &self.table.value));
        Ok((filter?, value?.ok_or(Reported)?))
    }

    fn filter(&self, kind: Kind) -> Checked<FactFilter> {
        let (name, table) = (quote(self.name.get_ref()), self.table);
        // Only facts with an instant are in an order.
        let is_timed = kind == Kind::Funnel;
        facts::check(&Wanted {
            page: self.page,
            who: if is_timed { format!("funnel {name}") } else { format!("metric {name}") },
            at: self.at(),
            source: &table.source,
            event: &table.event,
            predicate: &table.predicate,
            window: &table.window,
            is_timed,
            sources: self.sources,
        })
    }

    fn needed<'b, T>(&self, kind: Kind, key: &str, field: &'b Field<T>) -> Checked<&'b Spanned<T>> {
        field.get()?.ok_or_else(|| {
            let (word, name) = (fits::word(kind), quote(self.name.get_ref()));
            self.page.error(self.at(), format!("{word} {name} needs `{key}`"))
        })
    }

    fn at(&self) -> Range<usize> {
        self.name.span()
    }
}
