//! At what level each metric of a decision is planned.

use crate::stats::Missing;

/// The metrics of one decision: ship if any success metric is better and every guardrail is
/// not worse by its margin (Schultzberg, Ankargren and Frånberg 2024, arXiv:2402.11609).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Metrics of which one must be better.
    pub successes: u32,
    /// Metrics with a margin, of which none may be worse.
    pub guardrails: u32,
    /// Arms beside control.
    pub treatments: u32,
}

impl Family {
    /// The level of each success metric: divided by their number and by the treatments.
    pub fn success_alpha(&self, alpha: f64) -> Result<f64, Missing> {
        self.check(alpha)?;
        Ok(alpha / (f64::from(self.successes.max(1)) * f64::from(self.treatments)))
    }

    /// The level of each guardrail: not divided, since all of them must hold.
    pub fn guardrail_alpha(&self, alpha: f64) -> Result<f64, Missing> {
        self.check(alpha)?;
        Ok(alpha)
    }

    /// The level of every metric as the `spotify_confidence` library has it ("spot-1"): that of
    /// the success metrics, for guardrails too; not divided without a success metric.
    ///
    /// For a metric with a preferred direction it tests two-sided at twice this level.
    pub fn spot_1_alpha(&self, alpha: f64) -> Result<f64, Missing> {
        self.check(alpha)?;
        let tests = f64::from(self.successes) * f64::from(self.treatments);
        Ok(alpha / tests.max(1.0))
    }

    /// The power of each metric, with which all guardrails and a success metric are found
    /// together with probability `power`: `1 - (1 - power) / (guardrails + min(successes, 1))`.
    pub fn power(&self, power: f64) -> Result<f64, Missing> {
        self.check(power)?;
        Ok(1.0 - (1.0 - power) / f64::from(self.guardrails + self.successes.min(1)))
    }

    fn check(&self, probability: f64) -> Result<(), Missing> {
        let metrics = self.successes > 0 || self.guardrails > 0;
        let small = self.guardrails < u32::MAX;
        let level = probability > 0.0 && probability < 1.0;
        (metrics && small && self.treatments > 0 && level).then_some(()).ok_or(Missing::OutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// spotify-confidence 4.1.0, two success metrics and four guardrails at power 0.9.
    #[test]
    fn levels_are_those_of_spotify() {
        let family = Family { successes: 2, guardrails: 4, treatments: 1 };
        assert!((family.power(0.9).unwrap() - 0.98).abs() < 1e-15);
        assert!((family.spot_1_alpha(0.1).unwrap() - 0.05).abs() < 1e-15);
        assert_eq!(family.guardrail_alpha(0.1), Ok(0.1));
        let only_guardrails = Family { successes: 0, guardrails: 2, treatments: 3 };
        assert!((only_guardrails.power(0.8).unwrap() - 0.9).abs() < 1e-15);
        assert_eq!(only_guardrails.spot_1_alpha(0.1), Ok(0.1));
        let nothing = Family { successes: 0, guardrails: 0, treatments: 1 };
        assert_eq!(nothing.power(0.8), Err(Missing::OutOfRange));
    }
}
