//! Whether counts fell as promised, said at every look.
//!
//! Lindon and Malek (2022), anytime-valid inference for multinomial count data: given their
//! total, event counts of arms are multinomial with the arms' shares if no arm differs, so this
//! compares crash counts as it does units. Beside the chi-square of `sample_ratio`, which may be
//! read once.

use crate::stats::Missing;
use crate::stats::numeric::deviance::deviance;
use crate::stats::numeric::gamma::stirling_remainder;

/// Concentration of the Dirichlet mixture when none is stated: departures of about half a
/// percentage point from a 50/50 split, `sqrt(share (1 - share)/(k + 1))`.
pub const DEFAULT_CONCENTRATION: f64 = 10_000.0;

/// Cumulative counts at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountLook {
    /// Natural logarithm of the Bayes factor against the promised shares, an e-value; infinite
    /// where an arm of share 0 has counts.
    pub log_bayes_factor: f64,
    /// `min(1, 1/Bayes factor)` at this look.
    pub p_value: f64,
    pub log_p_value: f64,
    /// The smallest p-value up to this look; valid at every look.
    pub running_p_value: f64,
    pub running_log_p_value: f64,
}

/// Natural logarithm of the Bayes factor of counts against promised shares, mixed over
/// `Dirichlet(concentration * shares)` (Lindon and Malek 2022; savvi `Multinomial`).
///
/// Written in deviances and Stirling remainders, so that counts of 1e9 and more keep their
/// digits, where differences of log-gamma functions lose six. Infinite where an arm of share 0
/// has counts. `Err(Corrupt)` for shares that are no shares, `Err(NoVariation)` with fewer than
/// two arms of positive share, `Err(OutOfRange)` for a concentration that is not positive.
pub fn log_bayes_factor(
    counts: &[u64],
    shares: &[f64],
    concentration: f64,
) -> Result<f64, Missing> {
    let whole: f64 = shares.iter().sum();
    let are_shares = shares.iter().all(|s| s.is_finite() && *s >= 0.0);
    if counts.len() != shares.len() || !are_shares || !(whole > 0.0 && whole.is_finite()) {
        return Err(Missing::Corrupt);
    }
    if shares.iter().filter(|share| **share > 0.0).count() < 2 {
        return Err(Missing::NoVariation);
    }
    if !(concentration > 0.0 && concentration.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    let total = counts.iter().map(|count| *count as f64).sum::<f64>();
    let arm = |(count, share): (&u64, &f64)| {
        let (count, share) = (*count as f64, share / whole);
        match share > 0.0 {
            true => cell(count, share.mul_add(-total, count), concentration * share),
            false if count > 0.0 => f64::INFINITY,
            false => 0.0,
        }
    };
    Ok(counts.iter().zip(shares).map(arm).sum::<f64>() + margin(total, concentration))
}

/// One cell's part of the logarithm of `B(prior + counts)/(B(prior) prod share^count)`.
///
/// `surplus` is the count less what was expected of it. With Stirling's formula in every gamma
/// function the powers make the deviance, and only remainders are left.
pub(super) fn cell(count: f64, surplus: f64, prior: f64) -> f64 {
    let remainders = stirling_remainder(prior + count) - stirling_remainder(prior);
    let posterior = prior + count;
    deviance(posterior, posterior - surplus, surplus) - 0.5 * (count / prior).ln_1p() + remainders
}

/// The part of all cells together.
pub(super) fn margin(total: f64, concentration: f64) -> f64 {
    let remainders = stirling_remainder(concentration) - stirling_remainder(concentration + total);
    0.5 * (total / concentration).ln_1p() + remainders
}

/// Lindon and Malek's test at every look, from cumulative counts.
///
/// `Err` as for [`log_bayes_factor`] at any look, and `Err(Corrupt)` where a count falls.
pub fn sequential_counts<'a>(
    looks: impl IntoIterator<Item = &'a [u64]>,
    shares: &[f64],
    concentration: f64,
) -> Result<Vec<CountLook>, Missing> {
    let mut results = Vec::new();
    let mut before: &[u64] = &[];
    let mut running_log_p_value = 0.0f64;
    for counts in looks {
        if before.iter().zip(counts).any(|(earlier, now)| now < earlier) {
            return Err(Missing::Corrupt);
        }
        let log_bayes_factor = log_bayes_factor(counts, shares, concentration)?;
        let log_p_value = (-log_bayes_factor).min(0.0);
        running_log_p_value = running_log_p_value.min(log_p_value);
        results.push(CountLook {
            log_bayes_factor,
            p_value: log_p_value.exp(),
            log_p_value,
            running_p_value: running_log_p_value.exp(),
            running_log_p_value,
        });
        before = counts;
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "got {got}, want {want}");
    }

    /// savvi 0.3.1, arbitrated by mpmath; and mpmath at 80 digits for counts of 1e12.
    #[test]
    fn bayes_factors_are_those_of_savvi() {
        let log = |counts: &[u64], shares: &[f64], k| log_bayes_factor(counts, shares, k).unwrap();
        close(log(&[900, 160], &[0.9, 0.1], 100.0), 10.998_702_366_804_693, 1e-13);
        let billions = log(&[1_000_000_000, 1_000_400_000], &[0.5, 0.5], 100.0);
        close(billions, 31.583_778_498_009_796, 1e-12);
        close(-log(&[5100, 4900], &[1.0, 1.0], 100.0), 1.390f64.ln(), 1e-3);
        let many = [1_000_000_000_000, 1_000_020_000_000, 999_990_000_000];
        close(log(&many, &[1.0; 3], 1e4), 213.8128213857196, 1e-12);
        close(log(&[3, 0, 1], &[0.5, 0.3, 0.2], 0.5), -0.8472978603872036, 1e-13);
        assert_eq!(log(&[0, 0], &[0.5, 0.5], 100.0), 0.0);
        assert_eq!(log(&[10, 10, 1], &[0.5, 0.5, 0.0], 100.0), f64::INFINITY);
    }

    #[test]
    fn evidence_is_kept_over_looks() {
        let looks: [&[u64]; 3] = [&[90, 12], &[900, 160], &[2700, 310]];
        let results = sequential_counts(looks, &[0.9, 0.1], 100.0).unwrap();
        close(results[1].p_value, 1.672_338_753_928_724_4e-5, 1e-12);
        assert_eq!(results[2].running_p_value, results[1].p_value);
        let falling: [&[u64]; 2] = [&[90, 12], &[91, 11]];
        assert_eq!(sequential_counts(falling, &[0.9, 0.1], 100.0), Err(Missing::Corrupt));
        assert_eq!(log_bayes_factor(&[1, 2], &[1.0, 0.0], 1.0), Err(Missing::NoVariation));
        assert_eq!(log_bayes_factor(&[1, 2], &[1.0, 1.0], 0.0), Err(Missing::OutOfRange));
        assert_eq!(log_bayes_factor(&[1], &[1.0, 1.0], 1.0), Err(Missing::Corrupt));
    }

    proptest! {
        /// Over all outcomes of a total the Bayes factor averages to 1: it is an e-value.
        #[test]
        fn it_averages_to_one(total in 1u64..60, share in 0.01..0.99f64, k in 0.1..1e5f64) {
            let mean: f64 = (0..=total)
                .map(|hits| {
                    let log = log_bayes_factor(&[hits, total - hits], &[share, 1.0 - share], k);
                    let mass = crate::stats::tail::binomial::log_binomial(
                        hits as f64, total as f64, share,
                    );
                    (log.unwrap() + mass).exp()
                })
                .sum();
            prop_assert!((mean - 1.0).abs() < 1e-11, "{}", mean);
        }
    }
}
