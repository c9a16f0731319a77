//! Where an approximation is not yet good, and how far off it is.
//!
//! Each rate is of 100,000 experiments (`ASSIZE_SIMULATIONS=100000`). A cell gets here when that
//! run leaves the band of its promise; its rate is then published instead, and must stay.

use crate::cell::{Cell, Question};

/// Method, metric, rate.
const RATES: [(&str, &str, f64); 0] = [];

/// The cells, with those that cannot keep their promise moved to a table of their own.
pub fn published(cells: Vec<Cell>) -> Vec<Cell> {
    let move_if_known = |cell: Cell| match (rate_of(&cell), cell.question) {
        (Some(rate), Question::Coverage) => cell.known_to_break(Question::IntervalsToBe, rate),
        (Some(rate), _) => cell.known_to_break(Question::TestsToBe, rate),
        (None, _) => cell,
    };
    cells.into_iter().map(move_if_known).collect()
}

fn rate_of(cell: &Cell) -> Option<f64> {
    let is_it = |known: &&(&str, &str, f64)| known.0 == cell.method && known.1 == cell.metric;
    RATES.iter().find(is_it).map(|known| known.2)
}
