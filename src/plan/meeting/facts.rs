//! The columns of some facts, as they are asked for row by row.

use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datafusion::common::Result;

use super::super::exact_sum::Numbers;
use super::index::Keys;
use super::recipe::Recipe;

/// Facts as [`Recipe::ingredients`] has them.
pub struct Facts<'a> {
    pub rows: usize,
    pub units: Keys<'a>,
    /// `None` for a table of units.
    pub times: Option<&'a [i64]>,
    pub values: Vec<Numbers<'a>>,
    fates: &'a Int64Array,
    /// Which facts meet each condition.
    masks: Vec<BooleanBuffer>,
}

impl<'a> Facts<'a> {
    /// # Errors
    /// `Internal` for columns of other types than the recipe asks for.
    pub fn of(recipe: &Recipe, batch: &'a RecordBatch) -> Result<Facts<'a>> {
        let masks = recipe.masks.iter().map(|mask| {
            let mask = batch[format!("m{mask}").as_str()].as_boolean();
            match mask.nulls() {
                Some(known) => mask.values() & known.inner(),
                None => mask.values().clone(),
            }
        });
        let values = recipe.values.iter().map(|i| Numbers::of(&batch[format!("n{i}").as_str()]));
        let time = recipe.met.time.as_ref().map(|_| &batch["time"]);
        Ok(Facts {
            rows: batch.num_rows(),
            units: Keys::of(&batch["unit"])?,
            times: time
                .map(|time| time.as_primitive::<TimestampMicrosecondType>().values().as_ref()),
            values: values.collect::<Result<_>>()?,
            fates: batch["fate"].as_primitive::<Int64Type>(),
            masks: masks.collect(),
        })
    }

    /// Why a fact cannot count, for one that cannot.
    pub fn fate(&self, row: usize) -> i64 {
        self.fates.value(row)
    }

    /// Which facts can count; they have a unit.
    pub fn that_count(&self) -> BooleanBuffer {
        match self.fates.nulls() {
            Some(known) => !known.inner(),
            None => BooleanBuffer::new_unset(self.rows),
        }
    }

    /// The conditions that each fact meets, as the bits of so many words.
    pub fn conditions(&self, bits: &mut Vec<u64>) {
        let words = self.masks.len().div_ceil(64);
        bits.clear();
        bits.resize(self.rows * words, 0);
        for (bit, mask) in self.masks.iter().enumerate() {
            for row in mask.set_indices() {
                bits[row * words + bit / 64] |= 1 << (bit % 64);
            }
        }
    }
}
