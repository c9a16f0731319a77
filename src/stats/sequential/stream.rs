//! What the mixture test said after each pair of units.

use super::normal_mixture::Ratio;
use crate::stats::Missing;

/// Where the variance of one unit's value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StreamVariance {
    /// Known beforehand: the standard deviation of both arms.
    Known(f64),
    /// `p (1 - p)` of each arm so far, for values 0 and 1.
    Bernoulli,
}

/// The mixture test after one pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StreamLook {
    /// Pairs so far, one unit per arm each.
    pub pairs: u64,
    /// Natural logarithm of the likelihood ratio against no effect.
    pub log_lambda: f64,
}

/// Pairs after which a Bernoulli stream is first looked at in mixtureSPRT and at Amplitude.
pub const BERNOULLI_BURN_IN: u64 = 100;

/// The mixture sequential probability ratio test as pairs arrive one by one.
///
/// Johari et al. (2017), equation 6: variance `2 sigma²/n`, or
/// `(p_a (1 - p_a) + p_b (1 - p_b))/n` (R mixtureSPRT). The first `burn_in` pairs are not looked
/// at, nor those at which both arms are still constant; values beyond the shorter arm are left
/// out. `Err(OutOfRange)` for a `tau²` or a standard deviation that is not positive,
/// `Err(Corrupt)` for a value that is no number, or neither 0 nor 1 in a Bernoulli stream.
pub fn mixture_stream(
    control: &[f64],
    treatment: &[f64],
    variance: StreamVariance,
    tau_squared: f64,
    burn_in: u64,
) -> Result<Vec<StreamLook>, Missing> {
    let known = match variance {
        StreamVariance::Known(sigma) => sigma > 0.0 && sigma.is_finite(),
        StreamVariance::Bernoulli => true,
    };
    if !(known && tau_squared > 0.0 && tau_squared.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    let usable = |value: &f64| match variance {
        StreamVariance::Known(_) => value.is_finite(),
        StreamVariance::Bernoulli => *value == 0.0 || *value == 1.0,
    };
    if !control.iter().chain(treatment).all(usable) {
        return Err(Missing::Corrupt);
    }
    let mut sums = [0.0, 0.0];
    let mut looks = Vec::new();
    for (pairs, (a, b)) in (1u64..).zip(control.iter().zip(treatment)) {
        sums = [sums[0] + a, sums[1] + b];
        if pairs > burn_in {
            let log_lambda = log_lambda(sums, pairs as f64, variance, tau_squared);
            looks.extend(log_lambda.map(|log_lambda| StreamLook { pairs, log_lambda }));
        }
    }
    Ok(looks)
}

fn log_lambda(
    sums: [f64; 2],
    pairs: f64,
    variance: StreamVariance,
    tau_squared: f64,
) -> Option<f64> {
    let [a, b] = sums.map(|sum| sum / pairs);
    let of_both = match variance {
        StreamVariance::Known(sigma) => 2.0 * sigma * sigma,
        StreamVariance::Bernoulli => a * (1.0 - a) + b * (1.0 - b),
    };
    let std_error = (of_both / pairs).sqrt();
    let log = Ratio::from_root(tau_squared.sqrt() / std_error).log_e_value((b - a) / std_error);
    log.is_finite().then_some(log)
}

/// Pairs at which the likelihood ratio first passes `1/alpha`.
pub fn first_crossing(looks: &[StreamLook], alpha: f64) -> Option<u64> {
    looks.iter().find(|look| look.log_lambda > -alpha.ln()).map(|look| look.pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `sqrt(2 s²/(2 s² + n t²)) exp(n² t² d²/(4 s² (2 s² + n t²)))` (Johari et al. 2017), for
    /// two pairs by hand: s = 1, t² = 2, d = 1.
    #[test]
    fn the_textbook_form_is_met() {
        let looks =
            mixture_stream(&[0.0; 2], &[1.0; 2], StreamVariance::Known(1.0), 2.0, 0).unwrap();
        let want = (2.0f64 / 6.0).sqrt().ln() + 4.0 * 2.0 / (4.0 * 6.0);
        assert!((looks[1].log_lambda - want).abs() < 1e-15);
        assert_eq!(first_crossing(&looks, 0.05), None);
        assert_eq!(first_crossing(&looks, 0.9), None);
    }

    #[test]
    fn constant_arms_are_not_looked_at() {
        let of = |b: &[f64]| {
            mixture_stream(&[0.0; 3], b, StreamVariance::Bernoulli, 0.01, 0)
                .map(|looks| looks.iter().map(|look| look.pairs).collect::<Vec<_>>())
        };
        assert_eq!(of(&[0.0, 1.0, 0.0]), Ok(vec![2, 3]));
        assert_eq!(of(&[0.0, 0.5, 0.0]), Err(Missing::Corrupt));
        assert_eq!(of(&[]), Ok(vec![]));
    }
}
