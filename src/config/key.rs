//! What may be a key.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Place;
use super::document::Page;
use super::problem::Checked;
use super::words::quote;

/// The same for editors.
pub(super) const PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$";

/// Keys become column values, file names and parts of URLs, so they are plain.
pub(super) fn check(page: Page, what: &str, key: &str, at: Range<usize>) -> Checked<()> {
    if is_key(key) {
        return Ok(());
    }
    let hint = "letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128";
    let message = format!("{} cannot be the key of {what}", quote(key));
    Err(page.error_with(at, message, Some(hint.to_owned())))
}

fn is_key(key: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    key.len() <= 128
        && key.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && key.bytes().all(inner)
}

/// Keys that are taken, with where; two keys that differ only in case are one.
#[derive(Debug, Default)]
pub(super) struct Taken(BTreeMap<String, (String, Place)>);

impl Taken {
    /// Takes a key, or reports who has it.
    pub fn take(&mut self, page: Page, what: &str, key: &str, at: Range<usize>) -> Checked<()> {
        let place = page.place(&at);
        let Some((first, first_place)) = self.0.get(&key.to_lowercase()) else {
            self.0.insert(key.to_lowercase(), (key.to_owned(), place));
            return Ok(());
        };
        let but_for_case = if first == key { "" } else { ", but for case" };
        let message = format!(
            "{what} {} has the key of {what} {} at {first_place}{but_for_case}",
            quote(key),
            quote(first)
        );
        Err(page.error(at, message))
    }
}
