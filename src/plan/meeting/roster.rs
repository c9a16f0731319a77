//! Who is enrolled where: the enrollments of each unit, side by side.
//!
//! A fact meets all enrollments of its unit, so these lie next to each other, and so does what is
//! kept of them. The place of an enrollment is its number here; its slot is its number elsewhere.

use std::ops::Range;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, internal_datafusion_err};

use super::index::{Index, Keys};
use super::recipe::Recipe;

/// All enrollments of a night, by unit.
#[derive(Debug)]
pub struct Roster {
    index: Index,
    /// Of each unit the first of its places; the next unit's is one after the last.
    begins: Vec<u32>,
    pub slots: Vec<i64>,
    pub is_first: Vec<bool>,
    pub enrolled_at: Vec<i64>,
    /// Empty where nobody asks.
    pub met_at: Vec<i64>,
    /// Which conditions the experiment of each place asks for, so many words each; empty where
    /// all ask for all.
    pub asks: Vec<u64>,
}

impl Roster {
    /// From `unit, slot, first, enrolled_at, met_at` and `asks*`, in the order of the recipe.
    ///
    /// # Errors
    /// `Internal` for columns of other types.
    pub fn of(enrollments: &[RecordBatch], recipe: &Recipe) -> Result<Roster> {
        let rows: usize = enrollments.iter().map(RecordBatch::num_rows).sum();
        let mut index = Index::for_units(rows);
        let mut units = Vec::with_capacity(rows);
        for batch in enrollments {
            let keys = Keys::of(&batch["unit"])?;
            for row in 0..batch.num_rows() {
                units.push(index.meet(&keys, row)?);
            }
        }
        let (begins, places) = side_by_side(&units, index.units())?;
        let words = recipe.words() * usize::from(recipe.met.own.is_some());
        let mut roster = Roster {
            index,
            begins,
            slots: vec![0; rows],
            is_first: vec![false; rows],
            enrolled_at: vec![0; rows],
            met_at: vec![0; if recipe.met.needs_met_at { rows } else { 0 }],
            asks: vec![0; rows * words],
        };
        let mut places = places.as_slice();
        for batch in enrollments {
            let (mine, rest) = places.split_at(batch.num_rows());
            roster.enter(batch, mine, words);
            places = rest;
        }
        Ok(roster)
    }

    fn enter(&mut self, batch: &RecordBatch, places: &[u32], words: usize) {
        let instants = |name| batch[name].as_primitive::<TimestampMicrosecondType>().values();
        let (slots, first) =
            (batch["slot"].as_primitive::<Int64Type>().values(), batch["first"].as_boolean());
        let (enrolled_at, met_at) = (instants("enrolled_at"), instants("met_at"));
        for (row, place) in places.iter().map(|place| *place as usize).enumerate() {
            self.slots[place] = slots[row];
            self.is_first[place] = first.value(row);
            self.enrolled_at[place] = enrolled_at[row];
            if let Some(at) = self.met_at.get_mut(place) {
                *at = met_at[row];
            }
        }
        if words == 0 {
            return;
        }
        for bit in 0..words * 64 {
            let Some(asks) = batch.column_by_name(&format!("asks{bit}")) else { continue };
            for row in asks.as_boolean().values().set_indices() {
                self.asks[places[row] as usize * words + bit / 64] |= 1 << (bit % 64);
            }
        }
    }

    /// How many enrollments there are.
    pub fn places(&self) -> usize {
        self.slots.len()
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        let instants = self.slots.len() + self.enrolled_at.len() + self.met_at.len();
        self.index.size()
            + self.begins.len() * size_of::<u32>()
            + instants * size_of::<i64>()
            + self.is_first.len()
            + self.asks.len() * size_of::<u64>()
    }

    /// The units of some rows; [`NOBODY`](super::index::NOBODY) where they have no enrollment.
    pub fn units_of(&self, keys: &Keys<'_>, rows: &[usize], units: &mut Vec<u32>) {
        self.index.find(keys, rows, units);
    }

    /// The places of a unit that is enrolled.
    pub fn places_of(&self, unit: u32) -> Range<usize> {
        let unit = unit as usize;
        self.begins[unit] as usize..self.begins[unit + 1] as usize
    }
}

/// Where the places of each unit begin, and the place of each row, by its unit.
fn side_by_side(units: &[u32], count: usize) -> Result<(Vec<u32>, Vec<u32>)> {
    u32::try_from(units.len()).map_err(|_| internal_datafusion_err!("too many enrollments"))?;
    let mut begins = vec![0u32; count + 1];
    units.iter().for_each(|unit| begins[*unit as usize + 1] += 1);
    for unit in 0..count {
        begins[unit + 1] += begins[unit];
    }
    let mut next = begins.clone();
    let place = |unit: &u32| {
        let place = &mut next[*unit as usize];
        *place += 1;
        *place - 1
    };
    let places = units.iter().map(place).collect();
    Ok((begins, places))
}
