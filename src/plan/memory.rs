//! In how many parts a night fits into memory.

use datafusion::execution::memory_pool::MemoryLimit;
use datafusion::prelude::SessionContext;

use crate::config::SourceRole;
use crate::source::{OpenSource, Warehouse};

/// What a row that says who is in an experiment takes on its way, whatever is measured: it is kept
/// three times (met, enrolled, numbered), in two hash tables, beside the columns of its unit.
const SIGHTING: u64 = 700;
/// What each measure of each of these units takes: its sum in a hash table, and its number.
const MEASURE: u64 = 48;
/// What a fact takes while its copies are looked for.
const FACT: u64 = 200;
/// What a row of a text file takes at least, where no footer says how many there are.
const TEXT_ROW: u64 = 32;
/// More parts would be more files than a process may have open.
const MOST: usize = 256;
/// Rows of a part that fit into any memory in which the engine can work at all.
const LEAST_ROWS: u64 = 10_000;
/// Part of the memory that the rows of one part may take; the rest is for reading and joining.
const SHARE: u64 = 2;

/// How much there is to hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Size {
    /// Rows of exposures and assignments.
    pub sightings: u64,
    /// Numbers that are summed up for each unit.
    pub measures: u64,
    /// Rows of the largest source of facts with ids.
    pub facts: u64,
}

impl Size {
    /// At most so many rows; a query has as many as all tables.
    pub fn of(warehouse: &Warehouse, measures: usize) -> Size {
        let open = || warehouse.sources.values();
        let sights = |open: &&OpenSource| {
            matches!(open.source.role, SourceRole::Exposures | SourceRole::Assignments)
        };
        let has_ids = |open: &&OpenSource| open.source.columns.id.is_some();
        let tables = || open().filter(|open| open.source.role == SourceRole::Table).map(rows).sum();
        let rows_or_tables = |open: &OpenSource| match open.format {
            Some(_) => rows(open),
            None => tables(),
        };
        Size {
            sightings: open().filter(sights).map(rows_or_tables).sum(),
            measures: measures as u64,
            facts: open().filter(has_ids).map(rows_or_tables).max().unwrap_or(0),
        }
    }

    fn bytes(self) -> u64 {
        let units = self.sightings.saturating_mul(SIGHTING + MEASURE * self.measures);
        units.max(self.facts.saturating_mul(FACT))
    }
}

fn rows(open: &OpenSource) -> u64 {
    let of_file = |rows: Option<u64>, size: u64| rows.unwrap_or(size / TEXT_ROW);
    open.files.iter().map(|file| of_file(file.rows, file.listed.meta.size)).sum()
}

/// Into how many parts the units are divided.
#[derive(Debug, Clone, Copy)]
pub struct Division {
    pub parts: usize,
    /// More would be of no use.
    most: usize,
}

impl Division {
    /// So that what is known of one part at a time fits into what the session may take; one part
    /// where it may take anything.
    pub fn of(session: &SessionContext, size: Size) -> Division {
        let MemoryLimit::Finite(limit) = session.runtime_env().memory_pool.memory_limit() else {
            return Division { parts: 1, most: 1 };
        };
        let room = (limit as u64 / SHARE).max(1);
        let parts = |parts: u64| usize::try_from(parts).unwrap_or(MOST).clamp(1, MOST);
        let rows = size.sightings.max(size.facts);
        Division { parts: parts(size.bytes().div_ceil(room)), most: parts(rows / LEAST_ROWS) }
    }

    /// About so many parts, whatever the memory.
    pub fn exactly(parts: usize) -> Division {
        Division { parts, most: parts }
    }

    /// Smaller parts, where these did not fit.
    pub fn finer(self) -> Option<Division> {
        let parts = (self.parts * 4).min(self.most);
        (parts > self.parts).then_some(Division { parts, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_smaller_until_that_is_of_no_use() {
        let mut division = Some(Division { parts: 3, most: 40 });
        let mut tried = Vec::new();
        while let Some(now) = division {
            tried.push(now.parts);
            division = now.finer();
        }
        assert_eq!(tried, [3, 12, 40]);
        assert!(Division::exactly(5).finer().is_none());
    }
}
