//! Whether units fell into several arms as promised, by counting outcomes.

use crate::stats::Missing;
use crate::stats::tail::unlikely::SLACK;

/// More outcomes than this are not counted.
const OUTCOMES: f64 = 200_000.0;
/// Each arm is counted within the one before it.
const MOST_ARMS: usize = 200;

/// Natural logarithm of the p-value of `observed` units at promised positive `shares`.
///
/// The probability of every outcome that is no more likely than the one seen, all counted.
/// `Err(Unreachable)` where there are more than 200,000 outcomes (600 units in three arms) or
/// more than 200 arms, `Err(OutOfRange)` for shares that are no shares.
pub fn exact_multinomial(observed: &[u64], shares: &[f64]) -> Result<f64, Missing> {
    let whole: f64 = shares.iter().sum();
    let are_shares = shares.iter().all(|s| *s > 0.0) && whole.is_finite();
    if observed.len() != shares.len() || observed.is_empty() || !are_shares {
        return Err(Missing::OutOfRange);
    }
    let units = observed.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    if observed.len() > MOST_ARMS || outcomes(units, observed.len()) > OUTCOMES {
        return Err(Missing::Unreachable);
    }
    let log_shares: Vec<f64> = shares.iter().map(|share| (share / whole).ln()).collect();
    let factorials: Vec<f64> = (0..=units).map(|n| libm::lgamma(n as f64 + 1.0)).collect();
    let term = |hits: u64, log_share: f64| {
        // Nothing, also of a share that is 0 beside the whole.
        if hits == 0 {
            return 0.0;
        }
        let factorial = factorials.get(hits as usize).copied().unwrap_or(f64::INFINITY);
        hits as f64 * log_share - factorial
    };
    let pairs = observed.iter().zip(&log_shares);
    let seen: f64 = pairs.map(|(n, log_share)| term(*n, *log_share)).sum();
    // Relative to the outcome seen, with the factorial of all units left out of both.
    let sum = count(&term, units, &log_shares, -seen);
    let log_whole = libm::lgamma(units as f64 + 1.0);
    Ok((log_whole + seen + sum.ln()).min(0.0))
}

/// Ways to spread units over arms, `C(units + arms - 1, arms - 1)`.
fn outcomes(units: u64, arms: usize) -> f64 {
    (1..arms).map(|i| (units as f64 + i as f64) / i as f64).product()
}

/// Sum over the outcomes of the remaining arms of the mass relative to the one seen, where that
/// is at most 1.
fn count(term: &impl Fn(u64, f64) -> f64, rest: u64, log_shares: &[f64], so_far: f64) -> f64 {
    match log_shares {
        [] => 0.0,
        // Nobody is left for the other arms, whose terms are all 0.
        _ if rest == 0 => relative(so_far),
        [last] => relative(so_far + term(rest, *last)),
        [first, others @ ..] => (0..=rest)
            .map(|hits| count(term, rest - hits, others, so_far + term(hits, *first)))
            .sum(),
    }
}

fn relative(log_mass: f64) -> f64 {
    if log_mass <= SLACK { log_mass.exp() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact_binomial;

    /// By counting: of 27 ways to put three units into three arms, 3 leave two arms empty and
    /// 18 leave one empty; the other 6 are the likeliest.
    #[test]
    fn three_units_in_three_arms() {
        let p = |observed: &[u64]| exact_multinomial(observed, &[1.0; 3]).unwrap().exp();
        assert!((p(&[3, 0, 0]) - 3.0 / 27.0).abs() < 1e-14);
        assert!((p(&[0, 1, 2]) - 21.0 / 27.0).abs() < 1e-14);
        assert!((p(&[1, 1, 1]) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn two_arms_are_the_binomial() {
        let two = exact_multinomial(&[9100, 960], &[0.9, 0.1]).unwrap();
        assert!((two - exact_binomial(9100, 10060, 0.9).unwrap()).abs() < 1e-9);
        assert_eq!(exact_multinomial(&[9000; 3], &[1.0; 3]), Err(Missing::Unreachable));
        assert_eq!(exact_multinomial(&[1, 2], &[1.0, 0.0]), Err(Missing::OutOfRange));
    }

    /// A share that no double holds beside the others: without units in its arm, a coin has
    /// fallen three times on one side, 2 of 8.
    #[test]
    fn a_vanishing_share_is_a_number() {
        let shares = [1e300, 1e300, 1e-300];
        let log = exact_multinomial(&[3, 0, 0], &shares).unwrap();
        assert!((log.exp() - 0.25).abs() < 1e-14, "{log}");
        assert_eq!(exact_multinomial(&[1, 1, 1], &shares), Ok(f64::NEG_INFINITY));
    }

    /// One unit in one of so many arms: all outcomes are equally likely, and few enough.
    #[test]
    fn many_arms_take_neither_long_nor_much_stack() {
        let one_unit = |arms: usize| {
            let observed: Vec<u64> = (0..arms).map(|arm| u64::from(arm == 0)).collect();
            exact_multinomial(&observed, &vec![1.0; arms])
        };
        assert!(one_unit(200).unwrap().abs() < 1e-12);
        assert_eq!(one_unit(100_000), Err(Missing::Unreachable));
    }
}
