//! What GrowthBook would say of a quantile.
//!
//! Its warehouse queries ask for the interval at numbers of values fixed in advance, as the
//! count is not known while they are written. With the values at hand there is no reason for
//! that: see [`QuantilePoint::from_values`].

use super::{Clusters, Definition, Ordered, QuantilePoint};
use crate::stats::{Missing, Point};

/// The smallest number of values in GrowthBook's grid; the others are its doubles, 20 in all.
const GRID_SMALLEST: u64 = 100;
const GRID_LENGTH: u32 = 20;
/// gbstats 0.8 replaces smaller variances of one value, in the square of the metric's unit.
const FLOOR: f64 = 1e-5;
const FLOOR_FROM: u64 = 100;

impl QuantilePoint {
    /// The quantile with the interval of GrowthBook's grid.
    ///
    /// `n_star` is the largest of 100, 200, 400, ... strictly below the number of values, or
    /// 100; where its interval is a single value, the next smaller one with two ends. Where no
    /// interval has two ends, the first is kept, and the point is `Err(TiedQuantile)`.
    pub fn growthbook_from_values(
        values: &Ordered,
        level: f64,
        definition: Definition,
    ) -> Result<QuantilePoint, Missing> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let count = values.values().len() as u64;
        let read = |n_star| QuantilePoint::read(values, level, definition, n_star);
        let mut n_star = largest_below(count);
        let first = read(n_star)?;
        let mut point = first;
        while point.lower == point.upper && n_star > GRID_SMALLEST {
            n_star /= 2;
            point = read(n_star)?;
        }
        Ok(if point.lower == point.upper { first } else { point })
    }

    /// Value and variance as gbstats has them: as [`QuantilePoint::point`], but from 100 values
    /// on the variance of one value is at least 1e-5 in the square of the metric's unit.
    pub fn growthbook_point(&self) -> Result<Point, Missing> {
        self.floored(self.variance_of_one()?)
    }

    fn floored(&self, variance: f64) -> Result<Point, Missing> {
        let floor = if self.values >= FLOOR_FROM { FLOOR } else { 0.0 };
        self.point_of(variance.max(floor))
    }
}

impl Clusters {
    /// Value and variance of an event-level quantile as gbstats has them: degrees of freedom
    /// from events, though clusters are what varies, and the floor of
    /// [`QuantilePoint::growthbook_point`].
    pub fn growthbook_point(&self, quantile: &QuantilePoint) -> Result<Point, Missing> {
        quantile.floored(quantile.variance_of_one()? * self.design_effect(quantile)?)
    }
}

fn largest_below(values: u64) -> u64 {
    let grid = (0..GRID_LENGTH).map(|k| GRID_SMALLEST << k);
    grid.take_while(|n| *n < values).last().unwrap_or(GRID_SMALLEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_strictly_below_the_number_of_values() {
        for (values, n_star) in [(0, 100), (60, 100), (100, 100), (101, 100), (200, 100)] {
            assert_eq!(largest_below(values), n_star);
        }
        assert_eq!(largest_below(201), 200);
        assert_eq!(largest_below(400), 200);
        assert_eq!(largest_below(u64::MAX), 52_428_800);
    }

    /// 60 % zeros: the interval of 800 values is a single zero, that of 100 is not.
    #[test]
    fn ties_walk_down_the_grid() {
        let mut values = vec![0.0; 600];
        values.extend((1..=400).map(f64::from));
        let values = Ordered::new(values).unwrap();
        let linear = Definition::Linear;
        let walked = QuantilePoint::growthbook_from_values(&values, 0.55, linear).unwrap();
        assert_eq!(walked.n_star, 200);
        assert!(walked.growthbook_point().is_ok());
        let own = QuantilePoint::from_values(&values, 0.55, linear).unwrap();
        assert_eq!(own.point(), Err(Missing::TiedQuantile));
        let tied = QuantilePoint::growthbook_from_values(&values, 0.3, linear).unwrap();
        assert_eq!((tied.n_star, tied.growthbook_point()), (800, Err(Missing::TiedQuantile)));
    }

    /// The floor is in the metric's unit: it swamps seconds where milliseconds are untouched.
    #[test]
    fn the_floor_swamps_small_units() {
        let of = |unit: f64| {
            let values = (0..1000).map(|i| f64::from(i) * unit).collect();
            let values = Ordered::new(values).unwrap();
            let linear = Definition::Linear;
            let point = QuantilePoint::growthbook_from_values(&values, 0.5, linear).unwrap();
            (point.point().unwrap(), point.growthbook_point().unwrap())
        };
        let (ours, theirs) = of(1.0);
        assert_eq!(ours, theirs);
        let (ours, theirs) = of(1e-6);
        assert_eq!(theirs.variance, 1e-8);
        assert!(ours.variance < 1e-9);
    }
}
