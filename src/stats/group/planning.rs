//! What a design costs and what it can find.

use super::chain::Chain;
use super::design::Design;
use super::futility::Course;
use super::recursion::Region;
use super::root::root_of_increasing;
use crate::stats::{Missing, normal};

/// How a design behaves if the drift is known; futility bounds, if it has any, are obeyed.
///
/// The drift is the expected statistic at the planned information: effect over the standard
/// error that the experiment is planned to end with.
#[derive(Debug, Clone, PartialEq)]
pub struct Behavior {
    /// Probability that each look is the first to reject in favor of the drift's side.
    pub power_by_look: Vec<f64>,
    /// Their sum.
    pub power: f64,
    /// Probability that a look rejects in favor of the other side (of two).
    pub wrong_side: f64,
    /// Probability that a look before the last stops for futility.
    pub futility: f64,
    /// Expected information at the end, as a share of that planned.
    pub expected_information: f64,
}

impl Design {
    /// How the planned looks behave under a drift, positive towards the alternative.
    ///
    /// Jennison and Turnbull (2000), sections 2.3 and 19.3. `Err(OutOfRange)` for a drift
    /// that is not within 100 of zero.
    pub fn behavior(&self, drift: f64) -> Result<Behavior, Missing> {
        if drift.is_nan() || drift.abs() > 100.0 {
            return Err(Missing::OutOfRange);
        }
        let looks = self.planned_looks();
        let chain = Chain::new(self.reference(drift), 0.0, &looks);
        let power_by_look: Vec<f64> = chain.upper(drift).collect();
        let lower: Vec<f64> = chain.lower(drift).collect();
        let inner: Vec<f64> = chain.inner(drift).collect();
        let before_last = looks.len().saturating_sub(1);
        let saved: f64 = (looks.iter().zip(&power_by_look).zip(&lower).zip(&inner))
            .map(|(((look, upper), lower), inner)| (1.0 - look.0) * (upper + lower + inner))
            .sum();
        let sum = |stops: &[f64]| stops.iter().take(before_last).sum::<f64>();
        let two_sided = self.is_two_sided();
        Ok(Behavior {
            power: power_by_look.iter().sum::<f64>().min(1.0),
            wrong_side: if two_sided { lower.iter().sum::<f64>().min(1.0) } else { 0.0 },
            futility: sum(if two_sided { &inner } else { &lower }),
            expected_information: 1.0 - saved,
            power_by_look,
        })
    }

    /// The drift at which the planned looks have this power; that of a fixed sample is
    /// `z_alpha + z_power`.
    ///
    /// Of a two-sided design only rejection on the right side counts; futility bounds are
    /// obeyed. `Err(OutOfRange)` for a power that is not between the level of one tail and 1,
    /// `Err(Unreachable)` if futility bounds keep the power away.
    pub fn drift_for_power(&self, power: f64) -> Result<f64, Missing> {
        if !(power > self.tail() && power < 1.0) {
            return Err(Missing::OutOfRange);
        }
        let fixed = self.fixed_drift(power);
        let chain = Chain::new(self.reference(fixed), 2.0, &self.planned_looks());
        let excess = |drift: f64| {
            let reached: f64 = chain.upper(drift).sum();
            (1.0 - power).ln() - (1.0 - reached).max(1e-300).ln()
        };
        let drift = root_of_increasing(excess, 1.05 * fixed, 0.1, 1e-11);
        drift.filter(|drift| drift.is_finite() && *drift <= 100.0).ok_or(Missing::Unreachable)
    }

    /// The planned information over that of a fixed sample with the same level and power.
    ///
    /// Jennison and Turnbull (2000), section 2.3: their R. Errors as of
    /// [`Design::drift_for_power`].
    pub fn inflation_factor(&self, power: f64) -> Result<f64, Missing> {
        let ratio = self.drift_for_power(power)? / self.fixed_drift(power);
        Ok(ratio * ratio)
    }

    /// The drift that the futility bounds are made for, if there are any.
    pub fn futility_drift(&self) -> Option<f64> {
        self.futility.map(|aim| aim.drift)
    }

    fn fixed_drift(&self, power: f64) -> f64 {
        normal::upper_quantile(self.tail()) - normal::upper_quantile(power)
    }

    fn planned_looks(&self) -> Vec<(f64, Region)> {
        let two_sided = self.is_two_sided();
        let regions = match &self.futility {
            Some(aim) => Course::of(aim, &self.stages, two_sided, true).regions,
            None => self.stages.iter().map(|stage| stage.region(two_sided)).collect(),
        };
        self.stages.iter().map(|stage| stage.time).zip(regions).collect()
    }

    /// The null where the regions are bounded, so that its symmetry helps; else the drift.
    fn reference(&self, drift: f64) -> f64 {
        if self.is_two_sided() && drift.abs() < 8.0 { 0.0 } else { drift }
    }
}
