//! What separates two variants, and how sure that is for one look.

mod compare;
mod covariate;
mod estimate;
mod few;
mod lift;
mod non_inferiority;
mod test;

pub use compare::{compare, compare_points};
pub use covariate::{Adjustment, Slope, adjustment};
pub use estimate::{Estimate, Lift, LiftMethod};
pub use lift::{fieller, fieller_within};
pub use non_inferiority::{NonInferiority, non_inferiority, non_inferiority_of_points};
pub use test::{Effect, Test};
