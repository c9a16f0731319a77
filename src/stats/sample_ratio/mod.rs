//! Whether units fell as promised.

mod binomial;
mod chi_square;
mod multinomial;
mod phases;

pub use binomial::{exact_binomial, normal_continuity};
pub use chi_square::{SampleRatio, SampleRatioMethod, chi_square_test, sample_ratio};
use multinomial::exact_multinomial;
pub use phases::sample_ratio_by_phase;
