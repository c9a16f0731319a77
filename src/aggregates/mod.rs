//! What somebody else already counted.
//!
//! Rows of aggregates in, rows of estimates out; every method of [`crate::stats`] can be
//! reached from here. Reads files and standard input, nothing else.
//!
//! Does not: read events, choose a winner, or write a table.

mod answer;
mod arm;
mod cap;
mod contrast;
mod correct;
mod estimate;
mod field;
mod group;
mod looks;
mod lookup;
mod method;
mod names;
mod phases;
mod problems;
mod quantile;
mod read;
mod record;
mod revision;
mod shape;
mod table;
mod write;

pub use answer::{Answer, Fields, Reason};
pub use estimate::{Estimated, estimate};
pub use field::{FIELDS, Field, Kind};
pub use method::{METHODS, Method};
pub use read::{Format, Row, parse, read};
pub use revision::newest;
pub use table::table;
pub use write::{csv, ndjson};
