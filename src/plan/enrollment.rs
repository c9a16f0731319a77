//! Who is analysed, in which variant, from when.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::lit;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::attributes::Attributes;
use super::execute::{Stopwatch, collect};
use super::facts::Horizon;
use super::numbering::{Numbering, enrollments_schema};
use super::queries::{self, Query};
use super::segments::Segments;
use super::session::{explain, keep, name};
use super::sightings::Sightings;
use crate::error::Error;
use crate::source::KeyType;

/// Makes `exposed`, `assigned` and `enrolled`, each kept in memory; the rows of the last.
pub async fn enroll(
    session: &SessionContext,
    sightings: &Sightings,
    horizon: Horizon,
    watch: &Stopwatch,
) -> Result<Vec<RecordBatch>, Error> {
    let parameters = sightings.parameters(horizon);
    let steps = [
        ("exposures", &sightings.exposures, queries::EXPOSED, queries::EXPOSED_UNITS),
        ("assignments", &sightings.assignments, queries::ASSIGNED, queries::ASSIGNED_UNITS),
    ];
    for (rows, view, sighted, units) in steps {
        match view {
            Some(view) => {
                name(session, rows, view.clone()).map_err(explain)?;
                materialise(session, sighted, &parameters, watch).await?;
                let units_df = planned(session, units, &parameters).await?;
                name(session, units.relation, units_df).map_err(explain)?;
            }
            None => {
                let schema = Arc::new(units_schema(sightings.key));
                keep(session, units.relation, schema, vec![]).map_err(explain)?;
            }
        }
    }
    let by_exposure = planned(session, queries::ENROLLED_BY_EXPOSURE, &parameters).await?;
    let by_assignment = planned(session, queries::ENROLLED_BY_ASSIGNMENT, &parameters).await?;
    let both = by_exposure.union(by_assignment).map_err(explain)?;
    let (schema, batches) = collect(both, "enroll", watch).await?;
    keep(session, "enrolled", schema, batches.clone()).map_err(explain)?;
    Ok(batches)
}

/// Of every unit that was ever analysed, from when until when, after [`enroll`]: rows as those of
/// `enrolled` that have no reason, with `known_at` and `left_at`.
pub async fn stay(
    session: &SessionContext,
    sightings: &Sightings,
    horizon: Horizon,
    watch: &Stopwatch,
) -> Result<Vec<RecordBatch>, Error> {
    let parameters = sightings.parameters(horizon);
    let sources = [("exposed", &sightings.exposures), ("assigned", &sightings.assignments)];
    for (relation, _) in sources.iter().filter(|(_, rows)| rows.is_none()) {
        keep(session, relation, Arc::new(sighted_schema(sightings.key)), vec![])
            .map_err(explain)?;
    }
    let departures = planned(session, queries::DEPARTURES, &parameters).await?;
    name(session, queries::DEPARTURES.relation, departures).map_err(explain)?;
    let by_exposure = planned(session, queries::STAYS_BY_EXPOSURE, &parameters).await?;
    let by_assignment = planned(session, queries::STAYS_BY_ASSIGNMENT, &parameters).await?;
    let analysed = lit(ScalarValue::Utf8View(None));
    let both = by_exposure.union(by_assignment).map_err(explain)?;
    let both = both.with_column("reason", analysed).map_err(explain)?;
    let (_, batches) = collect(both, "enroll", watch).await?;
    Ok(batches)
}

async fn planned(
    session: &SessionContext,
    query: Query,
    parameters: &[(&'static str, ScalarValue)],
) -> Result<DataFrame, Error> {
    query.plan(session, parameters).await.map_err(explain)
}

async fn materialise(
    session: &SessionContext,
    query: Query,
    parameters: &[(&'static str, ScalarValue)],
    watch: &Stopwatch,
) -> Result<(), Error> {
    let relation = planned(session, query, parameters).await?;
    let (schema, batches) = collect(relation, query.relation, watch).await?;
    keep(session, query.relation, schema, batches).map_err(explain)
}

/// Units of a source that is not there: of the same key, so that the others are not cast to it.
fn units_schema(key: KeyType) -> Schema {
    let instant = crate::source::utc();
    Schema::new(vec![
        Field::new("experiment", DataType::Utf8View, true),
        Field::new("unit", key.data_type(), true),
        Field::new("low", DataType::Utf8View, true),
        Field::new("high", DataType::Utf8View, true),
        Field::new("variant", DataType::Utf8View, true),
        Field::new("said", DataType::Utf8View, true),
        Field::new("outside", DataType::Utf8View, true),
        Field::new("first_at", instant, true),
        Field::new("forced", DataType::Boolean, true),
        Field::new("holdout", DataType::Boolean, true),
    ])
}

/// Rows of a source that is not there.
fn sighted_schema(key: KeyType) -> Schema {
    Schema::new(vec![
        Field::new("experiment", DataType::Utf8View, true),
        Field::new("unit", key.data_type(), true),
        Field::new("variant", DataType::Utf8View, true),
        Field::new("reason", DataType::Utf8View, true),
        Field::new("first_at", crate::source::utc(), true),
    ])
}

/// Makes `enrollments`, kept in memory, of the analysed rows of `enrolled`.
///
/// # Errors
/// `Bug` for rows that are not those of [`enroll`].
pub fn number(
    session: &SessionContext,
    numbering: &Numbering<'_>,
    enrolled: &[RecordBatch],
    segments: &Segments,
) -> Result<(), Error> {
    let batches = numbering.number(enrolled, segments).map_err(explain)?;
    let schema = enrollments_schema(numbering.key, numbering.attributes);
    keep(session, "enrollments", schema, batches).map_err(explain)
}

/// Leaves `enrollments` empty, for plans that are looked at and not run.
pub fn no_units(session: &SessionContext, key: KeyType, attributes: &Attributes) -> Result<()> {
    keep(session, "enrollments", enrollments_schema(key, attributes), Vec::new())
}
