//! What does Spotify's Confidence library ask of each metric of an experiment?
//!
//! Its correction `spot-1` differs from the rule of the paper, for which see
//! [`role_levels`](super::role_levels): it divides the level of guardrails too.

use crate::stats::{Missing, normal};

/// A metric as the library's sample size calculator takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotifyMetric {
    /// Value 0 or 1 for each unit.
    pub binary: bool,
    pub mean: f64,
    /// Of one unit.
    pub variance: f64,
    /// Smallest effect to be found, as a part of the mean; of a success metric.
    pub detectable: Option<f64>,
    /// Margin of non-inferiority, as a part of the mean; makes the metric a guardrail.
    pub margin: Option<f64>,
    /// Whether it should go up or down, and not just differ.
    pub directed: bool,
    /// Whether that is up.
    pub increase: bool,
}

/// The family: weights of control and treatments, level and power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotifyPlan<'a> {
    /// Shares of traffic, control first; they need not sum to 1.
    pub weights: &'a [f64],
    pub alpha: f64,
    pub power: f64,
}

/// What the library computes for one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpotifyLevel {
    /// Level of a two-sided test: twice `alpha` for a metric with a direction.
    pub two_sided_alpha: f64,
    /// That divided by success metrics and treatments.
    pub adjusted_alpha: f64,
    pub adjusted_power: f64,
    /// Units in the whole experiment; `None` without a detectable effect or margin.
    pub units_needed: Option<f64>,
}

/// `spot-1` for every metric, in the order given.
///
/// Spotify Confidence 4.1.0, `SampleSizeCalculator`: level over `max(1, success metrics *
/// treatments)`, power `1 - (1 - power) / (G + 1)`, or over `G` without success metrics.
/// `Err(OutOfRange)` for a level, power or weight out of range or no treatment,
/// `Err(Unreachable)` where a metric's detectable effect or margin is zero.
pub fn spot_1(
    metrics: &[SpotifyMetric],
    plan: &SpotifyPlan<'_>,
) -> Result<Vec<SpotifyLevel>, Missing> {
    let inside = |v: f64| v > 0.0 && v < 1.0;
    let weighted = plan.weights.iter().all(|w| *w > 0.0 && w.is_finite());
    if !(inside(plan.alpha) && inside(plan.power) && weighted && plan.weights.len() > 1) {
        return Err(Missing::OutOfRange);
    }
    let guardrails = metrics.iter().filter(|metric| metric.margin.is_some()).count() as f64;
    let successes = metrics.len() as f64 - guardrails;
    let tests = (successes * (plan.weights.len() - 1) as f64).max(1.0);
    let miss = (1.0 - plan.power) / (guardrails + successes.min(1.0));
    let level = |metric: &SpotifyMetric| {
        let two_sided_alpha = if metric.directed { 2.0 * plan.alpha } else { plan.alpha };
        let adjusted_alpha = two_sided_alpha / tests;
        let deviates = normal::upper_quantile(0.5 * adjusted_alpha) + normal::upper_quantile(miss);
        let units_needed = metric.units_needed(plan.weights, deviates)?;
        let adjusted_power = 1.0 - miss;
        Ok(SpotifyLevel { two_sided_alpha, adjusted_alpha, adjusted_power, units_needed })
    };
    metrics.iter().map(level).collect()
}

impl SpotifyMetric {
    /// Of all treatments, the most units that one comparison needs, in the whole experiment.
    fn units_needed(&self, weights: &[f64], deviates: f64) -> Result<Option<f64>, Missing> {
        let Some(relative) = self.margin.or(self.detectable) else { return Ok(None) };
        let effect = relative * self.mean * if self.increase { 1.0 } else { -1.0 };
        let treated = self.treated_variance(effect);
        let Some((control, treatments)) = weights.split_first() else { return Ok(None) };
        let total: f64 = weights.iter().sum();
        let needed = |treatment: &f64| {
            let ratio = control / treatment;
            let size = (deviates / effect).powi(2) * (self.variance / ratio + treated);
            let size = size.ceil();
            ((size + size * ratio) / ((control + treatment) / total)).ceil()
        };
        let most = treatments.iter().map(needed).fold(0.0, f64::max);
        (most > 0.0 && most.is_finite()).then_some(Some(most)).ok_or(Missing::Unreachable)
    }

    /// A share moves its own variance; under non-inferiority both shares are the same.
    fn treated_variance(&self, effect: f64) -> f64 {
        if !self.binary || self.margin.is_some() {
            return self.variance;
        }
        let share = self.mean + effect;
        share * (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUCCESS: SpotifyMetric = SpotifyMetric {
        binary: false,
        mean: 5.0,
        variance: 25.0,
        detectable: Some(0.03),
        margin: None,
        directed: true,
        increase: true,
    };
    const GUARDRAIL: SpotifyMetric = SpotifyMetric {
        binary: true,
        mean: 0.3,
        variance: 0.21,
        detectable: None,
        margin: Some(0.02),
        directed: true,
        increase: false,
    };

    /// Spotify Confidence 4.1.0: two success metrics and four guardrails at 80 to 20.
    #[test]
    fn levels_and_units_are_those_of_the_library() {
        let metrics = [SUCCESS, SUCCESS, GUARDRAIL, GUARDRAIL, GUARDRAIL, GUARDRAIL];
        let plan = SpotifyPlan { weights: &[0.8, 0.2], alpha: 0.05, power: 0.9 };
        let levels = spot_1(&metrics, &plan).unwrap();
        for (level, units) in levels.iter().zip([111_875.0, 111_875.0, 587_340.0, 587_340.0]) {
            assert!((level.two_sided_alpha, level.adjusted_alpha) == (0.1, 0.05));
            assert!((level.adjusted_power - 0.98).abs() < 1e-15);
            assert_eq!(level.units_needed, Some(units));
        }
    }

    /// With guardrails alone nothing is divided.
    #[test]
    fn guardrails_alone_keep_alpha() {
        let plan = SpotifyPlan { weights: &[1.0, 1.0, 1.0], alpha: 0.05, power: 0.8 };
        let level = spot_1(&[GUARDRAIL, GUARDRAIL], &plan).unwrap()[0];
        assert_eq!(level.adjusted_alpha, 0.1);
        assert!((level.adjusted_power - 0.9).abs() < 1e-15);
        let unsized_metric = SpotifyMetric { detectable: None, directed: false, ..SUCCESS };
        let level = spot_1(&[unsized_metric], &plan).unwrap()[0];
        assert_eq!((level.two_sided_alpha, level.units_needed), (0.05, None));
    }

    #[test]
    fn impossible_plans_have_a_reason() {
        let of = |weights, alpha, power| spot_1(&[SUCCESS], &SpotifyPlan { weights, alpha, power });
        for (weights, alpha, power) in
            [(&[1.0][..], 0.05, 0.8), (&[1.0, 0.0], 0.05, 0.8), (&[1.0, 1.0], 0.0, 0.8)]
        {
            assert_eq!(of(weights, alpha, power), Err(Missing::OutOfRange));
        }
        let plan = SpotifyPlan { weights: &[1.0, 1.0], alpha: 0.05, power: 0.8 };
        let still = SpotifyMetric { detectable: Some(0.0), ..SUCCESS };
        assert_eq!(spot_1(&[still], &plan), Err(Missing::Unreachable));
    }
}
