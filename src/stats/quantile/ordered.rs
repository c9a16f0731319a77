//! Which value stands at a level of a sample.

use crate::stats::Missing;

/// What "the quantile" of finitely many values means: the nine of Hyndman and Fan (1996), by
/// the names that numpy gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Definition {
    /// Type 1: the smallest value that at least this share of values does not exceed.
    InvertedCdf,
    /// Type 2: as type 1, halfway to the next value where the share is met exactly.
    AveragedInvertedCdf,
    /// Type 3: the value of the nearest rank, of two equally near ranks the even one.
    ClosestObservation,
    /// Type 4: the inverted distribution function, joined by straight lines.
    InterpolatedInvertedCdf,
    /// Type 5: Hazen (1914).
    Hazen,
    /// Type 6: Weibull (1939).
    Weibull,
    /// Type 7: Gumbel (1939); the default of numpy and R.
    #[default]
    Linear,
    /// Type 8: approximately unbiased for the median of the quantile, whatever the distribution.
    MedianUnbiased,
    /// Type 9: approximately unbiased for normal values.
    NormalUnbiased,
}

/// A rank counted from 0 and the part of the way to the next one.
struct Place {
    index: usize,
    fraction: f64,
}

impl Definition {
    /// Where `level` in [0, 1] falls among `values` sorted values, at least one.
    ///
    /// A rank within rounding of a whole number is that number: 0.07 of 100 values are 7,
    /// though the product of doubles is larger.
    fn place(self, values: usize, level: f64) -> Place {
        let n = values as f64;
        let share = snapped(n * level);
        let rank = match self {
            Definition::InvertedCdf => share.ceil(),
            Definition::AveragedInvertedCdf if share == share.floor() => share + 0.5,
            Definition::AveragedInvertedCdf => share.ceil(),
            Definition::ClosestObservation => share.round_ties_even(),
            Definition::InterpolatedInvertedCdf => share,
            Definition::Hazen => share + 0.5,
            Definition::Weibull => snapped((n + 1.0) * level),
            Definition::Linear => 1.0 + snapped((n - 1.0) * level),
            Definition::MedianUnbiased => snapped((n + 1.0 / 3.0) * level + 1.0 / 3.0),
            Definition::NormalUnbiased => snapped((n + 0.25) * level + 0.375),
        };
        let rank = rank.clamp(1.0, n);
        Place { index: rank as usize - 1, fraction: rank - rank.floor() }
    }
}

fn snapped(rank: f64) -> f64 {
    let whole = rank.round();
    if (rank - whole).abs() <= 4.0 * f64::EPSILON * whole.abs() { whole } else { rank }
}

/// Part of the way from one value to the next, never past it; equal values need no arithmetic.
fn between(low: f64, high: f64, fraction: f64) -> f64 {
    if fraction == 0.0 || low == high {
        return low;
    }
    let step = high - low;
    let value = if step.is_finite() {
        low + fraction * step
    } else {
        (1.0 - fraction) * low + fraction * high
    };
    value.min(high)
}

fn check(values: &[f64], level: f64) -> Result<(), Missing> {
    if !(0.0..=1.0).contains(&level) {
        return Err(Missing::OutOfRange);
    }
    if values.is_empty() {
        return Err(Missing::TooFewValues { values: 0, needed: 1 });
    }
    Ok(())
}

/// One sample quantile, by selection: linear in the number of values, which it reorders.
///
/// `level` is in [0, 1]. `Err` without values, for a NaN among them (`Corrupt`) and for a
/// quantile that is not finite (`Overflow`).
pub fn sample_quantile(
    values: &mut [f64],
    level: f64,
    definition: Definition,
) -> Result<f64, Missing> {
    check(values, level)?;
    if values.iter().any(|v| v.is_nan()) {
        return Err(Missing::Corrupt);
    }
    let place = definition.place(values.len(), level);
    let (_, low, above) = values.select_nth_unstable_by(place.index, f64::total_cmp);
    let next = above.iter().copied().fold(f64::INFINITY, f64::min);
    let high = if place.fraction == 0.0 { *low } else { next };
    let value = between(*low, high, place.fraction);
    value.is_finite().then_some(value).ok_or(Missing::Overflow)
}

/// Values in ascending order, none of them NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered(Vec<f64>);

impl Ordered {
    /// Sorts. `Err(Corrupt)` for a NaN.
    pub fn new(mut values: Vec<f64>) -> Result<Ordered, Missing> {
        if values.iter().any(|v| v.is_nan()) {
            return Err(Missing::Corrupt);
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Ordered(values))
    }

    /// The quantile at `level` in [0, 1]. `Err` without values, and for a quantile that is not
    /// finite (`Overflow`).
    pub fn quantile(&self, level: f64, definition: Definition) -> Result<f64, Missing> {
        check(&self.0, level)?;
        let place = definition.place(self.0.len(), level);
        let at = |index: usize| self.0.get(index).or(self.0.last()).copied();
        let (low, high) = (at(place.index), at(place.index + 1));
        let value = low.zip(high).map(|(low, high)| between(low, high, place.fraction));
        value.filter(|v| v.is_finite()).ok_or(Missing::Overflow)
    }

    /// How many values are not above `value`.
    pub fn at_most(&self, value: f64) -> usize {
        self.0.partition_point(|v| *v <= value)
    }

    /// How many values are below `value`.
    pub fn below(&self, value: f64) -> usize {
        self.0.partition_point(|v| *v < value)
    }

    /// The values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
#[path = "ordered_tests.rs"]
mod tests;
