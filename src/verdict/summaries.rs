//! What is known of one metric in one variant.

use std::fmt;

use crate::stats::{Missing, Point, Summary};

/// One metric in one variant, for all units or for those of one segment, in one phase.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    pub metric: String,
    pub variant: String,
    /// `None` for all units.
    pub segment: Option<Segment>,
    /// Index into the experiment's phases, by the instant of enrollment.
    pub phase: usize,
    pub summary: Summary,
    /// Of a quantile, which has no moments: its value and variance, or why it has none.
    pub quantile: Option<Result<Point, Missing>>,
    /// What units were held to, where the metric has a cap.
    pub cap: Option<f64>,
    /// Units that had more.
    pub capped: u64,
    /// Of a funnel: units that took each step.
    pub steps: Vec<u64>,
    /// Of one number a unit, after the cap: how far the numbers reach. `None` for a ratio.
    pub tails: Option<Tails>,
}

/// How far units' numbers reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tails {
    pub smallest: f64,
    pub largest: f64,
    /// Third standardised moment; `None` where no unit differs from another.
    pub skewness: Option<f64>,
}

/// Units that have one value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    pub attribute: String,
    pub value: SegmentValue,
}

/// In the order of tables: values as text, then the others, then those without one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentValue {
    Is(String),
    /// All values beyond the most frequent ones.
    Other,
    /// The attribute is NULL.
    Missing,
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            SegmentValue::Is(value) => write!(f, "{}={value}", self.attribute),
            SegmentValue::Other => write!(f, "{} (other)", self.attribute),
            SegmentValue::Missing => write!(f, "{} (missing)", self.attribute),
        }
    }
}

impl Segment {
    /// The segment that a table holds as text.
    pub fn read(text: &str) -> Segment {
        let of = |attribute: &str, value| Segment { attribute: attribute.to_owned(), value };
        if let Some((attribute, value)) = text.split_once('=') {
            return of(attribute, SegmentValue::Is(value.to_owned()));
        }
        match (text.strip_suffix(" (other)"), text.strip_suffix(" (missing)")) {
            (Some(attribute), _) => of(attribute, SegmentValue::Other),
            (_, Some(attribute)) => of(attribute, SegmentValue::Missing),
            (None, None) => of(text, SegmentValue::Missing),
        }
    }
}

impl SummaryRow {
    /// All units of a variant in the first phase, uncapped.
    pub fn of_all(metric: &str, variant: &str, summary: Summary) -> SummaryRow {
        SummaryRow {
            metric: metric.to_owned(),
            variant: variant.to_owned(),
            segment: None,
            phase: 0,
            summary,
            quantile: None,
            cap: None,
            capped: 0,
            steps: Vec::new(),
            tails: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Segment, SegmentValue};

    #[test]
    fn what_is_written_is_read_again() {
        let values = ["DE", "", "a=b", "x (other)"].map(|value| SegmentValue::Is(value.into()));
        for value in values.into_iter().chain([SegmentValue::Other, SegmentValue::Missing]) {
            let segment = Segment { attribute: "country of birth".into(), value };
            assert_eq!(Segment::read(&segment.to_string()), segment);
        }
    }
}
