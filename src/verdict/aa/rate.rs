//! How often something happened, and how often it was to.

use crate::stats::Interval;
use crate::stats::proportion::{chance_of_at_least, clopper_pearson};

/// Level of the intervals.
const ALPHA: f64 = 0.05;
/// Below this, chance is no explanation; as in the health checks.
const BY_CHANCE: f64 = 0.001;

/// Shuffles in which something happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub count: u64,
    pub shuffles: u64,
    /// Exact 95 % interval of the share (Clopper and Pearson 1934); `None` without shuffles.
    pub interval: Option<Interval>,
    /// The share that was promised at most; `None` where nothing was.
    pub promised: Option<f64>,
}

/// Whether a rate is what was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keeping {
    /// As often as promised, or less.
    Kept,
    /// More often, as chance may have it.
    Unclear,
    /// More often, and chance is no explanation.
    Broken,
}

impl Keeping {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Keeping::Kept => "kept",
            Keeping::Unclear => "unclear",
            Keeping::Broken => "broken",
        }
    }
}

impl Rate {
    pub(super) fn of(count: u64, shuffles: u64, promised: Option<f64>) -> Rate {
        Rate { count, shuffles, interval: clopper_pearson(count, shuffles, ALPHA), promised }
    }

    /// `None` without shuffles.
    pub fn share(&self) -> Option<f64> {
        (self.shuffles > 0).then(|| self.count as f64 / self.shuffles as f64)
    }

    /// `None` where nothing was promised.
    pub fn keeping(&self) -> Option<Keeping> {
        let promised = self.promised?;
        let lower = self.interval?.lower;
        Some(match chance_of_at_least(self.count, self.shuffles, promised) {
            p if p < BY_CHANCE => Keeping::Broken,
            _ if lower > promised => Keeping::Unclear,
            _ => Keeping::Kept,
        })
    }
}
