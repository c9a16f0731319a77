//! The facts of one stream, met with the enrollments of their units and summed up.
//!
//! Does not: know the order of facts. Sheets of several streams add up in any order.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;
use datafusion::common::{Result, exec_err, internal_err};

use super::super::accounting::FactFate;
use super::super::double_double::DoubleDouble;
use super::super::matched::SHORTLY;
use super::super::measure::Anchor;
use super::facts::Facts;
use super::index::NOBODY;
use super::recipe::{Near, Of, Recipe, Takes, Value, What};
use super::roster::Roster;

/// Where no value has been met; every value is finite.
pub const NONE: f64 = f64::NEG_INFINITY;

/// What is known of every enrollment from the facts so far.
pub struct Sheet {
    recipe: Arc<Recipe>,
    roster: Arc<Roster>,
    totals: Totals,
    /// Facts that met no enrollment, by their fate.
    pub lost: [u64; FactFate::ALL.len()],
    /// Conditions that each fact of a batch meets, so many words each.
    bits: Vec<u64>,
    /// Facts of a batch whose units are looked up, and what was found.
    asked: Vec<usize>,
    found: Vec<u32>,
}

/// Numbers of all enrollments, one enrollment after the other.
pub struct Totals {
    pub counts: Vec<u32>,
    pub sums: Vec<DoubleDouble>,
    pub largest: Vec<f64>,
    /// Whether a count went beyond what it can hold.
    is_full: bool,
}

impl Sheet {
    pub fn new(recipe: Arc<Recipe>, roster: Arc<Roster>) -> Sheet {
        let places = roster.places();
        let totals = Totals {
            counts: vec![0; places * recipe.counts],
            sums: vec![DoubleDouble::ZERO; places * recipe.sums],
            largest: vec![NONE; places * recipe.largest],
            is_full: false,
        };
        Sheet {
            recipe,
            roster,
            totals,
            lost: [0; FactFate::ALL.len()],
            bits: Vec::new(),
            asked: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Bytes of memory that a sheet takes.
    pub fn size(recipe: &Recipe, roster: &Roster) -> usize {
        let place = recipe.counts * size_of::<u32>()
            + recipe.sums * size_of::<DoubleDouble>()
            + recipe.largest * size_of::<f64>();
        roster.places() * place
    }

    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Takes facts as [`Recipe::ingredients`] has them.
    ///
    /// # Errors
    /// `Execution` where a unit has more than 4 billion facts.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let facts = Facts::of(&self.recipe, batch)?;
        facts.conditions(&mut self.bits);
        self.look_up(&facts)?;
        let (recipe, roster) = (self.recipe.clone(), self.roster.clone());
        let words = recipe.words();
        for (row, unit) in self.asked.iter().zip(&self.found) {
            let bits = &self.bits[row * words..(row + 1) * words];
            for place in roster.places_of(*unit) {
                self.totals.meet((&recipe, &roster), place, (&facts, *row), bits);
            }
        }
        if self.totals.is_full {
            return exec_err!("a unit has more than {} facts", u32::MAX);
        }
        Ok(())
    }

    /// Finds the facts that can count and whose unit is enrolled, and counts the others.
    fn look_up(&mut self, facts: &Facts<'_>) -> Result<()> {
        let that_count = facts.that_count();
        self.lose(facts, &that_count)?;
        self.asked.clear();
        self.asked.extend(that_count.set_indices());
        self.roster.units_of(&facts.units, &self.asked, &mut self.found);
        // No branch, because which unit is enrolled cannot be foretold.
        let mut enrolled = 0;
        for i in 0..self.found.len() {
            (self.asked[enrolled], self.found[enrolled]) = (self.asked[i], self.found[i]);
            enrolled += usize::from(self.found[i] != NOBODY);
        }
        self.lost[FactFate::NotEnrolled as usize] += (self.found.len() - enrolled) as u64;
        self.asked.truncate(enrolled);
        self.found.truncate(enrolled);
        Ok(())
    }

    /// Counts the facts that cannot count, by fate.
    fn lose(&mut self, facts: &Facts<'_>, that_count: &BooleanBuffer) -> Result<()> {
        for row in (!that_count).set_indices() {
            let fate = facts.fate(row);
            match usize::try_from(-1 - fate).ok().and_then(|fate| self.lost.get_mut(fate)) {
                Some(lost) => *lost += 1,
                None => return internal_err!("a fact of fate {fate}"),
            }
        }
        Ok(())
    }
}

/// How long before or after an enrollment a fact was; 0 without time.
#[derive(Clone, Copy)]
struct Since {
    enrolled: i64,
    met: i64,
}

impl Totals {
    fn meet(
        &mut self,
        (recipe, roster): (&Recipe, &Roster),
        place: usize,
        (facts, row): (&Facts<'_>, usize),
        bits: &[u64],
    ) {
        let counts = place * recipe.counts;
        self.count(counts + recipe.met.rows);
        let is_own = recipe.met.own.is_none_or(|own| {
            let asks = &roster.asks[place * bits.len()..(place + 1) * bits.len()];
            let is_own = asks.iter().zip(bits).any(|(asks, bits)| asks & bits != 0);
            if is_own {
                self.count(counts + own);
            }
            is_own
        });
        let mut since = Since { enrolled: 0, met: 0 };
        if let (Some(near), Some(times)) = (&recipe.met.time, facts.times) {
            since.enrolled = times[row].saturating_sub(roster.enrolled_at[place]);
            since.met = roster.met_at.get(place).map_or(0, |at| times[row].saturating_sub(*at));
            self.meet_near(near, counts, since.enrolled, is_own);
        }
        for (word, bits) in bits.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let bit = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                for takes in recipe.takes.get(bit).into_iter().flatten() {
                    self.add(recipe, place, takes, since, (facts, row));
                }
            }
        }
    }

    fn meet_near(&mut self, near: &Near, counts: usize, since: i64, is_own: bool) {
        if since < -near.clock_skew {
            self.count(counts + near.early);
        }
        if is_own && (-SHORTLY..SHORTLY).contains(&since) {
            self.count(counts + if since < 0 { near.before } else { near.after });
        }
    }

    fn add(
        &mut self,
        recipe: &Recipe,
        place: usize,
        takes: &Takes,
        since: Since,
        (facts, row): (&Facts<'_>, usize),
    ) {
        let since = match takes.anchor {
            Anchor::Enrolled => since.enrolled,
            Anchor::Met => since.met,
        };
        if since < takes.from || since >= takes.to {
            return;
        }
        match &takes.what {
            What::Fact(count) => self.count(place * recipe.counts + count),
            What::Value(value) => self.add_value(recipe, place, value, (facts, row)),
        }
    }

    fn add_value(
        &mut self,
        recipe: &Recipe,
        place: usize,
        value: &Value,
        (facts, row): (&Facts<'_>, usize),
    ) {
        let counts = place * recipe.counts;
        let Some(term) = facts.values[value.column].term(row) else {
            return self.count(counts + value.missing);
        };
        if let Some(not_finite) = value.not_finite.filter(|_| !term.high.is_finite()) {
            return self.count(counts + not_finite);
        }
        match value.of {
            Of::Sum(sum) => {
                let sum = &mut self.sums[place * recipe.sums + sum];
                *sum = *sum + term;
            }
            Of::Largest(largest) => {
                let largest = &mut self.largest[place * recipe.largest + largest];
                *largest = largest.max(term.high);
            }
        }
    }

    fn count(&mut self, place: usize) {
        let count = &mut self.counts[place];
        *count = count.wrapping_add(1);
        self.is_full |= *count == 0;
    }
}
