//! Whether two shares of converted units differ.
//!
//! Every effect is the share of treatment minus the share of control. Intervals of a difference
//! are not cut off at -1 and 1.
//!
//! | no or all units converted | z tests     | score, exact       | relative                  |
//! |---------------------------|-------------|--------------------|---------------------------|
//! | in both arms              | no variation| p = 1, ends finite | undefined                 |
//! | none in control           | defined     | defined            | control near zero         |
//! | none in treatment         | defined     | defined            | logarithm: undefined      |

mod choice;
mod conversions;
mod fisher;
mod interval;
mod one_share;
mod ratio;
mod relative;
mod score;
#[cfg(test)]
mod tests;
mod z_test;

pub use choice::{ENOUGH, expected, fewest, two_proportions};
pub use conversions::{Conversions, ProportionMethod, ProportionTest, pooled_share};
pub use fisher::fisher;
pub use interval::{agresti_caffo, newcombe};
pub use one_share::{chance_of_at_least, clopper_pearson};
pub use ratio::{score_ratio, unpooled_ratio};
pub use relative::log_ratio;
pub use score::{ScoreVariance, score};
pub use z_test::{pooled_z, pooled_z_continuity, unpooled_z};
