//! How long a span is, as people write it.

use std::fmt;

use super::Window;

/// Units with their length in microseconds, longest first.
const UNITS: [(char, i64); 4] =
    [('d', 86_400_000_000), ('h', 3_600_000_000), ('m', 60_000_000), ('s', 1_000_000)];

/// Microseconds in a day of 24 hours.
pub(super) const DAY: i64 = UNITS[0].1;

/// The same for editors.
pub(super) const PATTERN: &str = r"^[0-9]+[dhms](\.\.[0-9]+[dhms])?$";

/// The same for people.
pub(super) const FORM: &str = "a duration such as `7d`, `36h`, `30m` or `45s`";

/// What is wrong with a duration or a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WindowError {
    /// Not a number and one of the units.
    Form,
    /// More than 290 000 years.
    TooLong,
    /// Nothing lies between its ends.
    Empty,
}

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => return write!(f, "must be {FORM}"),
            Self::TooLong => "is longer than any data",
            Self::Empty => "must end after it begins",
        })
    }
}

/// `"7d"` in microseconds.
pub(super) fn duration(text: &str) -> Result<i64, WindowError> {
    let mut characters = text.chars();
    let unit = characters.next_back().ok_or(WindowError::Form)?;
    let digits = characters.as_str();
    let (_, length) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(WindowError::Form)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WindowError::Form);
    }
    let count: i64 = digits.parse().map_err(|_| WindowError::TooLong)?;
    count.checked_mul(*length).ok_or(WindowError::TooLong)
}

impl Window {
    /// All facts from the enrollment on.
    pub const OPEN: Self = Self { from: 0, to: None };

    /// `"7d"` is `[0, 7d)`, `"7d..14d"` is `[7d, 14d)`.
    pub(super) fn parse(text: &str) -> Result<Self, WindowError> {
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (duration(from)?, duration(to)?),
            None => (0, duration(text)?),
        };
        if from < to { Ok(Self { from, to: Some(to) }) } else { Err(WindowError::Empty) }
    }
}

/// As it is written in files; `from..` where it runs to the end.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (0, Some(to)) => f.write_str(&written(to)),
            (from, Some(to)) => write!(f, "{}..{}", written(from), written(to)),
            (from, None) => write!(f, "{}..", written(from)),
        }
    }
}

/// The longest unit that needs no fraction.
fn written(micros: i64) -> String {
    let whole = UNITS.iter().find(|(_, length)| micros % length == 0);
    whole.map_or_else(
        || format!("{micros}us"),
        |(name, length)| format!("{}{name}", micros / length),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        let day = Some(DAY);
        assert_eq!(Window::parse("1d"), Ok(Window { from: 0, to: day }));
        assert_eq!(Window::parse("0h..24h"), Ok(Window { from: 0, to: day }));
        assert_eq!(Window::parse("30m..1d"), Ok(Window { from: 1_800_000_000, to: day }));
        for text in ["", "d", "7", "7 d", "7dayz", "-7d", "+7d", "1.5d", "7d..", "..7d", "7D", "٣d"]
        {
            assert_eq!(Window::parse(text), Err(WindowError::Form), "{text}");
        }
        for text in ["0d", "7d..7d", "14d..7d"] {
            assert_eq!(Window::parse(text), Err(WindowError::Empty), "{text}");
        }
        for text in ["99999999999999999999s", "9999999999999d"] {
            assert_eq!(Window::parse(text), Err(WindowError::TooLong), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(from in 0i64..1_000_000, length in 1i64..1_000_000) {
            let (from, length) = (from * 1_000_000, length * 1_000_000);
            let window = Window { from, to: Some(from + length) };
            prop_assert_eq!(Window::parse(&window.to_string()), Ok(window));
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC*") {
            let _ = Window::parse(&text);
        }
    }
}
