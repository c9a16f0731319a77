//! Laws of estimates from aggregates, whatever the rows say.

mod any_rows;
mod laws;
mod options;
mod rows;
