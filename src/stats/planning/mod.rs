//! How many units it takes.

mod precision;

pub use precision::{Plan, units_needed};
