//! When a unit meets an experiment.
//!
//! Whether a unit takes part, its variant, and when it is assigned and exposed depend on
//! (unit, experiment, seed) alone. Assignments are more frequent early in the enrollment
//! period, as in reality: regular visitors come first.

use super::draws::Draws;
use super::world::{DAY, Trial, World};

/// Instants are whole seconds: the sample data would be half as large again otherwise.
const RESOLUTION: i64 = 1_000_000;

/// Longest time from assignment to first exposure.
const LONGEST_DELAY: f64 = 0.5 * DAY as f64;

/// One unit's part in one experiment, as far as the data reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    /// Index of the experiment.
    pub(super) trial: usize,
    /// Index of the assigned variant.
    pub(super) arm: usize,
    pub(super) assigned_at: i64,
    /// First exposure; effects start here. `None` if it never came to that.
    pub(super) exposed_at: Option<i64>,
    /// The unit met the experiment, but no exposure of it was recorded.
    pub(super) lost: bool,
    /// The other variant that the unit also met, and when.
    pub(super) crossover: Option<(usize, i64)>,
}

impl Meeting {
    /// When the data first show the unit in the experiment.
    pub(super) fn recorded_at(&self) -> Option<i64> {
        if self.lost { None } else { self.exposed_at }
    }
}

/// Cuts an instant to the resolution.
pub(super) fn whole(instant: f64) -> i64 {
    let instant = instant as i64;
    instant - instant.rem_euclid(RESOLUTION)
}

impl World<'_> {
    /// All experiments that a unit is assigned to before the end of the data.
    pub(super) fn meetings(&self, unit: u64, into: &mut Vec<Meeting>) {
        into.clear();
        for index in 0..self.trials.len() {
            into.extend(self.meeting(unit, index));
        }
    }

    /// The unit's part in one experiment, if it has one.
    pub(super) fn meeting(&self, unit: u64, index: usize) -> Option<Meeting> {
        let trial = self.trials.get(index)?;
        let mut draws = trial.meeting.unit(unit);
        if !draws.happens(trial.spec.traffic) {
            return None;
        }
        let arm = trial.arm_at(draws.uniform());
        let period = (trial.end - trial.start) as f64;
        let assigned_at = whole(trial.start as f64 + period * draws.uniform().powi(2));
        if assigned_at >= self.end {
            return None;
        }
        let meeting = Meeting {
            trial: index,
            arm,
            assigned_at,
            exposed_at: None,
            lost: false,
            crossover: None,
        };
        Some(self.expose(trial, meeting, &mut draws))
    }

    /// Draws the first exposure and what goes wrong with it.
    fn expose(&self, trial: &Trial<'_>, mut meeting: Meeting, draws: &mut Draws) -> Meeting {
        let exposed = draws.happens(trial.spec.exposed);
        let delay = LONGEST_DELAY * draws.uniform().powi(2);
        let exposed_at = whole(meeting.assigned_at as f64 + delay);
        let last = self.last_exposure(trial);
        if !exposed || exposed_at >= last {
            return meeting;
        }
        meeting.exposed_at = Some(exposed_at);
        meeting.lost = trial.arms.get(meeting.arm).is_some_and(|arm| draws.happens(arm.lost));
        if !meeting.lost && draws.happens(trial.spec.crossover) {
            let others = trial.arms.len() - 1;
            let step = 1 + (draws.uniform() * others as f64) as usize;
            let at = whole(exposed_at as f64 + draws.uniform() * (last - exposed_at) as f64);
            meeting.crossover = Some(((meeting.arm + step) % trial.arms.len(), at));
        }
        meeting
    }

    /// First instant at which nobody meets the experiment any more.
    fn last_exposure(&self, trial: &Trial<'_>) -> i64 {
        trial.end.min(self.end)
    }

    /// Recorded exposures on one day as (variant, instant), in no particular order.
    pub(super) fn exposures(
        &self,
        unit: u64,
        meeting: &Meeting,
        day: u32,
        mut write: impl FnMut(usize, i64),
    ) {
        let (Some(trial), Some(first)) = (self.trials.get(meeting.trial), meeting.recorded_at())
        else {
            return;
        };
        let from = self.start + i64::from(day) * DAY;
        let today = from..from + DAY;
        if today.contains(&first) {
            write(meeting.arm, first);
        }
        if let Some((arm, at)) = meeting.crossover
            && today.contains(&at)
        {
            write(arm, at);
        }
        if first < from {
            let mut draws = trial.repeat.unit_in(unit, day);
            let at = whole(from as f64 + DAY as f64 * draws.uniform());
            if at < self.last_exposure(trial) && draws.happens(trial.spec.repeat) {
                write(meeting.arm, at);
            }
        }
    }
}
