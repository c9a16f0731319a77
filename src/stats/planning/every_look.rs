//! When an effect counts, at any look.
//!
//! The power is that of one look after the units asked for, a lower bound of the chance to see
//! the effect at that look or before.

use super::rule::{Look, Normal, Region, Rule};
use crate::stats::{Alternative, Missing, OneSidedSequence, Rho, Sequence, normal};

/// An asymptotic confidence sequence, tightest at `tuning` units, both arms together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnyTime {
    pub alternative: Alternative,
    /// In (0, 1/2) for a one-sided alternative.
    pub alpha: f64,
    pub tuning: f64,
    pub rho: Rho,
}

impl AnyTime {
    fn width(&self, units: f64) -> f64 {
        match self.alternative {
            Alternative::TwoSided => Sequence::new(self.alpha, self.tuning, self.rho).width(units),
            Alternative::Greater | Alternative::Less => {
                OneSidedSequence::new(self.alpha, self.tuning, self.rho).width(units)
            }
        }
    }
}

impl Rule for AnyTime {
    fn region(&self, look: &Look) -> Region {
        Region::beyond(self.width(look.units), self.alternative)
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: self.alternative, alpha: self.alpha }
    }

    fn check(&self) -> Result<(), Missing> {
        self.fixed().check()?;
        let usable = self.alternative == Alternative::TwoSided || self.alpha < 0.5;
        usable.then_some(()).ok_or(Missing::OutOfRange)
    }
}

/// GrowthBook's planner of its two-sided confidence sequence, whose standard error it widens by
/// the width of the sequence over that of the fixed interval.
///
/// It asks for more units than [`AnyTime`], because it widens the chance of missing the effect
/// too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WidenedError {
    pub alpha: f64,
    pub tuning: f64,
}

impl Rule for WidenedError {
    fn region(&self, look: &Look) -> Region {
        self.fixed().region(look)
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: Alternative::TwoSided, alpha: self.alpha }
    }

    fn inflation(&self, units: f64) -> f64 {
        let sequence = Sequence::new(self.alpha, self.tuning, Rho::GrowthBook);
        let widening = sequence.width(units) / normal::upper_quantile(0.5 * self.alpha);
        widening * widening
    }
}

/// A group-sequential design, whose greatest number of units is `inflation` times that of the
/// fixed design at the same power (Jennison and Turnbull 2000, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupSequential {
    pub alternative: Alternative,
    pub alpha: f64,
    /// At least 1.
    pub inflation: f64,
}

impl Rule for GroupSequential {
    fn region(&self, look: &Look) -> Region {
        self.fixed().region(look)
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: self.alternative, alpha: self.alpha }
    }

    fn inflation(&self, _: f64) -> f64 {
        self.inflation
    }

    fn check(&self) -> Result<(), Missing> {
        self.fixed().check()?;
        let usable = self.inflation >= 1.0 && self.inflation.is_finite();
        usable.then_some(()).ok_or(Missing::OutOfRange)
    }
}

/// Any test, by the half-width of its interval in standard errors at a look: for instance a
/// mixture test, whose width depends on the standard error.
pub struct ByWidth<F> {
    pub alternative: Alternative,
    pub alpha: f64,
    pub width: F,
}

impl<F: Fn(&Look) -> f64> Rule for ByWidth<F> {
    fn region(&self, look: &Look) -> Region {
        Region::beyond((self.width)(look), self.alternative)
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: self.alternative, alpha: self.alpha }
    }
}
