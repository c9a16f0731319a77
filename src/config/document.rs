//! Which characters of which file.

use std::ops::Range;

use super::Place;
use super::problem::{Notes, Problem, Reported};

/// The text of one file of the project.
#[derive(Debug)]
pub(super) struct Document {
    /// Path relative to the project folder, with `/`.
    pub file: String,
    pub text: String,
    line_starts: Vec<usize>,
}

impl Document {
    pub fn new(file: String, text: String) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { file, text, line_starts }
    }

    /// Where a byte offset is; beyond the text it is the end of the text.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line.wrapping_sub(1)).copied().unwrap_or(0);
        let before = self.text.char_indices().map(|(at, _)| at);
        let column = match self.text.get(start..offset) {
            Some(head) => head.chars().count(),
            None => before.skip_while(|at| *at < start).take_while(|at| *at < offset).count(),
        };
        Place { file: self.file.clone(), line, column: column + 1 }
    }

    /// The first character of the file.
    pub fn start(&self) -> Place {
        self.place(0)
    }
}

/// A document and the notebook to write its problems into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub document: &'a Document,
    pub notes: &'a Notes,
}

impl Page<'_> {
    pub fn place(&self, span: &Range<usize>) -> Place {
        self.document.place(span.start)
    }

    pub fn error(&self, at: Range<usize>, message: impl Into<String>) -> Reported {
        self.error_with(at, message, None)
    }

    pub fn error_with(
        &self,
        at: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Reported {
        self.notes.error(Problem { place: self.place(&at), message: message.into(), hint })
    }

    pub fn warn(&self, at: Range<usize>, message: impl Into<String>, hint: Option<String>) {
        self.notes.warn(Problem { place: self.place(&at), message: message.into(), hint });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let document = Document::new("a.toml".into(), "x = 1\nñé = 2".into());
        assert_eq!(document.place(0).to_string(), "a.toml:1:1");
        assert_eq!(document.place(6).to_string(), "a.toml:2:1");
        assert_eq!(document.place(11).to_string(), "a.toml:2:4");
        assert_eq!(document.place(7).to_string(), "a.toml:2:2");
        assert_eq!(document.place(999).line, 2);
    }
}
