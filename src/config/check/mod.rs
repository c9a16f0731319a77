//! Whether what the files say makes sense.
//!
//! Each function takes what a file says, reports what is wrong with it, and gives the valid
//! type if nothing was. A check that needs a value which is already reported stays silent.

pub mod columns;
pub mod dates;
pub mod experiments;
pub mod metrics;
pub mod numbers;
pub mod output;
pub mod policy;
pub mod project;
pub mod ratio;
pub mod rollout;
pub mod sources;
pub mod text;
pub mod uses;
pub mod variants;
