//! Who is asked and told, and what each can do.

mod exec;
mod file;
mod flagd;
mod headlessly;
mod scoped;
mod unleash;
mod webhook;
#[cfg(test)]
mod webhook_tests;

pub use exec::Exec;
pub use file::Outbox;
pub use flagd::Flagd;
pub use headlessly::Headlessly;
pub use scoped::Scoped;
pub use unleash::Unleash;
pub use webhook::Webhook;

use async_trait::async_trait;

use super::{Change, ChangeKind, Fault, Observed, Sent};

/// A place outside, in which changes are set in motion.
#[async_trait]
pub trait Target: Send + Sync {
    /// Its name in `[targets]`.
    fn name(&self) -> &str;

    /// Whether it can do such a thing at all.
    fn takes(&self, kind: &ChangeKind) -> bool;

    /// What is there now; `None` from a target that cannot be asked.
    async fn observe(&self, change: &Change) -> Result<Option<Observed>, Fault>;

    /// Whether what was seen already is what is asked, so that nothing has to be sent.
    fn is_done(&self, change: &Change, seen: &Observed) -> bool;

    /// Sends the change, if what is there still is what was `seen`.
    ///
    /// A second call with the same change does no harm.
    async fn write(&self, change: &Change, seen: Option<&Observed>) -> Result<Sent, Fault>;
}

/// The flag of a change to a flag.
fn flag_of(change: &Change) -> Result<&str, Fault> {
    change.flag.as_deref().ok_or_else(|| Fault::unsupported("the change names no flag"))
}

/// Refuses to write over what is not what was seen.
fn still(seen: Option<&Observed>, now: &Observed) -> Result<(), Fault> {
    match seen.and_then(|seen| seen.token.as_ref()) {
        Some(token) if now.token.as_ref() != Some(token) => {
            Err(Fault::conflict("the flag was changed by somebody else since it was looked at"))
        }
        _ => Ok(()),
    }
}

/// Refuses to write where there are rules that we do not understand.
fn understood(now: &Observed) -> Result<(), Fault> {
    if now.foreign.is_empty() {
        return Ok(());
    }
    Err(Fault::conflict(format!("the flag has rules of others: {}", now.foreign.join(", "))))
}

/// Whether a percentage is another, but for the last digits of a floating point number.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}
