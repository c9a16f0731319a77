//! The counts of a night, read back from the relations that make them.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::count::count;
use datafusion::logical_expr::{ident, lit};
use datafusion::prelude::SessionContext;
use jiff::civil::{Date, date};

use super::accounting::{DayCount, RowCount, SegmentUnits, SightedUnits, UnitCount};
use super::attributes::Attributes;
use super::execute::{Stopwatch, collect};
use super::queries::{self, Query};
use super::segments::Segments;
use super::session::{explain, table};
use crate::error::Error;

/// Units of each experiment by what became of them.
pub async fn unit_counts(
    session: &SessionContext,
    watch: &Stopwatch,
) -> Result<Vec<UnitCount>, Error> {
    let mut counts = Vec::new();
    for batch in rows_of(session, queries::UNIT_COUNTS, watch).await? {
        let (experiments, variants) = (strings(&batch, "experiment")?, strings(&batch, "variant")?);
        let reasons = strings(&batch, "reason")?;
        let (disagrees, crossed) = (batch["disagrees"].as_boolean(), batch["crossed"].as_boolean());
        let units = numbers(&batch, "units");
        for row in 0..batch.num_rows() {
            counts.push(UnitCount {
                experiment: experiments[row].clone().unwrap_or_default(),
                variant: variants[row].clone(),
                reason: reasons[row].clone(),
                disagrees: disagrees.value(row),
                crossed: crossed.value(row),
                units: units[row],
            });
        }
    }
    counts.sort_by(|a, b| {
        (&a.experiment, &a.variant, &a.reason).cmp(&(&b.experiment, &b.variant, &b.reason))
    });
    Ok(counts)
}

/// Analysed units of each experiment by variant, phase and day.
pub async fn enrolled_days(
    session: &SessionContext,
    watch: &Stopwatch,
) -> Result<Vec<DayCount>, Error> {
    let mut counts = Vec::new();
    for batch in rows_of(session, queries::ENROLLED_DAYS, watch).await? {
        let (experiments, variants) = (strings(&batch, "experiment")?, strings(&batch, "variant")?);
        let (phases, units) = (numbers(&batch, "phase"), numbers(&batch, "units"));
        let days = batch["day"].as_primitive::<Date32Type>();
        for row in 0..batch.num_rows() {
            counts.push(DayCount {
                experiment: experiments[row].clone().unwrap_or_default(),
                variant: variants[row].clone().unwrap_or_default(),
                phase: phases[row] as usize,
                day: day(days.value(row))?,
                units: units[row],
            });
        }
    }
    counts.sort_by(|a, b| {
        (&a.experiment, &a.variant, a.phase, a.day).cmp(&(
            &b.experiment,
            &b.variant,
            b.phase,
            b.day,
        ))
    });
    Ok(counts)
}

/// Analysed units of each experiment by variant, phase and the values of its attributes.
pub async fn segment_units(
    session: &SessionContext,
    attributes: &Attributes,
    segments: &Segments,
    watch: &Stopwatch,
) -> Result<Vec<SegmentUnits>, Error> {
    let mut counts = Vec::new();
    for (i, attribute) in attributes.segments.iter().enumerate() {
        for batch in collect(split(session, i).await.map_err(explain)?, "segments", watch).await?.1
        {
            let experiments = strings(&batch, "experiment")?;
            let variants = strings(&batch, "variant")?;
            let (phases, units) = (numbers(&batch, "phase"), numbers(&batch, "units"));
            let codes = batch["code"].as_primitive::<Int32Type>();
            for row in 0..batch.num_rows() {
                let experiment = experiments[row].clone().unwrap_or_default();
                counts.push(SegmentUnits {
                    value: segments.value(&experiment, attribute, codes.value(row)),
                    experiment,
                    variant: variants[row].clone().unwrap_or_default(),
                    phase: phases[row] as usize,
                    attribute: attribute.clone(),
                    units: units[row],
                });
            }
        }
    }
    counts.sort_by(|a, b| {
        let of = |count: &SegmentUnits| {
            (count.experiment.clone(), count.attribute.clone(), count.value.clone())
        };
        (of(a), &a.variant, a.phase).cmp(&(of(b), &b.variant, b.phase))
    });
    Ok(counts)
}

/// Units by the code of one attribute, of the experiments that are split by it.
async fn split(session: &SessionContext, segment: usize) -> datafusion::error::Result<DataFrame> {
    let code = ident(format!("s{segment}"));
    let analysed = table(session, "enrollments").await?.filter(code.clone().is_not_null())?;
    let parts = ["experiment", "variant", "phase"].map(ident).into_iter();
    let parts = parts.chain([code.alias("code")]).collect();
    analysed.aggregate(parts, vec![count(lit(1i64)).alias("units")])
}

/// A day by its number since 1970-01-01.
fn day(number: i32) -> Result<Date, Error> {
    let day = date(1970, 1, 1).checked_add(jiff::Span::new().days(number));
    day.map_err(|error| Error::bug(error.to_string()))
}

/// Exposures or assignments, as `sighted` names them, by what became of them.
pub async fn row_counts(
    session: &SessionContext,
    source: &str,
    watch: &Stopwatch,
) -> Result<Vec<RowCount>, Error> {
    let mut counts = Vec::new();
    for batch in rows_of(session, queries::ROW_COUNTS, watch).await? {
        let (experiments, variants) = (strings(&batch, "experiment")?, strings(&batch, "variant")?);
        let (reasons, rows) = (strings(&batch, "reason")?, numbers(&batch, "rows"));
        counts.extend((0..batch.num_rows()).map(|row| RowCount {
            source: source.to_string(),
            experiment: experiments[row].clone(),
            variant: variants[row].clone(),
            reason: reasons[row].clone(),
            rows: rows[row],
        }));
    }
    counts.sort_by(|a, b| {
        (&a.experiment, &a.reason, &a.variant).cmp(&(&b.experiment, &b.reason, &b.variant))
    });
    Ok(counts)
}

/// Units of each experiment in `sighted`.
pub async fn sighted_units(
    session: &SessionContext,
    source: &str,
    watch: &Stopwatch,
) -> Result<Vec<SightedUnits>, Error> {
    let mut counts = Vec::new();
    for batch in rows_of(session, queries::SIGHTED_UNITS, watch).await? {
        let (experiments, units) = (strings(&batch, "experiment")?, numbers(&batch, "units"));
        counts.extend(experiments.into_iter().zip(units).map(|(experiment, units)| SightedUnits {
            source: source.to_string(),
            experiment: experiment.unwrap_or_default(),
            units,
        }));
    }
    Ok(counts)
}

async fn rows_of(
    session: &SessionContext,
    query: Query,
    watch: &Stopwatch,
) -> Result<Vec<RecordBatch>, Error> {
    let counted = query.plan(session, &[]).await.map_err(explain)?;
    let (_, batches) = collect(counted, query.relation, watch).await?;
    Ok(batches)
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<u64> {
    batch[name].as_primitive::<Int64Type>().values().iter().map(|&n| n.max(0) as u64).collect()
}

/// A text column of any encoding.
pub fn strings(batch: &RecordBatch, name: &str) -> Result<Vec<Option<String>>, Error> {
    let column =
        batch.column_by_name(name).ok_or_else(|| Error::bug(format!("no column {name}")))?;
    let text = cast(column, &DataType::Utf8).map_err(|error| Error::bug(error.to_string()))?;
    Ok(text.as_string::<i32>().iter().map(|value| value.map(str::to_string)).collect())
}
