//! A night, from its rows to what they amount to.
//!
//! Units go through in parts, most often one. The first pass over the parts says who is analysed,
//! the second what their facts are; a third is needed only where numbers are held to a quantile of
//! all of them. Files are read once, whatever the number of parts.

use super::aside::Aside;
use super::counted::{enrolled_days, row_counts, segment_units, sighted_units, unit_counts};
use super::enrollment;
use super::execute::Stopwatch;
use super::matured::matured;
use super::night::{Computed, Night};
use super::parts::Parts;
use super::roll::Rows;
use super::segments::{Segments, Tallies};
use super::session::{self, explain, name, table};
use super::stash::Stash;
use crate::error::{Error, Kind};

impl Night<'_> {
    /// Reads every source once and sums up every experiment.
    ///
    /// # Errors
    /// `Data` or `Retry` for rows that cannot be read; `Memory` or `Environment` where memory or
    /// disk do not suffice; `Bug` where the accounts do not balance.
    pub async fn compute(&self, watch: &Stopwatch) -> Result<Computed, Error> {
        let compute = async |parts: usize, watch: &Stopwatch| self.compute_in(parts, watch).await;
        self.in_parts_that_fit(watch, compute).await
    }

    /// What `compute` makes of the units in so many parts, or in more where memory does not
    /// suffice.
    pub(super) async fn in_parts_that_fit<T>(
        &self,
        watch: &Stopwatch,
        compute: impl AsyncFn(usize, &Stopwatch) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut division = self.division;
        loop {
            let error = match compute(division.parts, &watch.again()).await {
                Err(error) if is_memory(&error) => error,
                result => return result,
            };
            // Our guess was too low: from the files again, in smaller parts.
            division = division.finer().ok_or(error)?;
            let parts = division.parts;
            tracing::info!(parts, "what is computed at a time does not fit into memory");
            session::forget(&self.session).map_err(explain)?;
        }
    }

    async fn compute_in(&self, parts: usize, watch: &Stopwatch) -> Result<Computed, Error> {
        let aside = self.set_out(parts, watch).await?;
        let aside = aside.as_ref();
        let mut computed = Computed::default();
        let enrolled = self.enroll(aside, watch, &mut computed).await?;
        self.sum_up(aside, enrolled, watch, &mut computed).await?;
        computed.counts.scanned = watch.scanned();
        computed.counts.measured = self.scans.iter().map(|scan| scan.source.clone()).collect();
        computed.timings = watch.timings();
        Ok(computed)
    }

    /// Names what is the same for all units, and puts their rows aside where there are several
    /// parts.
    pub(super) async fn set_out(
        &self,
        parts: usize,
        watch: &Stopwatch,
    ) -> Result<Option<Aside>, Error> {
        self.roll.open(&self.session, &self.scans, watch).await?;
        Ok(match parts {
            1 => None,
            parts => Some(Aside::put(&self.session, &self.files(), parts, watch).await?),
        })
    }

    /// Who is analysed, part by part, and what the segments of all are.
    pub(super) async fn enroll(
        &self,
        aside: Option<&Aside>,
        watch: &Stopwatch,
        computed: &mut Computed,
    ) -> Result<Vec<Stash>, Error> {
        let (numbering, mut tallies) = (self.roll.numbering()?, Tallies::default());
        let mut stashes = Vec::new();
        for part in 0..count(aside) {
            let rows = self.rows(aside, part)?;
            let enrolled = self.roll.enroll(&self.session, &rows, watch).await?;
            numbering.tally(&enrolled, &mut tallies).map_err(explain)?;
            for (source, relation) in rows.sightings.relations() {
                let relation = table(&self.session, relation).await.map_err(explain)?;
                name(&self.session, "sighted", relation).map_err(explain)?;
                computed.counts.rows.extend(row_counts(&self.session, source, watch).await?);
                let sighted = sighted_units(&self.session, source, watch).await?;
                computed.counts.sighted.extend(sighted);
            }
            let relation = table(&self.session, "enrolled").await.map_err(explain)?;
            let schema = relation.schema().inner().clone();
            stashes.push(Stash::of(aside, ("enrolled", part), (schema, enrolled))?);
        }
        let attributes = &self.roll.attributes.segments;
        computed.segments = tallies.segments(&self.roll.experiments, attributes);
        Ok(stashes)
    }

    /// What the facts of all units amount to.
    async fn sum_up(
        &self,
        aside: Option<&Aside>,
        enrolled: Vec<Stash>,
        watch: &Stopwatch,
        computed: &mut Computed,
    ) -> Result<(), Error> {
        let mut parts = Parts::of(self.shapes());
        let mut units = Vec::new();
        for (part, enrolled) in enrolled.into_iter().enumerate() {
            self.open_part(aside, part, enrolled, &computed.segments).await?;
            if parts.need_all_units() {
                let numbers = parts.meet_part(&self.session, watch).await?;
                units.push(Stash::of(aside, ("unit_metrics", part), numbers)?);
            } else {
                parts.sum_part(&self.session, "facts", watch).await?;
            }
            self.count_units(watch, computed).await?;
        }
        if parts.need_all_units() {
            parts.keep_caps(&self.session)?;
            for units in units {
                units.restore(&self.session, "unit_metrics")?;
                parts.sum_part(&self.session, "summaries", watch).await?;
            }
        }
        computed.arms = parts.arms(&computed.segments);
        computed.counts.facts = parts.counts.facts;
        computed.counts.valueless = parts.counts.valueless;
        computed.counts.joined = parts.counts.joined;
        Ok(())
    }

    /// Names every relation of one part, up to `unit_metrics`.
    pub(super) async fn open_part(
        &self,
        aside: Option<&Aside>,
        part: usize,
        enrolled: Stash,
        segments: &Segments,
    ) -> Result<(), Error> {
        let rows = self.rows(aside, part)?;
        let enrolled = enrolled.reopen(&self.session, "enrolled").await?;
        let numbering = self.roll.numbering()?;
        enrollment::number(&self.session, &numbering, &enrolled, segments)?;
        self.name_stages(rows.are_aside).await.map_err(explain)
    }

    async fn count_units(&self, watch: &Stopwatch, computed: &mut Computed) -> Result<(), Error> {
        let (session, counts) = (&self.session, &mut computed.counts);
        let closed = matured(session, &self.measures, self.horizon.until, watch).await?;
        for (key, units) in closed {
            *counts.matured.entry(key).or_insert(0) += units;
        }
        counts.units.extend(unit_counts(session, watch).await?);
        counts.days.extend(enrolled_days(session, watch).await?);
        let attributes = &self.roll.attributes;
        let units = segment_units(session, attributes, &computed.segments, watch).await?;
        counts.segments.extend(units);
        Ok(())
    }

    pub(super) fn rows<'r>(
        &'r self,
        aside: Option<&Aside>,
        part: usize,
    ) -> Result<Rows<'r>, Error> {
        match aside {
            Some(aside) => aside.part(&self.session, &self.files(), part).map_err(explain),
            None => Ok(self.files()),
        }
    }
}

fn is_memory(error: &Error) -> bool {
    error.problems.iter().any(|problem| problem.kind == Kind::Memory)
}

pub(super) fn count(aside: Option<&Aside>) -> usize {
    aside.map_or(1, |aside| aside.shelf.parts())
}
