//! What may be said at planned looks.

mod boundary;
mod chain;
mod crossing;
mod design;
mod futility;
mod panels;
mod planning;
mod quadrature;
mod recursion;
mod root;
mod spending;

pub use crossing::{Bounds, Crossing, crossing};
pub use design::{Design, End, Look, Shape};
pub use futility::Futility;
pub use planning::Behavior;
pub use spending::Spending;
