//! Whether a ratio's two parts are metrics that can be divided.

use super::fits::{self, Tables};
use super::metrics::CheckedMetric;
use crate::config::MetricKind;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::Kind;
use crate::config::known::Known;
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, quote};

/// The same metrics, without the ratios whose parts are wrong.
pub fn check(page: Page, tables: &Tables, mut known: Known<CheckedMetric>) -> Known<CheckedMetric> {
    for (name, table) in tables {
        let Some(table) = table.said().map(|table| table.get_ref()) else { continue };
        if fits::kind_of(tables, name.get_ref()) != Some(Kind::Ratio) {
            continue;
        }
        let numerator = part(page, &table.numerator, tables);
        let denominator = part(page, &table.denominator, tables);
        if numerator.and(denominator).is_err() {
            known.entries.insert(name.get_ref().clone(), Err(Reported));
        }
    }
    lean_on_the_right(known)
}

/// A ratio of a broken metric is broken too.
fn lean_on_the_right(mut known: Known<CheckedMetric>) -> Known<CheckedMetric> {
    let is_right = |key: &String| matches!(known.entries.get(key), Some(Ok(_)));
    let broken: Vec<String> = known
        .right()
        .filter(|(_, checked)| match &checked.metric.kind {
            MetricKind::Ratio { numerator, denominator } => {
                !is_right(numerator) || !is_right(denominator)
            }
            _ => false,
        })
        .map(|(key, _)| key.to_owned())
        .collect();
    known.entries.extend(broken.into_iter().map(|key| (key, Err(Reported))));
    known
}

fn part(page: Page, field: &Field<String>, tables: &Tables) -> Checked<()> {
    let Some(said) = field.get()? else { return Ok(()) };
    let name = said.get_ref();
    if tables.contains_key(name.as_str()) {
        return fits::plain(page, tables, said, "part of a ratio");
    }
    let known: Vec<&str> = tables.keys().map(|key| key.get_ref().as_str()).collect();
    let hint = hint(name, &known, "there are");
    Err(page.error_with(said.span(), format!("there is no metric {}", quote(name)), hint))
}
