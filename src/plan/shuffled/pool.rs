//! Numbers of all units, for quantiles: in order once, whatever becomes of their units.

use super::deal::Dealer;
use super::values::{MetricValues, UnitValues};
use crate::plan::samples::{Sample, quantile};
use crate::plan::terms::MetricTerms;
use crate::stats::{Missing, Point};

/// The numbers of one metric with their units.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    /// Number, unit and phase.
    rows: Vec<(f64, u64, u32)>,
}

impl Pool {
    pub fn add(&mut self, units: &UnitValues, values: &MetricValues) {
        let Some(numbers) = values.numbers.first() else { return };
        for (i, number) in numbers.iter().enumerate() {
            let row = values.rows.as_ref().map_or(i, |rows| rows[i] as usize);
            self.rows.push((*number, units.units[row], units.phases[row]));
        }
    }

    /// Once all units have come.
    pub fn sort(&mut self) {
        self.rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// Of each cell the quantile of its units.
    pub fn quantiles(
        &self,
        (dealer, salt): (&Dealer, u64),
        terms: &MetricTerms,
        level: f64,
    ) -> Vec<Result<Point, Missing>> {
        let mut cells = vec![Vec::new(); dealer.cells()];
        for (number, unit, phase) in &self.rows {
            if let Some(numbers) = cells.get_mut(dealer.cell(salt, *unit, *phase as usize)) {
                numbers.push(*number);
            }
        }
        let of = |numbers: Vec<f64>| quantile(&[&Sample::of_units(numbers)], terms, level);
        cells.into_iter().map(of).collect()
    }
}
