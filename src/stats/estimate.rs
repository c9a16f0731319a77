//! What a comparison of one treatment with control yields.

use super::Missing;

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

/// A two-sided test of "no effect" and the interval that agrees with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    pub p_value: f64,
    /// Natural logarithm of the p-value; accurate where `p_value` underflows.
    pub log_p_value: f64,
    /// Absolute effect, at the level asked for.
    pub interval: Interval,
}

/// `[lower, upper]`; an infinite end means unbounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
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

impl Interval {
    /// `[center - half_width, center + half_width]`.
    pub(super) fn around(center: f64, half_width: f64) -> Interval {
        Interval { lower: center - half_width, upper: center + half_width }
    }

    /// The whole line: nothing is known.
    pub(super) const UNBOUNDED: Interval =
        Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    /// Whether a value lies between the ends, both included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    pub(super) fn is_finite(&self) -> bool {
        self.lower.is_finite() && self.upper.is_finite()
    }
}
