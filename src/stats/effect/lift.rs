//! By what part of control a treatment differs.

use super::compare::Level;
use super::test::satterthwaite;
use super::{Effect, Lift, LiftMethod};
use crate::stats::{Interval, Missing, Point, Summary, student};

/// Control must be this many standard errors away from zero for the delta method.
const CLEARLY_NOT_ZERO: f64 = 4.0;

/// Effect over `|control|`, so that its sign is that of the effect.
///
/// Delta method with the degrees of freedom of the absolute effect; where control is within
/// four standard errors of zero, the interval is Fieller's (1954), and `std_error` stays that
/// of the delta method. `Err(ControlNearZero)` where control is zero or Fieller's set has no
/// ends; where only that of the sequential interval has none, it is `[-inf, inf]`.
pub(super) fn lift(
    control: &Point,
    treatment: &Point,
    effect: &Effect,
    level: &Level,
) -> Result<Lift, Missing> {
    let (value, std_error) = delta_method(control, treatment, effect.value)?;
    if control.value.abs() >= CLEARLY_NOT_ZERO * control.variance.sqrt() {
        let around = |width: f64| Interval::around(value, width * std_error);
        let fixed = around(level.fixed_width(effect.dof));
        let sequential = around(level.sequential_width());
        return Ok(Lift { value, std_error, method: LiftMethod::Delta, fixed, sequential });
    }
    let fixed = fieller_set(control, treatment, fieller_width(control, treatment, level.alpha))
        .ok_or(Missing::ControlNearZero)?;
    let sequential = fieller_set(control, treatment, level.sequential_width());
    let sequential = sequential.unwrap_or(Interval::UNBOUNDED);
    Ok(Lift { value, std_error, method: LiftMethod::Fieller, fixed, sequential })
}

/// Relative effect and its standard error by the delta method, however near zero control is.
///
/// This is gbstats' definition; [`super::compare`] uses it only where control is clearly not
/// zero. `Err(ControlNearZero)` where control is zero.
pub fn delta(control: &Summary, treatment: &Summary) -> Result<(f64, f64), Missing> {
    let (control, treatment) = (control.point()?, treatment.point()?);
    delta_method(&control, &treatment, treatment.value - control.value)
}

fn delta_method(control: &Point, treatment: &Point, effect: f64) -> Result<(f64, f64), Missing> {
    let size = control.value.abs();
    let ratio = treatment.value / control.value;
    let value = effect / size;
    let std_error = (treatment.variance + control.variance * ratio * ratio).sqrt() / size;
    let defined = size > 0.0 && value.is_finite() && std_error.is_finite();
    defined.then_some((value, std_error)).ok_or(Missing::ControlNearZero)
}

/// Fieller's (1954) interval of the relative effect at a two-sided level, for one look.
///
/// `Err(ControlNearZero)` where control is not significantly away from zero at that level:
/// the set of ratios is then unbounded.
pub fn fieller(control: &Summary, treatment: &Summary, alpha: f64) -> Result<Interval, Missing> {
    let (control, treatment) = (control.point()?, treatment.point()?);
    let width = fieller_width(&control, &treatment, alpha);
    fieller_set(&control, &treatment, width).ok_or(Missing::ControlNearZero)
}

/// Quantile with the degrees of freedom of Tamhane and Logan, as mratios has it.
fn fieller_width(control: &Point, treatment: &Point, alpha: f64) -> f64 {
    let ratio = treatment.value / control.value;
    let from_control = control.variance * ratio * ratio;
    let share = from_control / (from_control + treatment.variance);
    let share = if share.is_finite() { share } else { 1.0 };
    let dof = satterthwaite(share, control.units, treatment.units).max(1.0);
    student::upper_quantile(0.5 * alpha, dof)
}

/// The relative effects within `width` standard errors; `None` if they have no ends.
fn fieller_set(control: &Point, treatment: &Point, width: f64) -> Option<Interval> {
    let square = width * width;
    let a = control.value * control.value - square * control.variance;
    let b = control.value * treatment.value;
    let c = treatment.value * treatment.value - square * treatment.variance;
    // `b² - a c` without its cancellation, and both roots without theirs.
    let spread = control.variance * treatment.value * treatment.value + treatment.variance * a;
    let far = b + (width * spread.max(0.0).sqrt()).copysign(b);
    let (one, other) = (far / a - 1.0, if far == 0.0 { -1.0 } else { c / far - 1.0 });
    let (low, high) = (one.min(other), one.max(other));
    let set = if control.value < 0.0 {
        Interval { lower: -high, upper: -low }
    } else {
        Interval { lower: low, upper: high }
    };
    (a > 0.0 && set.is_finite()).then_some(set)
}
