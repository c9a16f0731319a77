//! Why a target did not do what was asked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One reason, on one line and without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Nothing was sent, or nothing was done: the target cannot be reached or is busy.
    Unreachable {
        why: String,
        /// Seconds after which the target asks to be called again.
        retry_after: Option<u64>,
    },
    /// It was sent and no answer came: it may have been done.
    Unknown { why: String },
    /// The target says no.
    Refused { status: Option<u16>, why: String },
    /// The target wants a person of its own to agree.
    NeedsApproval { why: String },
    /// What is there is not what was seen before.
    Conflict { why: String },
    /// The target has no such thing, or cannot do it.
    Unsupported { why: String },
    /// Our own rules say no: scope, addresses, permissions.
    Forbidden { why: String },
    /// A secret is missing or unusable.
    Secret { why: String },
    /// The receiver wants nothing any more.
    Gone { why: String },
}

impl Fault {
    pub fn unreachable(why: impl Into<String>) -> Self {
        Self::Unreachable { why: why.into(), retry_after: None }
    }

    pub fn refused(why: impl Into<String>) -> Self {
        Self::Refused { status: None, why: why.into() }
    }

    pub fn conflict(why: impl Into<String>) -> Self {
        Self::Conflict { why: why.into() }
    }

    pub fn unsupported(why: impl Into<String>) -> Self {
        Self::Unsupported { why: why.into() }
    }

    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::Forbidden { why: why.into() }
    }

    /// Whether the same may work later, without anybody doing anything.
    pub fn can_retry(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unknown { .. })
    }

    /// Whether what was asked may have been done all the same: observe before anything else.
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Seconds after which the target asks to be called again.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unreachable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The same word as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Unknown { .. } => "unknown",
            Self::Refused { .. } => "refused",
            Self::NeedsApproval { .. } => "needs_approval",
            Self::Conflict { .. } => "conflict",
            Self::Unsupported { .. } => "unsupported",
            Self::Forbidden { .. } => "forbidden",
            Self::Secret { .. } => "secret",
            Self::Gone { .. } => "gone",
        }
    }

    fn why(&self) -> &str {
        match self {
            Self::Unreachable { why, .. }
            | Self::Unknown { why }
            | Self::Refused { why, .. }
            | Self::NeedsApproval { why }
            | Self::Conflict { why }
            | Self::Unsupported { why }
            | Self::Forbidden { why }
            | Self::Secret { why }
            | Self::Gone { why } => why,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = self.why();
        match self {
            Self::Unreachable { retry_after: Some(seconds), .. } => {
                write!(f, "{why}; it asks to be called again after {seconds} s")
            }
            Self::Unknown { .. } => write!(f, "{why}; it may have been done all the same"),
            Self::Refused { status: Some(status), .. } => write!(f, "{why} (HTTP {status})"),
            _ => f.write_str(why),
        }
    }
}

impl std::error::Error for Fault {}
