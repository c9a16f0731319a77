//! From where to where.

/// `[lower, upper]`; an infinite end means unbounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// `[center - half_width, center + half_width]`.
    pub(super) fn around(center: f64, half_width: f64) -> Interval {
        Interval { lower: center - half_width, upper: center + half_width }
    }

    /// The whole line: nothing is known.
    pub(super) const UNBOUNDED: Interval =
        Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    /// Whether a value lies between the ends, both included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    pub(super) fn is_finite(&self) -> bool {
        self.lower.is_finite() && self.upper.is_finite()
    }
}
