//! Where the rows are.
//!
//! A location or a query becomes a view with our column names. Files are listed by us, once,
//! and every file is looked at before any row is read, so that nothing is skipped in silence.
//!
//! Does not: know metrics, variants or statistics.

mod attributes;
mod audience;
mod checksums;
mod columns;
mod diagnose;
mod expression;
mod fingerprint;
mod footer;
mod format;
mod keys;
mod limits;
mod listing;
mod nobody;
mod partition;
mod preflight;
mod query;
mod ready;
mod schema;
mod table;
mod view;
mod warehouse;
mod words;

pub use attributes::unpacked;
pub use columns::nearest;
pub use diagnose::{Blamed, Broken};
pub use expression::{any_value, predicate, value};
pub use fingerprint::FileSeen;
pub use listing::Days;
pub use nobody::{is_too_long, names_nobody};
pub use preflight::footer_rows;
pub use schema::utc;
pub use view::KeyType;
pub use warehouse::{Listings, OpenSource, Warehouse, list_all};
pub use words::{plain, without_values};
