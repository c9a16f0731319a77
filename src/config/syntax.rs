//! Why a text is not TOML.

use toml::de::Error;

use super::document::Page;
use super::words::quote;

/// More mistakes than this are one mistake: it is some other file.
const MOST: usize = 100;

/// Reports what the parser stumbled over, once per line.
pub(super) fn report(errors: &[Error], page: Page) {
    let lines = lines(&page.document.text);
    let mut last = None;
    for error in errors.iter().take(MOST) {
        let span = error.span().unwrap_or(0..0);
        let line = lines.partition_point(|line| line.offset <= span.start).saturating_sub(1);
        // On the rest of a broken line the parser stumbles over the same mistake.
        if last.replace(line) == Some(line) {
            continue;
        }
        if error.message().contains("recurs") {
            page.error(span, "this is nested too deeply");
        } else if error.message() != "duplicate key" {
            page.error(span, format!("not TOML: {}", error.message()));
        } else if !is_in_double_table(&lines, line) {
            let key = quote(page.document.text.get(span.clone()).unwrap_or_default());
            let first = first_said(&lines, line)
                .map(|first| format!(", first at {}", page.document.place(first.offset)));
            page.error(span, format!("{key} is said twice{}", first.unwrap_or_default()));
        }
    }
}

/// A line and where it starts.
struct Line<'a> {
    offset: usize,
    text: &'a str,
}

impl Line<'_> {
    fn is_header(&self) -> bool {
        self.text.starts_with('[')
    }

    /// The header or the key, without a value or a comment.
    fn says(&self) -> &str {
        let end = if self.is_header() { '#' } else { '=' };
        self.text.split(end).next().unwrap_or_default().trim()
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut offset = 0;
    let line = |text: &'_ str| {
        offset += text.len();
        offset - text.len()
    };
    let offsets: Vec<usize> = text.split_inclusive('\n').map(line).collect();
    offsets.into_iter().zip(text.lines()).map(|(offset, text)| Line { offset, text }).collect()
}

/// The line that already said what this one says, which the parser does not tell: an equal
/// header anywhere before, or an equal key under the same header.
fn first_said<'a>(lines: &'a [Line<'a>], line: usize) -> Option<&'a Line<'a>> {
    let here = lines.get(line)?;
    let before = lines.get(..line)?.iter().rev();
    before
        .take_while(|line| here.is_header() || !line.is_header())
        .find(|line| line.says() == here.says())
}

/// The keys of a table that is said twice are not said twice themselves.
fn is_in_double_table(lines: &[Line], line: usize) -> bool {
    let is_key = lines.get(line).is_some_and(|line| !line.is_header());
    let header = lines.iter().take(line).rposition(Line::is_header);
    is_key && header.is_some_and(|header| first_said(lines, header).is_some())
}
