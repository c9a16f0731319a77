//! What may be said at planned looks.
//!
//! A group-sequential design shares the error probability among a few looks, so that each may
//! stop the experiment and all together are wrong no more often than a single one. It is the
//! most powerful way to look if the end is known; a confidence sequence needs no end (see
//! `sequential`). Statistics are taken as normal with independent increments, which holds for
//! every metric of this program in large samples (Jennison and Turnbull 2000, chapter 11).
//!
//! Does not: decide when to look, or know what the information of a look is.

mod analysis;
mod boundary;
mod chain;
mod convolution;
mod crossing;
mod design;
mod deviate;
#[cfg(test)]
mod fixture;
mod futility;
mod panels;
mod planning;
mod recursion;
mod region;
mod repeated;
mod spending;
mod stopping;

pub use analysis::{GroupSequentialTest, Stopped};
pub use crossing::{Bounds, Crossing, crossing};
pub use design::{Design, End, Look, Shape};
pub use futility::Futility;
pub use planning::Behavior;
pub use spending::Spending;
