//! Standard output.

use std::io::Write;

use crate::error::{Error, Kind, Problem};
use crate::source::plain;

/// Columns that a table may use: `COLUMNS`, else the terminal's, else 120.
pub fn width() -> u16 {
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || comfy_table::Table::new().width();
    stated.or_else(terminal).filter(|width| *width >= 40).unwrap_or(120).min(200)
}

/// Prints data. A reader that has gone away is not an error.
///
/// # Errors
/// `Environment` where standard output cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let why = plain(&error.to_string());
            let message = format!("cannot write to standard output: {why}");
            Err(Problem::new(Kind::Environment, "", message).into())
        }
        _ => Ok(()),
    }
}
