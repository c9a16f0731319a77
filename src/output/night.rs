//! One night's results, on their way into the tables.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::OutputError;
use super::revisions::Revisions;
use crate::action::Entry;
use crate::verdict::{Decision, NoEstimate, Report};

/// Everything a run writes down. All instants are given by the caller.
#[derive(Debug, Clone)]
pub struct Night {
    /// The last complete day included.
    pub as_of: Date,
    /// By experiment, from [`input_hash`]: equal hashes promise equal numbers.
    pub input_hashes: BTreeMap<String, String>,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub engine_version: String,
    /// One per analysed experiment, all of this `as_of`.
    pub reports: Vec<Report>,
    /// Hash of the statistical fields, by experiment.
    pub config_hashes: BTreeMap<String, String>,
    /// The statistical fields themselves, as JSON, by experiment.
    pub promises: BTreeMap<String, String>,
    /// Lines of the ledger that follow from the verdicts, in order.
    pub orders: Vec<Entry>,
    pub not_analysed: Vec<NotAnalysed>,
    pub inputs: Vec<InputFile>,
    /// By experiment, the names of the sources that can change its numbers.
    pub reads: BTreeMap<String, BTreeSet<String>>,
    /// Source rows read, all sources together.
    pub rows_read: u64,
    /// In the order the stages ran.
    pub timings: Vec<Timing>,
}

/// An experiment of the project that has no verdict this night, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnalysed {
    pub experiment: String,
    pub reason: String,
}

/// One file that was read, by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Name of the source in `assize.toml`.
    pub source: String,
    pub path: String,
    /// Bytes.
    pub size: u64,
    pub modified: Timestamp,
    /// Where the store has one.
    pub etag: Option<String>,
    /// Where counting them cost nothing.
    pub rows: Option<u64>,
}

/// Wall-clock time of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    pub stage: String,
    pub milliseconds: u64,
}

/// How a committed run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    Done,
    /// Some experiment or metric is an error; the others are unaffected.
    DoneWithErrors,
}

impl RunOutcome {
    /// Stable code for the tables.
    pub fn code(self) -> &'static str {
        match self {
            RunOutcome::Done => "done",
            RunOutcome::DoneWithErrors => "done_with_errors",
        }
    }
}

impl Night {
    /// Reports as they would be written, of which nothing else is known.
    pub fn of(as_of: Date, reports: Vec<Report>) -> Night {
        Night {
            as_of,
            input_hashes: BTreeMap::new(),
            started_at: Timestamp::UNIX_EPOCH,
            finished_at: Timestamp::UNIX_EPOCH,
            engine_version: String::new(),
            reports,
            config_hashes: BTreeMap::new(),
            promises: BTreeMap::new(),
            orders: Vec::new(),
            not_analysed: Vec::new(),
            inputs: Vec::new(),
            reads: BTreeMap::new(),
            rows_read: 0,
            timings: Vec::new(),
        }
    }

    /// Hash of everything that one experiment's numbers were made from.
    pub(super) fn input_hash_of(&self, experiment: &str) -> &str {
        self.input_hashes.get(experiment).map_or("", String::as_str)
    }

    /// One hash over those of all reports.
    pub(super) fn input_hash(&self) -> String {
        let reports = self.reports.iter();
        input_hash(reports.flat_map(|r| [r.experiment.as_str(), self.input_hash_of(&r.experiment)]))
    }

    /// The night without the experiments that need no new verdict.
    pub(super) fn only(&self, is_new: impl Fn(&Report) -> bool) -> Night {
        let mut night = self.clone();
        night.reports.retain(is_new);
        let keys: BTreeSet<&str> = night.reports.iter().map(|r| r.experiment.as_str()).collect();
        night.orders.retain(|entry| keys.contains(entry.order.experiment.as_str()));
        night
    }

    /// Whether every experiment and every metric could be analysed.
    pub fn outcome(&self) -> RunOutcome {
        if self.reports.iter().any(has_error) {
            RunOutcome::DoneWithErrors
        } else {
            RunOutcome::Done
        }
    }

    /// Refuses a night that would make rows with the same key, or of another day.
    pub(super) fn check(&self) -> Result<(), OutputError> {
        let mut seen = BTreeSet::new();
        for report in &self.reports {
            if report.as_of != self.as_of {
                return Err(OutputError::Bug(format!(
                    "report of `{}` is of {}, the night is {}",
                    report.experiment, report.as_of, self.as_of
                )));
            }
            if !seen.insert(&report.experiment) {
                let detail = format!("`{}` has two reports in one night", report.experiment);
                return Err(OutputError::Bug(detail));
            }
        }
        Ok(())
    }
}

fn has_error(report: &Report) -> bool {
    report.verdict.decision == Decision::Error
        || report.estimates.iter().any(|row| matches!(row.estimate, Err(NoEstimate::Failed(_))))
}

/// `2026-10-20-` and 12 hex digits of the hash over the night's experiments, their revisions and
/// what they were made from: the same run always has the same name.
pub(super) fn run_id(night: &Night, revisions: &Revisions) -> String {
    let mut parts = vec![night.as_of.to_string()];
    for report in &night.reports {
        parts.push(report.experiment.clone());
        parts.push(revisions.next(&report.experiment).to_string());
        parts.push(night.input_hash_of(&report.experiment).to_string());
    }
    let digest = input_hash(parts.iter().map(String::as_str));
    format!("{}-{}", night.as_of, &digest[..12])
}

/// SHA-256 over the parts in their order, as 64 hex digits.
///
/// Each part is preceded by its length, so `["ab", "c"]` and `["a", "bc"]` differ. The caller
/// passes whatever can change a number: input fingerprints (sorted), config hashes, the
/// selection, `as_of` and the engine version.
pub fn input_hash<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
