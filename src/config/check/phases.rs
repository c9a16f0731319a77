//! How the weights change over time.

use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;

use super::dates::{self, Period};
use super::{facts, variants};
use crate::config::document::Page;
use crate::config::field::{Field, Finite, Named};
use crate::config::file::{Day, PhaseTable};
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, quote};
use crate::config::{Basis, Phase, Source, Variant};

type Tables = Vec<Field<PhaseTable>>;

/// The first phase, whose shares are those of the variants, and all that follow.
pub fn check(
    page: Page,
    field: &Field<Tables>,
    period: Checked<Period>,
    variants: Checked<&[Variant]>,
) -> Checked<Vec<Phase>> {
    let tables = field.get()?.map(|said| said.get_ref().as_slice()).unwrap_or_default();
    let mut last = period.map(|period| period.start);
    let later: Vec<Checked<Phase>> = tables
        .iter()
        .map(|table| {
            let table = table.need()?.get_ref();
            let from = from(page, &table.from, period, last);
            let shares = shares(page, &table.weights, variants);
            last = from.or(last);
            Ok(Phase { from: from?, shares: shares? })
        })
        .collect();
    let variants = variants?;
    let shares = variants.iter().map(|variant| variant.share).collect();
    let first = Ok(Phase { from: period?.start, shares });
    let phases = std::iter::once(first).chain(later).collect::<Checked<Vec<_>>>()?;
    treated(page, field, variants, &phases)?;
    Ok(phases)
}

/// The variants with their shares in the last phase.
pub fn last(variants: Vec<Variant>, phases: &[Phase]) -> Vec<Variant> {
    let shares = phases.last().map(|last| last.shares.as_slice()).unwrap_or_default();
    let with_share = |(variant, share): (Variant, &f64)| Variant { share: *share, ..variant };
    variants.into_iter().zip(shares).map(with_share).collect()
}

/// Who has no instant of assignment is in no phase.
pub fn in_time(
    page: Page,
    field: &Field<Tables>,
    basis: Checked<Basis>,
    sources: &Known<Source>,
) -> Checked<()> {
    let (Some(said), Basis::Assignment) = (field.said(), basis?) else { return Ok(()) };
    match sources.find("assignments") {
        Found::Is(source) => facts::needs_time(page, said.span(), "a phase", source),
        _ => Ok(()),
    }
}

/// A treatment without any weight compares nothing.
fn treated(
    page: Page,
    field: &Field<Tables>,
    variants: &[Variant],
    phases: &[Phase],
) -> Checked<()> {
    let Some(said) = field.said() else { return Ok(()) };
    for (at, variant) in variants.iter().enumerate() {
        if phases.iter().all(|phase| phase.shares.get(at) == Some(&0.0)) {
            let message = format!("variant {} has no weight in any phase", quote(&variant.key));
            return Err(page.error(said.span(), message));
        }
    }
    Ok(())
}

/// A day on which units still enroll, after the phase before.
fn from(
    page: Page,
    field: &Field<Day>,
    period: Checked<Period>,
    last: Checked<Date>,
) -> Checked<Date> {
    let from = dates::day(page, "from", field)?.ok_or(Reported)?;
    let (Period { start, enroll_until, .. }, last) = (period?, last?);
    let at = field.span_or(&(0..0));
    if from <= start || enroll_until <= from {
        let message = format!(
            "a phase must begin after `{start}` and before `{enroll_until}`, found `{from}`"
        );
        let hint = "the weights from `start` on are those of `variants`";
        return Err(page.error_with(at, message, Some(hint.to_owned())));
    }
    if from <= last {
        return Err(
            page.error(at, format!("`phases` must increase, found `{from}` after `{last}`"))
        );
    }
    Ok(from)
}

/// In the order of the variants.
fn shares(
    page: Page,
    field: &Field<Named<Finite>>,
    variants: Checked<&[Variant]>,
) -> Checked<Vec<f64>> {
    let said = field.need()?;
    let variants = variants?;
    let known = strangers(page, said, variants);
    // Whose name is misspelt is not missing as well.
    let weights: Vec<_> =
        variants.iter().map(|variant| weight(page, said, known, variant)).collect();
    let weights = weights.into_iter().collect::<Checked<Vec<f64>>>();
    known?;
    let weights = weights?;
    variants::sum(page, weights.iter().sum(), said.span())?;
    Ok(weights.into_iter().map(|weight| weight / 100.0).collect())
}

fn strangers(page: Page, said: &Spanned<Named<Finite>>, variants: &[Variant]) -> Checked<()> {
    let keys: Vec<&str> = variants.iter().map(|variant| variant.key.as_str()).collect();
    let mut result = Ok(());
    for name in said.get_ref().0.keys() {
        if !keys.contains(&name.get_ref().as_str()) {
            let message = format!("there is no variant {}", quote(name.get_ref()));
            let hint = hint(name.get_ref(), &keys, "there are");
            result = Err(page.error_with(name.span(), message, hint));
        }
    }
    result
}

fn weight(
    page: Page,
    said: &Spanned<Named<Finite>>,
    known: Checked<()>,
    variant: &Variant,
) -> Checked<f64> {
    let Some(field) = said.get_ref().0.get(variant.key.as_str()) else {
        known?;
        let message = format!("`weights` lack variant {}", quote(&variant.key));
        return Err(page.error(said.span(), message));
    };
    let number = field.need()?;
    let (weight, at): (f64, Range<usize>) = (number.get_ref().0, number.span());
    if variant.is_control && weight == 0.0 {
        return Err(page.error(at, "the weight of the control must be more than 0, found `0`"));
    }
    if (0.0..=100.0).contains(&weight) {
        return Ok(weight);
    }
    Err(page.error(at, format!("a weight must be from 0 to 100, found `{weight}`")))
}
