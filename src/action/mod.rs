//! What is set in motion.
//!
//! A verdict that may act puts lines into a ledger; `assize act` carries them out, one at a
//! time, and adds a line for all that happens to them. A line is never changed.
//!
//! Does not: decide anything, know statistics or sources, or act by itself.

mod entry;
mod plan;

pub use entry::{Entry, EntryState, Kind, Order};
pub use plan::{Approval, Destination, Intent, plan};
