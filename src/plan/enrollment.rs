//! Who is analysed, in which variant, from when.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::row::{RowConverter, SortField};
use datafusion::common::HashSet;
use datafusion::dataframe::DataFrame;
use datafusion::error::Result;
use datafusion::logical_expr::ident;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;

use super::calendar::{Calendar, instant};
use super::execute::{Stopwatch, collect};
use super::facts::Horizon;
use super::queries::{self, Query};
use super::session::{self, keep, name, table};
use crate::config::{Basis, Crossovers, Experiment};
use crate::error::Error;
use crate::source::{KeyType, OpenSource};

/// The two kinds of rows that enroll units, either of which may be absent.
pub struct Sightings {
    pub exposures: Option<DataFrame>,
    pub assignments: Option<DataFrame>,
    key: KeyType,
    exposures_say_variant: bool,
    assignments_say_when: bool,
}

impl Sightings {
    /// Checks the columns of both sources.
    ///
    /// # Errors
    /// All missing and unusable columns together.
    pub fn prepare(sources: &BTreeMap<String, OpenSource>, key: KeyType) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut view = |name: &str| match sources.get(name).map(|open| open.sightings(key)) {
            Some(Ok(view)) => Some(view),
            Some(Err(error)) => {
                problems.extend(error.problems);
                None
            }
            None => None,
        };
        let (exposures, assignments) = (view("exposures"), view("assignments"));
        Error::check(problems)?;
        let columns = |name: &str| sources.get(name).map(|open| &open.source.columns);
        Ok(Sightings {
            exposures,
            assignments,
            key,
            exposures_say_variant: columns("exposures").is_some_and(|c| c.variant.is_some()),
            assignments_say_when: columns("assignments").is_some_and(|c| c.time.is_some()),
        })
    }

    /// The sources that are there, with the relations that hold their rows.
    pub fn relations(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let exposures = self.exposures.iter().map(|_| ("exposures", "exposed"));
        exposures.chain(self.assignments.iter().map(|_| ("assignments", "assigned")))
    }

    fn parameters(&self, horizon: Horizon) -> Vec<(&'static str, ScalarValue)> {
        vec![
            ("earliest", instant(horizon.earliest)),
            ("until", instant(horizon.until)),
            ("latest", instant(horizon.latest)),
            ("variants_known", ScalarValue::from(self.exposures_say_variant)),
            ("times_known", ScalarValue::from(self.assignments_say_when)),
            ("assigned", ScalarValue::from(self.assignments.is_some())),
        ]
    }
}

/// Makes `exposed`, `assigned`, `enrolled` and `enrollments`, each kept in memory.
pub async fn enroll(
    session: &SessionContext,
    sightings: &Sightings,
    horizon: Horizon,
    watch: &Stopwatch,
) -> Result<(), Error> {
    let parameters = sightings.parameters(horizon);
    let steps = [
        ("exposures", &sightings.exposures, queries::EXPOSED, queries::EXPOSED_UNITS),
        ("assignments", &sightings.assignments, queries::ASSIGNED, queries::ASSIGNED_UNITS),
    ];
    for (rows, view, sighted, units) in steps {
        match view {
            Some(view) => {
                name(session, rows, view.clone()).map_err(session::explain)?;
                materialise(session, sighted, &parameters, watch).await?;
                let units_df = units.plan(session, &parameters).await.map_err(session::explain)?;
                name(session, units.relation, units_df).map_err(session::explain)?;
            }
            None => {
                let schema = Arc::new(units_schema(sightings.key));
                keep(session, units.relation, schema, vec![]).map_err(session::explain)?;
            }
        }
    }
    let by_exposure = enrolled(session, queries::ENROLLED_BY_EXPOSURE, &parameters).await?;
    let by_assignment = enrolled(session, queries::ENROLLED_BY_ASSIGNMENT, &parameters).await?;
    let both = by_exposure.union(by_assignment).map_err(session::explain)?;
    let (schema, batches) = collect(both, "enroll", watch).await?;
    keep(session, "enrolled", schema, batches).map_err(session::explain)?;
    number(session, watch).await
}

async fn enrolled(
    session: &SessionContext,
    query: Query,
    parameters: &[(&'static str, ScalarValue)],
) -> Result<DataFrame, Error> {
    query.plan(session, parameters).await.map_err(session::explain)
}

async fn materialise(
    session: &SessionContext,
    query: Query,
    parameters: &[(&'static str, ScalarValue)],
    watch: &Stopwatch,
) -> Result<(), Error> {
    let planned = query.plan(session, parameters).await.map_err(session::explain)?;
    let (schema, batches) = collect(planned, query.relation, watch).await?;
    keep(session, query.relation, schema, batches).map_err(session::explain)
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
        Field::new("first_at", instant, true),
    ])
}

/// Numbers the analysed enrollments, and marks one enrollment of each unit, so that a fact of
/// a unit in three experiments can be counted once.
async fn number(session: &SessionContext, watch: &Stopwatch) -> Result<(), Error> {
    let analysed = table(session, "enrolled")
        .await
        .and_then(|enrolled| enrolled.filter(ident("reason").is_null()))
        .and_then(|enrolled| {
            enrolled.select_columns(&["experiment", "unit", "variant", "enrolled_at"])
        })
        .map_err(session::explain)?;
    let (schema, batches) = collect(analysed, "number", watch).await?;
    let numbered = numbered(&schema, batches).map_err(session::explain)?;
    keep(session, "enrollments", numbered.0, numbered.1).map_err(session::explain)
}

fn numbered(
    schema: &SchemaRef,
    batches: Vec<RecordBatch>,
) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let mut fields = schema.fields().to_vec();
    fields.push(Arc::new(Field::new("slot", DataType::Int64, false)));
    fields.push(Arc::new(Field::new("first", DataType::Boolean, false)));
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let unit = schema.index_of("unit")?;
    let converter =
        RowConverter::new(vec![SortField::new(schema.field(unit).data_type().clone())])?;
    let mut seen: HashSet<Box<[u8]>> = HashSet::new();
    let mut next = 0i64;
    let mut out = Vec::with_capacity(batches.len());
    for batch in batches {
        let rows = converter.convert_columns(&[batch.column(unit).clone()])?;
        let first: BooleanArray =
            rows.iter().map(|row| Some(seen.insert(row.as_ref().into()))).collect();
        let slots = Int64Array::from_iter_values(next..next + batch.num_rows() as i64);
        next += batch.num_rows() as i64;
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(slots));
        columns.push(Arc::new(first));
        out.push(RecordBatch::try_new(schema.clone(), columns)?);
    }
    Ok((schema, out))
}

/// Leaves `enrollments` empty, for plans that are looked at and not run.
pub fn no_units(session: &SessionContext, sightings: &Sightings) -> Result<()> {
    let schema = Schema::new(vec![
        Field::new("experiment", DataType::Utf8View, true),
        Field::new("unit", sightings.key.data_type(), true),
        Field::new("variant", DataType::Utf8View, true),
        Field::new("enrolled_at", crate::source::utc(), true),
        Field::new("slot", DataType::Int64, false),
        Field::new("first", DataType::Boolean, false),
    ]);
    keep(session, "enrollments", Arc::new(schema), Vec::new())
}

/// Names the promises: `experiments` and `variants`.
pub fn promise(
    session: &SessionContext,
    experiments: &[&Experiment],
    calendar: &Calendar,
) -> Result<(), Error> {
    let promises = experiments_batch(experiments, calendar)?;
    let variants = variants_batch(experiments).map_err(session::explain)?;
    keep(session, "experiments", promises.schema(), vec![promises]).map_err(session::explain)?;
    keep(session, "variants", variants.schema(), vec![variants]).map_err(session::explain)
}

fn experiments_batch(
    experiments: &[&Experiment],
    calendar: &Calendar,
) -> Result<RecordBatch, Error> {
    let starts: Vec<i64> =
        experiments.iter().map(|e| calendar.start_of(e.start)).collect::<Result<_, _>>()?;
    let ends: Vec<i64> =
        experiments.iter().map(|e| calendar.start_of(e.end)).collect::<Result<_, _>>()?;
    let instants = |values: Vec<i64>| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
    };
    let flags = |flag: &dyn Fn(&Experiment) -> bool| -> ArrayRef {
        Arc::new(experiments.iter().map(|e| Some(flag(e))).collect::<BooleanArray>())
    };
    let keys = StringViewArray::from_iter_values(experiments.iter().map(|e| &e.key));
    RecordBatch::try_from_iter([
        ("experiment", Arc::new(keys) as ArrayRef),
        ("starts_at", instants(starts)),
        ("ends_at", instants(ends)),
        ("by_exposure", flags(&|e| e.basis == Basis::Exposure)),
        ("keeps_crossovers", flags(&|e| e.crossovers == Crossovers::First)),
    ])
    .map_err(|error| Error::bug(error.to_string()))
}

fn variants_batch(experiments: &[&Experiment]) -> Result<RecordBatch> {
    let pairs: Vec<(&str, &str)> = experiments
        .iter()
        .flat_map(|e| e.variants.iter().map(|v| (e.key.as_str(), v.key.as_str())))
        .collect();
    let column = |values: Vec<&str>| Arc::new(StringViewArray::from(values)) as ArrayRef;
    Ok(RecordBatch::try_from_iter([
        ("experiment", column(pairs.iter().map(|(e, _)| *e).collect())),
        ("variant", column(pairs.iter().map(|(_, v)| *v).collect())),
    ])?)
}
