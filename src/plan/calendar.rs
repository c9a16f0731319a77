//! Which instants a day of the project covers.

use arrow::datatypes::IntervalMonthDayNanoType;
use datafusion::logical_expr::{Expr, lit};
use datafusion::scalar::ScalarValue;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{Error, Kind, Problem};

/// Days of one time zone as UTC instants in microseconds.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub zone: TimeZone,
}

impl Calendar {
    /// First instant of a day; days of 23 and 25 hours are what they are.
    ///
    /// # Errors
    /// `Spec` for a day outside the calendar (years -9999 to 9999).
    pub fn start_of(&self, day: Date) -> Result<i64, Error> {
        day.to_zoned(self.zone.clone())
            .map(|start| start.timestamp().as_microsecond())
            .map_err(|error| Problem::new(Kind::Spec, "", format!("day {day}: {error}")).into())
    }

    /// First instant after a day.
    pub fn end_of(&self, day: Date) -> Result<i64, Error> {
        match day.tomorrow() {
            Ok(next) => self.start_of(next),
            Err(error) => Err(Problem::new(Kind::Spec, "", format!("day {day}: {error}")).into()),
        }
    }
}

/// Days one after the other, to find the one that holds an instant.
#[derive(Debug, Clone)]
pub struct Days {
    /// The first day, counted from 1970-01-01.
    first: i32,
    /// First instants.
    starts: Vec<i64>,
}

impl Days {
    /// The days from one to another, both included.
    ///
    /// # Errors
    /// As [`Calendar::start_of`].
    pub fn between(calendar: &Calendar, first: Date, last: Date) -> Result<Days, Error> {
        let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last);
        let starts = days.map(|day| calendar.start_of(day)).collect::<Result<_, _>>()?;
        let since = first - jiff::civil::date(1970, 1, 1);
        Ok(Days { first: since.get_days(), starts })
    }

    /// The day of an instant, counted from 1970-01-01; the nearest where it is outside.
    pub fn day_of(&self, instant: i64) -> i32 {
        self.first.saturating_add(i32::try_from(self.place_of(instant)).unwrap_or(i32::MAX))
    }

    /// The place of an instant's day among these days; the nearest where it is outside.
    pub fn place_of(&self, instant: i64) -> usize {
        self.starts.partition_point(|start| *start <= instant).saturating_sub(1)
    }

    /// How many days there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

/// A UTC instant as a value of the engine.
pub fn instant(microseconds: i64) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(microseconds), Some("UTC".into()))
}

/// A UTC instant as an expression.
pub fn at(microseconds: i64) -> Expr {
    lit(instant(microseconds))
}

/// A span as an expression; an interval, because the engine cannot write a duration as SQL.
pub fn span(microseconds: i64) -> Expr {
    let nanoseconds = microseconds.saturating_mul(1_000);
    let interval = IntervalMonthDayNanoType::make_value(0, 0, nanoseconds);
    lit(ScalarValue::IntervalMonthDayNano(Some(interval)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_of_23_and_25_hours() {
        let berlin = Calendar { zone: TimeZone::get("Europe/Berlin").unwrap() };
        let hours =
            |day| (berlin.end_of(day).unwrap() - berlin.start_of(day).unwrap()) / 3_600_000_000;
        assert_eq!(hours(date(2026, 3, 29)), 23);
        assert_eq!(hours(date(2026, 10, 25)), 25);
        assert_eq!(hours(date(2026, 10, 26)), 24);
    }
}
