//! By what part of control a treatment differs.

use super::compare::Level;
use super::test::satterthwaite;
use super::{Effect, Lift, LiftMethod};
use crate::stats::{Interval, Missing, Point, student};

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
    let relative = Effect::relative(control, treatment)?;
    if control.is_clearly_not_zero() {
        return Ok(by_delta(&Effect { dof: effect.dof, ..relative }, level));
    }
    let Effect { value, std_error, .. } = relative;
    let fixed = fieller_set(control, treatment, fieller_width(control, treatment, level.alpha))
        .ok_or(Missing::ControlNearZero)?;
    let sequential = fieller_set(control, treatment, level.sequential_width());
    let sequential = sequential.unwrap_or(Interval::UNBOUNDED);
    Ok(Lift { value, std_error, method: LiftMethod::Fieller, fixed, sequential })
}

/// A relative effect with the intervals of its standard error.
pub(super) fn by_delta(relative: &Effect, level: &Level) -> Lift {
    let Effect { value, std_error, .. } = *relative;
    let around = |width: f64| Interval::around(value, width * std_error);
    Lift {
        value,
        std_error,
        method: LiftMethod::Delta,
        fixed: around(level.fixed_width(relative.dof)),
        sequential: around(level.sequential_width()),
    }
}

impl Point {
    /// Whether the value is far enough from zero to divide by: four standard errors.
    pub fn is_clearly_not_zero(&self) -> bool {
        self.value.abs() >= CLEARLY_NOT_ZERO * self.variance.sqrt()
    }
}

impl Effect {
    /// `treatment / control - 1` by the delta method, over `|control|`, so that its sign is
    /// that of the effect (gbstats); degrees of freedom are those of the absolute effect.
    ///
    /// However near zero control is. `Err(ControlNearZero)` where it is zero, and as for
    /// [`Effect::contrast`].
    pub fn relative(control: &Point, treatment: &Point) -> Result<Effect, Missing> {
        let absolute = Effect::contrast(control, treatment, 1.0)?;
        let size = control.value.abs();
        let ratio = treatment.value / control.value;
        let std_error = (treatment.variance + control.variance * ratio * ratio).sqrt() / size;
        let relative = Effect { value: absolute.value / size, std_error, ..absolute };
        relative.checked().map_err(|_| Missing::ControlNearZero)
    }

    /// `ln(treatment / control)` by the delta method (tea-tasting's relative effect).
    ///
    /// Its interval becomes that of the relative effect by `exp_m1`. `Err(ControlNearZero)`
    /// where the values are zero or their signs differ.
    pub fn log_ratio(control: &Point, treatment: &Point) -> Result<Effect, Missing> {
        let part = |point: &Point| point.variance / (point.value * point.value);
        let (of_control, of_treatment) = (part(control), part(treatment));
        let variance = of_control + of_treatment;
        if variance == 0.0 {
            return Err(Missing::NoVariation);
        }
        let log = Effect {
            // Of the difference: a ratio near 1 has no digits left for it.
            value: ((treatment.value - control.value) / control.value).ln_1p(),
            std_error: variance.sqrt(),
            dof: satterthwaite(of_control / variance, control.dof, treatment.dof),
            units: control.units as f64 + treatment.units as f64,
        };
        log.checked().map_err(|_| Missing::ControlNearZero)
    }
}

/// Fieller's (1954) interval of the relative effect at a two-sided level, for one look.
///
/// `Err(ControlNearZero)` where control is not significantly away from zero at that level:
/// the set of ratios is then unbounded.
pub fn fieller(control: &Point, treatment: &Point, alpha: f64) -> Result<Interval, Missing> {
    let width = fieller_width(control, treatment, alpha);
    fieller_set(control, treatment, width).ok_or(Missing::ControlNearZero)
}

/// Fieller's interval at any number of standard errors, for instance those of a confidence
/// sequence. `Err` as for [`fieller`].
pub fn fieller_within(control: &Point, treatment: &Point, width: f64) -> Result<Interval, Missing> {
    fieller_set(control, treatment, width).ok_or(Missing::ControlNearZero)
}

/// Quantile with the degrees of freedom of Tamhane and Logan, as mratios has it.
fn fieller_width(control: &Point, treatment: &Point, alpha: f64) -> f64 {
    let ratio = treatment.value / control.value;
    let from_control = control.variance * ratio * ratio;
    let share = from_control / (from_control + treatment.variance);
    let share = if share.is_finite() { share } else { 1.0 };
    let dof = satterthwaite(share, control.dof, treatment.dof).max(1.0);
    student::upper_quantile(0.5 * alpha, dof)
}

/// The relative effects within `width` standard errors; `None` if they have no ends.
fn fieller_set(control: &Point, treatment: &Point, width: f64) -> Option<Interval> {
    if control.value == 0.0 {
        return None;
    }
    // In units of control, so that no square leaves a double.
    let part = |point: &Point| width * (point.variance.sqrt() / control.value);
    let (of_control, of_treatment) = (part(control), part(treatment));
    let (noise, treated) = (of_control * of_control, of_treatment * of_treatment);
    let ratio = treatment.value / control.value;
    let rise = (treatment.value - control.value) / control.value;
    let a = 1.0 - noise;
    // The roots of `a r² - 2 ratio r + ratio² - treated` less 1, without their cancellation.
    let spread = (noise * ratio * ratio + treated * a).max(0.0).sqrt().copysign(ratio);
    let far = ratio + spread;
    let one = (rise + noise + spread) / a;
    let other = if far == 0.0 { -1.0 } else { (ratio * rise - treated - spread) / far };
    let (low, high) = (one.min(other), one.max(other));
    let set = if control.value < 0.0 {
        Interval { lower: -high, upper: -low }
    } else {
        Interval { lower: low, upper: high }
    };
    (a > 0.0 && set.is_finite()).then_some(set)
}
