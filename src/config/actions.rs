//! When something may be set in motion.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `[actions]` table.
#[derive(Debug, Clone)]
pub struct ActionRules {
    pub mode: ActionMode,
    /// Whether anything at all may be set in motion.
    pub enabled: bool,
    pub approve: Approve,
    /// Microseconds after its verdict in which an action may be carried out.
    pub expires: i64,
    /// Actions of one run, of those that are no roll backs.
    pub max_per_run: Option<u64>,
    /// Times in which nothing but a roll back is carried out.
    pub freezes: Vec<Freeze>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionMode {
    /// Actions are shown, and carried out where the command says so.
    Plan,
    /// Actions are carried out.
    Apply,
}

/// What waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Approve {
    Never,
    /// Whatever moves traffic to a treatment.
    Ship,
    /// Everything, roll backs too.
    Always,
}

/// A part of every week, such as `Fri 16:00 - Mon 08:00`.
#[derive(Debug, Clone)]
pub struct Freeze {
    pub from: WeekTime,
    /// The first time after it; before `from` where it lies in the next week.
    pub until: WeekTime,
    pub zone: TimeZone,
    /// As it was written.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekTime {
    pub weekday: Weekday,
    pub time: Time,
}

impl Freeze {
    /// Whether an instant lies in it, by the clocks of its zone.
    pub fn covers(&self, instant: Timestamp) -> bool {
        let local = self.zone.to_datetime(instant);
        let now = WeekTime { weekday: local.weekday(), time: local.time() }.into_week();
        let (from, until) = (self.from.into_week(), self.until.into_week());
        if from < until { from <= now && now < until } else { from <= now || now < until }
    }
}

impl WeekTime {
    /// Since Monday, 00:00.
    fn into_week(self) -> SignedDuration {
        let days = i64::from(self.weekday.to_monday_zero_offset());
        let time = self.time.duration_since(Time::midnight());
        SignedDuration::from_hours(24 * days) + time
    }
}

impl ActionRules {
    /// Last instant at which what a verdict of `decided_at` asks for may be carried out.
    pub fn valid_until(&self, decided_at: Timestamp) -> Timestamp {
        decided_at.checked_add(self.expires.microseconds()).unwrap_or(Timestamp::MAX)
    }

    /// The freeze that an instant lies in, if it does.
    pub fn freeze_at(&self, instant: Timestamp) -> Option<&Freeze> {
        self.freezes.iter().find(|freeze| freeze.covers(instant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freeze(from: (Weekday, i8), until: (Weekday, i8), zone: &str) -> Freeze {
        let at = |(weekday, hour)| WeekTime { weekday, time: Time::constant(hour, 0, 0, 0) };
        let zone = TimeZone::get(zone).unwrap();
        Freeze { from: at(from), until: at(until), zone, text: String::new() }
    }

    #[track_caller]
    fn covers(freeze: &Freeze, instant: &str, expected: bool) {
        assert_eq!(freeze.covers(instant.parse().unwrap()), expected, "{instant}");
    }

    #[test]
    fn a_weekend_ends_on_monday_morning() {
        let weekend = freeze((Weekday::Friday, 16), (Weekday::Monday, 8), "UTC");
        covers(&weekend, "2026-11-27T15:59:59Z", false);
        covers(&weekend, "2026-11-27T16:00:00Z", true);
        covers(&weekend, "2026-11-29T12:00:00Z", true);
        covers(&weekend, "2026-11-30T07:59:59Z", true);
        covers(&weekend, "2026-11-30T08:00:00Z", false);
    }

    /// 2026-10-25 has 25 hours in Berlin.
    #[test]
    fn it_goes_by_the_clocks_of_its_zone() {
        let night = freeze((Weekday::Sunday, 1), (Weekday::Sunday, 3), "Europe/Berlin");
        covers(&night, "2026-10-24T22:59:59Z", false);
        covers(&night, "2026-10-24T23:00:00Z", true);
        covers(&night, "2026-10-25T01:59:59Z", true);
        covers(&night, "2026-10-25T02:00:00Z", false);
    }
}
