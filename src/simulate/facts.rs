//! What a unit does on one day.
//!
//! Every kind of event is a Poisson process. Its intensity is the kind's pace, times the
//! unit's activity, times the effects of all experiments that the unit has met so far, so
//! effects start at the second of the first exposure, and several experiments multiply.
//!
//! The intensity changes within a day. Events are drawn at the day's highest intensity and
//! kept with probability intensity now / highest (thinning: Lewis and Shedler 1979).
//! Late events are a thinned part of the process and hence a Poisson process of their own
//! (splitting): each partition draws the late events that arrive in it, and nothing has to
//! be carried from day to day.

use rand::Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};

use super::draws::Draws;
use super::meeting::{Meeting, whole};
use super::world::{DAY, World};

/// Longest delay of a late event, in days.
pub(super) const LATEST: u32 = 3;

/// One event of one unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fact {
    /// Index of the kind of event.
    pub(super) kind: usize,
    pub(super) at: i64,
    /// Amount in cents, and whether it is in the foreign currency.
    pub(super) amount: Option<(i64, bool)>,
    /// Position among the unit's facts of the same day and delay: part of its id.
    pub(super) number: u32,
    /// The fact is written twice.
    pub(super) duplicate: bool,
}

/// A unit's activity, remembered for the week it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    week: u32,
    level: f64,
}

/// Which facts of a unit: those that occurred on `day` and arrive `late` days after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    pub(super) unit: u64,
    pub(super) day: u32,
    pub(super) late: u32,
}

impl World<'_> {
    /// A unit's activity on a day; its mean over units is 1.
    ///
    /// Lognormal, from a part that stays and a part that is new every week.
    pub(super) fn activity(&self, unit: u64, day: u32, known: &mut Option<Activity>) -> f64 {
        let week = day / 7;
        match known {
            Some(activity) if activity.week == week => activity.level,
            _ => {
                let level = self.draw_activity(unit, week);
                *known = Some(Activity { week, level });
                level
            }
        }
    }

    fn draw_activity(&self, unit: u64, week: u32) -> f64 {
        let (sigma, stays) = (self.spec.activity_sigma, self.spec.activity_correlation);
        if sigma == 0.0 {
            return 1.0;
        }
        let lasting: f64 = self.keys.activity.unit(unit).sample(StandardNormal);
        let passing: f64 = self.keys.week.unit_in(unit, week).sample(StandardNormal);
        let deviation = stays.sqrt() * lasting + (1.0 - stays).sqrt() * passing;
        (sigma * deviation - sigma * sigma / 2.0).exp()
    }

    /// Share of a day's events that arrive with this delay.
    ///
    /// No event arrives after the last day, so that every event is in the data; events of
    /// the last day are never late.
    pub(super) fn arrival_share(&self, day: u32, late: u32) -> f64 {
        let latest = LATEST.min(self.spec.days.saturating_sub(day + 1));
        match late {
            0 if latest == 0 => 1.0,
            0 => 1.0 - self.spec.defects.late,
            _ if late <= latest => self.spec.defects.late / f64::from(latest),
            _ => 0.0,
        }
    }

    /// Draws the facts of one batch. `ceilings` is scratch space.
    pub(super) fn facts(
        &self,
        batch: Batch,
        activity: f64,
        meetings: &[Meeting],
        ceilings: &mut Vec<f64>,
        mut write: impl FnMut(Fact),
    ) {
        let share = self.arrival_share(batch.day, batch.late);
        let Some(key) = self.keys.facts.get(batch.late as usize) else { return };
        if share <= 0.0 {
            return;
        }
        let from = self.start + i64::from(batch.day) * DAY;
        let met = meetings.iter().any(|m| m.exposed_at.is_some_and(|at| at < from + DAY));
        let total = self.ceilings(activity, meetings, met, from + DAY, ceilings);
        let mut draws = key.unit_in(batch.unit, batch.day);
        let mut number = 0;
        for _ in 0..poisson(total * share, &mut draws) {
            let kind = pick(ceilings, total * draws.uniform());
            let at = whole(from as f64 + DAY as f64 * draws.uniform());
            if met {
                let now = self.intensity(kind, activity, meetings, at);
                let ceiling = ceilings.get(kind).copied().unwrap_or(now);
                if draws.uniform() * ceiling >= now {
                    continue;
                }
            }
            let amount = self.amount(kind, meetings, at, &mut draws);
            let duplicate = draws.happens(self.spec.defects.duplicate);
            write(Fact { kind, at, amount, number, duplicate });
            number += 1;
        }
    }

    /// Each kind's highest intensity before `until`, and their sum.
    fn ceilings(
        &self,
        activity: f64,
        meetings: &[Meeting],
        met: bool,
        until: i64,
        into: &mut Vec<f64>,
    ) -> f64 {
        into.clear();
        into.extend(self.kinds.iter().enumerate().map(|(index, kind)| {
            let effect = if met { self.effect(index, meetings, until - 1, 1.0) } else { 1.0 };
            kind.pace.intensity(activity, effect)
        }));
        into.iter().sum()
    }

    /// Intensity of one kind at one instant.
    fn intensity(&self, kind: usize, activity: f64, meetings: &[Meeting], at: i64) -> f64 {
        let effect = self.effect(kind, meetings, at, 0.0);
        self.kinds.get(kind).map_or(0.0, |kind| kind.pace.intensity(activity, effect))
    }

    /// Product of the effects in force at an instant, each of them at least `floor`.
    fn effect(&self, kind: usize, meetings: &[Meeting], at: i64, floor: f64) -> f64 {
        let in_force = meetings.iter().filter(|m| m.exposed_at.is_some_and(|met| met <= at));
        in_force.map(|m| self.factor(m, kind, |arm| &arm.pace).max(floor)).product()
    }

    /// One experiment's factor on one kind of event.
    pub(super) fn factor(
        &self,
        meeting: &Meeting,
        kind: usize,
        of: impl Fn(&super::world::Arm) -> &Vec<f64>,
    ) -> f64 {
        let arm = self.trials.get(meeting.trial).and_then(|trial| trial.arms.get(meeting.arm));
        arm.and_then(|arm| of(arm).get(kind)).copied().unwrap_or(1.0)
    }

    fn amount(
        &self,
        kind: usize,
        meetings: &[Meeting],
        at: i64,
        draws: &mut Draws,
    ) -> Option<(i64, bool)> {
        let amount = self.kinds.get(kind)?.amount?;
        let in_force = meetings.iter().filter(|m| m.exposed_at.is_some_and(|met| met <= at));
        let effect: f64 = in_force.map(|m| self.factor(m, kind, |arm| &arm.amount)).product();
        let normal: f64 = draws.sample(StandardNormal);
        let value = (amount.mu + amount.sigma * normal).exp() * effect;
        Some(((value * 100.0).round() as i64, draws.happens(amount.foreign)))
    }
}

/// A Poisson count; 0 where the mean is 0.
fn poisson(mean: f64, draws: &mut Draws) -> u64 {
    match Poisson::new(mean) {
        Ok(distribution) => distribution.sample(draws) as u64,
        Err(_) => 0,
    }
}

/// Index of the weight that `point` of their sum falls into.
fn pick(weights: &[f64], mut point: f64) -> usize {
    for (index, weight) in weights.iter().enumerate() {
        if point < *weight {
            return index;
        }
        point -= weight;
    }
    weights.len().saturating_sub(1)
}
