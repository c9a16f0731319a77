//! What is believed about a share.

use super::Best;
use super::best::{Belief, highest};
use crate::config::Direction;
use crate::stats::tail::beta;
use crate::stats::{Interval, Missing};

/// A belief about a share before any data: a beta distribution, uniform by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharePrior {
    /// Conversions it is worth, positive.
    pub converted: f64,
    /// Units without a conversion it is worth, positive.
    pub unconverted: f64,
}

impl Default for SharePrior {
    fn default() -> SharePrior {
        SharePrior { converted: 1.0, unconverted: 1.0 }
    }
}

/// The belief that a share has a beta distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharePosterior {
    a: f64,
    b: f64,
}

impl SharePosterior {
    /// Prior and data together: `Beta(a + converted, b + units - converted)`.
    ///
    /// `Err(Corrupt)` for more conversions than units, `Err(OutOfRange)` for a prior that is
    /// not positive and below 1e15.
    pub fn of(units: u64, converted: u64, prior: SharePrior) -> Result<SharePosterior, Missing> {
        let unconverted = units.checked_sub(converted).ok_or(Missing::Corrupt)?;
        let usable = |v: f64| (1e-6..1e15).contains(&v);
        if !(usable(prior.converted) && usable(prior.unconverted)) {
            return Err(Missing::OutOfRange);
        }
        let (a, b) = (prior.converted + converted as f64, prior.unconverted + unconverted as f64);
        if usable(a) && usable(b) { Ok(SharePosterior { a, b }) } else { Err(Missing::Overflow) }
    }

    pub fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    pub fn std_dev(&self) -> f64 {
        let n = self.a + self.b;
        (self.a / n * (self.b / n) / (n + 1.0)).sqrt()
    }

    /// The central interval that holds the share with probability `1 - alpha`.
    ///
    /// `Err(OutOfRange)` for an alpha outside (0, 1).
    pub fn credible_interval(&self, alpha: f64) -> Result<Interval, Missing> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let lower = beta::lower_quantile(0.5 * alpha, self.a, self.b);
        let upper = 1.0 - beta::lower_quantile(0.5 * alpha, self.b, self.a);
        Ok(Interval { lower, upper })
    }

    /// The belief about the share of units that did not convert.
    fn turned(&self) -> SharePosterior {
        SharePosterior { a: self.b, b: self.a }
    }
}

/// Probability of having the best share, and expected loss of choosing it, for each of some
/// variants with independent beta posteriors.
///
/// `Err(OutOfRange)` without a variant; `Err(Overflow)` for beliefs too different in width.
pub fn best_of_shares(variants: &[SharePosterior], better: Direction) -> Result<Best, Missing> {
    if variants.is_empty() {
        return Err(Missing::OutOfRange);
    }
    if better == Direction::Higher {
        return highest(variants);
    }
    highest(&variants.iter().map(SharePosterior::turned).collect::<Vec<_>>())
}

/// On the axis of log odds, where a beta density is log-concave whatever its parameters.
impl Belief for SharePosterior {
    fn center(&self) -> f64 {
        (self.a / self.b).ln()
    }

    fn spread(&self) -> f64 {
        (1.0 / self.a + 1.0 / self.b).sqrt()
    }

    fn log_density(&self, log_odds: f64) -> f64 {
        let (x, y) = beta::odds(log_odds);
        beta::log_odds_density(x, y, self.a, self.b)
    }

    fn slope(&self, log_odds: f64) -> f64 {
        let (x, y) = beta::odds(log_odds);
        self.a * y - self.b * x
    }

    fn log_cdf(&self, log_odds: f64) -> f64 {
        let (x, y) = beta::odds(log_odds);
        beta::log_lower(x, y, self.a, self.b)
    }

    fn log_sf(&self, log_odds: f64) -> f64 {
        let (x, y) = beta::odds(log_odds);
        beta::log_lower(y, x, self.b, self.a)
    }

    fn hazard_below(&self, log_odds: f64) -> f64 {
        (self.log_density(log_odds) - self.log_cdf(log_odds)).exp()
    }

    fn hazard_above(&self, log_odds: f64) -> f64 {
        (self.log_density(log_odds) - self.log_sf(log_odds)).exp()
    }

    fn log_unit(&self, log_odds: f64) -> (f64, f64) {
        let (x, y) = beta::odds(log_odds);
        (x.ln() + y.ln(), y - x)
    }
}
