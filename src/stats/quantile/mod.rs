//! What a quantile of a metric is, and how sure that is.
//!
//! Values of one variant in, a [`Point`](crate::stats::Point) out, which every effect, lift and
//! posterior starts from. The standard error comes from two order statistics around the
//! quantile, so no density is estimated. Events that belong to one unit are not independent:
//! their variance is that of the share of events below the quantile, unit by unit.
//!
//! Does not: estimate quantiles from a sketch, or adjust them for a covariate.

mod binomial;
mod cluster;
mod exact;
mod growthbook;
mod ordered;
mod point;
mod sequence;

pub use cluster::Clusters;
pub use exact::exact_interval;
pub(in crate::stats) use ordered::sample_quantile;
pub use ordered::{Definition, Ordered};
pub use point::QuantilePoint;
pub use sequence::{SequentialQuantile, sequential_quantile_test};
