//! Whether two shares differ, by counting tables.

use super::Conversions;
use super::conversions::check;
use crate::stats::numeric::log_sum;
use crate::stats::tail::hypergeometric::Tables;
use crate::stats::tail::unlikely::{SLACK, first_unlikely, last_unlikely};
use crate::stats::{Alternative, Missing};

/// Natural logarithm of the p-value of Fisher's (1935) exact test.
///
/// Two-sided it is the probability of every table, given the margins, that is no more likely
/// than the one seen (R `fisher.test`, with its relative slack of 1e-7). Takes time
/// proportional to the root of the units. 0 (p = 1) where none or all converted.
/// `Err(Overflow)` where a tail has more than four million tables, from about 1e13 units on.
pub fn fisher(
    control: &Conversions,
    treatment: &Conversions,
    alternative: Alternative,
) -> Result<f64, Missing> {
    check([control, treatment], 0.5)?;
    let conversions = control.conversions.checked_add(treatment.conversions);
    let tables = Tables {
        units: treatment.units,
        other_units: control.units,
        conversions: conversions.ok_or(Missing::Overflow)?,
    };
    let hits = treatment.conversions;
    let log_p_value = match alternative {
        Alternative::TwoSided => two_sided(&tables, hits),
        Alternative::Greater => at_least(&tables, hits),
        Alternative::Less => at_most(&tables, hits),
    };
    log_p_value.map(|log| log.min(0.0)).ok_or(Missing::Overflow)
}

fn two_sided(tables: &Tables, hits: u64) -> Option<f64> {
    let slack = tables.log_mass(hits) + SLACK;
    let unlikely = |k: u64| tables.log_mass(k) <= slack;
    let (mode, (low, high)) = (tables.mode(), tables.range());
    if unlikely(mode) {
        return Some(0.0);
    }
    let (below, above) = if hits < mode {
        (Some(hits), first_unlikely(mode, high, unlikely))
    } else {
        (last_unlikely(mode, low, unlikely), Some(hits))
    };
    let tail = |end: Option<u64>, upward| match end {
        Some(from) => tables.log_tail(from, upward),
        None => Some(f64::NEG_INFINITY),
    };
    Some(log_sum(tail(below, false)?, tail(above, true)?))
}

/// Sums go away from the mode, so that no term is larger than the first.
fn at_least(tables: &Tables, hits: u64) -> Option<f64> {
    if hits > tables.mode() {
        return tables.log_tail(hits, true);
    }
    match hits.checked_sub(1) {
        Some(below) => Some((-tables.log_tail(below, false)?.exp()).ln_1p()),
        None => Some(0.0),
    }
}

fn at_most(tables: &Tables, hits: u64) -> Option<f64> {
    if hits < tables.mode() {
        return tables.log_tail(hits, false);
    }
    Some((-tables.log_tail(hits.checked_add(1)?, true)?.exp()).ln_1p())
}
