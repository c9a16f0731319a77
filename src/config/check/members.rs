//! Facts of members: users in organisations.

use toml::Spanned;

use crate::config::document::Page;
use crate::config::field::{Field, Named};
use crate::config::file::SourceTable;
use crate::config::known::{Found, Known};
use crate::config::problem::{Checked, Reported};
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
    known
}

fn named(page: Page, said: &Spanned<String>, known: &Known<Source>) -> Checked<()> {
    let name = quote(said.get_ref());
    match known.find(said.get_ref()) {
        Found::Is(source) if source.role == SourceRole::Members => Ok(()),
        Found::Broken => Err(Reported),
        Found::Is(_) => {
            let message = format!("source {name} has no members");
            Err(page.error_with(said.span(), message, Some(with_members(known))))
        }
        Found::Missing => {
            let hint = hint(said.get_ref(), &known.names(), "there are");
            Err(page.error_with(said.span(), format!("there is no source {name}"), hint))
        }
    }
}

fn with_members(known: &Known<Source>) -> String {
    let members = known.right().filter(|(_, source)| source.role == SourceRole::Members);
    let names: Vec<&str> = members.map(|(name, _)| name).collect();
    if names.is_empty() {
        return "`kind = \"members\"` is for rows with a `unit` and a `member` of it".to_owned();
    }
    format!("sources of members are {}", list(names))
}
