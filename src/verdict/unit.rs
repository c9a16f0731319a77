//! What an experiment knows of one unit, as it is told to a person.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Segment;

/// One unit of one experiment, at one look.
#[derive(Debug, Clone)]
pub struct UnitReport {
    pub unit: String,
    pub experiment: String,
    pub as_of: Date,
    /// Assignments, then exposures, each in the order of their instants.
    pub seen: Vec<SeenRow>,
    /// `None` for a unit that neither met the experiment nor was assigned to it.
    pub enrolled: Option<EnrolledRow>,
    /// In the order of their instants.
    pub facts: Vec<FactRow>,
    /// One for each metric, of a unit that is analysed.
    pub numbers: Vec<UnitNumber>,
}

/// One assignment, or one exposure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRow {
    /// `exposures` or `assignments`.
    pub source: &'static str,
    pub at: Option<Timestamp>,
    pub variant: Option<String>,
    /// `None` where it counts.
    pub reason: Option<String>,
}

/// How the unit is in the experiment, or why it is not.
#[derive(Debug, Clone, PartialEq)]
pub struct EnrolledRow {
    pub variant: Option<String>,
    pub met_at: Option<Timestamp>,
    pub enrolled_at: Option<Timestamp>,
    /// `None` where it is analysed.
    pub reason: Option<String>,
    /// From 0; of a unit that is analysed.
    pub phase: Option<usize>,
    /// How many phases there are so far.
    pub phases: usize,
    pub segments: Vec<Segment>,
}

/// One fact of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRow {
    pub source: String,
    pub member: Option<String>,
    pub at: Option<Timestamp>,
    pub event: Option<String>,
    /// Why it cannot count for any metric.
    pub reason: Option<&'static str>,
    /// What it is to each metric of its source.
    pub parts: Vec<FactPart>,
}

/// What a fact is to one of the numbers that a metric makes of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct FactPart {
    pub metric: String,
    pub number: UnitLetter,
    /// `counted`, or why not.
    pub reason: &'static str,
    pub value: Option<FactValue>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    Number(f64),
    Text(String),
}

/// A number that a metric makes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitLetter {
    Value,
    Denominator,
    Covariate,
    CovariateDenominator,
}

impl UnitLetter {
    pub const ALL: [UnitLetter; 4] = [
        UnitLetter::Value,
        UnitLetter::Denominator,
        UnitLetter::Covariate,
        UnitLetter::CovariateDenominator,
    ];

    /// As in `summaries`.
    pub fn letter(self) -> char {
        match self {
            UnitLetter::Value => 'y',
            UnitLetter::Denominator => 'd',
            UnitLetter::Covariate => 'x',
            UnitLetter::CovariateDenominator => 'e',
        }
    }

    pub fn of(letter: char) -> Option<UnitLetter> {
        UnitLetter::ALL.into_iter().find(|number| number.letter() == letter)
    }
}

/// What a metric makes of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitNumber {
    pub metric: String,
    /// Empty where its time has not come.
    pub numbers: Vec<(UnitLetter, f64)>,
    pub matures_at: Option<Timestamp>,
    pub is_mature: bool,
    pub cap: Option<f64>,
    /// Steps taken, and how many there are.
    pub steps: Option<(u64, u64)>,
    /// Values that go into a quantile of facts.
    pub values: Option<u64>,
    /// Why it could not be computed for anybody.
    pub failed: Option<String>,
}

impl UnitNumber {
    pub fn number(&self, of: UnitLetter) -> Option<f64> {
        self.numbers.iter().find(|(letter, _)| *letter == of).map(|(_, number)| *number)
    }

    /// Whether the unit's value is above what units are held to.
    pub fn is_capped(&self) -> bool {
        let value = self.number(UnitLetter::Value);
        value.zip(self.cap).is_some_and(|(value, cap)| value > cap)
    }
}
