//! Everything of a night up to `enrollments`: units that met an experiment, and what enters them.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow::array::RecordBatch;
use datafusion::error::Result as EngineResult;
use datafusion::prelude::SessionContext;
use jiff::civil::Date;

use super::attributes::Attributes;
use super::calendar::Calendar;
use super::enrollment;
use super::entry::{self, Entry};
use super::execute::{Stopwatch, collect};
use super::facts::{FactScan, Horizon};
use super::members::Members;
use super::numbering::Numbering;
use super::print;
use super::promise::promise;
use super::segments::Segments;
use super::session::{explain, keep};
use super::sightings::Sightings;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::source::Warehouse;

/// Where the rows of some units are.
pub struct Rows<'a> {
    pub sightings: Cow<'a, Sightings>,
    pub scans: &'a [FactScan],
    pub horizon: Horizon,
    /// Whether the relations of facts are named already, and may be read twice.
    pub are_aside: bool,
}

/// What has to be known of the experiments of a night before any unit of theirs is read.
pub struct Roll<'a> {
    pub experiments: Vec<&'a Experiment>,
    pub attributes: Attributes,
    pub sightings: Sightings,
    pub entries: Vec<Entry>,
    calendar: Calendar,
    as_of: Date,
}

impl<'a> Roll<'a> {
    /// Checks the columns and attributes that enroll units.
    ///
    /// # Errors
    /// All missing and unusable columns together.
    pub fn prepare(
        project: &Project,
        warehouse: &Warehouse,
        experiments: Vec<&'a Experiment>,
        as_of: Date,
    ) -> Result<Roll<'a>, Error> {
        let attributes = Attributes::of(project, &experiments);
        let sightings = Sightings::prepare(project, warehouse, &experiments, &attributes)?;
        let entries = Entry::of(project, &experiments);
        let calendar = Calendar { zone: project.timezone.clone() };
        Ok(Roll { experiments, attributes, sightings, entries, calendar, as_of })
    }

    /// Names what is the same for every part of the units: the promises, and who is whose member.
    ///
    /// # Errors
    /// As the engine's, in words for the person who runs the job.
    pub async fn open(
        &self,
        session: &SessionContext,
        scans: &[FactScan],
        watch: &Stopwatch,
    ) -> Result<(), Error> {
        promise(session, &self.experiments, &self.calendar)?;
        for members in members_of(scans) {
            members.read(session, watch).await?;
        }
        Ok(())
    }

    /// Makes everything up to `enrolled`, and its rows.
    ///
    /// # Errors
    /// As the engine's, in words for the person who runs the job.
    pub async fn enroll(
        &self,
        session: &SessionContext,
        rows: &Rows<'_>,
        watch: &Stopwatch,
    ) -> Result<Vec<RecordBatch>, Error> {
        let enrolled = enrollment::enroll(session, &rows.sightings, rows.horizon, watch).await?;
        if self.entries.is_empty() {
            return Ok(enrolled);
        }
        let entered = self.enter(session, rows, &enrolled, watch).await?;
        if let Some(batch) = entered.first() {
            keep(session, "enrolled", batch.schema(), entered.clone()).map_err(explain)?;
        }
        Ok(entered)
    }

    /// Every unit that was analysed on some day, whether or not it is now, with `known_at` and
    /// `left_at`.
    ///
    /// # Errors
    /// As the engine's, in words for the person who runs the job.
    pub async fn stay(
        &self,
        session: &SessionContext,
        rows: &Rows<'_>,
        watch: &Stopwatch,
    ) -> Result<Vec<RecordBatch>, Error> {
        enrollment::enroll(session, &rows.sightings, rows.horizon, watch).await?;
        let stays = enrollment::stay(session, &rows.sightings, rows.horizon, watch).await?;
        match self.entries.is_empty() {
            true => Ok(stays),
            false => self.enter(session, rows, &stays, watch).await,
        }
    }

    /// The same rows, enrolled by their entry where there is one.
    async fn enter(
        &self,
        session: &SessionContext,
        rows: &Rows<'_>,
        enrolled: &[RecordBatch],
        watch: &Stopwatch,
    ) -> Result<Vec<RecordBatch>, Error> {
        let numbering = self.numbering()?;
        enrollment::number(session, &numbering, enrolled, &Segments::default())?;
        let found = self.find_entries(session, rows, watch).await?;
        entry::enter(enrolled, &self.entries, &found).map_err(explain)
    }

    /// # Errors
    /// `Environment` for days that no calendar has.
    pub fn numbering(&self) -> Result<Numbering<'_>, Error> {
        let analysed = (self.experiments.as_slice(), &self.attributes);
        Numbering::of(analysed, (&self.calendar, self.as_of), self.sightings.key)
    }

    /// When each unit entered its experiment, by its number so far. The facts stay in memory, for
    /// they are read again, and files are read once.
    async fn find_entries(
        &self,
        session: &SessionContext,
        rows: &Rows<'_>,
        watch: &Stopwatch,
    ) -> Result<HashMap<i64, i64>, Error> {
        let mut found = HashMap::new();
        for scan in rows.scans.iter().filter(|scan| self.has_entry(scan)) {
            if !rows.are_aside {
                let facts = scan.relation(session, rows.horizon).await.map_err(explain)?;
                let (schema, batches) = collect(facts, "facts", watch).await?;
                keep(session, &scan.name(), schema, batches).map_err(explain)?;
            }
            let entries = entry::entries(session, scan, &self.entries).await.map_err(explain)?;
            let (_, batches) = collect(entries, "entries", watch).await?;
            entry::read(&batches, &mut found);
        }
        Ok(found)
    }

    /// Whether the facts of a source enter units: then they are kept in memory by
    /// [`Roll::enroll`], under the name of their relation.
    pub fn has_entry(&self, scan: &FactScan) -> bool {
        self.entries.iter().any(|entry| entry.source == scan.source)
    }

    /// The queries of fixed shape, in the order they run; leaves their last relations empty, for
    /// plans that are looked at and not run.
    ///
    /// # Errors
    /// As the engine's.
    pub async fn stand_in(
        &self,
        session: &SessionContext,
        scans: &[FactScan],
    ) -> EngineResult<Vec<String>> {
        enrollment::no_units(session, self.sightings.key, &self.attributes)?;
        let mut has_members = false;
        for members in members_of(scans) {
            members.stand_in(session).await?;
            has_members = true;
        }
        let queries = print::enrollment_queries(&self.sightings, has_members);
        Ok(queries.iter().map(|query| query.text.to_string()).collect())
    }
}

fn members_of(scans: &[FactScan]) -> impl Iterator<Item = &Members> {
    scans.iter().filter_map(|scan| scan.members.as_ref())
}
