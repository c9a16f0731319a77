//! Texts that people read.

use crate::config::Place;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::problem::Checked;
use crate::config::words::{is_unprintable, quote};
use toml::Spanned;

/// A text on one line, which is not empty.
pub fn line(page: Page, name: &str, field: &Field<String>) -> Checked<Option<String>> {
    text(page, name, field, is_unprintable)
}

/// A text that may have several lines.
pub fn lines(page: Page, name: &str, field: &Field<String>) -> Checked<Option<String>> {
    text(page, name, field, |character| is_unprintable(character) && character != '\n')
}

fn text(
    page: Page,
    name: &str,
    field: &Field<String>,
    is_bad: impl Fn(char) -> bool,
) -> Checked<Option<String>> {
    let Some(said) = field.get()? else { return Ok(None) };
    not_empty(page, name, said)?;
    match said.get_ref().chars().find(|character| is_bad(*character)) {
        None => Ok(Some(said.get_ref().clone())),
        Some(bad) => {
            let bad = quote(&bad.to_string());
            Err(page.error(said.span(), format!("`{name}` contains the control character {bad}")))
        }
    }
}

/// A text for the engine, with its place.
pub fn placed(page: Page, name: &str, field: &Field<String>) -> Checked<Option<(String, Place)>> {
    let Some(said) = field.get()? else { return Ok(None) };
    not_empty(page, name, said)?;
    Ok(Some((said.get_ref().clone(), page.place(&said.span()))))
}

fn not_empty(page: Page, name: &str, said: &Spanned<String>) -> Checked<()> {
    if said.get_ref().trim().is_empty() {
        return Err(page.error(said.span(), format!("`{name}` is empty")));
    }
    Ok(())
}
