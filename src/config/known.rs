//! What one file may say about another.

use std::collections::BTreeMap;

use super::problem::{Checked, Reported};

/// Everything that a file declares under names, right or wrong.
///
/// A name that was declared badly exists all the same: who refers to it made no mistake.
#[derive(Debug)]
pub(super) struct Known<T> {
    pub entries: BTreeMap<String, Checked<T>>,
    /// False where the file could not be read, so that any name may exist.
    pub complete: bool,
}

/// What is known about one name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a, T> {
    Is(&'a T),
    /// It exists, or may exist; its problem is reported elsewhere.
    Broken,
    Missing,
}

impl<T> Known<T> {
    /// For a file that could not be read.
    pub fn nothing() -> Self {
        Self { entries: BTreeMap::new(), complete: false }
    }

    pub fn find(&self, name: &str) -> Found<'_, T> {
        match self.entries.get(name) {
            Some(Ok(entry)) => Found::Is(entry),
            Some(Err(Reported)) => Found::Broken,
            None if !self.complete => Found::Broken,
            None => Found::Missing,
        }
    }

    /// Whether the name is declared, as far as can be told.
    pub fn has(&self, name: &str) -> Checked<bool> {
        match self.find(name) {
            Found::Missing => Ok(false),
            _ if self.entries.contains_key(name) => Ok(true),
            _ => Err(Reported),
        }
    }

    pub fn names(&self) -> Vec<&str> {
        self.entries.keys().map(String::as_str).collect()
    }

    /// The entries that are right.
    pub fn right(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().filter_map(|(name, entry)| Some((name.as_str(), entry.as_ref().ok()?)))
    }

    /// All entries, if each is right and none is unknown.
    pub fn all(self) -> Checked<BTreeMap<String, T>> {
        if !self.complete {
            return Err(Reported);
        }
        self.entries.into_iter().map(|(name, entry)| Ok((name, entry?))).collect()
    }
}
