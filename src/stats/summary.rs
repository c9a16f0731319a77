//! Sufficient statistics of one metric in one variant.

/// What one variant's units say about one metric, in a form that merges.
///
/// A unit contributes four numbers: its numerator `y`, denominator `d`, and their
/// pre-period twins `x` and `e`. A mean has `d = 1`; without a covariate `x = e = 1`.
/// A constant column has no variance, so it drops out of every formula by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Randomization units in the variant, converted or not.
    pub units: u64,
    /// Mean of `[y, d, x, e]` over units, in the metric's own unit.
    pub mean: [f64; 4],
    /// Sum over units of `(a - mean a)(b - mean b)`, 4 x 4, symmetric.
    pub comoment: [[f64; 4]; 4],
}
