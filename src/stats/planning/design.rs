//! How sure an effect is after so many units.

use crate::stats::{Effect, Interval, Missing};

/// What is measured, and in how many units of each arm.
pub trait Design {
    /// Standard error of the effect after `units` in both arms together, if the true effect is
    /// `effect`.
    fn std_error(&self, units: f64, effect: f64) -> f64;

    /// The standard error that the test uses, where that is another one: a test of shares may
    /// pool them.
    fn tested_std_error(&self, units: f64, effect: f64) -> f64 {
        self.std_error(units, effect)
    }

    /// Degrees of freedom of the standard error.
    fn dof(&self, _units: f64) -> f64 {
        f64::INFINITY
    }

    /// Treatment units per control unit.
    fn ratio(&self) -> f64 {
        1.0
    }

    /// The effects that are possible.
    fn possible(&self) -> Interval {
        Interval::UNBOUNDED
    }

    /// `Err(OutOfRange)` if the design is impossible, `Err(NoVariation)` without variance.
    fn check(&self) -> Result<(), Missing>;

    /// Units in control of `units` in both arms together.
    fn in_control(&self, units: f64) -> f64 {
        units / (1.0 + self.ratio())
    }

    /// Units in treatment of `units` in both arms together.
    fn in_treatment(&self, units: f64) -> f64 {
        units * (self.ratio() / (1.0 + self.ratio()))
    }

    /// Units that give each arm two.
    fn fewest_units(&self) -> f64 {
        2.0 * (1.0 + self.ratio()) / self.ratio().min(1.0)
    }
}

/// `Err(OutOfRange)` for a ratio that is not a positive number between 1e-6 and 1e6.
pub(super) fn check_ratio(ratio: f64) -> Result<(), Missing> {
    (1e-6..=1e6).contains(&ratio).then_some(()).ok_or(Missing::OutOfRange)
}

/// `Err` unless these are variances and one of them is not 0.
pub(super) fn check_variances(variances: &[f64]) -> Result<(), Missing> {
    if !variances.iter().all(|v| *v >= 0.0 && v.is_finite()) {
        return Err(Missing::OutOfRange);
    }
    variances.iter().any(|v| *v > 0.0).then_some(()).ok_or(Missing::NoVariation)
}

/// A difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    control: f64,
    treatment: f64,
    ratio: f64,
    pooled: bool,
}

impl Means {
    /// Of one variance, which the test pools: `units - 2` degrees of freedom. `ratio` is
    /// treatment units per control unit.
    pub fn pooled(variance: f64, ratio: f64) -> Means {
        Means { control: variance, treatment: variance, ratio, pooled: true }
    }

    /// Of two variances, with the degrees of freedom of Welch and Satterthwaite.
    pub fn welch(control: f64, treatment: f64, ratio: f64) -> Means {
        Means { control, treatment, ratio, pooled: false }
    }
}

impl Design for Means {
    fn std_error(&self, units: f64, _: f64) -> f64 {
        (self.control / self.in_control(units) + self.treatment / self.in_treatment(units)).sqrt()
    }

    fn dof(&self, units: f64) -> f64 {
        if self.pooled {
            return units - 2.0;
        }
        let (control, treatment) = (self.in_control(units), self.in_treatment(units));
        let from_control = self.control / control;
        let share = from_control / (from_control + self.treatment / treatment);
        let other = 1.0 - share;
        1.0 / (share * share / (control - 1.0) + other * other / (treatment - 1.0))
    }

    fn ratio(&self) -> f64 {
        self.ratio
    }

    fn check(&self) -> Result<(), Missing> {
        check_ratio(self.ratio)?;
        check_variances(&[self.control, self.treatment])
    }
}

/// Any effect, by its variance per unit: the square of its standard error times the units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerUnit {
    /// In the square of the effect's unit.
    pub variance: f64,
    /// Treatment units per control unit, which must stay as they were.
    pub ratio: f64,
}

impl PerUnit {
    /// That of an effect already measured, whatever the metric and the adjustment.
    pub fn of(effect: &Effect, ratio: f64) -> PerUnit {
        PerUnit { variance: effect.std_error * effect.std_error * effect.units, ratio }
    }
}

impl Design for PerUnit {
    fn std_error(&self, units: f64, _: f64) -> f64 {
        (self.variance / units).sqrt()
    }

    fn ratio(&self) -> f64 {
        self.ratio
    }

    fn check(&self) -> Result<(), Missing> {
        check_ratio(self.ratio)?;
        check_variances(&[self.variance])
    }
}

/// A design with a covariate that has this correlation with the metric: `1 - correlation²` of
/// the variance is left (Deng, Xu, Kohavi and Walker 2013, equation 4).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted<D> {
    pub design: D,
    /// In (-1, 1).
    pub correlation: f64,
}

impl<D> Adjusted<D> {
    fn left(&self) -> f64 {
        ((1.0 - self.correlation) * (1.0 + self.correlation)).sqrt()
    }
}

impl<D: Design> Design for Adjusted<D> {
    fn std_error(&self, units: f64, effect: f64) -> f64 {
        self.left() * self.design.std_error(units, effect)
    }

    fn tested_std_error(&self, units: f64, effect: f64) -> f64 {
        self.left() * self.design.tested_std_error(units, effect)
    }

    fn dof(&self, units: f64) -> f64 {
        self.design.dof(units)
    }

    fn ratio(&self) -> f64 {
        self.design.ratio()
    }

    fn possible(&self) -> Interval {
        self.design.possible()
    }

    fn check(&self) -> Result<(), Missing> {
        self.design.check()?;
        (self.correlation.abs() < 1.0).then_some(()).ok_or(Missing::OutOfRange)
    }
}
