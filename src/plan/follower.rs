//! Units followed through the days of their facts, one after the other.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;

use super::accumulate::column;
use super::double_double::DoubleDouble;
use super::execute::{Stopwatch, Taker, hand_over};
use super::ledger::{Ledger, Stay};
use super::terms::{Measures, Shape, Term};
use crate::config::Cap;
use crate::error::Error;

/// Writes into a ledger what the days of `increments` change; `stays` by the numbers of the units.
///
/// # Errors
/// `Data` or `Retry` for facts that cannot be read.
pub async fn follow(
    increments: DataFrame,
    measures: &Measures,
    stays: Vec<Stay>,
    ledger: Ledger,
    watch: &Stopwatch,
) -> Result<Ledger, Error> {
    let measures = measures.clone();
    let follower = Arc::new(Mutex::new(Follower { measures, stays, ledger, unit: None }));
    hand_over(increments, "facts", watch, |_| Ok(Rows(follower.clone()))).await?;
    let follower = Arc::into_inner(follower).and_then(|follower| follower.into_inner().ok());
    follower.map(Follower::end).ok_or_else(|| Error::bug("units are still followed"))
}

/// Follows units through their days, one after the other.
struct Follower {
    measures: Measures,
    /// By the number of the unit.
    stays: Vec<Stay>,
    ledger: Ledger,
    unit: Option<Unit>,
}

/// A unit on one of its days.
struct Unit {
    slot: i64,
    stay: Stay,
    day: usize,
    /// Sum of each measure so far.
    totals: Vec<DoubleDouble>,
    /// Numbers `[y, d]` of each metric so far.
    numbers: Vec<[f64; 2]>,
    /// The same up to the day before.
    before: Vec<[f64; 2]>,
}

/// The rows of all units, in one stream, for they are sorted.
struct Rows(Arc<Mutex<Follower>>);

impl Taker for Rows {
    fn take(&mut self, batch: RecordBatch) -> EngineResult<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&batch);
        Ok(())
    }
}

impl Follower {
    fn take(&mut self, batch: &RecordBatch) {
        let (slots, since) =
            (batch["slot"].as_primitive::<Int64Type>(), batch["since"].as_primitive::<Int64Type>());
        let days = batch["day"].as_primitive::<Int32Type>();
        let added: Vec<_> = (0..self.measures.all.len())
            .map(|i| batch[column(i).as_str()].as_primitive::<Float64Type>())
            .collect();
        for row in 0..batch.num_rows() {
            let day = usize::try_from(days.value(row)).unwrap_or(0);
            let mut unit = self.unit_on(slots.value(row), day);
            for (total, added) in unit.totals.iter_mut().zip(&added) {
                *total = *total + added.value(row).into();
            }
            let since = usize::try_from(since.value(row)).unwrap_or(0);
            unit.recount(&self.measures, since, &mut self.ledger);
            self.unit = Some(unit);
        }
    }

    fn end(mut self) -> Ledger {
        if let Some(unit) = self.unit.take() {
            unit.leave(&mut self.ledger);
        }
        self.ledger
    }

    /// The unit of a number, come to some day.
    fn unit_on(&mut self, slot: i64, day: usize) -> Unit {
        match self.unit.take() {
            Some(unit) if (unit.slot, unit.day) == (slot, day) => unit,
            Some(mut unit) if unit.slot == slot => {
                unit.close_day(&mut self.ledger);
                Unit { day, ..unit }
            }
            other => {
                if let Some(unit) = other {
                    unit.leave(&mut self.ledger);
                }
                self.new_unit(slot, day)
            }
        }
    }

    fn new_unit(&self, slot: i64, day: usize) -> Unit {
        let nowhere = Stay { arm: usize::MAX, from: 0, to: 0, passed: 0 };
        let stay = usize::try_from(slot).ok().and_then(|slot| self.stays.get(slot));
        let metrics = self.measures.metrics.len();
        Unit {
            slot,
            stay: stay.copied().unwrap_or(nowhere),
            day,
            totals: vec![DoubleDouble::ZERO; self.measures.all.len()],
            numbers: vec![[0.0; 2]; metrics],
            before: vec![[0.0; 2]; metrics],
        }
    }
}

impl Unit {
    /// The numbers of its metrics again, after facts of a day since its enrollment.
    fn recount(&mut self, measures: &Measures, since: usize, ledger: &mut Ledger) {
        for (i, (terms, number)) in measures.metrics.iter().zip(&mut self.numbers).enumerate() {
            let of = |term: Term| number_of(term, &self.totals);
            let now = [of(terms.numerator), terms.denominator.map_or(0.0, of)];
            ledger.change_since((&self.stay, i, since), *number, now);
            *number = now;
        }
    }

    /// Facts of days before the unit was known count when it is.
    fn close_day(&mut self, ledger: &mut Ledger) {
        let day = self.day.max(self.stay.from);
        if day < self.stay.to {
            for (i, (before, now)) in self.before.iter().zip(&self.numbers).enumerate() {
                ledger.change((&self.stay, i, day), *before, *now);
            }
            self.before.clone_from(&self.numbers);
        }
    }

    /// What it had is taken away on the day it leaves; on the day after the last there is nothing
    /// to take it from.
    fn leave(mut self, ledger: &mut Ledger) {
        self.close_day(ledger);
        for (i, before) in self.before.iter().enumerate() {
            ledger.change((&self.stay, i, self.stay.to), *before, [0.0; 2]);
        }
    }
}

fn number_of(term: Term, totals: &[DoubleDouble]) -> f64 {
    let total = totals.get(term.measure).map_or(0.0, |total| total.value());
    match (term.shape, term.cap) {
        (Shape::AtLeast(least), _) => f64::from(u8::from(total >= least as f64)),
        (Shape::Total, Some(Cap::At(cap))) if total > cap => cap,
        (Shape::Total, _) => total,
        (Shape::List, _) => 0.0,
    }
}
