//! Whether a file is nested deeper than anyone means.

use super::document::Page;
use super::problem::Checked;

/// The deepest key of ours has four parts.
const DEEPEST: usize = 32;

/// Refuses keys of very many parts, which would nest tables deeper than the stack is.
///
/// The parser limits brackets and braces by itself, but not dotted keys. A text value or a
/// comment with so many dots and nothing else between them is not worth telling apart.
pub(super) fn check(page: Page) -> Checked<()> {
    let mut offset = 0;
    for line in page.document.text.split_inclusive('\n') {
        if dots(line) > DEEPEST {
            return Err(page.error(offset..offset, format!("a key of more than {DEEPEST} parts")));
        }
        offset += line.len();
    }
    Ok(())
}

/// Dots up to the first `=` or `]`: the ones that can belong to a key.
fn dots(line: &str) -> usize {
    let key = line.split(['=', ']']).next().unwrap_or_default();
    if key.trim_start().starts_with('#') { 0 } else { key.matches('.').count() }
}
