//! Sums of the numbers of units that are dealt to one cell.
//!
//! Numbers are taken relative to a value near their mean, so that the sums of their squares and
//! cubes lose nothing to it.

use super::values::MetricValues;
use crate::stats::Summary;

/// Of one metric in one cell.
#[derive(Debug, Clone, Copy)]
pub struct Totals {
    units: f64,
    sums: [f64; 4],
    products: [[f64; 4]; 4],
    /// Of the cubes of the first number.
    cubes: f64,
    smallest: f64,
    largest: f64,
}

impl Totals {
    pub const NONE: Totals = Totals {
        units: 0.0,
        sums: [0.0; 4],
        products: [[0.0; 4]; 4],
        cubes: 0.0,
        smallest: f64::INFINITY,
        largest: f64::NEG_INFINITY,
    };

    fn add<const K: usize>(&mut self, numbers: [f64; K]) {
        self.units += 1.0;
        for (a, number) in numbers.iter().enumerate() {
            self.sums[a] += number;
            for (b, other) in numbers.iter().enumerate().skip(a) {
                self.products[a][b] += number * other;
            }
        }
        let first = numbers[0];
        self.cubes += first * first * first;
        self.smallest = self.smallest.min(first);
        self.largest = self.largest.max(first);
    }

    /// Means and centred co-moments, and the sum of `(y - mean y)^3`, of numbers that were taken
    /// relative to `near` and stand at `places` among `[y, d, x, e]`; the others are 1.
    pub fn finish(&self, near: &[f64], places: &[usize]) -> (Summary, f64) {
        let mut summary = Summary { mean: [1.0; 4], ..Summary::EMPTY };
        if self.units == 0.0 {
            return (Summary::EMPTY, 0.0);
        }
        summary.units = self.units as u64;
        let mean = self.sums.map(|sum| sum / self.units);
        for (a, (near, place)) in near.iter().zip(places).enumerate() {
            summary.mean[*place] = near + mean[a];
            for (b, other) in places.iter().enumerate().skip(a) {
                let product = self.products[a][b] - self.sums[a] * mean[b];
                let product = if a == b { product.max(0.0) } else { product };
                summary.comoment[*place][*other] = product;
                summary.comoment[*other][*place] = product;
            }
        }
        let third = self.cubes - 3.0 * mean[0] * self.products[0][0]
            + 2.0 * self.units * mean[0] * mean[0] * mean[0];
        (summary, third)
    }

    /// Smallest and largest of the first number.
    pub fn reach(&self, near: f64) -> Option<(f64, f64)> {
        (self.units > 0.0).then_some((near + self.smallest, near + self.largest))
    }
}

/// Adds the numbers of units to those of the cells that they are dealt to; `cells` is the cell of
/// each unit.
pub fn add_all(totals: &mut [Totals], cells: &[u16], values: &MetricValues) {
    match values.numbers.as_slice() {
        [y] => add(totals, cells, values, [y]),
        [y, d] => add(totals, cells, values, [y, d]),
        [y, d, x] => add(totals, cells, values, [y, d, x]),
        [y, d, x, e] => add(totals, cells, values, [y, d, x, e]),
        _ => {}
    }
}

fn add<const K: usize>(
    totals: &mut [Totals],
    cells: &[u16],
    values: &MetricValues,
    numbers: [&Vec<f64>; K],
) {
    let numbers = numbers.map(Vec::as_slice);
    let mut meet = |cell: Option<&u16>, i: usize| {
        let total = cell.and_then(|cell| totals.get_mut(usize::from(*cell)));
        if let Some(total) = total {
            total.add(numbers.map(|column| column.get(i).copied().unwrap_or(0.0)));
        }
    };
    match &values.rows {
        None => cells.iter().enumerate().for_each(|(i, cell)| meet(Some(cell), i)),
        Some(rows) => {
            rows.iter().enumerate().for_each(|(i, row)| meet(cells.get(*row as usize), i));
        }
    }
}
