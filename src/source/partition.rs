//! Which day a hive partition folder holds.

use jiff::civil::Date;

/// The day of `column=YYYY-MM-DD`, read strictly.
///
/// `None` for another column, another spelling of the date, or no date at all: a folder
/// that cannot be dated must be reported, not guessed at.
pub fn day_of(folder: &str, column: &str) -> Option<Date> {
    let value = folder.strip_prefix(column)?.strip_prefix('=')?;
    let date: Date = value.parse().ok()?;
    (date.to_string() == value).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_iso_days_of_the_named_column_are_days() {
        assert_eq!(day_of("day=2026-10-03", "day"), Some(date(2026, 10, 3)));
        for folder in [
            "day=2026-3-3",
            "day=__HIVE_DEFAULT_PARTITION__",
            "day=..%2F..%2Fetc",
            "day=2026-02-30",
            "day=2026-10-03T00:00",
            "date=2026-10-03",
            "day",
            "",
        ] {
            assert_eq!(day_of(folder, "day"), None, "{folder}");
        }
    }
}
