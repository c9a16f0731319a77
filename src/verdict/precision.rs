//! What a comparison can find by now, whatever it has found.
//!
//! From the precision, never from the observed effect.

use super::judge::tuning;
use super::{EstimateRow, Evidence};
use crate::config::{Experiment, Method};
use crate::stats::planning::{AnyTime, Normal, PerUnit, Trial};
use crate::stats::{Alternative, Effect, Rho};

/// A primary of one treatment, as an experiment that is planned from here.
pub(super) struct Precision {
    /// Of both variants, so far.
    pub units: f64,
    design: PerUnit,
    method: Method,
    alpha: f64,
    tuning: f64,
}

impl Precision {
    /// `None` where a relative effect is undefined.
    pub fn of(
        experiment: &Experiment,
        evidence: &Evidence,
        row: &EstimateRow,
    ) -> Option<Precision> {
        let lift = row.estimate.as_ref().ok()?.lift.as_ref().ok()?;
        let pair = || experiment.variants.iter().filter(|v| v.is_control || v.key == row.treatment);
        let units: u64 = pair().map(|variant| evidence.units_of(&variant.key)).sum();
        let units = units as f64;
        let (value, std_error, dof) = (0.0, lift.std_error, f64::INFINITY);
        Some(Precision {
            units,
            design: PerUnit::of(&Effect { value, std_error, dof, units }, 1.0),
            method: experiment.test.method,
            alpha: row.alpha,
            tuning: tuning(experiment, pair().map(|variant| variant.share).sum()),
        })
    }

    /// Units of the pair after which a relative effect is found with a chance of `power`.
    pub fn units_needed(&self, effect: f64, power: f64) -> Option<f64> {
        let need = match self.method {
            Method::Sequential => Trial::new(&self.design, &self.any_time()).units(effect, power),
            // A group-sequential design needs little more than a single look at the end.
            Method::TTest | Method::GroupSequential => {
                Trial::new(&self.design, &self.at_once()).units(effect, power)
            }
        };
        need.ok().map(|need| need.total)
    }

    /// The chance that a relative effect is found at a look with the units so far; of a
    /// group-sequential test, at its last look, where that is greatest.
    pub fn power(&self, effect: f64) -> Option<f64> {
        let power = match self.method {
            Method::Sequential => {
                Trial::new(&self.design, &self.any_time()).power(self.units, effect)
            }
            Method::TTest | Method::GroupSequential => {
                Trial::new(&self.design, &self.at_once()).power(self.units, effect)
            }
        };
        power.ok()
    }

    fn any_time(&self) -> AnyTime {
        let alternative = Alternative::TwoSided;
        AnyTime { alternative, alpha: self.alpha, tuning: self.tuning, rho: Rho::Exact }
    }

    fn at_once(&self) -> Normal {
        Normal { alternative: Alternative::TwoSided, alpha: self.alpha }
    }
}
