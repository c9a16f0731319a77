//! Whether only units count whose window has closed.

use super::fits::Tables;
use super::metrics::CheckedMetric;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{Kind, MetricTable};
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;
use crate::config::{Maturity, MetricKind, Window};

/// What one table says, by itself: a window that never ends never closes.
pub fn check(page: Page, kind: Kind, table: &MetricTable) -> Checked<Maturity> {
    let said = table.maturity.get()?;
    match (kind, said, said.map(|said| *said.get_ref())) {
        (Kind::Retention, Some(said), Some(Maturity::All)) => {
            let message = "`maturity` of a retention is always `matured`";
            let hint = "a unit that still has time has not left";
            Err(page.error_with(said.span(), message, Some(hint.to_owned())))
        }
        (Kind::Retention, ..) => Ok(Maturity::Matured),
        (Kind::Ratio, _, maturity) => Ok(maturity.unwrap_or_default()),
        (_, Some(said), Some(Maturity::Matured)) if matches!(table.window, Field::Absent) => {
            let hint = "`window = \"7d\"` closes 7 days after a unit's enrollment";
            let message = "`maturity = \"matured\"` needs a `window`";
            Err(page.error_with(said.span(), message, Some(hint.to_owned())))
        }
        (.., maturity) => Ok(maturity.unwrap_or_default()),
    }
}

/// The same metrics, without matured ratios of which a part never closes.
pub fn of_ratios(
    page: Page,
    tables: &Tables,
    mut known: Known<CheckedMetric>,
) -> Known<CheckedMetric> {
    let mut wrong = Vec::new();
    for (name, table) in tables {
        let Some(said) = table.said().and_then(|table| table.get_ref().maturity.said()) else {
            continue;
        };
        for part in open_parts(name.get_ref(), &known) {
            let message = format!("`maturity = \"matured\"` needs a `window` of {}", quote(&part));
            let hint = "it closes with the later one of the ratio's parts";
            page.error_with(said.span(), message, Some(hint.to_owned()));
            wrong.push(name.get_ref().clone());
        }
    }
    known.entries.extend(wrong.into_iter().map(|key| (key, Err(Reported))));
    known
}

/// Parts of a matured ratio whose window has no end.
fn open_parts(name: &str, known: &Known<CheckedMetric>) -> Vec<String> {
    let Found::Is(ratio) = known.find(name) else { return Vec::new() };
    let MetricKind::Ratio { numerator, denominator } = &ratio.metric.kind else {
        return Vec::new();
    };
    let parts = [numerator, denominator].into_iter();
    let is_open = |part: &&String| match known.find(part) {
        Found::Is(part) => part.metric.kind.filter().is_some_and(|f| f.window == Window::OPEN),
        _ => false,
    };
    match ratio.metric.maturity {
        Maturity::Matured => parts.filter(is_open).cloned().collect(),
        Maturity::All => Vec::new(),
    }
}
