//! What the project has.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::chance::Chance;
use super::table::Format;

pub(super) const MICROS: i64 = 1;
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Zones, and first days of experiments that see their clocks change.
const ZONES: [(&str, Date); 6] = [
    ("UTC", date(2026, 10, 20)),
    ("Europe/Berlin", date(2026, 10, 20)),
    ("Europe/Berlin", date(2026, 3, 25)),
    ("America/New_York", date(2026, 10, 28)),
    ("America/New_York", date(2026, 3, 4)),
    ("Asia/Kolkata", date(2026, 6, 1)),
];

/// What there is, before anything is promised.
pub(super) struct Setting {
    pub(super) zone: &'static str,
    tz: TimeZone,
    /// First day of the first experiment.
    pub(super) start: Date,
    pub(super) as_of: Date,
    pub(super) format: Format,
    pub(super) has_assignments: bool,
    pub(super) has_exposures: bool,
    /// Whether exposures say which variant was met.
    pub(super) exposed_to: bool,
    /// Whether assignments say when.
    pub(super) assigned_at: bool,
    /// Whether assignments or exposures say who was forced.
    pub(super) forced: [bool; 2],
    /// A second source of facts, with other columns.
    pub(super) has_visits: bool,
    /// A table of units.
    pub(super) has_users: bool,
    /// Whether `events` name members of units.
    pub(super) has_members: bool,
    pub(super) has_ids: bool,
    /// Of `events`, as it is written.
    pub(super) clock_skew: Option<&'static str>,
    pub(super) units: usize,
    /// Countries: more or fewer than a report has lines for.
    pub(super) countries: usize,
    pub(super) experiments: usize,
}

impl Setting {
    pub(super) fn draw(chance: &mut Chance) -> Setting {
        let (zone, start) = chance.one_of(&ZONES.map(Some)).unwrap_or(ZONES[0]);
        let sources = chance.whole(0, 10);
        let has_assignments = sources != 0;
        let has_exposures = sources != 1;
        Setting {
            zone,
            tz: TimeZone::get(zone).unwrap_or(TimeZone::UTC),
            start,
            as_of: later(start, chance.whole(1, 13)),
            format: chance.one_of(&[Format::Parquet, Format::Parquet, Format::Csv, Format::Ndjson]),
            has_assignments,
            has_exposures,
            exposed_to: !has_assignments || chance.happens(0.7),
            assigned_at: chance.happens(0.8),
            forced: [chance.happens(0.2), chance.happens(0.2)],
            has_visits: chance.happens(0.5),
            has_users: chance.happens(0.3),
            has_members: chance.happens(0.2),
            has_ids: chance.happens(0.7),
            clock_skew: chance.maybe(0.25, |chance| chance.one_of(&["2s", "1m"])),
            units: chance.one_of(&[12, 60, 150, 300]),
            countries: chance.one_of(&[3, 26]),
            experiments: chance.one_of(&[1, 1, 1, 2]),
        }
    }

    pub(super) fn has(&self, source: &str) -> bool {
        match source {
            "assignments" => self.has_assignments,
            "exposures" => self.has_exposures,
            "visits" => self.has_visits,
            "users" => self.has_users,
            "staff" => self.has_members,
            _ => true,
        }
    }

    /// The first instant of a day, in microseconds.
    pub(super) fn midnight(&self, day: Date) -> i64 {
        let start = day.to_zoned(self.tz.clone()).map(|zoned| zoned.timestamp());
        start.map_or(0, |instant| instant.as_microsecond())
    }
}

/// A day so many days later.
pub(super) fn later(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}
