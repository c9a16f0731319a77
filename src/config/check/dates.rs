//! From which day to which day.

use jiff::ToSpan;
use jiff::civil::Date;
use toml::Spanned;

use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::{Day, ExperimentFile};
use crate::config::problem::{Checked, Reported};
use crate::config::words::quote;

/// Days from `start` to `end` where no `end` is given.
const DEFAULT_DAYS: i64 = 14;

/// The experiment's days `[start, end)`; units enroll in `[start, enroll_until)`.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    pub start: Date,
    pub end: Date,
    pub enroll_until: Date,
}

impl Period {
    pub fn days(self) -> i64 {
        i64::from((self.end - self.start).get_days())
    }
}

pub fn check(page: Page, file: &ExperimentFile) -> Checked<Period> {
    let start = day(page, "start", &file.start);
    let end = day(page, "end", &file.end);
    let enroll_until = day(page, "enroll_until", &file.enroll_until);
    let (start, end) = (start?.ok_or(Reported)?, end?);
    let end = match end {
        Some(end) => end,
        None => start.checked_add(DEFAULT_DAYS.days()).map_err(|_| {
            page.error(file.start.span_or(&(0..0)), "`start` leaves no room for an `end`")
        })?,
    };
    if end <= start {
        let message =
            format!("`end` must be after `start`, found `{end}`, and `start` is `{start}`");
        let hint = "`end` is the first day that no longer belongs to the experiment";
        return Err(page.error_with(file.end.span_or(&(0..0)), message, Some(hint.to_owned())));
    }
    let enroll_until = enroll_until?.unwrap_or(end);
    if enroll_until <= start || end < enroll_until {
        let message = format!(
            "`enroll_until` must be after `start` and not after `end`, found `{enroll_until}`, \
             and they are `{start}` and `{end}`"
        );
        let hint = "it is the first day on which nobody enrolls any more";
        let at = file.enroll_until.span_or(&(0..0));
        return Err(page.error_with(at, message, Some(hint.to_owned())));
    }
    Ok(Period { start, end, enroll_until })
}

/// A day, whether or not it was written in quotes.
pub fn day(page: Page, name: &str, field: &Field<Day>) -> Checked<Option<Date>> {
    let Some(said) = field.get()? else { return Ok(None) };
    let (found, date) = match said.get_ref() {
        Day::Text(text) => (text.clone(), from_text(text)),
        Day::Toml(instant) => (instant.to_string(), from_toml(instant)),
    };
    date.map(Some).ok_or_else(|| wrong(page, name, said, &found))
}

fn wrong(page: Page, name: &str, said: &Spanned<Day>, found: &str) -> Reported {
    let message = format!("`{name}` must be a date such as `2026-10-01`, found {}", quote(found));
    page.error(said.span(), message)
}

/// Exactly `YYYY-MM-DD`: jiff would also accept an instant and drop its time.
fn from_text(text: &str) -> Option<Date> {
    let is_date =
        text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    text.parse().ok().filter(|_| is_date)
}

fn from_toml(instant: &toml::value::Datetime) -> Option<Date> {
    match (instant.date, instant.time) {
        (Some(_), None) => from_text(&instant.to_string()),
        _ => None,
    }
}
