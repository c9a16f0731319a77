//! What a comparison of one treatment with control yields.

use super::Test;
use crate::stats::{Interval, Missing};

/// Effect of a treatment on one metric, treatment minus control.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The metric's value in control and treatment (a mean, share or ratio).
    pub control: f64,
    pub treatment: f64,
    /// `treatment - control`, in the metric's unit.
    pub effect: f64,
    pub std_error: f64,
    /// Welch-Satterthwaite degrees of freedom.
    pub dof: f64,
    /// `effect / std_error`.
    pub statistic: f64,
    /// Welch's t-test. Valid for one look at a planned end only.
    pub fixed: Test,
    /// Asymptotic confidence sequence. Valid at every look.
    pub sequential: Test,
    /// Relative effect, or why there is none.
    pub lift: Result<Lift, Missing>,
}

/// Effect as a fraction of the absolute value of control (0.05 is five percent).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    pub value: f64,
    pub std_error: f64,
    pub method: LiftMethod,
    /// By the t distribution; for one look.
    pub fixed: Interval,
    /// By the confidence sequence; for every look.
    pub sequential: Interval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiftMethod {
    /// Delta method.
    Delta,
    /// Fieller (1954); control is within four standard errors of zero.
    Fieller,
}
