//! What tonight's look says.

use super::boundary::{Stage, Walk};
use super::crossing::check_fractions;
use super::design::{Design, End, Look};
use super::deviate;
use super::repeated::{Seen, multiple};
use super::stopping::Drift;
use crate::stats::{Alternative, Effect, Interval, Missing, Test};

/// What a group-sequential design says at one look.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSequentialTest {
    /// This look's boundaries and what has been spent.
    pub look: Look,
    /// This look's statistic as a normal deviate, with the sign of the effect; what later
    /// looks want to know of this one.
    pub statistic: f64,
    /// The first look, counted from 0, whose statistic is known to have crossed its boundary.
    pub crossed: Option<usize>,
    /// Whether this look is at its futility bound or below, and none has crossed.
    pub futile: bool,
    /// Valid at every look. The p-value is the smallest level at which this or an earlier
    /// known look would have rejected (above 0.9 it is given as 1); the interval is this
    /// look's effect and boundary.
    pub repeated: Test,
    /// Valid if the experiment has ended: by crossing, or because this look is its last.
    pub stopped: Option<Stopped>,
}

/// Estimates that take into account that the experiment could have stopped earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stopped {
    /// The look it stopped at, counted from 0.
    pub look: usize,
    /// Median-unbiased estimate of the effect.
    pub estimate: f64,
    /// p-value and confidence interval by the stage-wise ordering.
    pub adjusted: Test,
}

impl Design {
    /// Tests at the last of the looks `fractions` that the effect is `null`.
    ///
    /// `earlier` are the statistics of the looks before it, as far as they are known, as
    /// [`GroupSequentialTest::statistic`] gave them; an unknown one counts as not crossed.
    /// The statistic of this look is Student's t of `effect`, taken as a normal deviate with
    /// the same tail. Repeated p-value and interval: Jennison and Turnbull (2000), chapter 9;
    /// estimates after stopping: chapter 8, by stages.
    ///
    /// `Err(OutOfRange)` for looks as in [`Design::looks`], none at all, or more earlier
    /// statistics than looks; `Err(Corrupt)` and `Err(Overflow)` for numbers that are none or
    /// not finite; `Err(NoVariation)` for a standard error that is not positive.
    pub fn test(
        &self,
        fractions: &[f64],
        earlier: &[Option<f64>],
        end: End,
        effect: &Effect,
        null: f64,
    ) -> Result<GroupSequentialTest, Missing> {
        check_fractions(fractions)?;
        let last = fractions.len().checked_sub(1).ok_or(Missing::OutOfRange)?;
        let now = Tonight::of(effect, null)?;
        let seen = self.turned(earlier, now.statistic, last)?;
        let ended = end == End::AtThisLook;
        let walk = Walk::along(self.rule(), fractions, ended);
        let look = *self.describe(&walk.stages, ended).last().ok_or(Missing::OutOfRange)?;
        let crossed = self.first_crossed(&walk.stages, &seen);
        let size = self.size(self.sign() * now.statistic);
        let futile = crossed.is_none() && look.futility.is_some_and(|bound| size <= bound);
        let stopped_at = crossed.or((ended || look.information >= 1.0).then_some(last));
        let sized: Vec<Option<f64>> = seen.iter().map(|z| z.map(|z| self.size(z))).collect();
        let repeated = Seen { fractions, statistics: &sized, stages: &walk.stages, ended };
        Ok(GroupSequentialTest {
            statistic: now.statistic,
            crossed,
            futile,
            repeated: Test::new(
                self.log_repeated_p_value(&repeated),
                self.repeated_interval(effect, look.boundary),
            ),
            stopped: match stopped_at {
                Some(at) => Some(self.after(at, &seen, &walk, fractions, &now)?),
                None => None,
            },
            look,
        })
    }

    /// All statistics, positive towards the alternative.
    fn turned(
        &self,
        earlier: &[Option<f64>],
        now: f64,
        last: usize,
    ) -> Result<Vec<Option<f64>>, Missing> {
        if earlier.len() > last {
            return Err(Missing::OutOfRange);
        }
        if earlier.iter().flatten().any(|z| z.is_nan()) {
            return Err(Missing::Corrupt);
        }
        if earlier.iter().flatten().any(|z| z.is_infinite()) {
            return Err(Missing::Overflow);
        }
        let mut all: Vec<Option<f64>> =
            earlier.iter().map(|z| z.map(|z| z * self.sign())).collect();
        all.resize(last, None);
        all.push(Some(now * self.sign()));
        Ok(all)
    }

    fn first_crossed(&self, stages: &[Stage], seen: &[Option<f64>]) -> Option<usize> {
        let crosses =
            |(stage, z): (&Stage, &Option<f64>)| z.is_some_and(|z| self.size(z) >= stage.bound);
        stages.iter().zip(seen).position(crosses)
    }

    fn after(
        &self,
        at: usize,
        seen: &[Option<f64>],
        walk: &Walk,
        fractions: &[f64],
        now: &Tonight,
    ) -> Result<Stopped, Missing> {
        let until = fractions.get(..=at).unwrap_or(fractions);
        let is_now = until.len() == fractions.len();
        let statistic = seen.get(at).copied().flatten().ok_or(Missing::OutOfRange)?;
        let drift = match is_now {
            true => self.stopped(walk, statistic),
            false => self.stopped(&Walk::along(self.rule(), until, false), statistic),
        };
        let information = until.last().copied().unwrap_or(1.0);
        let lengthened = fractions.last().map_or(1.0, |last| (last / information).sqrt());
        let statistic = self.sign() * statistic;
        let scale = Scale { now: *now, statistic, information, lengthened, is_now };
        let stopped = self.on_scale(at, &drift.ok_or(Missing::OutOfRange)?, &scale);
        let Interval { lower, upper } = stopped.adjusted.interval;
        let known = stopped.estimate.is_finite() && !lower.is_nan() && !upper.is_nan();
        if known { Ok(stopped) } else { Err(Missing::Overflow) }
    }

    fn on_scale(&self, look: usize, drift: &Drift, scale: &Scale) -> Stopped {
        let effect = |drift: f64| scale.effect(self.sign() * drift);
        let (a, b) = (effect(drift.lower), effect(drift.upper));
        let (lower, upper) = (a.min(b), a.max(b));
        let interval = match self.alternative {
            Alternative::TwoSided => Interval { lower, upper },
            Alternative::Greater => Interval { lower, upper: f64::INFINITY },
            Alternative::Less => Interval { lower: f64::NEG_INFINITY, upper },
        };
        let adjusted = Test::new(drift.log_p_value, interval);
        Stopped { look, estimate: effect(drift.median), adjusted }
    }

    fn repeated_interval(&self, effect: &Effect, boundary: f64) -> Interval {
        let half_width = multiple(boundary, effect.dof) * effect.std_error;
        self.alternative.interval(effect.value, half_width)
    }

    fn sign(&self) -> f64 {
        if self.alternative == Alternative::Less { -1.0 } else { 1.0 }
    }

    /// A statistic as boundaries see it.
    fn size(&self, turned: f64) -> f64 {
        if self.is_two_sided() { turned.abs() } else { turned }
    }
}

/// Tonight's effect and its statistic.
#[derive(Debug, Clone, Copy)]
struct Tonight {
    effect: Effect,
    null: f64,
    statistic: f64,
}

impl Tonight {
    fn of(effect: &Effect, null: f64) -> Result<Tonight, Missing> {
        let numbers = [effect.value, effect.std_error, effect.dof, null];
        if numbers.iter().any(|number| number.is_nan()) || effect.dof <= 0.0 {
            return Err(Missing::Corrupt);
        }
        if effect.std_error <= 0.0 {
            return Err(Missing::NoVariation);
        }
        let effect = effect.checked()?;
        let t = effect.statistic(null);
        if !t.is_finite() {
            return Err(Missing::Overflow);
        }
        Ok(Tonight { effect, null, statistic: deviate::of_student(t, effect.dof) })
    }
}

/// How a drift becomes an effect: by the standard error of the look that stopped.
struct Scale {
    now: Tonight,
    /// Of the look that stopped, with the sign of the effect.
    statistic: f64,
    information: f64,
    /// Its standard error over tonight's.
    lengthened: f64,
    is_now: bool,
}

impl Scale {
    /// The effect as far from the observed as the drift is, in Student's scale.
    fn effect(&self, drift: f64) -> f64 {
        let Effect { value, std_error, dof, .. } = self.now.effect;
        let std_error = std_error * self.lengthened;
        let value = if self.is_now {
            value
        } else {
            self.now.null + deviate::to_student(self.statistic, dof) * std_error
        };
        let deviate = self.statistic - drift * self.information.sqrt();
        value - deviate::to_student(deviate, dof) * std_error
    }
}

#[cfg(test)]
#[path = "analysis_tests.rs"]
mod tests;
