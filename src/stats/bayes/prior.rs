//! What was believed before the experiment.

use crate::stats::Missing;

/// A belief about the relative effect, before any data.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Prior {
    /// Every effect is as likely: the posterior is the estimate.
    #[default]
    Flat,
    /// Normal, of the effect as a fraction of control; GrowthBook suggests mean 0 and variance
    /// 0.3².
    Normal { mean: f64, variance: f64 },
}

impl Prior {
    /// The same belief about the absolute effect, in the metric's unit, where `control` is the
    /// metric's value in control: the mean times `|control|`, the variance times its square
    /// (gbstats).
    ///
    /// `Err(ControlNearZero)` if control is 0, where a relative belief says nothing; a flat
    /// prior stays flat.
    pub fn on_absolute_effect(self, control: f64) -> Result<Prior, Missing> {
        let Prior::Normal { mean, variance } = self else {
            return Ok(Prior::Flat);
        };
        if control == 0.0 {
            return Err(Missing::ControlNearZero);
        }
        Prior::Normal { mean: mean * control.abs(), variance: variance * control * control }
            .checked()
    }

    /// Itself, or `Err(OutOfRange)` for a mean that is not finite or a variance that is not
    /// positive and finite.
    pub(in crate::stats) fn checked(self) -> Result<Prior, Missing> {
        let Prior::Normal { mean, variance } = self else {
            return Ok(self);
        };
        let usable = mean.is_finite() && variance > 0.0 && variance.is_finite();
        usable.then_some(self).ok_or(Missing::OutOfRange)
    }
}
