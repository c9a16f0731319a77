//! All rows of a night, put aside in parts by their unit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::prelude::SessionContext;

use super::execute::Stopwatch;
use super::facts::{FactScan, Horizon};
use super::roll::Rows;
use super::session::{explain, name};
use super::shelf::{Shelf, Shelved};
use crate::error::Error;

/// The rows of every source, read from files once.
pub struct Aside {
    pub shelf: Shelf,
    exposures: Option<Shelved>,
    assignments: Option<Shelved>,
    /// By source.
    facts: BTreeMap<String, Shelved>,
}

impl Aside {
    /// Reads all sources and puts their rows aside in about so many parts.
    ///
    /// # Errors
    /// As the engine's; `Environment` where the disk is full.
    pub async fn put(
        session: &SessionContext,
        rows: &Rows<'_>,
        parts: usize,
        watch: &Stopwatch,
    ) -> Result<Aside, Error> {
        let readers = session.state().config().target_partitions();
        let shelf = Shelf::new(parts, readers)?;
        let exposures = sighted(&shelf, &rows.sightings.exposures, "exposed", watch).await?;
        let assignments = sighted(&shelf, &rows.sightings.assignments, "assigned", watch).await?;
        let mut facts = BTreeMap::new();
        for scan in rows.scans {
            let shelved = facts_of(&shelf, session, scan, rows.horizon, watch).await?;
            facts.insert(scan.source.clone(), shelved);
        }
        Ok(Aside { shelf, exposures, assignments, facts })
    }

    /// The rows of one part; its facts are named.
    ///
    /// # Errors
    /// As the engine's.
    pub fn part<'r>(
        &self,
        session: &SessionContext,
        rows: &Rows<'r>,
        part: usize,
    ) -> EngineResult<Rows<'r>> {
        for scan in rows.scans {
            if let Some(shelved) = self.facts.get(&scan.source) {
                name(session, &scan.name(), read(session, shelved, part)?)?;
            }
        }
        let of = |shelved: &Option<Shelved>| {
            shelved.as_ref().map(|shelved| read(session, shelved, part)).transpose()
        };
        let (exposures, assignments) = (of(&self.exposures)?, of(&self.assignments)?);
        let sightings = rows.sightings.with(exposures, assignments);
        Ok(Rows { sightings: Cow::Owned(sightings), are_aside: true, ..*rows })
    }
}

fn read(session: &SessionContext, shelved: &Shelved, part: usize) -> EngineResult<DataFrame> {
    let readers = session.state().config().target_partitions();
    session.read_table(Arc::new(shelved.part(part, readers)?))
}

async fn sighted(
    shelf: &Shelf,
    rows: &Option<DataFrame>,
    stage: &str,
    watch: &Stopwatch,
) -> Result<Option<Shelved>, Error> {
    match rows {
        Some(rows) => Ok(Some(shelf.put(rows.clone(), "unit", (stage, stage), watch).await?)),
        None => Ok(None),
    }
}

/// Facts by unit. Where they have ids the copies of an id, of whatever unit, are told apart
/// first: by parts of ids.
async fn facts_of(
    shelf: &Shelf,
    session: &SessionContext,
    scan: &FactScan,
    horizon: Horizon,
    watch: &Stopwatch,
) -> Result<Shelved, Error> {
    let source = format!("facts-{}", scan.source);
    if !scan.has_id() {
        let facts = scan.relation(session, horizon).await.map_err(explain)?;
        return shelf.put(facts, "unit", (&source, "facts"), watch).await;
    }
    let named = scan.named(session, horizon).await.map_err(explain)?;
    let by_id = shelf.put(named, "id", (&format!("{source}-ids"), "facts"), watch).await?;
    let mut by_unit: Option<Shelved> = None;
    for part in 0..shelf.parts() {
        let rows = read(session, &by_id, part).map_err(explain)?;
        let judged = scan.judged(rows, horizon).map_err(explain)?;
        let name = format!("{source}-{part}");
        let more = shelf.put(judged, "unit", (&name, "copies"), watch).await?;
        by_unit = Some(match by_unit {
            Some(known) => known.with(more),
            None => more,
        });
        by_id.remove(part);
    }
    by_unit.ok_or_else(|| Error::bug("a shelf without parts"))
}
