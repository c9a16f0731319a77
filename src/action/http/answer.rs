//! What came back, and what it means.

use crate::action::Fault;

/// Characters of an answer that a message shows.
const SHOWN: usize = 200;

/// An answer of any status, without the secret that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// At most 64 KB of it.
    pub body: String,
    /// Whether there was more.
    pub is_cut: bool,
    /// Seconds after which the target asks to be called again.
    pub retry_after: Option<u64>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the same call may be answered otherwise in a moment.
    pub fn is_busy(&self) -> bool {
        [429, 502, 503, 504].contains(&self.status)
    }

    /// What an answer other than a success means where nothing more is known about the target.
    pub fn fault(&self, is_write: bool) -> Fault {
        let why = match self.shown() {
            shown if shown.is_empty() => format!("the target answers {}", self.status),
            shown => format!("the target answers {}: {shown}", self.status),
        };
        match self.status {
            300..=399 => {
                Fault::refused("the target answers with a redirect, and those are not followed")
            }
            429 | 503 => Fault::Unreachable { why, retry_after: self.retry_after },
            409 | 412 => Fault::Conflict { why },
            410 => Fault::Gone { why },
            500.. if is_write => Fault::Unknown { why },
            500.. => Fault::Unreachable { why, retry_after: self.retry_after },
            status => Fault::Refused { status: Some(status), why },
        }
    }

    /// The beginning of the body, on one line.
    pub fn shown(&self) -> String {
        let plain = self.body.chars().map(|c| if c.is_control() { ' ' } else { c });
        let plain: String = plain.collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let text = words.join(" ");
        match text.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, Fault> {
        if self.is_cut {
            return Err(Fault::refused("the target answers with more than 64 KB"));
        }
        serde_json::from_str(&self.body).map_err(|_| {
            Fault::refused(format!(
                "the target answers with something else than JSON: {}",
                self.shown()
            ))
        })
    }
}
