//! What is drawn.

use rand::seq::{IndexedRandom, SliceRandom};

use crate::simulate::draws::{Draws, Key, Purpose};

/// One stream of draws for a whole scenario.
pub(super) struct Chance(Draws);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(Key::new(seed, Purpose::Scenario, 0).unit(0))
    }

    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.0.happens(probability)
    }

    /// Something of this probability, or nothing.
    pub(super) fn maybe<T>(
        &mut self,
        probability: f64,
        draw: impl FnOnce(&mut Chance) -> T,
    ) -> Option<T> {
        self.happens(probability).then(|| draw(self))
    }

    /// A whole number in `[from, to)`.
    pub(super) fn whole(&mut self, from: i64, to: i64) -> i64 {
        let span = (to - from).max(1) as f64;
        from + (self.0.uniform() * span) as i64
    }

    /// A number in `[from, to)`.
    pub(super) fn number(&mut self, from: f64, to: f64) -> f64 {
        from + self.0.uniform() * (to - from)
    }

    /// One of these; the default of its type where there are none.
    pub(super) fn one_of<T: Clone + Default>(&mut self, from: &[T]) -> T {
        from.choose(&mut self.0).cloned().unwrap_or_default()
    }

    /// One of these, as text.
    pub(super) fn text(&mut self, from: &[&str]) -> String {
        self.one_of(from).to_owned()
    }

    /// Some of these, at most so many, in any order.
    pub(super) fn some_of<T: Clone>(&mut self, from: &[T], most: usize) -> Vec<T> {
        let mut all = from.to_vec();
        all.shuffle(&mut self.0);
        all.truncate(most);
        all
    }
}
