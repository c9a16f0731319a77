//! Which unit is this? Keys of units as small numbers, given in the order they are met.
//!
//! Every fact of a night asks, and memory is what answers slowly: an entry of the table says by a
//! part of the hash whether it is worth to look at the key, and many are looked up at a time, so
//! that none waits for another. Short names and integers are their own key.
//!
//! Does not: forget a unit, or know keys of more than one class.

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, StringViewArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::common::{Result, internal_err};

/// No unit.
pub const NOBODY: u32 = u32::MAX;
/// An entry of the table that holds nobody.
const FREE: u64 = u64::MAX;
/// Rows that are looked up at a time, so that none waits for the memory of another.
const AT_A_TIME: usize = 64;
/// A name of more bytes does not fit into its view.
const SHORT: u32 = 12;
/// Odd, and of no pattern (digits of pi).
const MIXERS: [u64; 3] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1];

/// The keys of some rows.
pub enum Keys<'a> {
    Names(&'a StringViewArray),
    Integers(&'a Int64Array),
    Wide(&'a Decimal128Array),
}

impl<'a> Keys<'a> {
    /// # Errors
    /// `Internal` for a column that holds no keys.
    pub fn of(column: &'a ArrayRef) -> Result<Keys<'a>> {
        Ok(match column.data_type() {
            DataType::Utf8View => Keys::Names(column.as_string_view()),
            DataType::Int64 => Keys::Integers(column.as_primitive::<Int64Type>()),
            DataType::Decimal128(..) => Keys::Wide(column.as_primitive::<Decimal128Type>()),
            other => return internal_err!("units of type {other}"),
        })
    }

    /// The key of a row: what tells it from others, and all bytes of a long name.
    fn key(&self, row: usize) -> (u128, Option<&'a [u8]>) {
        match self {
            Keys::Names(names) => {
                let view = names.views()[row];
                let is_long = view as u32 > SHORT;
                (view, is_long.then(|| names.value(row).as_bytes()))
            }
            Keys::Integers(keys) => (keys.values()[row] as u128, None),
            Keys::Wide(keys) => (keys.values()[row] as u128, None),
        }
    }
}

/// Units by their key.
#[derive(Debug, Default)]
pub struct Index {
    /// Open addressing, a power of two; the high half of a hash, and the number of a unit.
    entries: Vec<u64>,
    /// By the number of the unit. Of a long name: its length, its first bytes, and where the
    /// name begins among the bytes.
    keys: Vec<u128>,
    bytes: Vec<u8>,
}

impl Index {
    /// For at most so many units.
    pub fn for_units(most: usize) -> Index {
        let entries = (most * 2).next_power_of_two().max(16);
        Index { entries: vec![FREE; entries], keys: Vec::new(), bytes: Vec::new() }
    }

    /// How many units there are.
    pub fn units(&self) -> usize {
        self.keys.len()
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        self.entries.capacity() * size_of::<u64>()
            + self.keys.capacity() * size_of::<u128>()
            + self.bytes.capacity()
    }

    /// The numbers of the units of some rows; [`NOBODY`] for those that were never met.
    pub fn find(&self, keys: &Keys<'_>, rows: &[usize], found: &mut Vec<u32>) {
        found.clear();
        let Some(last) = self.keys.len().checked_sub(1) else {
            return found.resize(rows.len(), NOBODY);
        };
        let mut asked = [(0, FREE, 0); AT_A_TIME];
        for rows in rows.chunks(AT_A_TIME) {
            for (asked, row) in asked.iter_mut().zip(rows) {
                let (key, name) = keys.key(*row);
                let hash = hash(key, name);
                *asked = (hash, self.entries[self.place(hash)], 0);
            }
            for (_, entry, known) in &mut asked[..rows.len()] {
                *known = self.keys[(*entry as u32 as usize).min(last)];
            }
            found.extend(rows.iter().zip(asked).map(|(row, (hash, entry, known))| {
                let (key, name) = keys.key(*row);
                let is_same = entry >> 32 == hash >> 32 && known == key && name.is_none();
                if is_same || entry == FREE {
                    // Of a free entry it is nobody.
                    return entry as u32;
                }
                self.seek(hash, entry, key, name).unwrap_or(NOBODY)
            }));
        }
    }

    /// The number of the unit of a row, which is met here if it was not before.
    ///
    /// # Errors
    /// `Internal` for more units than the index was made for.
    pub fn meet(&mut self, keys: &Keys<'_>, row: usize) -> Result<u32> {
        let (key, name) = keys.key(row);
        let hash = hash(key, name);
        let place = match self.seek(hash, self.entries[self.place(hash)], key, name) {
            Ok(unit) => return Ok(unit),
            Err(place) => place,
        };
        let unit = self.keys.len();
        if unit * 2 >= self.entries.len() || unit >= NOBODY as usize {
            return internal_err!("more units than were announced");
        }
        let key = match name {
            Some(name) => {
                let begins = (self.bytes.len() as u128) << 64;
                self.bytes.extend_from_slice(name);
                begins | u128::from(key as u64)
            }
            None => key,
        };
        self.keys.push(key);
        self.entries[place] = hash >> 32 << 32 | unit as u64;
        Ok(unit as u32)
    }

    fn place(&self, hash: u64) -> usize {
        hash as usize & (self.entries.len() - 1)
    }

    /// The unit, or the place of the table where it would be; from the first entry of its hash on.
    fn seek(
        &self,
        hash: u64,
        mut entry: u64,
        key: u128,
        name: Option<&[u8]>,
    ) -> std::result::Result<u32, usize> {
        let mut place = self.place(hash);
        while entry != FREE {
            let unit = entry as u32;
            if entry >> 32 == hash >> 32 && self.is(unit, key, name) {
                return Ok(unit);
            }
            place = (place + 1) & (self.entries.len() - 1);
            entry = self.entries[place];
        }
        Err(place)
    }

    fn is(&self, unit: u32, key: u128, name: Option<&[u8]>) -> bool {
        let known = self.keys[unit as usize];
        match name {
            None => known == key,
            Some(name) => {
                let begins = (known >> 64) as usize;
                let same = || self.bytes.get(begins..begins + name.len()) == Some(name);
                known as u64 == key as u64 && same()
            }
        }
    }
}

fn hash(key: u128, name: Option<&[u8]>) -> u64 {
    let Some(name) = name else {
        return folded(key as u64 ^ MIXERS[0], (key >> 64) as u64 ^ MIXERS[1]);
    };
    let mut hash = name.len() as u64 ^ MIXERS[0];
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        hash = folded(hash ^ u64::from_le_bytes(*word), MIXERS[1]);
    }
    let rest = rest.iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    folded(hash ^ rest, MIXERS[2])
}

/// Both halves of a product, so that every bit of both numbers matters.
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn found(index: &Index, column: &ArrayRef) -> Vec<u32> {
        let (rows, mut found) = ((0..column.len()).collect::<Vec<_>>(), Vec::new());
        index.find(&Keys::of(column).unwrap(), &rows, &mut found);
        found
    }

    fn check(column: ArrayRef, distinct: usize) {
        let keys = Keys::of(&column).unwrap();
        let mut index = Index::for_units(distinct);
        let met: Vec<u32> = (0..column.len()).map(|row| index.meet(&keys, row).unwrap()).collect();
        assert_eq!(index.units(), distinct);
        for (row, unit) in met.iter().enumerate() {
            assert_eq!(*unit, (row % distinct) as u32, "in the order they are met");
        }
        assert_eq!(found(&index, &column), met);
    }

    #[test]
    fn names_of_every_length_and_integers_of_every_width() {
        let name = |i: usize| format!("{}{}", "x".repeat(i % 31), i % 5_000 / 31);
        let names: StringViewArray = (0..9_300).map(|i| Some(name(i % 4_650))).collect();
        check(Arc::new(names), 4_650);
        let integers = Int64Array::from_iter_values((0..500).map(|i| i % 250 - 100));
        check(Arc::new(integers), 250);
        let wide = Decimal128Array::from_iter_values((0..500).map(|i| (i % 250 - 100) << 70));
        check(Arc::new(wide), 250);
    }

    #[test]
    fn names_that_begin_alike_are_not_one() {
        let met: ArrayRef = Arc::new(StringViewArray::from_iter_values([
            "user-0000000001",
            "user-00",
            "user-0000001",
        ]));
        let asked: ArrayRef = Arc::new(StringViewArray::from_iter_values([
            "user-0000000002",
            "user-01",
            "user-0000000001",
            "user-0000002",
            "",
        ]));
        let mut index = Index::for_units(3);
        for row in 0..3 {
            index.meet(&Keys::of(&met).unwrap(), row).unwrap();
        }
        assert_eq!(found(&index, &asked), [NOBODY, NOBODY, 0, NOBODY, NOBODY]);
        assert_eq!(index.meet(&Keys::of(&asked).unwrap(), 0).unwrap(), 3);
    }
}
