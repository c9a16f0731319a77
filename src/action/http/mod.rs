//! How the outside is called.
//!
//! One client per target, which knows one host. It follows no redirects, uses no proxy, looks at
//! every address before it connects, reads little, and never repeats what may not be repeated.

mod address;
mod answer;
mod client;
#[cfg(test)]
mod client_tests;
mod guard;
#[cfg(test)]
mod guard_tests;

pub use answer::Answer;
pub use client::{Call, Client, Repeat};

#[cfg(test)]
pub(super) mod fake;
