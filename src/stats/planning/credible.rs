//! When a belief is sure enough.

use super::rule::{Look, Normal, Region, Rule};
use crate::stats::bayes::Prior;
use crate::stats::{Alternative, Missing, normal};

/// A threshold on the chance to beat control: the treatment is taken as better at a chance of
/// `1 - alpha/2` or more and as worse at `alpha/2` or less; with a one-sided alternative at
/// `alpha`, on its side only.
///
/// The prior counts once, whatever the units: that of gbstats `MidExperimentPower`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credible {
    pub alternative: Alternative,
    pub alpha: f64,
    /// On the scale of the effect.
    pub prior: Prior,
}

impl Rule for Credible {
    /// Where `estimate / std_error² + mean / variance` is `width` posterior deviations away
    /// from 0.
    fn region(&self, look: &Look) -> Region {
        let width = normal::upper_quantile(self.alternative.tail(self.alpha));
        let Prior::Normal { mean, variance } = self.prior else {
            return Region::beyond(width, self.alternative);
        };
        let ratio = look.std_error / variance.sqrt();
        let shift = ratio * (mean / variance.sqrt());
        let region = Region::beyond(width * 1f64.hypot(ratio), self.alternative);
        Region { above: region.above - shift, below: region.below - shift, ..region }
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: self.alternative, alpha: self.alpha }
    }

    fn check(&self) -> Result<(), Missing> {
        self.fixed().check()?;
        self.prior.checked().map(|_| ())
    }
}
