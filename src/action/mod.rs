//! What is set in motion.
//!
//! A verdict that may act puts lines into a ledger; `assize act` carries them out, one at a
//! time, and adds a line for all that happens to them. A line is never changed.
//!
//! A target is a place outside that can be asked and told: a flag platform, a webhook, a file.
//! It is observed, compared with what is expected, written on condition that nothing has
//! changed, and observed again: an answer "200 OK" is no evidence.
//!
//! Does not: decide anything, know statistics or sources, or act by itself.

#[cfg(feature = "actions")]
mod carry;
mod change;
mod entry;
mod fault;
#[cfg(feature = "actions")]
mod http;
#[cfg(all(test, feature = "actions"))]
mod nights_tests;
#[cfg(feature = "actions")]
mod open;
mod plan;
#[cfg(feature = "actions")]
mod secret;
mod standing;
#[cfg(feature = "actions")]
mod target;

#[cfg(feature = "actions")]
pub use carry::{Errand, Journal, Outlook, carry_out, expected, look_ahead};
pub use change::{Change, ChangeKind, Observed, Sent, SentRequest, fingerprint};
pub use entry::{Entry, EntryState, Kind, Order};
pub use fault::Fault;
#[cfg(feature = "actions")]
pub use open::{Clock, open};
pub use plan::{Approval, Destination, Intent, plan};
pub use standing::{Gate, Moment, Standing, gate, in_words, short};
#[cfg(feature = "actions")]
pub use target::Target;
