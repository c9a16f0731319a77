//! What a sample is whose extremes are moved to their neighbors.

use crate::stats::Missing;
use crate::stats::quantile::Ordered;

/// How a share of the units becomes a whole number of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// Down: never more than the share.
    #[default]
    Down,
    /// To the nearest, of two equally near the even one.
    Nearest,
}

impl Rounding {
    fn units(self, share: f64, units: usize) -> usize {
        let exact = share * units as f64;
        match self {
            Rounding::Down => exact as usize,
            Rounding::Nearest => exact.round_ties_even() as usize,
        }
    }
}

/// The values in their own order, the lowest and the highest replaced by the nearest value
/// that is kept.
///
/// Dixon (1960), as `scipy.stats.mstats.winsorize` has it: the number replaced at an end is
/// `share * values`, rounded; the lower end goes first. Of tied values it is of no account which
/// are counted as replaced.
///
/// `Err(OutOfRange)` for a share outside [0, 1] or one that would replace every value,
/// `Err(Corrupt)` for a NaN among the values.
pub fn winsorize(
    values: &[f64],
    lower_share: f64,
    upper_share: f64,
    rounding: Rounding,
) -> Result<Vec<f64>, Missing> {
    let inside = |share: f64| (0.0..=1.0).contains(&share);
    if !(inside(lower_share) && inside(upper_share)) {
        return Err(Missing::OutOfRange);
    }
    let sorted = Ordered::new(values.to_vec())?;
    let sorted = sorted.values();
    if sorted.is_empty() {
        return Ok(Vec::new());
    }
    let low = sorted.get(rounding.units(lower_share, sorted.len()));
    let high = sorted.iter().rev().nth(rounding.units(upper_share, sorted.len()));
    let (low, high) = low.zip(high).ok_or(Missing::OutOfRange)?;
    Ok(values.iter().map(|v| v.max(*low).min(high.max(*low))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// scipy 1.17, documentation of `winsorize`.
    #[test]
    fn replaced_values_are_those_of_scipy() {
        let values = [10.0, 4.0, 9.0, 8.0, 5.0, 3.0, 7.0, 2.0, 1.0, 6.0];
        let want = [8.0, 4.0, 8.0, 8.0, 5.0, 3.0, 7.0, 2.0, 2.0, 6.0];
        assert_eq!(winsorize(&values, 0.1, 0.2, Rounding::Down).unwrap(), want);
        assert_eq!(winsorize(&values, 0.19, 0.29, Rounding::Down).unwrap(), want);
        assert_eq!(
            winsorize(&values, 0.05, 0.15, Rounding::Nearest).unwrap()[..3],
            [8.0, 4.0, 8.0]
        );
        assert_eq!(winsorize(&values, 0.05, 0.15, Rounding::Nearest).unwrap()[8], 1.0);
        assert_eq!(winsorize(&values, 0.6, 0.6, Rounding::Down).unwrap(), [7.0; 10]);
    }

    #[test]
    fn impossible_shares_have_a_reason() {
        for (low, high) in [(-0.1, 0.0), (0.0, 1.1), (f64::NAN, 0.0), (1.0, 0.0), (0.0, 1.0)] {
            let values = winsorize(&[1.0, 2.0], low, high, Rounding::Down);
            assert_eq!(values, Err(Missing::OutOfRange));
        }
        assert_eq!(winsorize(&[f64::NAN], 0.0, 0.0, Rounding::Down), Err(Missing::Corrupt));
        assert_eq!(winsorize(&[], 0.1, 0.1, Rounding::Down), Ok(vec![]));
    }

    proptest! {
        /// Nothing is replaced at share 0; else values stay between the kept ones.
        #[test]
        fn winsorizing_keeps_the_middle(
            values in prop::collection::vec(-1e6..1e6f64, 1..60), low in 0.0..0.5f64, high in 0.0..0.5f64,
        ) {
            prop_assert_eq!(&winsorize(&values, 0.0, 0.0, Rounding::Down).unwrap(), &values);
            let moved = winsorize(&values, low, high, Rounding::Down).unwrap();
            let changed = values.iter().zip(&moved).filter(|(old, new)| old != new).count();
            prop_assert!(changed as f64 <= (low + high) * values.len() as f64);
        }
    }
}
