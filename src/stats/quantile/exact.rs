//! Between which values a quantile lies, whatever the distribution.

use super::Ordered;
use super::binomial::count_below;
use crate::stats::{Alternative, Interval, Missing};

/// Distribution-free interval of one sample's quantile, from order statistics.
///
/// Conover (1999), section 3.2, as `scipy.stats.quantile_test` has it: the ends are the values
/// whose ranks leave at most half of `alpha` of a binomial count outside, so the interval
/// covers at least `1 - alpha`, with ties too. `Greater` and `Less` have one end, which gets
/// all of `alpha`. An end that no value can be is infinite.
///
/// `Err` without values or for a level or `alpha` outside (0, 1).
pub fn exact_interval(
    values: &Ordered,
    level: f64,
    alternative: Alternative,
    alpha: f64,
) -> Result<Interval, Missing> {
    let inside = |v: f64| v > 0.0 && v < 1.0;
    if !(inside(level) && inside(alpha)) {
        return Err(Missing::OutOfRange);
    }
    let count = values.values().len();
    if count == 0 {
        return Err(Missing::TooFewValues { values: 0, needed: 1 });
    }
    let tail = alternative.tail(alpha);
    let at = |rank: Option<u64>| rank.and_then(|rank| values.values().get(rank as usize));
    let lower = match alternative {
        Alternative::Less => None,
        _ => at(count_below(count as u64, level, tail, true).checked_sub(1)),
    };
    let upper = match alternative {
        Alternative::Greater => None,
        _ => at(count_as_rare(count as u64, level, tail).checked_sub(1)),
    };
    Ok(Interval {
        lower: lower.copied().unwrap_or(f64::NEG_INFINITY),
        upper: upper.copied().unwrap_or(f64::INFINITY),
    })
}

/// Rank, counted from 1, of the upper end; `values + 1` where no value is high enough.
///
/// Values above the quantile are binomial as well, so it mirrors the lower end.
fn count_as_rare(values: u64, level: f64, tail: f64) -> u64 {
    values + 1 - count_below(values, 1.0 - level, tail, false)
}

#[cfg(test)]
#[path = "exact_tests.rs"]
mod tests;
