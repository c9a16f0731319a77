//! Facts of members: users in organisations.

use toml::Spanned;

use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::SourceTable;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Problem, Reported};
use crate::config::words::{hint, list, quote};
use crate::config::{Source, SourceRole};

/// The same sources, without those whose `members` are no source of members.
pub fn check(page: Page, tables: &Named<SourceTable>, mut known: Known<Source>) -> Known<Source> {
    for (name, table) in &tables.0 {
        let members = table.said().map(|table| &table.get_ref().members);
        let Some(said) = members.and_then(Field::said) else { continue };
        let is_facts = matches!(known.find(name.get_ref()), Found::Is(_));
        if is_facts && named(page, said, &known).is_err() {
            known.entries.insert(name.get_ref().clone(), Err(Reported));
        }
    }
    unused(page, &known);
    known
}

/// Warns of members whose facts, as far as anybody says, are their units' own.
fn unused(page: Page, known: &Known<Source>) {
    if known.entries.values().any(Result::is_err) {
        return;
    }
    for (name, source) in with_members(known) {
        let is_named = |other: &Source| other.members.as_deref() == Some(name);
        if !known.right().any(|(_, other)| is_named(other)) {
            page.notes.warn(Problem {
                place: source.at.clone(),
                message: format!("no facts are of the members in source {}", quote(name)),
                hint: Some(format!("facts of members say `members = \"{name}\"`")),
            });
        }
    }
}

fn named(page: Page, said: &Spanned<String>, known: &Known<Source>) -> Checked<()> {
    let name = quote(said.get_ref());
    match known.find(said.get_ref()) {
        Found::Is(source) if source.role == SourceRole::Members => Ok(()),
        Found::Broken => Err(Reported),
        Found::Is(_) => {
            let message = format!("source {name} has no members");
            Err(page.error_with(said.span(), message, Some(choices(known))))
        }
        Found::Missing => {
            let hint = hint(said.get_ref(), &known.names(), "there are");
            Err(page.error_with(said.span(), format!("there is no source {name}"), hint))
        }
    }
}

fn with_members(known: &Known<Source>) -> impl Iterator<Item = (&str, &Source)> {
    known.right().filter(|(_, source)| source.role == SourceRole::Members)
}

fn choices(known: &Known<Source>) -> String {
    let names: Vec<&str> = with_members(known).map(|(name, _)| name).collect();
    if names.is_empty() {
        return "`kind = \"members\"` is for rows with a `unit` and a `member` of it".to_owned();
    }
    format!("sources of members are {}", list(names))
}
