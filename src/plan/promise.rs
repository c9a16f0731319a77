//! What the experiments of a night promise, as relations.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, RecordBatch, StringViewArray, TimestampMicrosecondArray,
};
use datafusion::error::Result;
use datafusion::prelude::SessionContext;

use super::calendar::Calendar;
use super::session::{explain, keep};
use crate::config::{Basis, Crossovers, Experiment};
use crate::error::Error;

/// Names the promises: `experiments` and `variants`.
pub fn promise(
    session: &SessionContext,
    experiments: &[&Experiment],
    calendar: &Calendar,
) -> Result<(), Error> {
    let promises = experiments_batch(experiments, calendar)?;
    let variants = variants_batch(experiments).map_err(explain)?;
    keep(session, "experiments", promises.schema(), vec![promises]).map_err(explain)?;
    keep(session, "variants", variants.schema(), vec![variants]).map_err(explain)
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
