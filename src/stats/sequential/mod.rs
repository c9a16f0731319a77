//! What may be said at every look.

mod rho;
mod sequence;

pub use rho::Rho;
pub use sequence::{OneSidedSequence, Sequence};
