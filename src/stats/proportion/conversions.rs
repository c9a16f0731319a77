//! How many units of a variant converted, and what a comparison of two yields.

use crate::stats::{Missing, Test};

/// The units of one variant and how many of them converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversions {
    pub units: u64,
    pub conversions: u64,
}

/// How two proportions were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProportionMethod {
    /// Normal, one variance for both arms.
    PooledZ,
    /// The same with a continuity correction.
    PooledZContinuity,
    /// Normal, each arm its own variance (Wald).
    UnpooledZ,
    /// Normal on the logarithm of the ratio of shares.
    LogRatio,
    /// Miettinen and Nurminen's (1985) score test.
    MiettinenNurminen,
    /// Farrington and Manning's (1990) score test.
    FarringtonManning,
}

/// A comparison of two proportions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionTest {
    pub method: ProportionMethod,
    /// Treatment minus control; over control where the method is a relative one.
    pub effect: f64,
    /// What the statistic is measured in: of the effect, or of the logarithm of the ratio. Of a
    /// score test it is the one under the null value, and 0 where that leaves nothing open.
    pub std_error: f64,
    pub statistic: f64,
    /// Infinite for a normal statistic.
    pub dof: f64,
    pub test: Test,
}

impl Conversions {
    pub fn new(units: u64, conversions: u64) -> Conversions {
        Conversions { units, conversions }
    }

    /// Share of units that converted; not a number without units.
    pub fn share(&self) -> f64 {
        self.conversions as f64 / self.units as f64
    }

    /// Units that did not convert.
    pub(super) fn failures(&self) -> u64 {
        self.units.saturating_sub(self.conversions)
    }

    /// Square of the standard error of the share, with divisor `units`.
    pub(super) fn variance(&self) -> f64 {
        let missed = self.failures() as f64 / self.units as f64;
        self.share() * missed / self.units as f64
    }
}

/// Both arms, or why they cannot be compared at this level.
pub(super) fn check(arms: [&Conversions; 2], alpha: f64) -> Result<(), Missing> {
    if arms.iter().any(|arm| arm.conversions > arm.units) {
        return Err(Missing::Corrupt);
    }
    if arms.iter().any(|arm| arm.units == 0) {
        return Err(Missing::TooFewUnits { units: 0 });
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Missing::OutOfRange);
    }
    Ok(())
}

/// `x_b n_a - x_a n_b`, exact before it is rounded once.
pub(super) fn cross(control: &Conversions, treatment: &Conversions) -> f64 {
    let treated = treatment.conversions as u128 * control.units as u128;
    let expected = control.conversions as u128 * treatment.units as u128;
    let size = treated.abs_diff(expected) as f64;
    if treated < expected { -size } else { size }
}

/// Difference of the shares, treatment minus control.
pub(super) fn difference(control: &Conversions, treatment: &Conversions) -> f64 {
    cross(control, treatment) / (control.units as f64 * treatment.units as f64)
}

/// Relative difference of the shares; infinite or not a number where control has none.
pub(super) fn relative_difference(control: &Conversions, treatment: &Conversions) -> f64 {
    cross(control, treatment) / (control.conversions as f64 * treatment.units as f64)
}

/// Share of all units of both arms that converted. `Err` without units, and for more conversions
/// than units.
pub fn pooled_share(control: &Conversions, treatment: &Conversions) -> Result<f64, Missing> {
    check([control, treatment], 0.5)?;
    let converted = control.conversions as f64 + treatment.conversions as f64;
    Ok(converted / (control.units as f64 + treatment.units as f64))
}
