//! How sure a quantile of events is when each unit has several.

use super::QuantilePoint;
use crate::stats::{Missing, Point};

/// Counts over clusters, one cluster per randomization unit, in a form that adds up.
///
/// `S` is a cluster's number of events not above the variant's quantile, `N` its number of
/// events.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clusters {
    pub clusters: u64,
    /// Sum of `S`.
    pub at_most: f64,
    /// Sum of `S²`.
    pub at_most_squares: f64,
    /// Sum of `N`.
    pub events: f64,
    /// Sum of `N²`.
    pub events_squares: f64,
    /// Sum of `S N`.
    pub products: f64,
}

impl Clusters {
    /// Counts events not above `quantile`, cluster by cluster; a unit without events is a
    /// cluster too.
    pub fn count<'a>(clusters: impl IntoIterator<Item = &'a [f64]>, quantile: f64) -> Clusters {
        let mut sums = Clusters::default();
        for events in clusters {
            let at_most = events.iter().filter(|v| **v <= quantile).count() as f64;
            let all = events.len() as f64;
            sums.clusters += 1;
            sums.at_most += at_most;
            sums.at_most_squares += at_most * at_most;
            sums.events += all;
            sums.events_squares += all * all;
            sums.products += at_most * all;
        }
        sums
    }

    /// Value and variance of an event-level quantile, with one unit per cluster.
    ///
    /// Deng, Knoblich and Lu (2018), section 4.3: the variance of independent events, times that
    /// of the share of events below the quantile over `level (1 - level) / events`.
    ///
    /// `Err(TooFewUnits)` for fewer than two clusters, `Err(ZeroDenominator)` without events,
    /// `Err(NoVariation)` where every cluster has the same share below, `Err(Corrupt)` for sums
    /// that no clusters have, else as [`QuantilePoint::point`].
    pub fn point(&self, quantile: &QuantilePoint) -> Result<Point, Missing> {
        let variance = quantile.variance_of_one()? * self.design_effect(quantile)?;
        let point = quantile.point_of(variance)?;
        Ok(Point { units: self.clusters, dof: self.clusters as f64 - 1.0, ..point })
    }

    /// Variance of the share below, over that of as many independent events.
    pub(super) fn design_effect(&self, quantile: &QuantilePoint) -> Result<f64, Missing> {
        let independent = quantile.level * (1.0 - quantile.level) / quantile.values as f64;
        Ok(self.variance_of_share()? / independent)
    }

    /// Delta method for `Σ S / Σ N`, whose residuals `S - share N` have mean zero by
    /// construction, so that no mean is taken off and nothing else cancels.
    fn variance_of_share(&self) -> Result<f64, Missing> {
        if self.clusters < 2 {
            return Err(Missing::TooFewUnits { units: self.clusters });
        }
        self.check()?;
        let share = self.at_most / self.events;
        let size = self.at_most_squares + share * share * self.events_squares;
        let residual = size - 2.0 * share * self.products;
        if residual < -64.0 * f64::EPSILON * size {
            return Err(Missing::Corrupt);
        }
        if residual <= 8.0 * f64::EPSILON * size {
            return Err(Missing::NoVariation);
        }
        let clusters = self.clusters as f64;
        Ok(residual * clusters / (clusters - 1.0) / (self.events * self.events))
    }

    fn check(&self) -> Result<(), Missing> {
        let sums =
            [self.at_most, self.at_most_squares, self.events, self.events_squares, self.products];
        if sums.iter().any(|v| v.is_nan() || *v < 0.0) || self.at_most > self.events {
            return Err(Missing::Corrupt);
        }
        if sums.iter().any(|v| v.is_infinite()) {
            return Err(Missing::Overflow);
        }
        if self.events == 0.0 { Err(Missing::ZeroDenominator) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gbstats 0.8 on the sums of its documentation's example: variance 6955.692894816015 of
    /// one value, where independent events have 15043.357926600922.
    #[test]
    fn event_level_variance_is_gbstats() {
        let quantile = QuantilePoint {
            values: 5000,
            level: 0.9,
            value: 120.0,
            lower: 116.0,
            upper: 124.5,
            n_star: 3200,
        };
        let sums = Clusters {
            clusters: 3000,
            at_most: 4500.0,
            at_most_squares: 9100.0,
            events: 5000.0,
            events_squares: 10800.0,
            products: 9800.0,
        };
        let share = sums.variance_of_share().unwrap();
        assert!((share / 8.322_774_258_086_007e-6 - 1.0).abs() < 1e-12, "{share}");
        let theirs = sums.growthbook_point(&quantile).unwrap();
        assert_eq!(theirs.units, 5000);
        assert!((theirs.variance * 5000.0 / 6_955.692_894_816_015 - 1.0).abs() < 1e-12);
        let ours = sums.point(&quantile).unwrap();
        assert_eq!((ours.units, ours.variance), (3000, theirs.variance));
    }

    /// One event per cluster is independent events, but for `clusters / (clusters - 1)`.
    #[test]
    fn clusters_of_one_event_are_events() {
        let events: Vec<f64> = (0..1000).map(f64::from).collect();
        let sums = Clusters::count(events.chunks(1), 899.0);
        let share = sums.variance_of_share().unwrap();
        assert!((share / (0.9 * 0.1 / 999.0) - 1.0).abs() < 1e-12, "{share}");
    }

    #[test]
    fn impossible_or_even_clusters_have_a_reason() {
        let rows: Vec<Vec<f64>> = vec![vec![1.0, 2.0]; 50];
        let even = Clusters::count(rows.iter().map(Vec::as_slice), 1.0);
        assert_eq!(even.variance_of_share(), Err(Missing::NoVariation));
        let none = Clusters { clusters: 5, ..Clusters::default() };
        assert_eq!(none.variance_of_share(), Err(Missing::ZeroDenominator));
        let one = Clusters { clusters: 1, ..even };
        assert_eq!(one.variance_of_share(), Err(Missing::TooFewUnits { units: 1 }));
        let crossed = Clusters { products: 1e9, ..even };
        assert_eq!(crossed.variance_of_share(), Err(Missing::Corrupt));
        let more = Clusters { at_most: 1e9, ..even };
        assert_eq!(more.variance_of_share(), Err(Missing::Corrupt));
    }
}
