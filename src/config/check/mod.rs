//! Whether what the files say makes sense.
//!
//! Each function takes what a file says, reports what is wrong with it, and gives the valid
//! type if nothing was. A check that needs a value which is already reported stays silent.

pub mod actions;
pub mod address;
pub mod attributes;
pub mod cap;
pub mod columns;
pub mod covariate;
pub mod dates;
pub mod enrollment;
pub mod experiments;
pub mod facts;
pub mod fits;
pub mod kinds;
pub mod maturity;
pub mod members;
pub mod metrics;
pub mod numbers;
pub mod once;
pub mod output;
pub mod phases;
pub mod policy;
pub mod project;
pub mod ratio;
pub mod rollout;
pub mod rules;
pub mod secrets;
pub mod sources;
pub mod steps;
pub mod targets;
pub mod text;
pub mod unused;
pub mod uses;
pub mod variants;
