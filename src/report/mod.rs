//! What a person looks at, or a program reads from standard output.
//!
//! Does not: know sources or plans, or compute anything.

mod aa;
mod acts;
mod changes;
mod daily;
mod detail;
#[cfg(test)]
mod detail_tests;
mod difference;
mod history;
mod json;
mod meaning;
mod notes;
mod objects;
mod segments;
mod spreadsheet;
mod table;
mod text;
mod unit;
mod unit_json;
mod verified;
mod waterfall;
mod why;

pub use aa::{aa, aa_json};
pub use acts::{ActLine, acts, acts_json};
pub use changes::{changes, changes_json};
pub use daily::{daily, daily_csv, daily_json};
pub use detail::detail;
pub use difference::{Difference, Told};
pub use history::{
    History, HistoryFiles, experiments_in, history, history_csv, history_json, read_history,
};
pub use json::json;
pub use meaning::meaning;
pub use objects::spreadsheet;
pub use spreadsheet::csv;
pub use table::{align_right, confidence, fitting, plain, table, wrapped};
pub use text::{absent, counted, harmless, interval, number, p_value, percent, thousands};
pub use unit::unit;
pub use unit_json::json_unit;
pub use verified::{Verified, verified, verified_json};
pub use waterfall::waterfall;
pub use why::{json_accounts, json_rules, why};
