//! What is asked of a target, and what a target says about itself.
//!
//! Does not: decide anything, or send anything.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One thing to be set in motion at one target.
///
/// Its JSON is what files and commands get, so it stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Identity of the decision, in hex. The same id is the same change, however often it is sent.
    pub id: String,
    /// Key of the experiment.
    pub experiment: String,
    /// Key of the flag, where there is one.
    pub flag: Option<String>,
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// The verdict in a sentence.
    pub reason: String,
    /// Last day that the verdict looked at.
    pub as_of: Date,
    pub decided_at: Timestamp,
}

/// Variants are called what they are called in the flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeKind {
    /// So many percent of all units get the variant, and the rest gets the control. 0 gives the
    /// variant's units to the control, and leaves other variants alone.
    SetRollout { variant: String, control: String, percent: u8 },
    /// Everybody gets the control.
    Disable { control: String },
    /// The experiment ends. Confidence and lift are fractions.
    Conclude { winner: Option<String>, confidence: Option<f64>, lift: Option<f64> },
    /// Somebody is told.
    Notify { event: String, text: String },
}

/// What a target says about a flag, before or after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Whether the flag is on at all.
    pub enabled: bool,
    /// Percent of all units that get each variant, as things are: 0 where the flag is off.
    pub shares: BTreeMap<String, f64>,
    /// Where flag or experiment are in their life, in the target's words.
    pub status: Option<String>,
    pub winner: Option<String>,
    /// Another one whenever anything changes that a write could overwrite.
    pub token: Option<String>,
    /// Rules that we do not understand: nothing but a way back to the control is written.
    pub foreign: Vec<String>,
}

/// What was sent, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sent {
    /// In order; empty where there was nothing to do.
    pub requests: Vec<SentRequest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// `POST`, `append`, `run`.
    pub method: String,
    /// Address without secrets, or path.
    pub place: String,
    pub body: String,
    /// HTTP status or exit code of the answer.
    pub answer: Option<u16>,
}

impl ChangeKind {
    /// The same word as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::SetRollout { .. } => "set_rollout",
            Self::Disable { .. } => "disable",
            Self::Conclude { .. } => "conclude",
            Self::Notify { .. } => "notify",
        }
    }
}

impl Sent {
    pub fn one(method: &str, place: impl Into<String>, body: impl Into<String>) -> Self {
        let (method, place, body) = (method.to_owned(), place.into(), body.into());
        Self { requests: vec![SentRequest { method, place, body, answer: None }] }
    }

    /// SHA-256, in hex, of methods, places and bodies.
    pub fn digest(&self) -> String {
        let parts: Vec<[&str; 3]> = self
            .requests
            .iter()
            .map(|request| [&*request.method, &*request.place, &*request.body])
            .collect();
        fingerprint(&serde_json::json!(parts))
    }
}

/// SHA-256, in hex, of a JSON value as it is written.
pub fn fingerprint(value: &serde_json::Value) -> String {
    hex(&Sha256::digest(value.to_string().as_bytes()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A change as tests use it.
#[cfg(test)]
pub(super) fn example(kind: ChangeKind) -> Change {
    Change {
        id: "5ad1".to_owned(),
        experiment: "onboarding-v2".to_owned(),
        flag: Some("checkout".to_owned()),
        kind,
        reason: "simplified is better".to_owned(),
        as_of: jiff::civil::date(2026, 11, 29),
        decided_at: "2026-11-30T02:00:00Z".parse().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_a_change_stays() {
        let kind = ChangeKind::SetRollout {
            variant: "treatment".to_owned(),
            control: "control".to_owned(),
            percent: 10,
        };
        let text = serde_json::to_string(&example(kind.clone())).unwrap();
        let expected = r#"{"id":"5ad1","experiment":"onboarding-v2","flag":"checkout","kind":"set_rollout","variant":"treatment","control":"control","percent":10,"reason":"simplified is better","as_of":"2026-11-29","decided_at":"2026-11-30T02:00:00Z"}"#;
        assert_eq!(text, expected);
        let read: Change = serde_json::from_str(&text).unwrap();
        assert_eq!(read, example(kind));
        for kind in [
            ChangeKind::Disable { control: "control".to_owned() },
            ChangeKind::Conclude { winner: None, confidence: None, lift: Some(0.1) },
            ChangeKind::Notify { event: "guardrail.harmed".to_owned(), text: "!".to_owned() },
        ] {
            let word = kind.word();
            let text = serde_json::to_value(example(kind)).unwrap();
            assert_eq!(text["kind"], word);
        }
    }
}
