//! What is written down.
//!
//! Nine Delta tables under one folder. A run writes one Parquet file per table that it has rows
//! for, and commits them in a fixed order with `verdicts` last: **a run exists once `verdicts`
//! holds its `run_id`**. Whoever must not see a run before it is whole joins the other tables on
//! the `run_id`s of `verdicts`. What a killed run left in the other tables is taken back at the
//! start of the next commit. What people and commands do outside a run (`interventions`,
//! `programme`, further lines of `actions`) is a commit of its own.
//!
//! Absent is NULL, never 0 and never NaN; an infinite interval end is NULL, which reads as
//! "unbounded". Every column is documented where it is defined, and the text is in the Delta
//! log as the column's `comment`.
//!
//! Does not: know how a number was computed, read the clock (instants are given; only the
//! Delta log's own bookkeeping stamps itself), or write anywhere but a local folder. Needs a
//! file system with working hard links and `flock`; see `durable.rs` and `lock.rs`.

mod actions;
mod append;
mod column;
mod commit;
mod compare;
mod data_file;
mod delta;
mod durable;
mod error;
mod estimates;
mod evidence;
mod failpoint;
mod health;
mod inputs;
mod interventions;
mod key;
mod layout;
mod ledger;
mod line;
mod lock;
mod looks;
mod night;
mod opened;
mod past;
mod programme;
mod read;
mod recover;
mod revised;
mod revisions;
mod runs;
mod stored;
mod summaries;
mod tables;
mod told;
mod verdicts;
mod verify;

#[cfg(test)]
mod tests;

pub use column::{ColumnDoc, TableDoc};
pub use commit::{Committed, commit};
pub use compare::{Cell, Change, compare};
pub use delta::live_files;
pub use error::OutputError;
pub use evidence::{Judged, evidence_of_run};
pub use inputs::{InputChange, input_changes, inputs_of_run};
pub use interventions::{Intervention, InterventionKind, append_intervention, interventions};
pub use ledger::{Ledger, append_entries, ledger};
pub use lock::Output;
pub use night::{InputFile, Night, NotAnalysed, RunOutcome, Timing, input_hash};
pub use past::{past, past_before};
pub use programme::{Concluded, append_programme, programme};
pub use recover::{Recovered, recover};
pub use stored::{StoredVerdict, run_ids, verdicts_of_run};
pub use tables::tables;
pub use told::NightRows;
pub use verify::{Again, FilesVerified, MadeFrom, verify_files, verify_rows};
