//! What has to be known per unit so that every metric can be computed.
//!
//! Metrics share measures: a conversion and a count of the same facts in the same window are
//! one. Nothing outside `plan` knows how measures are computed.

use crate::config::{FactFilter, Place, Project, Step, Window};

/// Text of a project file, with where it stands; the same text elsewhere is the same.
#[derive(Debug, Clone, Eq)]
pub struct Said(pub (String, Place));

impl PartialEq for Said {
    fn eq(&self, other: &Said) -> bool {
        self.0.0 == other.0.0
    }
}

/// A condition on facts, as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    pub event: Option<Said>,
    /// All of them have to hold.
    pub predicates: Vec<Said>,
}

impl Mask {
    pub fn of(filter: &FactFilter) -> Mask {
        Mask {
            event: filter.event.clone().map(Said),
            predicates: filter.predicate.clone().into_iter().map(Said).collect(),
        }
    }

    /// One step of a funnel, within what the whole funnel asks for.
    pub fn of_step(filter: &FactFilter, step: &Step) -> Mask {
        let predicates = filter.predicate.iter().chain(&step.predicate);
        Mask {
            event: step.event.clone().or_else(|| filter.event.clone()).map(Said),
            predicates: predicates.cloned().map(Said).collect(),
        }
    }
}

/// What is made of the facts of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accumulator {
    /// How many there are.
    Count,
    Sum,
    /// The largest value.
    Max,
    /// How many different values, of any type.
    Distinct,
    /// All values, in no order.
    Values,
    /// How many steps are taken, one after the other.
    Steps,
}

impl Accumulator {
    /// Whether the value has to be a number.
    pub fn is_of_numbers(self) -> bool {
        self != Accumulator::Distinct
    }

    /// Whether that of two days is the sum of that of each.
    pub fn adds_up(self) -> bool {
        matches!(self, Accumulator::Count | Accumulator::Sum)
    }
}

/// An instant that each enrollment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// From here metrics count.
    Enrolled,
    /// Here the unit met the experiment; what was before is none of its doing.
    Met,
}

impl Anchor {
    pub fn column(self) -> &'static str {
        match self {
            Anchor::Enrolled => "enrolled_at",
            Anchor::Met => "met_at",
        }
    }
}

/// Half-open, in microseconds relative to an instant of the enrollment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub anchor: Anchor,
    pub from: i64,
    /// `None` runs to the end of `as_of`.
    pub to: Option<i64>,
}

impl Span {
    /// A window from 0 also takes the facts that a skewed clock put before it.
    pub fn within(window: Window, clock_skew: i64) -> Span {
        let from = if window.from == 0 { -clock_skew } else { window.from };
        Span { anchor: Anchor::Enrolled, from, to: window.to }
    }

    /// The time before the unit met the experiment.
    pub fn before(length: i64) -> Span {
        Span { anchor: Anchor::Met, from: -length, to: Some(0) }
    }
}

/// One number, or a list of them, per unit from one fact source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub source: String,
    /// Which facts count: one, or one for each step.
    pub masks: Vec<Mask>,
    /// `None` where facts are counted, or are steps.
    pub value: Option<Said>,
    pub accumulator: Accumulator,
    pub span: Span,
}

/// Facts so many microseconds before a unit's enrollment count as if at it.
pub fn clock_skew(project: &Project, source: &str) -> i64 {
    project.sources.get(source).map_or(0, |source| source.clock_skew)
}
