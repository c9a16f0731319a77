//! Whether units fell as promised.

use super::{exact_binomial, exact_multinomial};
use crate::stats::Missing;
use crate::stats::tail::chi_square::upper_tail;

/// How the p-value of a sample ratio was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleRatioMethod {
    ChiSquare,
    /// Two arms with fewer than five units expected in one.
    ExactBinomial,
    /// More arms with fewer than five units expected in one, and few enough outcomes to count.
    ExactMultinomial,
}

/// A test that units fell into the arms by the promised shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRatio {
    /// Pearson's chi-square; infinite if an arm of share 0 has units.
    pub statistic: f64,
    /// Arms with a share, minus 1.
    pub dof: u32,
    pub p_value: f64,
    /// Natural logarithm; accurate where `p_value` underflows.
    pub log_p_value: f64,
    pub method: SampleRatioMethod,
}

/// Pearson's (1900) chi-square of observed units against promised shares, or an exact test.
///
/// With fewer than five units expected in an arm the p-value is that of the exact binomial or
/// multinomial test; with so many outcomes in three or more arms that they cannot be counted it
/// stays the chi-square, which is then rough. `method` says which. `Err` as for
/// [`chi_square_test`].
pub fn sample_ratio(observed: &[u64], shares: &[f64]) -> Result<SampleRatio, Missing> {
    let ratio = chi_square_test(observed, shares)?;
    let whole: f64 = shares.iter().sum();
    let units = observed.iter().fold(0u64, |sum, n| sum.saturating_add(*n)) as f64;
    let is_few = |share: &f64| *share > 0.0 && units * (share / whole) < ENOUGH;
    if !(ratio.statistic.is_finite() && shares.iter().any(is_few)) {
        return Ok(ratio);
    }
    Ok(match exact(observed, shares, whole) {
        Some((log_p_value, method)) => {
            SampleRatio { p_value: log_p_value.exp(), log_p_value, method, ..ratio }
        }
        None => ratio,
    })
}

/// Pearson's (1900) chi-square of observed units against promised shares, however few.
///
/// An arm with no units counts as an arm, one with no share only if it has units: the statistic
/// is then infinite. `Err` without units, with fewer than two arms of positive share, or with
/// shares that are no shares.
pub fn chi_square_test(observed: &[u64], shares: &[f64]) -> Result<SampleRatio, Missing> {
    let whole: f64 = shares.iter().sum();
    let are_shares = shares.iter().all(|s| s.is_finite() && *s >= 0.0);
    if observed.len() != shares.len() || !are_shares || !(whole > 0.0 && whole.is_finite()) {
        return Err(Missing::Corrupt);
    }
    let units = observed.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    let arms = shares.iter().filter(|s| **s > 0.0).count() as u32;
    if units == 0 {
        return Err(Missing::TooFewUnits { units });
    }
    if arms < 2 {
        return Err(Missing::NoVariation);
    }
    let expected: Vec<f64> = shares.iter().map(|s| units as f64 * (s / whole)).collect();
    let statistic = chi_square(observed, &expected);
    let dof = arms - 1;
    let (p_value, log_p_value) = upper_tail(statistic, dof);
    Ok(SampleRatio { statistic, dof, p_value, log_p_value, method: SampleRatioMethod::ChiSquare })
}

/// Units that must be expected in an arm for the chi-square (Cochran 1954).
const ENOUGH: f64 = 5.0;

/// The exact test of the arms that have a share, where their outcomes can be counted.
fn exact(observed: &[u64], shares: &[f64], whole: f64) -> Option<(f64, SampleRatioMethod)> {
    let arms = || observed.iter().zip(shares).filter(|(_, share)| **share > 0.0);
    let units: Vec<u64> = arms().map(|(units, _)| *units).collect();
    let shares: Vec<f64> = arms().map(|(_, share)| *share).collect();
    if let ([first, second], [share, _]) = (&units[..], &shares[..]) {
        let log = exact_binomial(*first, first.checked_add(*second)?, share / whole).ok()?;
        return Some((log, SampleRatioMethod::ExactBinomial));
    }
    let log = exact_multinomial(&units, &shares).ok()?;
    Some((log, SampleRatioMethod::ExactMultinomial))
}

fn chi_square(observed: &[u64], expected: &[f64]) -> f64 {
    let term = |(observed, expected): (&u64, &f64)| {
        let surplus = *observed as f64 - expected;
        match *expected > 0.0 {
            true => surplus * surplus / expected,
            false if surplus > 0.0 => f64::INFINITY,
            false => 0.0,
        }
    };
    observed.iter().zip(expected).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gbstats 0.8, and scipy 1.17 on the Cookie Cats data set.
    #[test]
    fn chi_square_is_that_of_the_references() {
        let p = |observed: &[u64], shares: &[f64]| sample_ratio(observed, shares).unwrap().p_value;
        let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-10, "{got} {want}");
        close(p(&[10150, 9800], &[0.5, 0.5]), 0.013_213_109_218_729_726);
        close(p(&[8000, 1100, 1000], &[0.8, 0.1, 0.1]), 0.011_615_143_657_593_05);
        close(p(&[44700, 45489], &[0.5, 0.5]), 0.008_607_987_810_836_262);
        close(
            sample_ratio(&[44700, 45489], &[1.0, 1.0]).unwrap().statistic,
            6.902_404_949_605_827_5,
        );
    }

    /// All nine units on one side at 50/50: 2 / 2^9, by counting.
    #[test]
    fn few_units_are_counted_exactly() {
        let all_on_one_side = sample_ratio(&[0, 9], &[0.5, 0.5]).unwrap();
        assert_eq!(all_on_one_side.method, SampleRatioMethod::ExactBinomial);
        assert!((all_on_one_side.p_value - 2.0 / 512.0).abs() < 1e-15);
    }

    #[test]
    fn what_has_no_ratio_says_so() {
        assert_eq!(sample_ratio(&[0, 0], &[0.5, 0.5]), Err(Missing::TooFewUnits { units: 0 }));
        assert_eq!(
            sample_ratio(&[5, 5], &[1.0, 0.0]).map(|r| r.p_value),
            Err(Missing::NoVariation)
        );
        assert_eq!(sample_ratio(&[5, 5], &[0.5]), Err(Missing::Corrupt));
        assert_eq!(sample_ratio(&[5, 5], &[0.5, f64::NAN]), Err(Missing::Corrupt));
        let unexpected = sample_ratio(&[5000, 5000, 3], &[0.5, 0.5, 0.0]).unwrap();
        assert_eq!(unexpected.p_value, 0.0);
    }

    /// An arm that never arrived: p underflows, its logarithm does not.
    #[test]
    fn an_absent_arm_counts() {
        let ratio = sample_ratio(&[1_000_000, 0], &[0.5, 0.5]).unwrap();
        assert_eq!(ratio.p_value, 0.0);
        // chi-square 1e6 with 1 degree of freedom is |z| = 1000.
        let want = crate::stats::normal::log_two_sided(1000.0);
        assert!((ratio.log_p_value / want - 1.0).abs() < 1e-12);
    }
}
