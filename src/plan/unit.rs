//! One unit of an experiment, by the relations of a night.
//!
//! The night is computed for this unit as for a part of all units, from the same queries, so that
//! what is said of its rows is what became of them. Other units are read only for what needs all
//! of them: copies of an id, caps that are quantiles, and the most frequent segments.

use std::borrow::Cow;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{Expr, ident, lit};
use datafusion::scalar::ScalarValue;
use jiff::Timestamp;

use super::counted::strings;
use super::enrollment;
use super::execute::{Stopwatch, collect};
use super::night::{Computed, Night};
use super::queries::{self, Query};
use super::roll::Rows;
use super::session::{explain, keep, name, table};
use super::sightings::Sightings;
use super::unit_facts::facts;
use super::unit_numbers::numbers;
use super::unit_rows::{EnrolledUnit, SeenRow, UnitRows};
use crate::error::{Error, Kind, Problem};
use crate::source::{KeyType, Warehouse};

impl Night<'_> {
    /// The same night, whose facts say what happened.
    ///
    /// # Errors
    /// `Spec` for an event column that is no text.
    pub fn showing_rows(mut self, warehouse: &Warehouse) -> Result<Self, Error> {
        for scan in &mut self.scans {
            if let Some(open) = warehouse.sources.get(&scan.source) {
                scan.show(open)?;
            }
        }
        Ok(self)
    }

    /// What the sources say about one unit, and what the night makes of it, of which `whole` is
    /// what [`Night::whole`] found.
    ///
    /// # Errors
    /// `Spec` for a unit that no row names; as [`Night::compute`].
    pub async fn unit(
        &self,
        unit: &str,
        whole: &Computed,
        watch: &Stopwatch,
    ) -> Result<UnitRows, Error> {
        let key = key(self.roll.sightings.key, unit)?;
        self.roll.open(&self.session, &self.scans, watch).await?;
        let sightings = of_unit(&self.roll.sightings, &key).map_err(explain)?;
        let mut rows =
            UnitRows { seen: self.seen(&sightings, watch).await?, ..UnitRows::default() };
        let mut found = rows.seen.len();
        for scan in &self.scans {
            found += scan.keep_unit(&self.session, &key, self.horizon, watch).await?;
        }
        if found == 0 {
            let message = format!("no row of any source names `{unit}`");
            let hint = "of the days and sources that this experiment needs; keys are compared as they are written";
            return Err(Problem::new(Kind::Spec, "", message).hint(hint).into());
        }
        let (scans, horizon) = (self.scans.as_slice(), self.horizon);
        let read = Rows { sightings: Cow::Owned(sightings), scans, horizon, are_aside: true };
        let enrolled = self.roll.enroll(&self.session, &read, watch).await?;
        let numbering = self.roll.numbering()?;
        enrollment::number(&self.session, &numbering, &enrolled, &whole.segments)?;
        self.name_stages(true).await.map_err(explain)?;
        rows.enrolled = self.enrolled(&enrolled, whole, watch).await?;
        for scan in &self.scans {
            rows.facts.extend(facts(&self.session, scan, &self.measures, watch).await?);
        }
        rows.facts.sort_by(|a, b| (a.at, &a.source).cmp(&(b.at, &b.source)));
        rows.numbers = numbers(&self.session, self.shapes(), whole, watch).await?;
        Ok(rows)
    }

    /// What all units amount to, where something about one of them depends on it.
    ///
    /// # Errors
    /// As [`Night::compute`].
    pub async fn whole(&self, watch: &Stopwatch) -> Result<Computed, Error> {
        let depends = self.measures.has_pooled_caps() || !self.roll.attributes.segments.is_empty();
        match depends {
            true => self.compute(watch).await,
            false => Ok(Computed::default()),
        }
    }

    async fn seen(&self, sightings: &Sightings, watch: &Stopwatch) -> Result<Vec<SeenRow>, Error> {
        let sources = [
            ("assignments", &sightings.assignments, queries::ASSIGNED),
            ("exposures", &sightings.exposures, queries::EXPOSED),
        ];
        let mut seen = Vec::new();
        for (source, view, query) in sources {
            let Some(view) = view else { continue };
            name(&self.session, source, view.clone()).map_err(explain)?;
            let judged = self.judged(query, sightings).await.map_err(explain)?;
            let (_, batches) = collect(judged, source, watch).await?;
            for batch in &batches {
                seen.extend(seen_rows(source, batch)?);
            }
        }
        Ok(seen)
    }

    async fn judged(&self, query: Query, sightings: &Sightings) -> EngineResult<DataFrame> {
        let parameters = sightings.parameters(self.horizon);
        let grouped = query.plan(&self.session, &parameters).await?;
        let rows = queries::judged(&self.session, &grouped)?.unwrap_or(grouped);
        let columns = ["experiment", "variant", "time", "reason"].map(ident).to_vec();
        let in_order = ["time", "variant", "reason"].map(|name| ident(name).sort(true, false));
        rows.select(columns)?.sort(in_order.to_vec())
    }

    async fn enrolled(
        &self,
        enrolled: &[RecordBatch],
        whole: &Computed,
        watch: &Stopwatch,
    ) -> Result<Option<EnrolledUnit>, Error> {
        let Some(batch) = enrolled.iter().find(|batch| batch.num_rows() > 0) else {
            return Ok(None);
        };
        let first = |name: &str| Ok::<_, Error>(strings(batch, name)?.swap_remove(0));
        let mut unit = EnrolledUnit {
            variant: first("variant")?,
            met_at: instants(batch, "met_at")?.swap_remove(0),
            enrolled_at: instants(batch, "enrolled_at")?.swap_remove(0),
            reason: first("reason")?,
            phase: None,
            segments: Vec::new(),
        };
        let analysed = table(&self.session, "enrollments").await.map_err(explain)?;
        let (_, batches) = collect(analysed, "enrollments", watch).await?;
        let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else {
            return Ok(Some(unit));
        };
        let experiment = strings(batch, "experiment")?.swap_remove(0).unwrap_or_default();
        let phase = batch["phase"].as_primitive::<Int64Type>().value(0);
        unit.phase = usize::try_from(phase).ok();
        for (a, attribute) in self.roll.attributes.segments.iter().enumerate() {
            let code = batch[format!("s{a}").as_str()].as_primitive::<Int32Type>().value(0);
            let value = whole.segments.value(&experiment, attribute, code);
            unit.segments.push((attribute.clone(), value));
        }
        Ok(Some(unit))
    }
}

/// # Errors
/// `Spec` for text where keys are integers.
fn key(of: KeyType, unit: &str) -> Result<ScalarValue, Error> {
    let message = || format!("`{unit}` can be no unit: the units of this project are integers");
    of.read(unit).ok_or_else(|| Problem::new(Kind::Spec, "", message()).into())
}

pub fn is_unit(key: &ScalarValue) -> Expr {
    ident("unit").eq(lit(key.clone()))
}

fn of_unit(sightings: &Sightings, key: &ScalarValue) -> EngineResult<Sightings> {
    let mine =
        |view: &Option<DataFrame>| view.clone().map(|view| view.filter(is_unit(key))).transpose();
    Ok(sightings.with(mine(&sightings.exposures)?, mine(&sightings.assignments)?))
}

fn seen_rows(source: &'static str, batch: &RecordBatch) -> Result<Vec<SeenRow>, Error> {
    let instants = instants(batch, "time")?;
    let (variants, reasons) = (strings(batch, "variant")?, strings(batch, "reason")?);
    let rows = instants.into_iter().zip(variants).zip(reasons);
    Ok(rows.map(|((at, variant), reason)| SeenRow { source, at, variant, reason }).collect())
}

/// A column of instants.
pub fn instants(batch: &RecordBatch, name: &str) -> Result<Vec<Option<Timestamp>>, Error> {
    let column =
        batch.column_by_name(name).ok_or_else(|| Error::bug(format!("no column {name}")))?;
    let column =
        cast(column, &crate::source::utc()).map_err(|error| Error::bug(error.to_string()))?;
    let column = column.as_primitive::<TimestampMicrosecondType>();
    let instant =
        |row| column.is_valid(row).then(|| Timestamp::from_microsecond(column.value(row)));
    let instants = (0..column.len()).map(|row| instant(row).and_then(Result::ok));
    Ok(instants.collect())
}

/// Names rows that stay in memory.
pub fn kept(
    session: &datafusion::prelude::SessionContext,
    name: &str,
    rows: (arrow::datatypes::SchemaRef, Vec<RecordBatch>),
) -> Result<usize, Error> {
    let count = rows.1.iter().map(RecordBatch::num_rows).sum();
    keep(session, name, rows.0, rows.1).map_err(explain)?;
    Ok(count)
}
