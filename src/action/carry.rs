//! Carries one order out.
//!
//! Observe, compare, write down that it is about to be sent, send on condition, observe again,
//! write down what is there. Whenever this breaks off, the next run observes first: what is there
//! already is not sent again.
//!
//! Does not: choose orders (see `standing`), or keep the ledger.

use async_trait::async_trait;
use jiff::Timestamp;

use super::standing::Standing;
use super::{Change, Entry, EntryState, Fault, Observed, Order, Sent, Target};

/// Where lines are written down before and after they come true.
#[async_trait]
pub trait Journal: Send {
    type Error;

    /// Durable once it returns; nothing is sent before.
    async fn append(&mut self, entry: Entry) -> Result<(), Self::Error>;
}

/// What to send where, and what is expected to be there.
pub struct Errand<'a> {
    pub standing: &'a Standing<'a>,
    pub change: &'a Change,
    pub target: &'a dyn Target,
    /// What we left there last, or what a person saw and agreed to; `None` where neither is known.
    pub expected: Option<Observed>,
    /// Who carries it out.
    pub by: &'a str,
}

/// What should be there: what was seen of this flag last, by us or by a person who said yes.
pub fn expected(order: &Order, ledger: &[Entry]) -> Option<Observed> {
    let same_flag = |entry: &&Entry| {
        entry.order.target == order.target && entry.order.flag == order.flag && order.flag.is_some()
    };
    let seen = |entry: &Entry| match entry.state {
        state if state.is_done() => entry.seen_after.clone(),
        EntryState::Sending | EntryState::Failed | EntryState::Approved => {
            entry.seen_after.clone().or(entry.seen_before.clone())
        }
        _ => None,
    };
    let newest = ledger.iter().rev().filter(same_flag).find_map(seen)?;
    serde_json::from_str(&newest).ok()
}

/// What would be done, found out without changing anything.
#[derive(Debug, Clone)]
pub enum Outlook {
    /// Nothing to do.
    AlreadyThere(Observed),
    /// To be sent; `None` where the target cannot be asked.
    ToSend(Option<Observed>),
    /// Somebody else changed it.
    Conflict(Observed, String),
    Fault(Fault),
}

/// Looks at the target and compares.
pub async fn look_ahead(errand: &Errand<'_>) -> Outlook {
    let seen = match errand.target.observe(errand.change).await {
        Err(fault) => return Outlook::Fault(fault),
        Ok(None) => return Outlook::ToSend(None),
        Ok(Some(seen)) => seen,
    };
    if errand.target.is_done(errand.change, &seen) {
        return Outlook::AlreadyThere(seen);
    }
    match errand.expected.as_ref().and_then(|expected| difference(expected, &seen)) {
        Some(why) => Outlook::Conflict(seen, why),
        None => Outlook::ToSend(Some(seen)),
    }
}

/// Carries the order out, as far as it goes now; the last line that was written.
///
/// # Errors
/// Where the journal cannot be written. If that was the first line, nothing was sent.
pub async fn carry_out<J: Journal>(
    errand: &Errand<'_>,
    journal: &mut J,
    clock: &(dyn Fn() -> Timestamp + Sync),
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Result<Entry, J::Error> {
    let mut pen = Pen {
        errand,
        clock,
        sequence: errand.standing.next_sequence(),
        attempts: errand.standing.attempts(),
    };
    let seen = match look_ahead(errand).await {
        Outlook::AlreadyThere(seen) => {
            let state = match errand.standing.state() {
                EntryState::Sending => EntryState::Applied,
                _ => EntryState::AlreadyThere,
            };
            return pen
                .write(journal, state, Seen { after: Some(&seen), ..Seen::default() }, None)
                .await;
        }
        Outlook::Conflict(seen, why) => {
            let seen = Seen { before: Some(&seen), ..Seen::default() };
            return pen.write(journal, EntryState::Conflict, seen, Some(why)).await;
        }
        Outlook::Fault(fault) => {
            return pen
                .write(journal, state_of(&fault), Seen::default(), Some(fault.to_string()))
                .await;
        }
        Outlook::ToSend(seen) => seen,
    };
    pen.attempts += 1;
    let before = seen.as_ref();
    pen.write(journal, EntryState::Sending, Seen { before, ..Seen::default() }, None).await?;
    if is_stopped() {
        let words = Some("stopped before it was sent".to_owned());
        return pen
            .write(journal, EntryState::Failed, Seen { before, ..Seen::default() }, words)
            .await;
    }
    let sent = match errand.target.write(errand.change, before).await {
        Ok(sent) => sent,
        Err(fault) if fault.may_be_done() => {
            return verify(&mut pen, journal, before, None, Some(fault.to_string())).await;
        }
        Err(fault) => {
            let seen = Seen { before, ..Seen::default() };
            return pen.write(journal, state_of(&fault), seen, Some(fault.to_string())).await;
        }
    };
    verify(&mut pen, journal, before, Some(&sent), None).await
}

/// "Yes" is no evidence: what is there now decides.
async fn verify<J: Journal>(
    pen: &mut Pen<'_>,
    journal: &mut J,
    before: Option<&Observed>,
    sent: Option<&Sent>,
    doubt: Option<String>,
) -> Result<Entry, J::Error> {
    let errand = pen.errand;
    let seen = |after| Seen { before, sent, after };
    match errand.target.observe(errand.change).await {
        Ok(Some(after)) if errand.target.is_done(errand.change, &after) => {
            pen.write(journal, EntryState::Applied, seen(Some(&after)), None).await
        }
        Ok(Some(after)) => {
            let words =
                doubt.unwrap_or_else(|| "it was answered with yes, and is not there".to_owned());
            pen.write(journal, EntryState::Failed, seen(Some(&after)), Some(words)).await
        }
        // It cannot be asked: its answer is all there is.
        Ok(None) => match doubt {
            None => pen.write(journal, EntryState::Applied, seen(None), None).await,
            Some(words) => pen.write(journal, EntryState::Failed, seen(None), Some(words)).await,
        },
        Err(fault) => {
            let words = format!("it was sent, and cannot be seen: {fault}");
            pen.write(journal, EntryState::Sending, seen(None), Some(words)).await
        }
    }
}

/// What becomes of an order after a fault.
fn state_of(fault: &Fault) -> EntryState {
    match fault {
        fault if fault.can_retry() => EntryState::Failed,
        Fault::Conflict { .. } | Fault::NeedsApproval { .. } => EntryState::Conflict,
        // A person can mend it; then it is tried again.
        Fault::Secret { .. } | Fault::Forbidden { .. } => EntryState::Failed,
        _ => EntryState::Refused,
    }
}

impl Observed {
    /// "on, control 50 %, treatment 50 %".
    pub fn in_words(&self) -> String {
        let share = |(name, share): (&String, &f64)| format!("{name} {share} %");
        let on = if self.enabled { "on" } else { "off" };
        let shares = self.shares.iter().map(share);
        [on.to_owned()].into_iter().chain(shares).collect::<Vec<_>>().join(", ")
    }
}

/// What is not as it was left, in words.
fn difference(expected: &Observed, seen: &Observed) -> Option<String> {
    let names = expected.shares.keys().chain(seen.shares.keys());
    let share =
        |observed: &Observed, name: &String| observed.shares.get(name).copied().unwrap_or(0.0);
    let moved =
        names.into_iter().any(|name| (share(expected, name) - share(seen, name)).abs() > 1e-6);
    let differs = moved || expected.enabled != seen.enabled || expected.winner != seen.winner;
    differs.then(|| {
        format!("somebody changed it: it was {}, and is {}", expected.in_words(), seen.in_words())
    })
}

#[derive(Default)]
struct Seen<'a> {
    before: Option<&'a Observed>,
    sent: Option<&'a Sent>,
    after: Option<&'a Observed>,
}

/// Writes one line after the other.
struct Pen<'a> {
    errand: &'a Errand<'a>,
    clock: &'a (dyn Fn() -> Timestamp + Sync),
    sequence: u32,
    attempts: u32,
}

impl Pen<'_> {
    async fn write<J: Journal>(
        &mut self,
        journal: &mut J,
        state: EntryState,
        seen: Seen<'_>,
        detail: Option<String>,
    ) -> Result<Entry, J::Error> {
        let entry = Entry {
            order: self.errand.standing.order.clone(),
            sequence: self.sequence,
            state,
            attempts: self.attempts,
            at: (self.clock)(),
            by: self.errand.by.to_owned(),
            seen_before: seen.before.and_then(json),
            sent: seen.sent.and_then(json),
            seen_after: seen.after.and_then(json),
            detail,
        };
        self.sequence += 1;
        journal.append(entry.clone()).await?;
        Ok(entry)
    }
}

fn json(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}
