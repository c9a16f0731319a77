//! Where secrets are.

use std::path::{Path, PathBuf};

use toml::Spanned;

use super::text;
use crate::config::SecretRef;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::SecretTable;
use crate::config::problem::{Checked, Reported};

/// The reference; nothing is looked up.
pub fn check(page: Page, root: &Path, said: &Spanned<SecretTable>) -> Checked<SecretRef> {
    let table = said.get_ref();
    let env = text::line(page, "env", &table.env);
    let file = text::line(page, "file", &table.file);
    let command = command(page, &table.command);
    match (env?, file?, command?) {
        (Some(name), None, None) => Ok(SecretRef::Env(name)),
        (None, Some(path), None) => Ok(SecretRef::File(under(root, &path))),
        (None, None, Some(command)) => Ok(SecretRef::Command(command)),
        (None, None, None) => Err(Reported),
        _ => {
            let message = "a secret is in one place: `env` or `file` or `command`";
            Err(page.error(said.span(), message))
        }
    }
}

/// A program and its arguments.
pub fn command(page: Page, field: &Field<Vec<Field<String>>>) -> Checked<Option<Vec<String>>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let words: Vec<_> = said.get_ref().iter().map(|item| item.need()).collect();
    let words: Vec<&Spanned<String>> = words.into_iter().collect::<Checked<_>>()?;
    if words.first().is_none_or(|program| program.get_ref().trim().is_empty()) {
        return Err(page.error(said.span(), "`command` needs a program"));
    }
    if let Some(bad) = words.iter().find(|word| word.get_ref().contains('\0')) {
        return Err(page.error(bad.span(), "`command` contains the character NUL"));
    }
    Ok(Some(words.into_iter().map(|word| word.get_ref().clone()).collect()))
}

/// A path in the project, or an absolute one.
pub fn under(root: &Path, path: &str) -> PathBuf {
    let path = root.join(path);
    super::output::absolute(&path).unwrap_or(path)
}
