//! When an effect counts.

use crate::stats::{Alternative, Missing, normal, student};

/// A moment at which a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Units in both arms together.
    pub units: f64,
    /// Of the effect, after these units.
    pub std_error: f64,
    /// Degrees of freedom of the standard error; infinite where it is taken as known.
    pub dof: f64,
}

/// Where a statistic, standard errors from the null value, counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// It counts above this; infinite if no large value does.
    pub above: f64,
    /// It counts below this; negative infinity if no small value does.
    pub below: f64,
    /// Degrees of freedom of the statistic's t distribution; infinite for the normal.
    pub dof: f64,
}

impl Region {
    /// Beyond `width` on the sides of the alternative, with the normal distribution.
    pub fn beyond(width: f64, alternative: Alternative) -> Region {
        let above = if alternative == Alternative::Less { f64::INFINITY } else { width };
        let below = if alternative == Alternative::Greater { f64::NEG_INFINITY } else { -width };
        Region { above, below, dof: f64::INFINITY }
    }
}

/// A test, a confidence sequence or a threshold of belief.
pub trait Rule {
    /// Where the statistic counts at this look.
    fn region(&self, look: &Look) -> Region;

    /// The test of one look at the same level, to which the cost of this rule is compared.
    fn fixed(&self) -> Normal;

    /// Factor on the variance of the effect after `units`; 1 for most rules.
    fn inflation(&self, _units: f64) -> f64 {
        1.0
    }

    /// `Err(OutOfRange)` for a level outside (0, 1) or another option out of range.
    fn check(&self) -> Result<(), Missing> {
        let alpha = self.fixed().alpha;
        (alpha > 0.0 && alpha < 1.0).then_some(()).ok_or(Missing::OutOfRange)
    }
}

/// A normal test at one planned look.
///
/// Two-sided it counts both tails, as R's `strict` does. The textbook's closed form, which
/// ignores the tail of the wrong sign, is the one-sided test at half the level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normal {
    pub alternative: Alternative,
    pub alpha: f64,
}

impl Rule for Normal {
    fn region(&self, _: &Look) -> Region {
        let width = normal::upper_quantile(self.alternative.tail(self.alpha));
        Region::beyond(width, self.alternative)
    }

    fn fixed(&self) -> Normal {
        *self
    }
}

/// Student's t-test at one planned look, with the degrees of freedom of the design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Student {
    pub alternative: Alternative,
    pub alpha: f64,
}

impl Rule for Student {
    fn region(&self, look: &Look) -> Region {
        let tail = self.alternative.tail(self.alpha);
        let width = student::upper_quantile(tail, look.dof);
        Region { dof: look.dof, ..Region::beyond(width, self.alternative) }
    }

    fn fixed(&self) -> Normal {
        Normal { alternative: self.alternative, alpha: self.alpha }
    }
}
