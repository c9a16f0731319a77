//! One line of the ledger as it stands in the table, chained to the line before.
//!
//! `hash` is the SHA-256, in hex, of the previous line's hash, a line feed, and the line's other
//! columns as one JSON object: names in alphabetical order, NULLs left out, days as text,
//! instants as microseconds. Whoever changes, inserts or takes out a line breaks the chain.
//!
//! Does not: notice that lines are missing at the end; the Delta log counts those.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::action::{Entry, Kind};

/// What the next line follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// 0 before the first line.
    pub line: u64,
    pub hash: String,
}

impl Default for Head {
    fn default() -> Head {
        Head { line: 0, hash: "0".repeat(64) }
    }
}

/// A row of `actions`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// From 1.
    pub line: u64,
    /// `None` where a command wrote it.
    pub run_id: Option<String>,
    pub entry: Entry,
    pub previous_hash: String,
    pub hash: String,
}

/// The entries as the lines that follow `head`.
pub(super) fn lines(head: &Head, run_id: Option<&str>, entries: &[Entry]) -> Vec<Line> {
    let mut head = head.clone();
    let mut lines = Vec::new();
    for entry in entries {
        let mut line = Line {
            line: head.line + 1,
            run_id: run_id.map(str::to_string),
            entry: entry.clone(),
            previous_hash: head.hash,
            hash: String::new(),
        };
        line.hash = line.digest();
        head = line.head();
        lines.push(line);
    }
    lines
}

/// Where the chain breaks first: the number of the line, and what is wrong with it.
pub(super) fn first_break(lines: &[Line]) -> Option<(u64, &'static str)> {
    let mut head = Head::default();
    for line in lines {
        if line.line != head.line + 1 {
            return Some((line.line, "it does not follow the line before"));
        }
        if line.previous_hash != head.hash {
            return Some((line.line, "its `previous_hash` is not the hash of the line before"));
        }
        if line.hash != line.digest() {
            return Some((line.line, "its `hash` is not that of its content"));
        }
        head = line.head();
    }
    None
}

impl Line {
    /// What stands in the ledger once.
    pub fn key(&self) -> (&str, u32) {
        (&self.entry.order.id, self.entry.sequence)
    }

    pub fn head(&self) -> Head {
        Head { line: self.line, hash: self.hash.clone() }
    }

    fn digest(&self) -> String {
        let text = format!("{}\n{}", self.previous_hash, self.content());
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Every column but the hashes.
    fn content(&self) -> Value {
        let (entry, order) = (&self.entry, &self.entry.order);
        let content = BTreeMap::from([
            ("line", json!(self.line)),
            ("run_id", json!(self.run_id)),
            ("experiment", json!(order.experiment)),
            ("as_of", json!(order.as_of.to_string())),
            ("lock_phase", json!(order.lock_phase)),
            ("action_id", json!(order.id)),
            ("order_number", json!(order.number)),
            ("target", json!(order.target)),
            ("flag", json!(order.flag)),
            ("kind", json!(order.kind.code())),
            ("variant", json!(order.kind.variant())),
            ("percent", json!(order.kind.percent())),
            ("event", json!(event(&order.kind))),
            ("confidence", json!(order.confidence.filter(|c| c.is_finite()))),
            ("lift", json!(order.lift.filter(|lift| lift.is_finite()))),
            ("reason", json!(order.reason)),
            ("not_before", json!(order.not_before.as_microsecond())),
            ("expires_at", json!(order.expires_at.as_microsecond())),
            ("needs_approval", json!(order.needs_approval)),
            ("sequence", json!(entry.sequence)),
            ("state", json!(entry.state.code())),
            ("attempts", json!(entry.attempts)),
            ("done_at", json!(entry.at.as_microsecond())),
            ("done_by", json!(entry.by)),
            ("seen_before", json!(entry.seen_before)),
            ("sent", json!(entry.sent)),
            ("seen_after", json!(entry.seen_after)),
            ("detail", json!(entry.detail)),
        ]);
        let said = content.into_iter().filter(|(_, value)| !value.is_null());
        said.map(|(name, value)| (name.to_string(), value)).collect()
    }
}

/// What is told, of a notification.
pub(super) fn event(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Notify { event } => Some(event),
        _ => None,
    }
}
