//! What is asked.

use crate::stats::bayes::Prior;
use crate::stats::group::Shape;
use crate::stats::planning::{
    Adjusted, ArcsineShares, Design, Means, PerUnit, PooledShares, RelativeMeans, Shares,
};
use crate::stats::{Alternative, Effect, Missing, Rho};

/// What is known of the metric in control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Baseline {
    /// A share of units.
    Share { value: f64, variance: ShareVariance },
    /// A mean, with the variance of a unit in control and in treatment.
    Mean { value: f64, control: f64, treatment: f64 },
    /// A standard error already measured, with the units that it was measured on; `value` is
    /// that of control, where it is known.
    Measured { std_error: f64, units: f64, value: Option<f64> },
}

/// Which variance a test of two shares takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShareVariance {
    #[default]
    Unpooled,
    Pooled,
    Arcsine,
}

/// The test in force.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// Confidence sequence; tightest at `tuning`, else at the units of the plan itself.
    Sequential {
        tuning: Option<f64>,
        rho: Rho,
    },
    /// GrowthBook's planner of it.
    Widened {
        tuning: f64,
    },
    /// Mixture with this variance, else with the minimum effect as its deviation.
    Mixture {
        tau_squared: Option<f64>,
    },
    GroupSequential {
        shape: Shape,
        fractions: Vec<f64>,
    },
    /// Pooled variance of the two arms, or Welch's.
    TTest {
        pooled: bool,
    },
    ZTest,
    Bayesian {
        prior: Prior,
    },
}

/// What an effect is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The metric's own unit.
    Effect,
    /// A part of control.
    Lift,
}

/// Metrics and treatments that decide together (arXiv 2402.11609).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    pub primaries: u32,
    pub guardrails: u32,
    pub treatments: u32,
    /// As the library `spotify_confidence` counts: guardrails share alpha too.
    pub spotify: bool,
}

/// Units at hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// New units a day in the whole experiment.
    pub units_a_day: f64,
}

/// Two of effects, units and powers; the third is the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Units { effects: Vec<f64>, powers: Vec<f64> },
    Effect { units: Vec<f64>, powers: Vec<f64> },
    Power { effects: Vec<f64>, units: Vec<f64> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub baseline: Baseline,
    pub asked: Asked,
    pub kind: Kind,
    /// Whether the lift itself is tested, by the delta method, and not the absolute effect.
    pub tests_lift: bool,
    pub method: Method,
    pub alpha: f64,
    pub alternative: Alternative,
    /// Treatment units per control unit.
    pub ratio: f64,
    /// Of the metric with its covariate.
    pub correlation: f64,
    /// Non-inferiority margin in the same kind as the effects, positive.
    pub margin: Option<f64>,
    pub family: Family,
    /// Shares of traffic up to a factor, control first; with it the units of the whole
    /// experiment follow the treatment that needs most.
    pub weights: Option<Vec<f64>>,
    pub budget: Option<Budget>,
}

impl Question {
    /// The value of control, to which a lift refers.
    pub fn control(&self) -> Option<f64> {
        match self.baseline {
            Baseline::Share { value, .. } | Baseline::Mean { value, .. } => Some(value),
            Baseline::Measured { value, .. } => value,
        }
    }

    /// From the kind in which effects are stated to the scale of the design.
    pub fn scale(&self) -> Result<f64, Missing> {
        match (self.kind, self.tests_lift) {
            (Kind::Lift, true) | (Kind::Effect, false) => Ok(1.0),
            (Kind::Lift, false) => match self.baseline {
                // Its standard error is that of whatever was measured.
                Baseline::Measured { .. } => Ok(1.0),
                _ => self.control().map(f64::abs).ok_or(Missing::ControlNearZero),
            },
            (Kind::Effect, true) => {
                self.control().map(|value| 1.0 / value.abs()).ok_or(Missing::ControlNearZero)
            }
        }
    }

    /// Variance of a unit in control and, with this effect, in treatment.
    pub fn variances(&self, effect: f64) -> Option<[f64; 2]> {
        match self.baseline {
            Baseline::Share { value, .. } => {
                let of = |share: f64| share * (1.0 - share);
                Some([of(value), of(value + effect)])
            }
            Baseline::Mean { control, treatment, .. } => Some([control, treatment]),
            Baseline::Measured { .. } => None,
        }
    }

    /// How sure an effect is after so many units.
    pub fn design(&self) -> Box<dyn Design> {
        let ratio = self.ratio;
        match self.baseline {
            Baseline::Share { value, variance } => {
                let shares = Shares { control: value, ratio };
                match variance {
                    ShareVariance::Unpooled => self.adjusted(shares),
                    ShareVariance::Pooled => self.adjusted(PooledShares(shares)),
                    ShareVariance::Arcsine => self.adjusted(ArcsineShares(shares)),
                }
            }
            Baseline::Mean { value, control, treatment } if self.tests_lift => {
                self.adjusted(RelativeMeans {
                    control_mean: value,
                    control_variance: control,
                    treatment_variance: treatment,
                    ratio,
                })
            }
            Baseline::Mean { control, treatment, .. } => match self.method {
                Method::TTest { pooled: true } => self.adjusted(Means::pooled(control, ratio)),
                _ => self.adjusted(Means::welch(control, treatment, ratio)),
            },
            Baseline::Measured { std_error, units, .. } => {
                let effect = Effect { value: 0.0, std_error, dof: f64::INFINITY, units };
                self.adjusted(PerUnit::of(&effect, ratio))
            }
        }
    }

    fn adjusted(&self, design: impl Design + 'static) -> Box<dyn Design> {
        match self.correlation == 0.0 {
            true => Box::new(design),
            false => Box::new(Adjusted { design, correlation: self.correlation }),
        }
    }
}
