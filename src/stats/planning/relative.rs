//! How sure a lift is after so many units.

use super::design::{Design, check_ratio, check_variances};
use crate::stats::Missing;

/// The relative effect of two means by the delta method, whose variance grows with the effect.
///
/// GrowthBook's planner: with one variance it is
/// `variance / mean² (1/n_treatment + (1 + effect)² / n_control)`, and the smallest effect that
/// can be found is the positive root of a quadratic, which exists only for enough units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelativeMeans {
    /// Not 0.
    pub control_mean: f64,
    pub control_variance: f64,
    pub treatment_variance: f64,
    /// Treatment units per control unit.
    pub ratio: f64,
}

impl Design for RelativeMeans {
    fn std_error(&self, units: f64, effect: f64) -> f64 {
        // Treatment over control.
        let grown = 1.0 + effect * self.control_mean.signum();
        let control = self.control_variance / self.in_control(units) * grown * grown;
        let treatment = self.treatment_variance / self.in_treatment(units);
        (control + treatment).sqrt() / self.control_mean.abs()
    }

    fn ratio(&self) -> f64 {
        self.ratio
    }

    fn check(&self) -> Result<(), Missing> {
        check_ratio(self.ratio)?;
        check_variances(&[self.control_variance, self.treatment_variance])?;
        if !self.control_mean.is_finite() {
            return Err(Missing::OutOfRange);
        }
        (self.control_mean != 0.0).then_some(()).ok_or(Missing::ControlNearZero)
    }
}
