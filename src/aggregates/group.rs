//! Which rows belong together.

use std::collections::HashMap;

use super::answer::Fields;
use super::record::Record;

/// What a group of rows shares.
const KEYS: [&str; 5] = ["experiment", "metric", "segment", "as_of", "revision"];

/// Rows of one metric of one experiment, segment and day.
#[derive(Debug)]
pub struct Group<'a> {
    pub keys: Fields,
    /// In the order of the input.
    pub variants: Vec<Variant<'a>>,
}

/// Rows of one variant; several only by phases and partitions.
#[derive(Debug)]
pub struct Variant<'a> {
    pub name: Option<String>,
    pub rows: Vec<&'a Record>,
}

impl<'a> Group<'a> {
    /// All rows, variant by variant.
    pub fn rows(&self) -> impl Iterator<Item = &'a Record> {
        self.variants.iter().flat_map(|variant| variant.rows.iter().copied())
    }
}

/// Groups in the order of their first rows.
pub fn groups(records: &[Record]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    let mut variants: HashMap<(usize, String), usize> = HashMap::new();
    for record in records {
        let key = KEYS.iter().map(|name| record.text(name)).collect();
        // Rows without a variant are each on their own.
        let known = if record.has("variant") { places.get(&key).copied() } else { None };
        let place = known.unwrap_or(groups.len());
        if place == groups.len() {
            groups.push(Group { keys: keys(record), variants: Vec::new() });
            places.insert(key, place);
        }
        let all = &mut groups[place].variants;
        let name = record.text("variant");
        let known = name.clone().map(|name| *variants.entry((place, name)).or_insert(all.len()));
        match known.and_then(|i| all.get_mut(i)) {
            Some(variant) => variant.rows.push(record),
            None => all.push(Variant { name, rows: vec![record] }),
        }
    }
    groups
}

fn keys(record: &Record) -> Fields {
    let mut fields = Fields::default();
    for name in KEYS {
        if let Some(value) = record.value(name) {
            fields.put(name, value.clone());
        }
    }
    fields
}
