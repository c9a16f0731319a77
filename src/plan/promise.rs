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

/// Names the promises: `experiments`, and `variants` with the words that stand for none.
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
        experiments.iter().map(|e| calendar.start_of(e.enroll_until)).collect::<Result<_, _>>()?;
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
    let words = |e: &&Experiment| -> Vec<(String, String, bool)> {
        let variants = e.variants.iter().map(|variant| (&variant.key, false));
        let holdouts = e.holdouts.iter().map(|word| (word, true));
        let words = variants.chain(holdouts);
        words.map(|(word, is_holdout)| (e.key.clone(), word.clone(), is_holdout)).collect()
    };
    let words: Vec<_> = experiments.iter().flat_map(words).collect();
    let experiments = StringViewArray::from_iter_values(words.iter().map(|(e, _, _)| e));
    let variants = StringViewArray::from_iter_values(words.iter().map(|(_, word, _)| word));
    let holdouts: BooleanArray = words.iter().map(|(_, _, is_holdout)| Some(*is_holdout)).collect();
    Ok(RecordBatch::try_from_iter([
        ("experiment", Arc::new(experiments) as ArrayRef),
        ("variant", Arc::new(variants)),
        ("is_holdout", Arc::new(holdouts)),
    ])?)
}
