//! The `[actions]` table.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use toml::Spanned;

use super::numbers;
use crate::config::document::Page;
use crate::config::field::Field;
use crate::config::file::ActionsTable;
use crate::config::problem::{Checked, Reported};
use crate::config::window::{DAY, duration};
use crate::config::words::quote;
use crate::config::{ActionMode, ActionRules, Approve, Freeze, WeekTime, zone};

/// Microseconds in which an action may be carried out, unless the file says so.
const DEFAULT_EXPIRES: i64 = 3 * DAY;

/// The rules; `zone` is the project's.
pub fn check(
    page: Page,
    field: &Field<ActionsTable>,
    zone: Checked<&TimeZone>,
) -> Checked<ActionRules> {
    let Some(said) = field.get()? else { return Ok(by_default()) };
    let table = said.get_ref();
    let mode = table.mode.or(ActionMode::Plan);
    let enabled = table.enabled.or(true);
    let approve = table.approve.or(Approve::Never);
    let expires = span(page, "expires", &table.expires, DEFAULT_EXPIRES);
    let max_per_run = numbers::positive(page, "max_per_run", &table.max_per_run);
    let freezes = freezes(page, &table.freeze, zone);
    Ok(ActionRules {
        mode: mode?,
        enabled: enabled?,
        approve: approve?,
        expires: expires?,
        max_per_run: max_per_run?,
        freezes: freezes?,
    })
}

fn by_default() -> ActionRules {
    ActionRules {
        mode: ActionMode::Plan,
        enabled: true,
        approve: Approve::Never,
        expires: DEFAULT_EXPIRES,
        max_per_run: None,
        freezes: Vec::new(),
    }
}

/// Microseconds, more than none.
pub fn span(page: Page, name: &str, field: &Field<String>, default: i64) -> Checked<i64> {
    let Some(said) = field.get()? else { return Ok(default) };
    let wrong = match duration(said.get_ref()) {
        Ok(0) => "must be longer than nothing".to_owned(),
        Ok(micros) => return Ok(micros),
        Err(problem) => problem.to_string(),
    };
    Err(page.error(said.span(), format!("`{name}` {wrong}, found {}", quote(said.get_ref()))))
}

fn freezes(
    page: Page,
    field: &Field<Vec<Field<String>>>,
    zone: Checked<&TimeZone>,
) -> Checked<Vec<Freeze>> {
    let Some(said) = field.get()? else { return Ok(Vec::new()) };
    let each: Vec<_> = said.get_ref().iter().map(|item| freeze(page, item.need()?, zone)).collect();
    each.into_iter().collect()
}

/// `Fri 16:00 - Mon 08:00`, with or without a zone at its end.
fn freeze(page: Page, said: &Spanned<String>, project: Checked<&TimeZone>) -> Checked<Freeze> {
    let text = said.get_ref();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (Some([from, from_time, "-", until, until_time]), rest) =
        (words.first_chunk::<5>(), words.get(5..).unwrap_or_default())
    else {
        return Err(wrong(page, said));
    };
    let (Some(from), Some(until)) = (week_time(from, from_time), week_time(until, until_time))
    else {
        return Err(wrong(page, said));
    };
    if from == until {
        return Err(page.error(said.span(), "a freeze must end at another time than it begins"));
    }
    let zone = match rest {
        [] => project?.clone(),
        [name] => zone::check(page, &Spanned::new(said.span(), (*name).to_owned()))?,
        _ => return Err(wrong(page, said)),
    };
    Ok(Freeze { from, until, zone, text: text.clone() })
}

fn wrong(page: Page, said: &Spanned<String>) -> Reported {
    let message =
        format!("a freeze must be a time of the week to another, found {}", quote(said.get_ref()));
    let hint = "for instance `Fri 16:00 - Mon 08:00`, or with a time zone: \
                `Fri 16:00 - Mon 08:00 Europe/Berlin`";
    page.error_with(said.span(), message, Some(hint.to_owned()))
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A day by its name or the first three letters of it, and hours and minutes.
fn week_time(day: &str, time: &str) -> Option<WeekTime> {
    let day = day.to_lowercase();
    let is_day = |name: &str| name == day || name.get(..3) == Some(&day);
    let (_, weekday) = WEEKDAYS.into_iter().find(|(name, _)| is_day(name))?;
    let (hour, minute) = time.split_once(':')?;
    let number = |digits: &str| {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<i8>().ok()).flatten()
    };
    let time = Time::new(number(hour)?, number(minute)?, 0, 0).ok()?;
    Some(WeekTime { weekday, time })
}
