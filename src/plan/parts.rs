//! The units of a night summed up in parts.
//!
//! A cap that is a quantile of all units, and a quantile itself, can only be read off when the
//! numbers of all units are known. Nights with such metrics keep the numbers of units in memory;
//! others sum them up as they come. Parts are disjoint sets of units; what is known of each adds
//! up in any order.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use datafusion::prelude::SessionContext;

use super::accounting::Counts;
use super::arms::{Arm, Cell, Numbers, by_arm};
use super::caps::{CAPS, Caps, Pools};
use super::execute::{Stopwatch, collect};
use super::samples::{self, Sample, quantile};
use super::segments::Segments;
use super::session::{explain, keep, table};
use super::summaries::summaries;
use super::sums::{self, Sums, merged};
use super::tally;
use super::unit_metrics::Shapes;
use crate::config::Cap;
use crate::error::Error;

/// Everything that is known of the units so far.
pub struct Parts<'a> {
    shapes: Shapes<'a>,
    pools: Pools,
    caps: Caps,
    /// By the place of the metric.
    samples: BTreeMap<Cell, BTreeMap<usize, Sample>>,
    /// By the place of the metric, then by part.
    sums: BTreeMap<Cell, Vec<Vec<Sums>>>,
    /// Of the facts only.
    pub counts: Counts,
}

impl<'a> Parts<'a> {
    pub fn of(shapes: Shapes<'a>) -> Parts<'a> {
        Parts {
            shapes,
            pools: Pools::of(shapes.measures),
            caps: Caps::default(),
            samples: BTreeMap::new(),
            sums: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// Sums up the units of `unit_metrics`, which reads all facts.
    ///
    /// # Errors
    /// `Data` or `Retry` for facts that cannot be read.
    pub async fn sum_up(
        &mut self,
        session: &SessionContext,
        watch: &Stopwatch,
    ) -> Result<(), Error> {
        if !self.shapes.measures.metrics.iter().any(|terms| terms.needs_all_units()) {
            return self.sum_part(session, "facts", watch).await;
        }
        self.keep_units(session, watch).await?;
        self.keep_caps(session)?;
        self.sum_part(session, "summaries", watch).await
    }

    /// Keeps the numbers of the units of one part, and takes in what needs all of them.
    async fn keep_units(
        &mut self,
        session: &SessionContext,
        watch: &Stopwatch,
    ) -> Result<(), Error> {
        let units = table(session, "unit_metrics").await.map_err(explain)?;
        let (schema, batches) = collect(units, "facts", watch).await?;
        for batch in &batches {
            self.meet(batch)?;
        }
        keep(session, "unit_metrics", schema, batches).map_err(explain)
    }

    fn meet(&mut self, units: &RecordBatch) -> Result<(), Error> {
        self.pools.add(units).map_err(explain)?;
        let (metrics, attributes) =
            (&self.shapes.measures.metrics, &self.shapes.attributes.segments);
        samples::add(units, metrics, attributes, &mut self.samples)
    }

    /// Finds the caps, when all parts are known.
    fn keep_caps(&mut self, session: &SessionContext) -> Result<(), Error> {
        self.caps = self.pools.caps().map_err(explain)?;
        let relation = self.caps.relation().map_err(explain)?;
        keep(session, CAPS, relation.schema(), vec![relation]).map_err(explain)
    }

    /// Sums up the units of one part.
    async fn sum_part(
        &mut self,
        session: &SessionContext,
        stage: &str,
        watch: &Stopwatch,
    ) -> Result<(), Error> {
        let totals = summaries(session, self.shapes).await.map_err(explain)?;
        let (_, batches) = collect(totals, stage, watch).await?;
        let Shapes { scans, measures, attributes, .. } = self.shapes;
        for batch in &batches {
            sums::read(batch, &measures.metrics, &attributes.segments, &mut self.sums)?;
            tally::read(batch, scans, &measures.metrics, &mut self.counts)?;
        }
        Ok(())
    }

    /// What the units of all parts say, by arm and key of the metric.
    pub fn arms(&self, segments: &Segments) -> BTreeMap<Arm, BTreeMap<String, Numbers>> {
        let attributes = &self.shapes.attributes.segments;
        let samples = by_arm(&self.samples, attributes, segments);
        let arms = by_arm(&self.sums, attributes, segments).into_iter();
        arms.map(|(arm, sums)| {
            let samples = samples.get(&arm).map(Vec::as_slice).unwrap_or_default();
            let numbers = self.numbers(&arm, &sums, samples);
            (arm, numbers)
        })
        .collect()
    }

    fn numbers(
        &self,
        arm: &Arm,
        sums: &[&Vec<Vec<Sums>>],
        samples: &[&BTreeMap<usize, Sample>],
    ) -> BTreeMap<String, Numbers> {
        let metrics = self.shapes.measures.metrics.iter().enumerate();
        metrics
            .map(|(i, terms)| {
                let parts: Vec<&Sums> = sums.iter().flat_map(|sums| &sums[i]).collect();
                let mut numbers = merged(&parts, terms);
                numbers.cap = match terms.numerator.cap {
                    Some(Cap::At(value)) => Some(value),
                    Some(Cap::Quantile(_)) => self.caps.of(&arm.experiment, 'y', i),
                    None => None,
                };
                numbers.quantile = terms.level.map(|level| {
                    let samples: Vec<&Sample> = samples.iter().filter_map(|s| s.get(&i)).collect();
                    quantile(&samples, terms, level)
                });
                (terms.metric.clone(), numbers)
            })
            .collect()
    }
}
