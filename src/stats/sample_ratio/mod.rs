//! Whether units fell as promised.

mod chi_square;

pub use chi_square::{SampleRatio, SampleRatioMethod, exact_binomial, sample_ratio};
