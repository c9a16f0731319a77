//! Everything of a night up to `enrollments`: units that met an experiment, and what enters them.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use datafusion::error::Result;
use datafusion::prelude::SessionContext;
use jiff::civil::Date;

use super::attributes::Attributes;
use super::calendar::Calendar;
use super::enrollment;
use super::entry::{self, Entry};
use super::execute::{Stopwatch, collect};
use super::facts::{FactScan, Horizon};
use super::members::Members;
use super::print;
use super::promise::promise;
use super::segments::Segments;
use super::session::{explain, keep};
use super::sightings::Sightings;
use crate::config::{Experiment, Project};
use crate::error::Error;
use crate::source::Warehouse;

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

    /// Makes everything up to `enrollments`, and says what the codes of its segments stand for.
    ///
    /// # Errors
    /// As the engine's, in words for the person who runs the job.
    pub async fn enroll(
        &self,
        session: &SessionContext,
        scans: &[FactScan],
        horizon: Horizon,
        watch: &Stopwatch,
    ) -> Result<Segments, Error> {
        promise(session, &self.experiments, &self.calendar)?;
        let enrolled = enrollment::enroll(session, &self.sightings, horizon, watch).await?;
        let met = self.number(session, &enrolled)?;
        for members in members_of(scans) {
            members.read(session, watch).await?;
        }
        if self.entries.is_empty() {
            return Ok(met);
        }
        let found = self.find_entries(session, scans, horizon, watch).await?;
        let entered = entry::enter(&enrolled, &self.entries, &found).map_err(explain)?;
        if let Some(batch) = entered.first() {
            keep(session, "enrolled", batch.schema(), entered.clone()).map_err(explain)?;
        }
        self.number(session, &entered)
    }

    fn number(
        &self,
        session: &SessionContext,
        enrolled: &[RecordBatch],
    ) -> Result<Segments, Error> {
        let analysed = (self.experiments.as_slice(), &self.attributes);
        let time = (&self.calendar, self.as_of);
        enrollment::number(session, analysed, time, self.sightings.key, enrolled)
    }

    /// When each unit entered its experiment, by its number so far. The facts stay in memory, for
    /// they are read again, and files are read once.
    async fn find_entries(
        &self,
        session: &SessionContext,
        scans: &[FactScan],
        horizon: Horizon,
        watch: &Stopwatch,
    ) -> Result<HashMap<i64, i64>, Error> {
        let mut found = HashMap::new();
        for scan in scans.iter().filter(|scan| self.has_entry(scan)) {
            let facts = scan.relation(session, horizon).await.map_err(explain)?;
            let (schema, batches) = collect(facts, "facts", watch).await?;
            keep(session, &scan.name(), schema, batches).map_err(explain)?;
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
    ) -> Result<Vec<String>> {
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
