//! The sheets of all streams, added up into the rows of the result.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::memory_pool::MemoryReservation;

use super::super::accounting::FactFate;
use super::super::double_double::DoubleDouble;
use super::recipe::{Output, Recipe};
use super::roster::Roster;
use super::sheet::{NONE, Sheet};

/// Enrollments of one batch.
const BATCH: usize = 8192;

/// What all facts amount to.
pub struct Sheets {
    pub recipe: Arc<Recipe>,
    pub roster: Arc<Roster>,
    pub sheets: Vec<Sheet>,
    pub _memory: MemoryReservation,
}

/// What one batch of the result shows.
pub enum Share {
    /// The enrollments of these places that met a fact.
    Places(Range<usize>),
    /// The facts that met no enrollment, by fate.
    Lost,
}

impl Sheets {
    /// The batches of one stream of the result.
    pub fn shares(&self, stream: usize, streams: usize) -> impl Iterator<Item = Share> + use<> {
        let all = self.roster.places();
        let (begin, end) = (all * stream / streams, all * (stream + 1) / streams);
        let places = (begin..end).step_by(BATCH);
        let places = places.map(move |from| Share::Places(from..(from + BATCH).min(end)));
        places.chain((stream == 0).then_some(Share::Lost))
    }

    /// # Errors
    /// `Internal` for a schema of other columns than the recipe shows.
    pub fn rows(&self, share: Share, schema: &SchemaRef) -> Result<RecordBatch> {
        let columns = match share {
            Share::Places(places) => {
                let met = places.filter(|place| self.count(*place, self.recipe.met.rows) > 0);
                let met: Vec<usize> = met.collect();
                let slots = met.iter().map(|place| self.roster.slots[*place]);
                let slots = Arc::new(Int64Array::from_iter_values(slots));
                self.columns(slots, schema, |output| self.column(&met, output))
            }
            Share::Lost => {
                let lost = self.lost();
                let slots = lost.iter().map(|(fate, _)| fate.code());
                let slots = Arc::new(Int64Array::from_iter_values(slots));
                self.columns(slots, schema, |output| self.lost_column(&lost, output))
            }
        }?;
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    }

    /// The columns in the order of the schema, whose first is the slot.
    fn columns(
        &self,
        slots: ArrayRef,
        schema: &SchemaRef,
        column: impl Fn(Output) -> ArrayRef,
    ) -> Result<Vec<ArrayRef>> {
        let mut columns = vec![slots];
        for field in schema.fields().iter().skip(1) {
            let known = self.recipe.outputs.iter().find(|(name, _)| name == field.name());
            let missing = || internal_datafusion_err!("nothing makes {}", field.name());
            columns.push(column(known.ok_or_else(missing)?.1));
        }
        Ok(columns)
    }

    fn column(&self, places: &[usize], output: Output) -> ArrayRef {
        let places = places.iter().copied();
        match output {
            Output::Count(count) => {
                let counts = places.map(|place| self.count(place, count));
                Arc::new(Int64Array::from_iter_values(counts))
            }
            Output::OfFirst(count) => {
                let of = |place: usize| match self.roster.is_first[place] {
                    true => self.count(place, count),
                    false => 0,
                };
                Arc::new(Int64Array::from_iter_values(places.map(of)))
            }
            Output::Sum(sum) => {
                let sums = places.map(|place| self.sum(place, sum));
                Arc::new(Float64Array::from_iter_values(sums))
            }
            Output::Largest(largest) => {
                let found = places.map(|place| self.largest(place, largest));
                Arc::new(found.collect::<Float64Array>())
            }
        }
    }

    fn count(&self, place: usize, count: usize) -> i64 {
        let at = place * self.recipe.counts + count;
        self.sheets.iter().map(|sheet| i64::from(sheet.totals().counts[at])).sum()
    }

    fn sum(&self, place: usize, sum: usize) -> f64 {
        let at = place * self.recipe.sums + sum;
        let sums = self.sheets.iter().map(|sheet| sheet.totals().sums[at]);
        sums.fold(DoubleDouble::ZERO, |all, sum| all + sum).value()
    }

    fn largest(&self, place: usize, largest: usize) -> Option<f64> {
        let at = place * self.recipe.largest + largest;
        let found = self.sheets.iter().map(|sheet| sheet.totals().largest[at]);
        Some(found.fold(NONE, f64::max)).filter(|found| *found > NONE)
    }

    /// The fates that facts had, with how many.
    fn lost(&self) -> Vec<(FactFate, i64)> {
        let of = |fate: FactFate| {
            let facts: u64 = self.sheets.iter().map(|sheet| sheet.lost[fate as usize]).sum();
            (fate, facts as i64)
        };
        FactFate::ALL.into_iter().map(of).filter(|(_, facts)| *facts > 0).collect()
    }

    /// Of facts that met no enrollment nothing is known but how many there are.
    fn lost_column(&self, lost: &[(FactFate, i64)], output: Output) -> ArrayRef {
        match output {
            Output::Count(count) if count == self.recipe.met.rows => {
                Arc::new(Int64Array::from_iter_values(lost.iter().map(|(_, facts)| *facts)))
            }
            Output::Count(_) | Output::OfFirst(_) => {
                Arc::new(Int64Array::from(vec![0; lost.len()]))
            }
            Output::Sum(_) => Arc::new(Float64Array::from(vec![0.0; lost.len()])),
            Output::Largest(_) => Arc::new(Float64Array::from(vec![None; lost.len()])),
        }
    }
}
