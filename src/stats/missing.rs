//! Why there is no number.

use std::fmt;

/// The reason a statistic is undefined. Never a NaN, never a 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Missing {
    /// A variant has fewer than two units.
    TooFewUnits { units: u64 },
    /// Both variants are constant.
    NoVariation,
    /// A ratio whose denominator sums to zero.
    ZeroDenominator,
    /// A relative effect against a control that is zero, or not clearly away from it.
    ControlNearZero,
    /// Sums too large for a double.
    Overflow,
    /// The summary contradicts itself (a negative variance, a mean that is no number).
    Corrupt,
    /// A level outside (0, 1), a margin that is not a positive number, or another option
    /// outside its range.
    OutOfRange,
    /// Too few values for this quantile.
    TooFewValues { values: u64, needed: u64 },
    /// So many ties that the quantile's interval is a single value.
    TiedQuantile,
    /// No number of units below 1e15, or no effect, reaches the power asked for.
    Unreachable,
}

impl Missing {
    /// Stable code for the tables.
    pub fn code(&self) -> &'static str {
        match self {
            Missing::TooFewUnits { .. } => "too_few_units",
            Missing::NoVariation => "no_variation",
            Missing::ZeroDenominator => "zero_denominator",
            Missing::ControlNearZero => "control_near_zero",
            Missing::Overflow => "overflow",
            Missing::Corrupt => "corrupt_summary",
            Missing::OutOfRange => "out_of_range",
            Missing::TooFewValues { .. } => "too_few_values",
            Missing::TiedQuantile => "tied_quantile",
            Missing::Unreachable => "unreachable",
        }
    }
}

impl Missing {
    /// The reason that a table holds as `code: words`; `None` for a text that is none.
    pub fn read(text: &str) -> Option<Missing> {
        let (code, words) = text.split_once(": ")?;
        let numbers = words.split(|c: char| !c.is_ascii_digit());
        let mut numbers = numbers.filter_map(|digits| digits.parse::<u64>().ok());
        Some(match code {
            "too_few_units" => Missing::TooFewUnits { units: numbers.next().unwrap_or(0) },
            "no_variation" => Missing::NoVariation,
            "zero_denominator" => Missing::ZeroDenominator,
            "control_near_zero" => Missing::ControlNearZero,
            "overflow" => Missing::Overflow,
            "corrupt_summary" => Missing::Corrupt,
            "out_of_range" => Missing::OutOfRange,
            "too_few_values" => {
                let (needed, values) = (numbers.next()?, numbers.next()?);
                Missing::TooFewValues { values, needed }
            }
            "tied_quantile" => Missing::TiedQuantile,
            "unreachable" => Missing::Unreachable,
            _ => return None,
        })
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::TooFewUnits { units: 0 } => write!(f, "a variant has no units"),
            Missing::TooFewUnits { units: 1 } => write!(f, "a variant has only 1 unit"),
            Missing::TooFewUnits { units } => write!(f, "a variant has only {units} units"),
            Missing::NoVariation => write!(f, "all units have the same value"),
            Missing::ZeroDenominator => write!(f, "the denominator sums to zero"),
            Missing::ControlNearZero => {
                write!(f, "the control's value is too close to zero to divide by")
            }
            Missing::Overflow => write!(f, "the sums are too large to represent"),
            Missing::Corrupt => write!(f, "the summary contradicts itself"),
            Missing::OutOfRange => write!(f, "the level or the margin is out of range"),
            Missing::TooFewValues { values, needed } => {
                write!(f, "the quantile needs {needed} values, and there are {values}")
            }
            Missing::TiedQuantile => {
                write!(f, "too many values are equal to tell how sure the quantile is")
            }
            Missing::Unreachable => write!(f, "no number of units reaches this power"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Missing;

    #[test]
    fn what_is_written_is_read_again() {
        let units = [0, 1, 7].map(|units| Missing::TooFewUnits { units });
        let others = [
            Missing::NoVariation,
            Missing::ZeroDenominator,
            Missing::ControlNearZero,
            Missing::Overflow,
            Missing::Corrupt,
            Missing::OutOfRange,
            Missing::TooFewValues { values: 12, needed: 60 },
            Missing::TiedQuantile,
            Missing::Unreachable,
        ];
        for missing in units.into_iter().chain(others) {
            let text = format!("{}: {missing}", missing.code());
            assert_eq!(Missing::read(&text), Some(missing), "{text}");
        }
        assert_eq!((Missing::read("overflow"), Missing::read("a: b")), (None, None));
    }
}
