//! The text of a file as what it says.

use std::ops::Range;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, Deserializer, Error};

use super::document::Page;
use super::problem::{Checked, Reported};
use super::{depth, schema, secret, shape};

/// A file's contents, after its syntax and shape were reported.
///
/// A file that is not TOML has no shape: whatever follows a broken line may belong to another
/// table than it seems, so only its syntax is reported.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(page: Page) -> Checked<T> {
    let table = parse(page)?;
    secret::check(table.get_ref(), page);
    shape::check(&table, &schema::schema_of::<T>(), page);
    T::deserialize(Deserializer::from(table)).map_err(|_| Reported)
}

fn parse(page: Page<'_>) -> Checked<Spanned<DeTable<'_>>> {
    depth::check(page)?;
    let text = &page.document.text;
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut last_line = 0;
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        // What the parser stumbles over on the rest of a broken line is the same mistake.
        let line = page.place(&span).line;
        if line != last_line {
            report(error, span, page);
        }
        last_line = line;
    }
    if errors.is_empty() { Ok(table) } else { Err(Reported) }
}

fn report(error: &Error, span: Range<usize>, page: Page) {
    if error.message() != "duplicate key" {
        page.error(span, format!("not TOML: {}", error.message()));
        return;
    }
    let key = page.document.text.get(span.clone()).unwrap_or_default();
    let first = first_said(&page.document.text, &span)
        .map(|at| format!(", after {}", page.document.place(at)))
        .unwrap_or_default();
    page.error(span, format!("{} is said twice{first}", super::words::quote(key)));
}

/// Offset of the line that already said what the line at `span` says again.
///
/// The parser does not tell, but the text does: an equal header anywhere before, or the same
/// key since the last header.
fn first_said(text: &str, span: &Range<usize>) -> Option<usize> {
    let (before, here) = text.split_at_checked(text.get(..span.start)?.rfind('\n')? + 1)?;
    let here = said(here.lines().next()?);
    let mut end = before.len();
    for line in before.lines().rev() {
        end = before.get(..end)?.trim_end_matches(['\r', '\n']).len().saturating_sub(line.len());
        if said(line) == here {
            return Some(end);
        }
        if line.starts_with('[') && !here.starts_with('[') {
            return None;
        }
    }
    None
}

/// The header or key of a line.
fn said(line: &str) -> &str {
    let end = if line.starts_with('[') { line.find('#') } else { line.find('=') };
    line.get(..end.unwrap_or(line.len())).unwrap_or(line).trim()
}
