//! A night whose units are dealt to the variants anew, many times over.
//!
//! Who is analysed, from when, and what each unit did stays as it is; only the variant is another,
//! drawn from the unit and the number of the shuffle, so that a unit has the same one on every
//! night. The sources are read once, however many shuffles there are.
//!
//! Does not: shuffle units that are left out, split by segments, or take quantiles of facts.

mod deal;
mod night;
mod pool;
mod sums;
mod totals;
mod values;

pub use night::Shuffles;

use crate::config::{Metric, MetricKind, QuantileOf};

/// Why a metric is not known of shuffled variants, in half a sentence; `None` where it is.
pub fn why_not_shuffled(metric: &Metric) -> Option<&'static str> {
    match metric.kind {
        MetricKind::Quantile { of: QuantileOf::Facts, .. } => {
            Some("a quantile of facts would have to be sorted anew for every shuffle")
        }
        _ => None,
    }
}
