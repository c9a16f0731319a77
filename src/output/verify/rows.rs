//! Whether rows that are made again are those that are stored.

use std::collections::BTreeSet;
use std::path::Path;

use crate::output::{Change, Night, NightRows, OutputError, StoredVerdict, compare};
use crate::verdict::Report;

/// Numbers that differ by less than this part of their size come from another machine, not from
/// other data.
const TOLERANCE: f64 = 1e-9;

/// What became of one experiment's rows when they were made again.
#[derive(Debug, Clone, PartialEq)]
pub enum Again {
    /// Nothing is another but for the last digits of some numbers.
    Same {
        /// Rows of `estimates`.
        estimates: usize,
        /// To the last bit.
        is_exact: bool,
    },
    Differs(Vec<Change>),
    /// It could not be made again; why not.
    Not(String),
}

/// From what the rows were made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeFrom {
    /// The stored summaries and checks: only what follows from them is compared.
    Summaries,
    Sources,
}

/// Compares the stored rows of one verdict with a report that was made again.
///
/// # Errors
/// Where a table cannot be read.
pub async fn verify_rows(
    root: &Path,
    verdict: &StoredVerdict,
    report: Report,
    from: MadeFrom,
) -> Result<Again, OutputError> {
    let wanted = BTreeSet::from([(verdict.run_id.clone(), verdict.experiment.clone())]);
    let stored = NightRows::stored(root, &wanted).await?;
    let made = NightRows::of(&Night::of(verdict.as_of, vec![report]))?;
    let differing = |tolerance: f64| -> Result<Vec<Change>, OutputError> {
        let mut changes = compare(&stored, &made, tolerance)?;
        changes.retain(|change| from == MadeFrom::Sources || follows(change));
        Ok(changes)
    };
    let changes = differing(TOLERANCE)?;
    if !changes.is_empty() {
        return Ok(Again::Differs(changes));
    }
    Ok(Again::Same { estimates: made.estimates(), is_exact: differing(0.0)?.is_empty() })
}

/// What follows from summaries and checks.
fn follows(change: &Change) -> bool {
    matches!(change.table, "verdicts" | "estimates")
}
