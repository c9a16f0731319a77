//! Whether what is stored is what was written, and what comes out once more.

mod files;
mod rows;

pub use files::{FilesVerified, verify_files};
pub use rows::{Again, MadeFrom, verify_rows};

#[cfg(test)]
pub(super) use files::verify_table;
