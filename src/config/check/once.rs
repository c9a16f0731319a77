//! Names of which each stands in a list once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::Place;
use crate::config::document::Page;
use crate::config::problem::Checked;
use crate::config::words::quote;

/// Names that were there, with where.
#[derive(Debug, Default)]
pub struct Once(BTreeMap<String, Place>);

impl Once {
    /// Notes a name, or reports that it was there.
    pub fn check(&mut self, page: Page, what: &str, name: &str, at: Range<usize>) -> Checked<()> {
        if let Some(first) = self.0.get(name) {
            let message = format!("{what} {} is said twice, first at {first}", quote(name));
            return Err(page.error(at, message));
        }
        self.0.insert(name.to_owned(), page.place(&at));
        Ok(())
    }
}
