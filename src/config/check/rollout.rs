//! The `[rollout]` table.

use std::collections::BTreeMap;

use toml::Spanned;

use super::actions::span;
use super::text;
use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::RolloutTable;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
use crate::config::words::{hint, quote};
use crate::config::{Rollout, TargetConfig, Variant};

pub fn check(
    page: Page,
    field: &Field<RolloutTable>,
    variants: Checked<&[Variant]>,
    targets: &Known<TargetConfig>,
) -> Checked<Option<Rollout>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let table = said.get_ref();
    let flag = text::line(page, "flag", &table.flag).and_then(|flag| flag.ok_or(Reported));
    let steps = steps(page, &table.steps);
    let every = table.every.need().and_then(|_| span(page, "every", &table.every, 0));
    let names = names(page, &table.variants, variants);
    let targets = match (&flag, table.targets.get()?) {
        (Ok(flag), Some(said)) => chosen(page, said, flag, targets),
        (Ok(flag), None) => all(page, &table.flag, flag, targets),
        (Err(Reported), _) => Err(Reported),
    };
    Ok(Some(Rollout {
        flag: flag?,
        steps: steps?,
        every: every?,
        targets: targets?,
        variants: names?,
    }))
}

fn steps(page: Page, field: &Field<Vec<Field<i64>>>) -> Checked<Vec<u8>> {
    let said = field.need()?;
    if said.get_ref().is_empty() {
        return Err(page.error(said.span(), "`steps` is empty"));
    }
    let mut steps: Vec<u8> = Vec::new();
    for item in said.get_ref() {
        let step = item.need()?;
        let percent = match u8::try_from(*step.get_ref()) {
            Ok(percent @ 1..=100) => percent,
            _ => {
                let message = format!("a step must be from 1 to 100, found `{}`", step.get_ref());
                return Err(page.error(step.span(), message));
            }
        };
        if let Some(last) = steps.last().filter(|last| percent <= **last) {
            let message = format!("`steps` must increase, found `{percent}` after `{last}`");
            return Err(page.error(step.span(), message));
        }
        steps.push(percent);
    }
    Ok(steps)
}

/// Targets that the experiment names; each must be allowed to touch the flag.
fn chosen(
    page: Page,
    said: &Spanned<Vec<Field<String>>>,
    flag: &str,
    targets: &Known<TargetConfig>,
) -> Checked<Vec<String>> {
    if said.get_ref().is_empty() {
        return Err(page.error(said.span(), "`targets` is empty"));
    }
    let each = said.get_ref().iter().map(|item| {
        let name = item.need()?;
        let quoted = quote(name.get_ref());
        match targets.find(name.get_ref()) {
            Found::Is(target) if target.scope.allows(flag) => Ok(name.get_ref().clone()),
            Found::Is(_) => {
                let message = format!("target {quoted} may not touch the flag {}", quote(flag));
                let hint = "its `allow` and `protected` say which it may".to_owned();
                Err(page.error_with(name.span(), message, Some(hint)))
            }
            Found::Broken => Err(Reported),
            Found::Missing => {
                let hint = hint(name.get_ref(), &targets.names(), "there are");
                Err(page.error_with(name.span(), format!("there is no target {quoted}"), hint))
            }
        }
    });
    let each: Vec<_> = each.collect();
    each.into_iter().collect()
}

/// Every target that may touch the flag; at least one, where there are targets.
fn all(
    page: Page,
    field: &Field<String>,
    flag: &str,
    targets: &Known<TargetConfig>,
) -> Checked<Vec<String>> {
    let right: Vec<_> = targets.right().collect();
    let is_known = targets.complete && right.len() == targets.entries.len();
    let allowed = right.iter().filter(|(_, target)| target.scope.allows(flag));
    let allowed: Vec<String> = allowed.map(|(name, _)| (*name).to_owned()).collect();
    if allowed.is_empty() && is_known && !right.is_empty() {
        let message = format!("no target may touch the flag {}", quote(flag));
        let hint = "the `allow` and `protected` of `[targets]` say which flags they may";
        return Err(page.error_with(field.span_or(&(0..0)), message, Some(hint.to_owned())));
    }
    Ok(allowed)
}

/// What each variant is called in the flag.
fn names(
    page: Page,
    field: &Field<Named<String>>,
    variants: Checked<&[Variant]>,
) -> Checked<BTreeMap<String, String>> {
    let said = field.get()?;
    let variants = variants?;
    let keys: Vec<&str> = variants.iter().map(|variant| variant.key.as_str()).collect();
    let mut names: BTreeMap<String, String> =
        keys.iter().map(|key| ((*key).to_owned(), (*key).to_owned())).collect();
    let Some(said) = said else { return Ok(names) };
    for (key, name) in &said.get_ref().0 {
        if !keys.contains(&key.get_ref().as_str()) {
            let hint = hint(key.get_ref(), &keys, "there are");
            let message = format!("there is no variant {}", quote(key.get_ref()));
            return Err(page.error_with(key.span(), message, hint));
        }
        let name = text::line(page, key.get_ref(), name)?.ok_or(Reported)?;
        names.insert(key.get_ref().clone(), name);
    }
    let mut seen = BTreeMap::new();
    for (key, name) in &names {
        if let Some(other) = seen.insert(name, key) {
            let message = format!(
                "variants {} and {} are both {} in the flag",
                quote(other),
                quote(key),
                quote(name)
            );
            return Err(page.error(said.span(), message));
        }
    }
    Ok(names)
}
