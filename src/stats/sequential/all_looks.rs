//! What all looks so far say together.

use crate::stats::{Interval, Test};

/// The looks at one experiment, folded: running minimum of p, running intersection of intervals.
///
/// Both stay valid for tests that are valid at every look, and only for those.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllLooks {
    looks: u64,
    log_p_value: f64,
    intersection: Intersection,
}

/// The values that every interval so far contains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intersection {
    Interval(Interval),
    /// No value is in all of them: the effect is not one number. It drifts, or the allocation
    /// was changed, or an early interval was unlucky with the probability it promised.
    Empty {
        /// The look at which it became empty, counted from 1.
        since_look: u64,
    },
}

impl AllLooks {
    /// No looks: p is 1 and every value is possible.
    pub const NONE: AllLooks = AllLooks {
        looks: 0,
        log_p_value: 0.0,
        intersection: Intersection::Interval(Interval::UNBOUNDED),
    };

    /// With one more look. A number that is none changes nothing.
    pub fn and(self, test: &Test) -> AllLooks {
        let looks = self.looks + 1;
        AllLooks {
            looks,
            log_p_value: self.log_p_value.min(test.log_p_value),
            intersection: self.intersection.with(&test.interval, looks),
        }
    }

    pub fn looks(&self) -> u64 {
        self.looks
    }

    /// The smallest p-value so far.
    pub fn p_value(&self) -> f64 {
        self.log_p_value.exp()
    }

    /// Natural logarithm of the smallest p-value so far.
    pub fn log_p_value(&self) -> f64 {
        self.log_p_value
    }

    pub fn intersection(&self) -> Intersection {
        self.intersection
    }
}

impl Intersection {
    fn with(self, other: &Interval, look: u64) -> Intersection {
        let Intersection::Interval(so_far) = self else {
            return self;
        };
        let lower = so_far.lower.max(other.lower);
        let upper = so_far.upper.min(other.upper);
        if lower > upper {
            return Intersection::Empty { since_look: look };
        }
        Intersection::Interval(Interval { lower, upper })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(log_p_value: f64, lower: f64, upper: f64) -> Test {
        Test::new(log_p_value, Interval { lower, upper })
    }

    #[test]
    fn evidence_is_kept() {
        let looks = AllLooks::NONE
            .and(&look(-1.0, -1.0, 3.0))
            .and(&look(-4.0, 0.5, 4.0))
            .and(&look(-2.0, f64::NEG_INFINITY, 2.0));
        assert_eq!((looks.looks(), looks.log_p_value()), (3, -4.0));
        let want = Interval { lower: 0.5, upper: 2.0 };
        assert_eq!(looks.intersection(), Intersection::Interval(want));
    }

    /// Intervals that have nothing in common are no interval with its ends exchanged, also when
    /// later ones agree again.
    #[test]
    fn drift_is_reported_as_drift() {
        let looks = AllLooks::NONE
            .and(&look(-1.0, 0.0, 1.0))
            .and(&look(-1.0, 2.0, 3.0))
            .and(&look(-1.0, 0.0, 3.0));
        assert_eq!(looks.intersection(), Intersection::Empty { since_look: 2 });
        let nothing = AllLooks::NONE.and(&look(f64::NAN, f64::NAN, f64::NAN));
        assert_eq!(nothing.p_value(), 1.0);
        assert_eq!(nothing.intersection(), Intersection::Interval(Interval::UNBOUNDED));
    }
}
