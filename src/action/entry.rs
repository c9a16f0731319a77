//! One line of the ledger.

use jiff::Timestamp;
use jiff::civil::Date;

/// What is to be done at one target.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A share of all units gets the variant, the rest gets the control.
    SetRollout { variant: String, percent: u8 },
    /// Everybody gets the control.
    Disable,
    /// The experiment is over.
    Conclude { winner: Option<String> },
    /// Somebody is told.
    Notify { event: String },
}

impl Kind {
    /// Stable code for the tables.
    pub fn code(&self) -> &'static str {
        match self {
            Kind::SetRollout { .. } => "set_rollout",
            Kind::Disable => "disable",
            Kind::Conclude { .. } => "conclude",
            Kind::Notify { .. } => "notify",
        }
    }

    /// The variant that it is about.
    pub fn variant(&self) -> Option<&str> {
        match self {
            Kind::SetRollout { variant, .. } => Some(variant),
            Kind::Conclude { winner } => winner.as_deref(),
            Kind::Disable | Kind::Notify { .. } => None,
        }
    }

    pub fn percent(&self) -> Option<u8> {
        match self {
            Kind::SetRollout { percent, .. } => Some(*percent),
            _ => None,
        }
    }

    /// Whether it can only move units towards control, or none.
    pub fn is_safe(&self) -> bool {
        match self {
            Kind::SetRollout { percent, .. } => *percent == 0,
            Kind::Disable | Kind::Notify { .. } => true,
            Kind::Conclude { .. } => false,
        }
    }
}

/// A decision on its way to one target: everything but what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// SHA-256, in hex, over experiment, lock phase, promise, number and content of the order.
    pub id: String,
    pub experiment: String,
    pub lock_phase: u32,
    /// Day of the verdict that it follows from.
    pub as_of: Date,
    /// Orders of an experiment are numbered; a later one supersedes what an earlier still wants.
    pub number: u32,
    pub target: String,
    /// Flag at the target; `None` where it has none.
    pub flag: Option<String>,
    pub kind: Kind,
    /// 1 minus the p-value, and the relative effect: fractions.
    pub confidence: Option<f64>,
    pub lift: Option<f64>,
    /// The verdict's sentence.
    pub reason: String,
    pub not_before: Timestamp,
    pub expires_at: Timestamp,
    /// Whether a person has to say yes first.
    pub needs_approval: bool,
}

/// What has become of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// Enqueued with the verdict.
    Queued,
    /// A person said yes.
    Approved,
    /// A person said no.
    Rejected,
    /// About to be sent: whether it arrived is not known until a later line says so.
    Sending,
    /// Sent, and seen to be there.
    Applied,
    /// Was there already; nothing was sent.
    AlreadyThere,
    /// Somebody else changed the target; nothing was sent.
    Conflict,
    /// The target said no for good.
    Refused,
    /// Not arrived; to be tried again.
    Failed,
    /// Too old to be carried out.
    Expired,
    /// A later order says otherwise.
    Superseded,
}

impl EntryState {
    const ALL: [EntryState; 11] = [
        EntryState::Queued,
        EntryState::Approved,
        EntryState::Rejected,
        EntryState::Sending,
        EntryState::Applied,
        EntryState::AlreadyThere,
        EntryState::Conflict,
        EntryState::Refused,
        EntryState::Failed,
        EntryState::Expired,
        EntryState::Superseded,
    ];

    /// Stable code for the tables.
    pub fn code(self) -> &'static str {
        match self {
            EntryState::Queued => "queued",
            EntryState::Approved => "approved",
            EntryState::Rejected => "rejected",
            EntryState::Sending => "sending",
            EntryState::Applied => "applied",
            EntryState::AlreadyThere => "already_there",
            EntryState::Conflict => "conflict",
            EntryState::Refused => "refused",
            EntryState::Failed => "failed",
            EntryState::Expired => "expired",
            EntryState::Superseded => "superseded",
        }
    }

    /// The state that has this code.
    pub fn of_code(code: &str) -> Option<EntryState> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Nothing more becomes of the order by itself.
    pub fn is_final(self) -> bool {
        use EntryState::*;
        matches!(self, Rejected | Applied | AlreadyThere | Refused | Expired | Superseded)
    }

    /// What was asked for is there.
    pub fn is_done(self) -> bool {
        matches!(self, EntryState::Applied | EntryState::AlreadyThere)
    }
}

/// One line of the ledger: an order, and one thing that happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub order: Order,
    /// 0 for the line that enqueued it; the highest is its state.
    pub sequence: u32,
    pub state: EntryState,
    /// Times that it was sent.
    pub attempts: u32,
    pub at: Timestamp,
    /// Who: a run, or a person's name and machine.
    pub by: String,
    /// What the target said before and after, and what was sent, as JSON without secrets.
    pub seen_before: Option<String>,
    pub sent: Option<String>,
    pub seen_after: Option<String>,
    /// One line for people.
    pub detail: Option<String>,
}
