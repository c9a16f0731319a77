//! Where a look lets the experiment go on.

/// Where the process goes on at a look: between the outer scores and, if there are inner
/// ones, not between those.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    pub lower: f64,
    pub upper: f64,
    /// Half-width of a strip around 0 that stops for futility.
    pub inner: Option<f64>,
}

impl Region {
    /// Whether the two sides of 0 mirror each other.
    pub fn is_symmetric(&self) -> bool {
        self.lower == -self.upper
    }

    /// Whether no score stops the process.
    pub fn is_everywhere(&self) -> bool {
        self.lower == f64::NEG_INFINITY && self.upper == f64::INFINITY && self.inner.is_none()
    }

    /// The pieces of the line the region consists of.
    pub fn intervals(&self) -> Vec<(f64, f64)> {
        match self.inner {
            Some(inner) => vec![(self.lower, -inner), (inner, self.upper)],
            None => vec![(self.lower, self.upper)],
        }
    }

    /// The scores at which the region ends.
    pub fn edges(&self) -> impl Iterator<Item = f64> {
        let ends = self.intervals().into_iter().flat_map(|(from, to)| [from, to]);
        ends.filter(|score| score.is_finite())
    }
}
