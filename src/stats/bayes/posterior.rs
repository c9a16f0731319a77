//! What is believed about an effect.

use super::{Loss, Prior};
use crate::config::Direction;
use crate::stats::{Effect, Interval, Missing, normal};

/// A normal belief about an effect, treatment minus control, absolute or relative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    pub mean: f64,
    /// Positive and finite.
    pub std_dev: f64,
}

/// How likely the treatment is better than control, and how likely it is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    pub better: f64,
    /// Natural logarithm of `better`.
    pub log_better: f64,
    pub worse: f64,
    /// Natural logarithm of `worse`.
    pub log_worse: f64,
}

impl Posterior {
    /// A belief from its mean and standard deviation.
    ///
    /// `Err(NoVariation)` for a deviation of 0; `Err(Corrupt)` for a negative one or NaN;
    /// `Err(Overflow)` for infinities and a mean 1e150 deviations away from 0.
    pub fn new(mean: f64, std_dev: f64) -> Result<Posterior, Missing> {
        if mean.is_nan() || std_dev.is_nan() || std_dev < 0.0 {
            return Err(Missing::Corrupt);
        }
        if std_dev == 0.0 {
            return Err(Missing::NoVariation);
        }
        let representable = std_dev.is_finite() && (mean / std_dev).abs() < 1e150;
        representable.then_some(Posterior { mean, std_dev }).ok_or(Missing::Overflow)
    }

    /// The prior, which must be on the scale of the effect, and the estimate together, weighed
    /// by their precisions; the standard error is taken as known (gbstats
    /// `EffectBayesianABTest`; Gelman et al. 2013, equation 2.10).
    ///
    /// `Err` for a prior out of range and as in [`Posterior::new`].
    pub fn of(effect: &Effect, prior: Prior) -> Result<Posterior, Missing> {
        let estimate = Posterior::new(effect.value, effect.std_error)?;
        let Prior::Normal { mean, variance } = prior.checked()? else {
            return Ok(estimate);
        };
        // The share of the estimate, in a form that neither tiny nor huge variances break.
        let ratio = effect.std_error / variance.sqrt();
        let share = 1.0 / (1.0 + ratio * ratio);
        let pulled = mean + share * (effect.value - mean);
        Posterior::new(pulled, effect.std_error / 1f64.hypot(ratio))
    }

    /// How likely the treatment is better than control.
    pub fn chance_to_beat_control(&self, better: Direction) -> Chance {
        let z = self.deviations(better);
        let (log_better, log_worse) = (normal::log_sf(-z), normal::log_sf(z));
        Chance { better: log_better.exp(), log_better, worse: log_worse.exp(), log_worse }
    }

    /// The central interval that holds the effect with probability `1 - alpha`.
    ///
    /// `Err(OutOfRange)` for an alpha outside (0, 1).
    pub fn credible_interval(&self, alpha: f64) -> Result<Interval, Missing> {
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let width = normal::upper_quantile(0.5 * alpha);
        let interval = Interval::around(self.mean, width * self.std_dev);
        if interval.is_finite() { Ok(interval) } else { Err(Missing::Overflow) }
    }

    /// What shipping the treatment costs on average, where it is in fact worse.
    pub fn loss_of_treatment(&self, better: Direction) -> Loss {
        Loss::of_normal(self.deviations(better), self.std_dev)
    }

    /// What keeping control costs on average, where the treatment is in fact better.
    pub fn loss_of_control(&self, better: Direction) -> Loss {
        Loss::of_normal(-self.deviations(better), self.std_dev)
    }

    /// Deviations of the mean on the good side of 0.
    fn deviations(&self, better: Direction) -> f64 {
        match better {
            Direction::Higher => self.mean / self.std_dev,
            Direction::Lower => -self.mean / self.std_dev,
        }
    }
}

#[cfg(test)]
#[path = "posterior_tests.rs"]
mod tests;
