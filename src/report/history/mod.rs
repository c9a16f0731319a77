//! One experiment over its looks, as the tables hold it.
//!
//! [`read_history`] asks the live files of `verdicts` and `estimates` by Polars. The newest
//! revision of a day is the current one: a terminal shows these, and says which days were judged
//! again. JSON and CSV hold every revision, all digits.
//!
//! A column that a file lacks is NULL there: it was written before the column existed.
//!
//! Does not: find the files, compute a statistic, or judge anything anew.

mod cells;
mod columns;
mod course;
mod export;
mod look;
mod read;
mod show;

#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod show_tests;

pub use export::{history_csv, history_json};
pub use read::{History, HistoryFiles, experiments_in, read_history};
pub use show::history;
